"""What an alert counts for, and the weeks of days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.alerts import AlertState
from schemas.categories import Category
from streams.config.files import load_safety_plan
from streams.domain.trends.areas import AreaMap
from streams.domain.trends.counts import (
    Contribution,
    CountsRow,
    begins_at,
    cell_changes,
    contribution_of,
    counts,
    exact_place,
    first_whole_week,
    monday_of,
    week_name,
    week_number,
    week_of,
    year_changes,
)
from streams.domain.trends.safety_plan import expected_so_far, first_counted
from tests.support.situations import NOON, ROOM, position
from tests.support.trends import alert

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOWHERE = AreaMap(None)


@pytest.mark.parametrize("state", AlertState)
def test_an_alert_counts_in_every_state_but_cancelled(state: AlertState) -> None:
    """Shelved, suppressed or expired: nobody said that it did not happen."""
    assert counts(alert(state=state)) is (state is not AlertState.CANCELLED)


def test_what_cameras_began_counts_when_somebody_reports_it() -> None:
    """A crowd that only a camera saw is no report; one more camera would otherwise look like more incidents."""
    reported = alert(category=Category.CROWD_DENSITY)
    [report] = reported.reports
    withdrawn = report.model_copy(update={"cancelled": True})
    assert counts(reported)
    assert not counts(alert(category=Category.CROWD_DENSITY, reports=()))
    assert not counts(alert(reports=(withdrawn,)))
    assert counts(alert(reports=(withdrawn, report)))


@pytest.mark.parametrize(("closing", "counted"), [("", True), ("true", True), ("false", False), ("test", False),
                                                  ("duplicate", False)])  # fmt: skip
def test_a_closed_alert_counts_when_it_was_true(closing: str, counted: bool) -> None:
    """What was false, a test, or the same as another is no incident of its own."""
    assert counts(alert(state=AlertState.CLOSED, closing=closing)) is counted


@pytest.mark.parametrize(
    ("happened", "opened", "day"),
    [
        (datetime(2026, 11, 24, 12, tzinfo=UTC), None, date(2026, 11, 24)),
        (datetime(2026, 11, 24, 23, 30, tzinfo=UTC), None, date(2026, 11, 25)),
        (datetime(2026, 7, 31, 22, 0, tzinfo=UTC), None, date(2026, 8, 1)),
        (datetime(2026, 11, 10, 12, tzinfo=UTC), datetime(2026, 11, 24, 12, tzinfo=UTC), date(2026, 11, 10)),
        (datetime(2026, 11, 30, 2, tzinfo=UTC), datetime(2026, 11, 29, 20, tzinfo=UTC), date(2026, 11, 29)),
    ],
    ids=["noon", "past midnight here", "summer time", "told two weeks later", "a clock that is ahead"],
)
def test_an_alert_counts_for_the_day_on_which_it_happened(
    happened: datetime, opened: datetime | None, day: date
) -> None:
    """In the municipality's time zone; never later than it was opened."""
    changes: dict[str, Any] = {"opened_at": opened} if opened else {}
    found = contribution_of(alert(at=happened, **changes), NOWHERE, AMSTERDAM)
    assert found is not None
    assert (found.day, found.category, found.area_code) == (day, Category.STRAATROOF, ROOM)


def one(**changes: Any) -> Contribution:
    known = {"category": Category.BRAND, "area_code": "WK036204", "area_year": 2018, "day": date(2026, 12, 31)}
    return Contribution.model_validate(known | changes)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (None, None, {}),
        (None, one(), {("brand", "WK036204", 2018, 105711): 1, ("brand", "all", None, 105711): 1}),
        (one(), None, {("brand", "WK036204", 2018, 105711): -1, ("brand", "all", None, 105711): -1}),
        (one(), one(day=date(2027, 1, 1)), {}),
        (
            one(),
            one(area_code="WK036203"),
            {("brand", "WK036204", 2018, 105711): -1, ("brand", "WK036203", 2018, 105711): 1},
        ),
    ],
    ids=["nothing", "new", "out", "another day of the week", "another area"],
)
def test_only_the_counts_that_differ_change(
    before: Contribution | None, after: Contribution | None, expected: dict[Any, int]
) -> None:
    """The whole room is not touched by a move within it, nor a week by a move within that."""
    assert cell_changes(before, after) == expected


