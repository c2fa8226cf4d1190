"""The report's figures from messages: weeks, what is usual, areas, and which message counts."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schemas.base import Message
from schemas.categories import Category
from schemas.trends import Judgement, Trend, TrendTarget, TrendWeek
from streams.domain.trends.counts import week_name, week_of
from streams.domain.trends.summary import RoomSummary, summaries
from tests.support.messages import ROOM, example
from tests.support.trend_year import BEGAN, WEEKS, alerts, summary

ZONE = ZoneInfo("Europe/Amsterdam")
MONDAY = datetime(2026, 11, 30, 12, tzinfo=UTC)
"""The first day of week 49."""


def week(name: str = "2026-W48", **changes: Any) -> TrendWeek:
    return example(TrendWeek, week=name, **changes)


def count(number: int, name: str = "2026-W48", **changes: Any) -> Trend:
    """Return a count of the room as a whole."""
    known = {"area_code": "all", "area_name": "all", "area_year": None, "count": number, "week": name}
    return example(Trend, **(known | changes))


def one(*messages: Message, name: str | None = None, now: datetime = MONDAY) -> RoomSummary:
    [found] = summaries(messages, name, now, ZONE)
    return found


def test_without_messages_there_is_no_room_and_counts_alone_are_none() -> None:
    """What is not known, such as since when, cannot be told."""
    assert summaries([], None, MONDAY, ZONE) == []
    assert summaries([count(3), example(TrendTarget)], None, MONDAY, ZONE) == []


def test_the_week_is_the_newest_that_is_over_and_the_first_one_while_it_is_open() -> None:
    """Any other can be asked for, up to the open one."""
    assert (one(week()).week, one(week()).complete) == ("2026-W48", True)
    early = one(week(known_since=date(2026, 11, 24)), now=MONDAY - timedelta(days=5))
    assert (early.week, early.complete) == ("2026-W48", False)
    assert one(week(), name="2026-W49").complete is False
    assert (one(week(), name="2026-W40").first_day, one(week(), name="2026-W40").last_day) == (
        date(2026, 9, 28),
        date(2026, 10, 4),
    )


@pytest.mark.parametrize("name", ["2026-W50", "2027-W01", "2026-W99", "november"])
def test_a_week_that_is_none_or_lies_ahead_is_refused(name: str) -> None:
    """There is nothing to tell of it."""
    with pytest.raises(ValueError, match=r".+"):
        summaries([week()], name, MONDAY, ZONE)


def test_the_last_message_about_a_count_is_the_count() -> None:
    """Repeats and corrections; none at the end leaves the category out where it never had any."""
    assert [line.count for line in one(week(), count(3), count(4), count(3)).total.lines] == [3]
    assert one(week(), count(3), count(0)).total.lines == ()


def test_what_is_usual_is_the_mean_of_the_whole_weeks_before() -> None:
    """Weeks without a message had none; the week in which counting began does not count, nor one after."""
    since = week(known_since=date(2026, 10, 28))  # week 44; whole are 45, 46 and 47
    line = one(
        since, count(50, "2026-W44"), count(3, "2026-W45"), count(6, "2026-W47"), count(9), count(70, "2026-W49")
    ).total.lines[0]
    assert (line.count, line.usual, line.weeks_known, line.base_total) == (9, 3.0, 3, 9)
    assert line.change_percent == 200
    assert line.last[-6:] == (None, 50, 3, 0, 6, 9)
    assert len(line.last) == 52


@pytest.mark.parametrize(
    ("this_week", "before", "percent"),
    [(4, 9, None), (5, 4, None), (5, 5, 0), (10, 5, 100), (5, 20, -75), (5, 0, None)],
)
def test_small_numbers_have_no_percentage(this_week: int, before: int, percent: int | None) -> None:
    """Neither where the count nor where what it is compared with is below five."""
    line = one(week(known_since=date(2026, 11, 12)), count(before, "2026-W47"), count(this_week)).total.lines[0]
    assert line.change_percent == percent
    assert line.small is (this_week < 5)


def test_areas_are_those_of_the_division_then_older_ones_then_what_lies_in_none() -> None:
    """One without any count is there too; a code of another year is another area."""
    found = one(
        week(),
        count(2, area_code="unknown"),
        count(3, area_code="elsewhere"),
        count(1, area_code="BU03620401", area_year=2018),
    )
    assert [(area.code, area.name, area.count) for area in found.areas] == [
        ("BU03620401", "Stadshart", 0),
        ("BU03620401", "BU03620401", 1),
        ("elsewhere", "elsewhere", 3),
        ("unknown", "unknown", 2),
    ]


def test_without_a_division_the_room_is_not_told_twice() -> None:
    """Its own area is left out; what has no place is told."""
    found = one(week(areas=(), area_year=None), count(3), count(2, area_code=ROOM), count(1, area_code="unknown"))
    assert [area.code for area in found.areas] == ["unknown"]


def test_surges_and_what_cannot_be_judged_come_from_the_stage() -> None:
    """The report judges nothing anew."""
    found = one(
        week(),
        count(9, judged=Judgement.SURGE, probability=0.0001, limit=0.001),
        count(8, area_code="BU03620401", area_year=2026, judged=Judgement.SHORT_HISTORY),
        count(9, area_code="unknown", judged=Judgement.NOT_AN_AREA),
    )
    assert [(area.code, line.count, line.probability) for area, line in found.surges] == [("all", 9, 0.0001)]
    assert [(area.code, line.count) for area, line in found.unjudged] == [("BU03620401", 8)]


def test_a_target_of_this_year_and_of_the_weeks_year_are_told() -> None:
    """In January the old year's last weeks still matter."""
    targets = [example(TrendTarget, year=year, count=year - 2000) for year in (2025, 2026, 2027)]
    found = one(week("2026-W53"), *targets, name="2026-W53", now=datetime(2027, 1, 5, 12, tzinfo=UTC))
    assert [(target.year, target.count) for target in found.targets] == [(2026, 26), (2027, 27)]


