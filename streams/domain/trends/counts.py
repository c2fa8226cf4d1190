"""Counts: what an alert counts for: a category, an area and a day, or nothing; and the weeks that days lie in.

An alert counts from the revision in which a report of it first holds: what only a camera saw was not reported, and one more
camera would look like more incidents. It counts for the day on which it happened, in the municipality's time zone, however
late it is told, and it moves when its category, its place or that day turns out otherwise. It is taken out when it
turns out to be no incident of its own: cancelled, or closed as false, test or duplicate. One that ended by itself, was
shelved or suppressed counts: nobody said that it did not happen. One that is opened again counts again, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import Field

from schemas.alerts import Alert, AlertState
from schemas.base import Identifier, Part
from schemas.categories import Category
from schemas.trends import AreaYear, Count
from streams.domain.geometry.ground import GroundPoint, to_ground
from streams.domain.trends.areas import ALL, AreaMap
from streams.domain.trends.near_repeats import WIDE_M
from streams.domain.trends.surges import WEEKS

KEPT_WEEKS: Final = WEEKS + 5
"""Weeks that are kept, the open one included: a late report's week has its whole year too. 57 weeks are 399 days."""
COUNTED_CLOSINGS: Final = frozenset({"", "true"})
"""What an alert that is open, or was closed as true, has as its closing; any other says that it does not count."""

Week = Annotated[int, Field(ge=0, description="Weeks since Monday 0001-01-01")]


class Contribution(Part):
    """Contribution: what one alert counts for."""

    category: Category
    area_code: Identifier
    area_year: AreaYear | None
    day: date

    @property
    def week(self) -> int:
        """Return the number of its week."""
        return week_of(self.day)


class CountsRow(Part):
    """The counts of one category in one area: of each week that has any, oldest first. `revision` counts changes."""

    revision: Count = 0
    weeks: tuple[tuple[Week, Count], ...] = ()

    def of(self) -> Mapping[int, int]:
        """Return the counts by week."""
        return dict(self.weeks)

    def changed(self, week: int, by: int) -> CountsRow:
        """Return the row with one more or fewer in a week; never fewer than none."""
        counts = dict(self.weeks)
        counts[week] = max(0, counts.get(week, 0) + by)
        weeks = tuple(sorted((each, count) for each, count in counts.items() if count))
        return CountsRow(revision=self.revision + 1, weeks=weeks)

    def since(self, week: int) -> CountsRow:
        """Return the row without the weeks before one."""
        return self.model_copy(update={"weeks": tuple(each for each in self.weeks if each[0] >= week)})


def counts(alert: Alert) -> bool:
    """Return whether an alert counts, as it is now: somebody reported it, and nobody took it back or rejected it.

    A summary has no reports: it stands for others, which count themselves.
    """
    reported = any(not report.cancelled for report in alert.reports)
    return reported and alert.state is not AlertState.CANCELLED and alert.closing in COUNTED_CLOSINGS


def contribution_of(alert: Alert, areas: AreaMap, zone: ZoneInfo) -> Contribution | None:
    """Return what an alert counts for, or None."""
    if alert.exercise or not counts(alert):
        return None
    code, year = areas.find(alert.position, alert.control_room_id)
    day = local_day(min(alert.occurred_at, alert.opened_at), zone)  # a partner's clock may be ahead
    return Contribution(category=alert.category, area_code=code, area_year=year, day=day)


def exact_place(alert: Alert) -> GroundPoint | None:
    """Return where an alert is, or None where its position is too poor to compare it with others nearby."""
    if alert.position is None or alert.position.accuracy_m > WIDE_M:
        return None
    return to_ground(alert.position)


def cell_changes(
    before: Contribution | None, after: Contribution | None
) -> dict[tuple[str, str, int | None, int], int]:
    """Return what changes by category, area code, area year and week, the control room as a whole included."""
    changes: dict[tuple[str, str, int | None, int], int] = {}
    for one, by in ((before, -1), (after, 1)):
        if one is not None:
            for code, year in ((one.area_code, one.area_year), (ALL, None)):
                cell = (one.category.value, code, year, one.week)
                changes[cell] = changes.get(cell, 0) + by
    return {cell: by for cell, by in changes.items() if by}


def year_changes(before: Contribution | None, after: Contribution | None) -> dict[tuple[Category, int], int]:
    """Return what changes by category and calendar year."""
    changes: dict[tuple[Category, int], int] = {}
    for one, by in ((before, -1), (after, 1)):
        if one is not None:
            key = (one.category, one.day.year)
            changes[key] = changes.get(key, 0) + by
    return {key: by for key, by in changes.items() if by}


def local_day(moment: datetime, zone: ZoneInfo) -> date:
    """Return the day of a moment in the municipality's time zone."""
    return moment.astimezone(zone).date()


def week_of(day: date) -> int:
    """Return the number of the ISO week that a day lies in; 0001-01-01 was a Monday."""
    return (day.toordinal() - 1) // 7


def monday_of(week: int) -> date:
    """Return a week's first day."""
    return date.fromordinal(week * 7 + 1)


def week_name(week: int) -> str:
    """Return a week as ISO 8601 writes it: `2026-W48`."""
    year, number, _ = monday_of(week).isocalendar()
    return f"{year}-W{number:02d}"


def week_number(name: str) -> int:
    """Return the week of a name such as `2026-W48`.

    Raises:
        ValueError: There is no such week.
    """
    year, _, number = name.partition("-W")
    if len(year) != 4 or len(number) != 2:
        raise ValueError("expected a week such as 2026-W48")
    return week_of(date.fromisocalendar(int(year), int(number), 1))


def begins_at(week: int, zone: ZoneInfo) -> datetime:
    """Return the moment at which a week begins (UTC): Monday 0:00 in the municipality."""
    return datetime.combine(monday_of(week), time.min, zone).astimezone(UTC)


def first_whole_week(known_since: date) -> int:
    """Return the first week that was counted from its beginning, as far as is known: the one after counting began."""
    return week_of(known_since) + 1
