"""Normal profile: what blocks teach, what is forgotten when, and what another picture or calibration takes away."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from streams.domain.cameras.registry import HomographyCalibration, SurveyedPoint
from streams.domain.normal.block import Block, block_of, teaches
from streams.domain.normal.hours import BLOCK, bucket_of
from streams.domain.normal.measure import BINS, EDGES, UNKNOWN, Measure, Sizes, bin_of
from streams.domain.normal.profile import (
    KEPT,
    Fingerprint,
    ProfileRow,
    counted,
    fingerprint,
    learnt,
    usable,
    with_block,
    without_old,
)
from tests.support.situations import camera

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
TUESDAY = datetime(2026, 11, 3, 12, tzinfo=UTC)
MADE = Fingerprint(shape="a", ground="1")
QUIET: Sizes = (1, 1.2, 0, 0.0, 15.0)


def block(start: datetime = TUESDAY, sizes: Sizes = QUIET, watched_s: int = 600) -> Block:
    return Block(start, watched_s, sizes)


@pytest.mark.parametrize("measure", Measure)
def test_bins_are_twelve_that_rise_from_zero(measure: Measure) -> None:
    edges = EDGES[measure]
    assert len(edges) == BINS
    assert edges[0] == 0
    assert sorted(set(edges)) == list(edges)
    assert [bin_of(measure, edge) for edge in edges] == list(range(BINS))
    assert bin_of(measure, 1e9) == BINS - 1


def test_a_block_has_the_largest_of_each_measure_and_how_much_was_watched() -> None:
    found = block_of(TUESDAY, [(1, None, 0, 0.0, 3.0), (4, 1.5, None, 2.0, 1.0), UNKNOWN])
    assert found == Block(TUESDAY, 3, (4, 1.5, 0, 2.0, 3.0))


@pytest.mark.parametrize(("watched_s", "taught"), [(600, True), (300, True), (299, False), (0, False)])
def test_a_block_that_was_watched_for_less_than_half_teaches_nothing(watched_s: int, taught: bool) -> None:
    assert teaches(block(watched_s=watched_s), []) is taught


@pytest.mark.parametrize(("minutes", "taught"), [(-31, True), (-30, False), (5, False), (40, False), (41, True)])
def test_a_block_near_a_report_teaches_nothing(minutes: int, taught: bool) -> None:
    assert teaches(block(), [TUESDAY + timedelta(minutes=minutes)]) is taught


def test_a_block_counts_in_the_bin_of_each_measure_that_it_knows() -> None:
    row = with_block(None, block(sizes=(4, None, 2, 0.0, 61.0)), MADE, AMSTERDAM)
    assert [sum(counts) for counts in row.slots[0].counts] == [1, 0, 1, 1, 1]
    assert counted([row], Measure.PERSONS)[3] == 1  # 3 and 4
    assert counted([row], Measure.STAY)[4] == 1  # from 60 s
    assert row.slots[0].blocks == 1


def test_each_week_has_a_slot_and_four_are_kept() -> None:
    row = None
    for week in range(6):
        start = TUESDAY + timedelta(weeks=week)
        for number in range(2):
            row = with_block(row, block(start + number * BLOCK), MADE, AMSTERDAM)
    assert row is not None
    assert [slot.blocks for slot in row.slots] == [2, 2, 2, 2]
    assert row.forgets_at == TUESDAY + timedelta(weeks=2) + KEPT


def test_weeks_without_pictures_leave_no_slot_and_prolong_none() -> None:
    row = with_block(None, block(), MADE, AMSTERDAM)
    later = with_block(row, block(TUESDAY + timedelta(weeks=2)), MADE, AMSTERDAM)
    assert [slot.week for slot in later.slots] == [row.slots[0].week, row.slots[0].week + 2]
    after_all = with_block(later, block(TUESDAY + timedelta(weeks=9)), MADE, AMSTERDAM)
    assert len(after_all.slots) == 1


def test_nothing_is_kept_for_longer_than_26_days() -> None:
    """With a day for compaction and half a day for the segment nothing outlives 28."""
    row = with_block(None, block(), MADE, AMSTERDAM)
    row = with_block(row, block(TUESDAY + timedelta(weeks=1)), MADE, AMSTERDAM)
    at = row.forgets_at
    assert at + timedelta(days=1.5) < TUESDAY + timedelta(days=28)
    assert without_old(row, at - timedelta(seconds=1)) == row
    kept = without_old(row, at)
    assert kept is not None
    assert len(kept.slots) == 1
    assert without_old(kept, kept.forgets_at) is None


def test_another_polygon_empties_a_zone_and_another_calibration_only_what_is_in_metres() -> None:
    row = with_block(None, block(), MADE, AMSTERDAM)
    assert usable(row, MADE) is row
    assert usable(row, Fingerprint(shape="b", ground="1")) is None
    kept = usable(row, Fingerprint(shape="a", ground="2"))
    assert kept is not None
    assert [sum(counts) for counts in kept.slots[0].counts] == [1, 0, 0, 1, 1]
    anew = with_block(row, block(TUESDAY + BLOCK), Fingerprint(shape="b", ground="1"), AMSTERDAM)
    assert anew.slots[0].blocks == 1


def test_a_fingerprint_is_of_the_zone_and_of_the_calibration() -> None:
    known = camera("cam-1", 0)
    plein = fingerprint(known, "plein")
    moved = known.model_copy(
        update={"zones": (known.zones[0].model_copy(update={"polygon": ((0, 0), (9, 0), (9, 9))}), known.zones[1])}
    )
    assert fingerprint(moved, "plein") != plein
    assert fingerprint(moved, None) == fingerprint(known, None)
    points = tuple(SurveyedPoint(pixel=(x, y), x_m=x, y_m=y) for x, y in ((0, 0), (9, 0), (9, 9), (0, 9)))
    calibration = HomographyCalibration(method="homography", version="2026-1", date=date(2026, 1, 1), points=points)
    surveyed = fingerprint(known.model_copy(update={"calibration": calibration}), "plein")
    assert (surveyed.shape, surveyed.ground) == (plein.shape, "2026-1")


def test_a_row_stays_small() -> None:
    """A row is written once in ten minutes for each zone: it stays below a kilobyte."""
    row: ProfileRow | None = None
    for week in range(4):
        for number in range(24):
            start = TUESDAY + timedelta(weeks=week, days=number // 6) + number % 6 * BLOCK
            row = with_block(row, block(start), MADE, AMSTERDAM)
    assert row is not None
    assert len(row.model_dump_json()) < 1_000


def test_learning_sorts_blocks_into_their_buckets() -> None:
    profile = learnt([block(TUESDAY + number * BLOCK) for number in range(12)], MADE, AMSTERDAM)
    assert {str(bucket): row.slots[0].blocks for bucket, row in profile.items()} == {"mon-thu.13": 6, "mon-thu.14": 6}
    assert bucket_of(TUESDAY, AMSTERDAM) in profile