def test_rooms_are_told_apart() -> None:
    """By name."""
    found = summaries([week(), week(control_room_id="a-room"), count(3)], None, MONDAY, ZONE)
    assert [(room.room, room.total.count) for room in found] == [("a-room", 0), (ROOM, 3)]


def test_every_week_of_a_made_up_year_is_what_its_alerts_add_up_to() -> None:
    """Counted anew from the alerts alone."""
    last = {alert.alert_id: alert for _, alert in sorted(alerts(), key=lambda each: each[0])}
    counted: Counter[tuple[str, Category]] = Counter()
    for alert in last.values():
        if alert.closing != "false":
            counted[week_name(week_of(alert.occurred_at.astimezone(ZONE).date())), alert.category] += 1
    weeks = [week_name(week_of(BEGAN.date()) + number) for number in range(WEEKS)]
    for name in weeks:
        found = {line.category: line.count for line in summary(name).total.lines if line.count}
        assert found == {category: count for (at, category), count in counted.items() if at == name}


def test_the_figures_of_a_made_up_year() -> None:
    """Golden: they change only when the counting changes."""
    year = summary()
    assert {line.category.value: (line.count, line.usual and round(line.usual, 2)) for line in year.total.lines} == {
        "brand": (0, 0.61),
        "fietsdiefstal": (10, 9.57),
        "geweld_vechtpartij": (2, 1.15),
        "jeugdoverlast": (10, 4.5),
        "woninginbraak": (12, 5.5),
        "zakkenrollerij": (5, 2.17),
    }
    [(area, surge)] = year.surges
    assert (area.name, surge.category, surge.count) == ("Uilenstede/Kronenburg", Category.JEUGDOVERLAST, 8)
    assert [(target.count, round(target.expected)) for target in year.targets] == [(265, 320)]
    assert sum(pairs.to_100_m + pairs.to_200_m for pairs in year.repeats) == 7
    assert (year.knox[0].events, year.knox[0].pairs) == (255, 9)
    assert sum(area.count for area in year.areas) == year.total.count == 39
