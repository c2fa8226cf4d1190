"""Hours: local time decides in which bucket ten minutes count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from streams.domain.normal.hours import BLOCK, BUCKETS, Bucket, DayKind, block_start, bucket_of, hours_apart, week_of

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("moment", "bucket"),
    [
        ("2026-11-24T12:00:00+00:00", "mon-thu.13"),
        ("2026-11-26T22:59:59+00:00", "mon-thu.23"),
        ("2026-11-26T23:00:00+00:00", "fri.00"),
        ("2026-11-28T12:00:00+00:00", "sat.13"),
        ("2026-11-29T22:59:00+00:00", "sun.23"),
        ("2026-11-29T23:00:00+00:00", "mon-thu.00"),
    ],
)
def test_a_bucket_is_an_hour_of_a_kind_of_day_in_local_time(moment: str, bucket: str) -> None:
    assert str(bucket_of(at(moment), AMSTERDAM)) == bucket


def test_there_are_96_buckets() -> None:
    assert len(set(BUCKETS)) == 96


def blocks_of_a_day(start: datetime, hours: int) -> list[Bucket]:
    return [bucket_of(start + number * BLOCK, AMSTERDAM) for number in range(6 * hours)]


def test_an_hour_that_summer_time_skips_gets_no_block_and_one_that_it_repeats_gets_twice_as_many() -> None:
    spring = blocks_of_a_day(datetime(2026, 3, 28, 23, tzinfo=UTC), 23)
    assert spring.count(Bucket(DayKind.SUN, 2)) == 0
    assert spring.count(Bucket(DayKind.SUN, 3)) == 6
    autumn = blocks_of_a_day(datetime(2026, 10, 24, 22, tzinfo=UTC), 25)
    assert autumn.count(Bucket(DayKind.SUN, 2)) == 12
    assert set(autumn) == {Bucket(DayKind.SUN, hour) for hour in range(24)}


def test_weeks_begin_on_monday_in_local_time() -> None:
    sunday = at("2026-11-29T22:59:59+00:00")
    assert week_of(sunday + timedelta(seconds=1), AMSTERDAM) == week_of(sunday, AMSTERDAM) + 1
    assert week_of(sunday - timedelta(days=6), AMSTERDAM) == week_of(sunday, AMSTERDAM)


def test_a_block_begins_at_ten_minutes_of_the_clock() -> None:
    assert block_start(at("2026-11-24T12:19:59.9+00:00")) == at("2026-11-24T12:10:00+00:00")
    assert block_start(at("2026-11-24T12:20:00+00:00")) == at("2026-11-24T12:20:00+00:00")


def test_hours_that_lie_apart_stay_within_the_kind_of_day() -> None:
    assert [str(each) for each in hours_apart(Bucket(DayKind.FRI, 0), 1)] == ["fri.01"]
    assert [str(each) for each in hours_apart(Bucket(DayKind.SAT, 12), 0)] == ["sat.12"]
    assert [str(each) for each in hours_apart(Bucket(DayKind.SAT, 12), 1)] == ["sat.11", "sat.13"]
    assert [str(each) for each in hours_apart(Bucket(DayKind.SUN, 23), 2)] == ["sun.21"]
    assert hours_apart(Bucket(DayKind.SUN, 12), 13) == ()
