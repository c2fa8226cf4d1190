"""Trend store: where `trends` keeps its counts: rows per partition, small, named with their control room.

- `counts/<room>/<category>/<year>/<area>`: counts per week, at most 57 weeks;
- `year/<room>/<category>/<year>`: the count of a calendar year;
- `counted/<room>/<alert>`: what an alert counts for now, for as long as a change of it can come;
- `place/<room>/<category>/<day>/<alert>`: where and when, for the categories that are compared by place;
- `repeats/<room>/<category>/<week>/<year>/<area>`: the pairs that were told;
- `trending/<room>`: the week that is open, and since when is counted;
- `due/…`: when a week ends, and when an alert is forgotten.

The changelog keeps a row for 27 days. Counts live longer, so each week rewrites them; what is known of a single alert
is never rewritten for that, except its square of 200 m.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Annotated, Final

from pydantic import Field

from schemas.base import Identifier, Part, Utc
from schemas.categories import Category
from schemas.trends import AreaYear, Count
from streams.domain.trends.counts import Contribution, CountsRow, Week
from streams.stages.base import Rows
from streams.stages.timers import Timers
from streams.topics import ALERTS, BY_NAME, DAY_MS

DUE_BUCKET_S: Final = 60
"""A week ends at most this long after its time; never change it for state that exists."""

_ALERTS: Final = BY_NAME[ALERTS]
KEPT: Final = timedelta(milliseconds=(_ALERTS.retention_ms or 27 * DAY_MS) + _ALERTS.segment_ms)
"""How long after it was seen an alert's record can come again."""
_PROLONG: Final = timedelta(days=1)


class CountedRow(Part):
    """Counted row: what an alert counts for since a revision; None where it does not count."""

    revision: Count
    contribution: Contribution | None
    until: Utc


class YearRow(Part):
    """The count of a calendar year."""

    count: Count = 0


class PlaceRow(Part):
    """Place row: where one of a kind was: exactly (RD New, metres) for some weeks, its square of 200 m for a year."""

    area_code: Identifier
    area_year: AreaYear | None
    square: tuple[int, int]
    x_m: float | None
    y_m: float | None


class RepeatsRow(Part):
    """The pairs of one area and week, as they were told."""

    revision: Count
    to_100_m: Count
    to_200_m: Count


class TrendingRow(Part):
    """The open week of a control room, the day since which is counted, how many cells are tested, and categories' spread."""

    week: Week
    known_since: date
    tested: Annotated[int, Field(ge=0)] = 0
    dispersions: dict[Category, Annotated[float, Field(ge=1)]] = Field(default_factory=dict)


