"""Base rates: how often a window about nothing shows so much, from the fewest hours that taught enough."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from streams.domain.normal.base_rate import LearntOf, Usual, base_rate, of_any, unusual_from, usual
from streams.domain.normal.block import Block
from streams.domain.normal.hours import BLOCK, Bucket, DayKind
from streams.domain.normal.measure import Measure
from streams.domain.normal.profile import Fingerprint, learnt

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
TUESDAY_13 = datetime(2026, 11, 24, 12, tzinfo=UTC)
MADE = Fingerprint(shape="a", ground="1")
AT_13 = Bucket(DayKind.MON_THU, 13)


def persons(*numbers: int) -> Usual:
    counts = tuple(numbers) + (0,) * (12 - len(numbers))
    return Usual(Measure.PERSONS, counts, LearntOf.HOUR)


def hours(**blocks: int) -> object:
    """Return the profile of a Tuesday, by how many blocks an hour has, such as h13=6."""
    made = [
        Block(TUESDAY_13 + timedelta(hours=int(name[1:]) - 13) + number * BLOCK, 600, (3, None, None, None, 0.0))
        for name, many in blocks.items()
        for number in range(many)
    ]
    weeks = [block._replace(start=block.start - timedelta(weeks=week)) for week in (1, 0) for block in made]
    return learnt(sorted(weeks), MADE, AMSTERDAM).get


@pytest.mark.parametrize(
    ("taught", "learnt_of", "blocks"),
    [
        ({"h13": 6}, LearntOf.HOUR, 12),
        ({"h13": 4, "h14": 2}, LearntOf.NEAR_HOURS, 12),
        ({"h12": 6}, LearntOf.NEAR_HOURS, 12),
        ({"h13": 1, "h8": 6}, LearntOf.DAY_KIND, 14),
        ({"h10": 6, "h8": 6}, LearntOf.DAY_KIND, 12),
        ({"h7": 6}, LearntOf.DAY_KIND, 12),
        ({"h6": 6, "h5": 6, "h2": 6, "h20": 6}, LearntOf.NOTHING, 0),
        ({"h13": 5}, LearntOf.NOTHING, 10),
        ({}, LearntOf.NOTHING, 0),
    ],
)
def test_an_hour_borrows_from_its_neighbours_then_from_its_kind_of_day(
    taught: dict[str, int], learnt_of: LearntOf, blocks: int
) -> None:
    found = usual(hours(**taught), AT_13, Measure.PERSONS)  # type: ignore[arg-type]
    assert (found.learnt_of, found.blocks) == (learnt_of, blocks)
    assert found.known is (learnt_of is not LearntOf.NOTHING)


def test_a_night_says_nothing_of_a_market() -> None:
    """A camera that was put up at midnight saw nobody for seven hours; at two people run for the bus."""
    night = hours(h0=6, h1=6, h2=6, h3=6, h4=6, h5=6, h6=6)
    assert not usual(night, Bucket(DayKind.MON_THU, 14), Measure.PERSONS).known  # type: ignore[arg-type]


def test_a_measure_that_is_not_known_there_is_not_learnt() -> None:
    found = usual(hours(h13=6), AT_13, Measure.FASTEST)  # type: ignore[arg-type]
    assert (found.learnt_of, found.blocks) == (LearntOf.NOTHING, 0)


def test_a_base_rate_is_never_zero_or_one() -> None:
    assert base_rate(persons(30), 1, 600) == pytest.approx(1 / 32)
    assert base_rate(persons(0, 30), 1, 600) == pytest.approx(31 / 32)
    assert base_rate(persons(27, 3), 1, 600) == pytest.approx(4 / 32)


def test_longer_windows_reach_it_more_often_and_shorter_ones_are_taken_for_a_block() -> None:
    of_block = 4 / 32
    assert base_rate(persons(27, 3), 1, 1_800) == pytest.approx(1 - (1 - of_block) ** 3)
    assert base_rate(persons(27, 3), 1, 300) == pytest.approx(of_block)
    assert of_any(0.05, 5) == pytest.approx(1 - 0.95**5)
    assert of_any(0.05, 0.2) == pytest.approx(0.05)


def test_unusual_is_what_few_blocks_reached() -> None:
    calm = persons(20, 0, 18, 2)  # 2 of 40 had three or four persons
    assert unusual_from(calm, 0.95, 0) == 3
    assert unusual_from(calm, 0.96, 0) == 5
    assert unusual_from(calm, 0.95, 7) == 7


def test_with_few_blocks_it_is_more_than_any_of_them_showed() -> None:
    assert unusual_from(persons(0, 0, 12), 0.95, 1) == 3


def test_where_the_last_bin_is_usual_nothing_is_unusual() -> None:
    full = Usual(Measure.FASTEST, (0,) * 11 + (12,), LearntOf.HOUR)
    assert unusual_from(full, 0.95, 2.2) is None
