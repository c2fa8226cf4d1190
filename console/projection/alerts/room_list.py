"""Room list: the alerts of one control room as their newest records tell them, in the list's order."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from console.projection.alerts.past import Past
from console.projection.alerts.row import ListRow, row_of
from streams.presentation.standing import OFF_LIST, Rank, behind_causes, on_the_list, rank

KEPT: Final = timedelta(hours=24)
"""How long an alert that ended is kept, so that a page which comes back after a night hears of its end."""


class RoomList:
    """Room list: per alert the newest row by its offset; all rows stand sorted by the list's order.

    Args:
        room: The control room.
        begins: The first offset that was read of its partition: what is older is not known.

    Attributes:
        past: The versions of its alerts.
    """

    def __init__(self, room: str, begins: int = 0) -> None:
        self.room = room
        self.past = Past()
        self._rows: dict[str, ListRow] = {}
        self._ranks: list[Rank] = []
        self._newest = begins - 1
        self._forgotten = begins - 1

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def newest(self) -> int:
        """Return the offset of the newest record that was read of the room's partition; one less than the first where none."""
        return self._newest

    def read(self, offset: int) -> None:
        """Note that the room's partition was read up to an offset, whichever room its record is of."""
        self._newest = max(self._newest, offset)

    def take(self, value: bytes, offset: int) -> ListRow | None:
        """Take a record of the room; return its row, or None where a newer one is known.

        Raises:
            ListRowError: It is no alert; what is known stays.
        """
        return self.put(row_of(value, offset))

    def put(self, row: ListRow) -> ListRow | None:
        """Take a row that was made elsewhere; see `take`."""
        self.read(row.offset)
        self.past.note(row)
        known = self._rows.get(row.alert_id)
        if known is not None:
            if known.offset >= row.offset:
                return None
            if known.shown and not row.shown:
                row = row.also_shown()
            self._remove_rank(known)
        self._rows[row.alert_id] = row
        insort(self._ranks, rank(row))
        return row

    def get(self, alert_id: str) -> ListRow | None:
        """Return an alert's row; None where there is none, or it is no operators' work."""
        row = self._rows.get(alert_id)
        return row if row is not None and row.operator_list else None

    def forget(self, now: datetime) -> int:
        """Drop what ended long ago, and of all that ended its JSON, which few ask for again; return how many were dropped."""
        for row in self._rows.values():
            if row.state in OFF_LIST:
                row.told.clear()
        old = [row for row in self._rows.values() if row.state in OFF_LIST and row.changed_at < now - KEPT]
        for row in old:
            del self._rows[row.alert_id]
            self.past.forget(row.alert_id)
            self._remove_rank(row)
            self._forgotten = max(self._forgotten, row.offset)
        return len(old)

    def knows_since(self, offset: int) -> bool:
        """Return whether all that changed after an offset is known: nothing that was dropped changed after it."""
        return offset >= self._forgotten

    def since(self, offset: int) -> list[ListRow]:
        """Return what is shown and changed after an offset, in the order of the offsets."""
        found = [row for row in self._rows.values() if row.offset > offset and row.shown]
        found.sort(key=lambda row: row.offset)
        return found

    def in_order(self) -> list[ListRow]:
        """Return operators' alerts: those on the list in its order, symptoms behind their cause, and then all others."""
        ranked = list(self.ranked())
        rest = [row for row in ranked if not on_the_list(row)]
        return [*behind_causes([row for row in ranked if on_the_list(row)]), *rest]

    def ranked(self, after: Rank | None = None) -> Iterator[ListRow]:
        """Yield operators' alerts by the list's order, wherever they stand; those behind a place in it, where one is given."""
        begin = 0 if after is None else bisect_right(self._ranks, after)
        for place in self._ranks[begin:]:
            row = self._rows[place[-1]]
            if row.operator_list:
                yield row

    def all(self) -> Sequence[ListRow]:
        """Return every row, in no order."""
        return tuple(self._rows.values())

    def _remove_rank(self, row: ListRow) -> None:
        place = rank(row)
        del self._ranks[bisect_left(self._ranks, place)]