class TrendStore:
    """The counts of one control room within one partition's rows."""

    def __init__(self, rows: Rows, room: str) -> None:
        """Work on a partition's rows for one control room."""
        self._rows = rows
        self._room = room
        self._due = Timers(rows, DUE_BUCKET_S)

    def trending(self) -> TrendingRow | None:
        """Return the control room's open week, or None where nothing was counted yet."""
        return self._rows.get(f"trending/{self._room}", TrendingRow)

    def open_week(self, row: TrendingRow, ends_at: datetime) -> None:
        """Write the open week, and note when it ends."""
        self._rows.put(f"trending/{self._room}", row)
        self._due.add(ends_at, f"close/{self._room}")

    def close_later(self, now: datetime) -> None:
        """Note that the week is to be closed at the next look."""
        self._due.add(now, f"close/{self._room}")

    def counted(self, alert_id: str) -> CountedRow | None:
        """Return what an alert counts for, or None where it is not known."""
        return self._rows.get(self._counted(alert_id), CountedRow)

    def count(self, alert_id: str, revision: int, contribution: Contribution | None, now: datetime) -> None:
        """Write what an alert counts for."""
        until, name = now + KEPT, self._counted(alert_id)
        if self.counted(alert_id) is None:
            self._due.add(until, name)
        self._rows.put(name, CountedRow(revision=revision, contribution=contribution, until=until))

    def worn(self, row: CountedRow, now: datetime) -> bool:
        """Return whether a row would go before its alert's newest record has."""
        return row.until + _PROLONG < now + KEPT

    def forget(self, alert_id: str, now: datetime) -> None:
        """Delete what an alert counts for; where it was seen since, later. The counts stay."""
        row = self.counted(alert_id)
        if row is None:
            return
        if row.until <= now + timedelta(seconds=DUE_BUCKET_S):
            self._rows.delete(self._counted(alert_id))
        else:
            self._due.add(row.until, self._counted(alert_id))

    def counts(self, category: str, code: str, year: int | None) -> CountsRow:
        """Return the counts of one category in one area."""
        return self._rows.get(self._counts(category, code, year), CountsRow) or CountsRow()

    def put_counts(self, category: str, code: str, year: int | None, row: CountsRow) -> None:
        """Write the counts of one category in one area."""
        self._rows.put(self._counts(category, code, year), row)

    def all_counts(self) -> Iterator[tuple[str, str, int | None, CountsRow]]:
        """Yield category, area code, area year and counts of every row."""
        for name, row in list(self._rows.scan(f"counts/{self._room}/", CountsRow)):
            _, _, category, year, code = name.split("/", 4)
            yield category, code, int(year) or None, row

    def drop_counts(self, category: str, code: str, year: int | None) -> None:
        """Delete a row of counts."""
        self._rows.delete(self._counts(category, code, year))

    def year(self, category: str, year: int) -> int:
        """Return the count of a calendar year."""
        row = self._rows.get(f"year/{self._room}/{category}/{year}", YearRow)
        return row.count if row else 0

    def put_year(self, category: str, year: int, count: int) -> None:
        """Write the count of a calendar year."""
        self._rows.put(f"year/{self._room}/{category}/{year}", YearRow(count=max(0, count)))

    def refresh_years(self, before: int) -> None:
        """Rewrite the counts of years, and delete those of years before one."""
        for name, row in list(self._rows.scan(f"year/{self._room}/", YearRow)):
            if int(name.rpartition("/")[2]) < before:
                self._rows.delete(name)
            else:
                self._rows.put(name, row)

    def place(self, category: str, day: date, alert_id: str) -> PlaceRow | None:
        """Return where an alert was, or None."""
        return self._rows.get(self._place(category, day, alert_id), PlaceRow)

    def put_place(self, category: str, day: date, alert_id: str, row: PlaceRow | None) -> None:
        """Write where an alert was; None deletes it."""
        name = self._place(category, day, alert_id)
        if row is None:
            self._rows.delete(name)
        else:
            self._rows.put(name, row)

    def places(self, category: str, days: range | None = None) -> Iterator[tuple[int, str, PlaceRow]]:
        """Yield day (proleptic ordinal), alert and place of one category, oldest first: of these days, or of all."""
        folder = f"place/{self._room}/{category}/"
        for prefix in [folder] if days is None else [f"{folder}{day:07d}/" for day in days]:
            for name, row in list(self._rows.scan(prefix, PlaceRow)):
                day, alert_id = name.removeprefix(folder).split("/", 1)
                yield int(day), alert_id, row

    def repeats(self, category: str, week: int, area: tuple[str, int | None]) -> RepeatsRow | None:
        """Return the pairs that were told of one area and week, or None."""
        return self._rows.get(self._repeats(category, week, area), RepeatsRow)

    def put_repeats(self, category: str, week: int, area: tuple[str, int | None], row: RepeatsRow) -> None:
        """Write the pairs that are told of one area and week."""
        self._rows.put(self._repeats(category, week, area), row)

    def drop_repeats(self, before: int) -> None:
        """Delete what was told of weeks before one; what is told of a week no longer changes by then."""
        for name, _ in list(self._rows.scan(f"repeats/{self._room}/", RepeatsRow)):
            if int(name.split("/")[3]) < before:
                self._rows.delete(name)

    def _counted(self, alert_id: str) -> str:
        return f"counted/{self._room}/{alert_id}"

    def _counts(self, category: str, code: str, year: int | None) -> str:
        return f"counts/{self._room}/{category}/{year or 0}/{code}"

    def _place(self, category: str, day: date, alert_id: str) -> str:
        return f"place/{self._room}/{category}/{day.toordinal():07d}/{alert_id}"

    def _repeats(self, category: str, week: int, area: tuple[str, int | None]) -> str:
        return f"repeats/{self._room}/{category}/{week}/{area[1] or 0}/{area[0]}"