def test_a_year_is_a_calendar_year_although_its_week_is_not() -> None:
    """New Year's Day of 2027 lies in the last week of 2026."""
    assert week_name(week_of(date(2027, 1, 1))) == "2026-W53"
    assert year_changes(one(), one(day=date(2027, 1, 1))) == {(Category.BRAND, 2026): -1, (Category.BRAND, 2027): 1}


def test_counts_of_a_week_never_fall_below_none_and_old_weeks_go() -> None:
    """A week without any has no entry; each change raises the revision."""
    row = CountsRow().changed(7, 1).changed(5, 1).changed(5, 1).changed(6, -1)
    assert (row.weeks, row.revision) == (((5, 2), (7, 1)), 4)
    assert row.changed(7, -1).weeks == ((5, 2),)
    assert row.since(6).weeks == ((7, 1),)
    assert CountsRow().since(1).weeks == ()


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)))
def test_weeks_are_those_of_iso_8601(day: date) -> None:
    """Python's own calendar agrees, and names lead back."""
    year, number, _ = day.isocalendar()
    assert week_name(week_of(day)) == f"{year}-W{number:02d}"
    assert week_number(week_name(week_of(day))) == week_of(day)
    assert monday_of(week_of(day)) <= day < monday_of(week_of(day) + 1)


@pytest.mark.parametrize("name", ["", "2026", "2026-W54", "2026-48", "26-W48", "2026-W8", "2025-W53", "x-W01"])
def test_a_week_that_is_none_is_refused(name: str) -> None:
    """2025 has 52 weeks."""
    with pytest.raises(ValueError, match=r".+"):
        week_number(name)


def test_a_week_begins_on_monday_at_midnight_here() -> None:
    """Also after the clock was put back; the week in which counting begins is not whole."""
    week = week_of(date(2026, 10, 26))
    assert begins_at(week, AMSTERDAM) == datetime(2026, 10, 25, 23, tzinfo=UTC)
    assert begins_at(week - 1, AMSTERDAM) == datetime(2026, 10, 18, 22, tzinfo=UTC)
    assert first_whole_week(date(2026, 10, 26)) == week + 1


@pytest.mark.parametrize(("accuracy_m", "known"), [(10, True), (200, True), (201, False)])
def test_a_poor_position_is_not_compared_with_others_nearby(accuracy_m: float, known: bool) -> None:
    """It would be near to everything."""
    assert (exact_place(alert(position=position(accuracy_m=accuracy_m))) is not None) is known
    assert exact_place(alert(position=None)) is None


@pytest.mark.parametrize(
    ("since", "now", "expected"),
    [
        (date(2026, 1, 1), datetime(2027, 1, 1), 365.0),
        (date(2026, 1, 1), datetime(2026, 1, 1, 12), 0.5),
        (date(2026, 11, 24), datetime(2026, 12, 1, tzinfo=AMSTERDAM), 7.0),
        (date(2026, 1, 1), datetime(2027, 3, 1), 365.0),
        (date(2027, 2, 1), datetime(2027, 3, 1), 0.0),
    ],
    ids=["a whole year", "its first noon", "counted since November", "over", "counting began later"],
)
def test_a_target_is_spread_evenly_over_the_time_that_was_counted(since: date, now: datetime, expected: float) -> None:
    """365 a year are one a day."""
    assert expected_so_far(365, 2026, since, now) == pytest.approx(expected)


def test_the_plans_target_comes_with_the_product() -> None:
    """Fewer than 350 burglaries of homes a year."""
    plan = load_safety_plan()
    target = plan.target(Category.WONINGINBRAAK)
    assert target is not None
    assert (target.below_per_year, plan.target(Category.BRAND)) == (350, None)
    assert plan.near_repeats == (Category.WONINGINBRAAK,)
    assert first_counted(2026, NOON.date()) == NOON.date()
    assert first_counted(2027, NOON.date() + timedelta(days=3)) == date(2027, 1, 1)
