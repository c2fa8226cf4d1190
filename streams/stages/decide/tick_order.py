"""Where a decision stands between the ticks: enough to repeat the order in which a partition's inputs were taken.

Most ticks change nothing and leave no record, yet a decision may depend on what an earlier tick moved: what expired, and how
far the due clock is. So a tick that writes rows notes its offset, and each decision tells the last one before it. A tick
that wrote nothing may be left out, or be given again later: what it asks for (`streams/stages/timers.py`) stands at a bucket
that was swept already, and nothing is ever noted for such a bucket. See docs/adr/0010-replay.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, TypeVar

from pydantic import BaseModel, Field

from schemas.base import Part
from streams.stages.base import Rows

R = TypeVar("R", bound=BaseModel)

TICKED: Final = "ticked"
NO_TICK: Final = -1
"""Before the first tick that wrote something."""


class TickedRow(Part):
    """The offset of the newest tick that wrote rows."""

    offset: Annotated[int, Field(ge=0)]


def last_tick(rows: Rows) -> int:
    """Return the offset of the newest tick of the partition that wrote rows, or `NO_TICK`."""
    row = rows.get(TICKED, TickedRow)
    return NO_TICK if row is None else row.offset


class TickRows:
    """A partition's rows while a tick is handled: the first write notes the tick."""

    def __init__(self, rows: Rows, offset: int) -> None:
        """Take the rows, and the tick's offset."""
        self._rows = rows
        self._offset = offset
        self._noted = False

    def get(self, key: str, model: type[R]) -> R | None:
        """Return a row, or None."""
        return self._rows.get(key, model)

    def put(self, key: str, row: BaseModel) -> None:
        """Write a row."""
        self._note()
        self._rows.put(key, row)

    def delete(self, key: str) -> None:
        """Remove a row."""
        self._note()
        self._rows.delete(key)

    def scan(self, prefix: str, model: type[R]) -> Iterator[tuple[str, R]]:
        """Yield all rows whose name starts with the prefix, in the order of their names."""
        return self._rows.scan(prefix, model)

    def _note(self) -> None:
        if not self._noted:
            self._noted = True
            self._rows.put(TICKED, TickedRow(offset=self._offset))
