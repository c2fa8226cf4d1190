"""Normal profile: of one bucket, in weekly slots, how many blocks had their largest in which bin.

A slot is forgotten 26 days after its first block, by which nothing of it stands in a changelog for 28: a day for compaction and
half a day for the segment come on top (`streams/topics.py`). So at any hour the last three weeks and this one are known.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Annotated, Final, NamedTuple

from pydantic import Field

from schemas.base import Part
from streams.domain.cameras.registry import Camera
from streams.domain.normal.block import Block
from streams.domain.normal.hours import Bucket, bucket_of, week_of
from streams.domain.normal.measure import BINS, ON_THE_GROUND, Measure, bin_of, size

KEPT: Final = timedelta(days=26)
SLOTS: Final = 4
Counts = tuple[int, ...]
"""Blocks by bin: of one measure."""
_NONE: Final[Counts] = (0,) * BINS
_PLACE: Final = {measure: place for place, measure in enumerate(Measure)}


class Fingerprint(Part):
    """Fingerprint: what the counts were made with: the part of the picture that is watched, and the calibration, or none."""

    shape: Annotated[str, Field(max_length=16)]
    ground: Annotated[str, Field(max_length=40)]


class WeekSlot(NamedTuple):
    """Week slot: what one week taught.

    Attributes:
        week: Its number, as `week_of` gives it.
        since_s: When its first block began, in seconds since the epoch.
        blocks: How many blocks were watched.
        counts: For each measure, in the order of `Measure`, the blocks by bin; those that do not know it are in none.
    """

    week: int
    since_s: int
    blocks: int
    counts: tuple[Counts, ...]


class ProfileRow(Part):
    """Normal profile of one bucket of a view or a zone: at most four weekly slots, the oldest first."""

    made_with: Fingerprint
    slots: Annotated[tuple[WeekSlot, ...], Field(max_length=SLOTS)]

    @property
    def forgets_at(self) -> datetime:
        """Return when its oldest slot is forgotten; a row has at least one."""
        return datetime.fromtimestamp(self.slots[0].since_s, UTC) + KEPT


Profile = Mapping[Bucket, ProfileRow]
"""What is usual in one view or zone: without the buckets of which nothing is known."""


def fingerprint(camera: Camera, zone_id: str | None) -> Fingerprint:
    """Return what the counts of a camera's zone are made with; of None those of its whole view."""
    polygon = next((zone.polygon for zone in camera.zones if zone.id == zone_id), None)
    told = repr((camera.width_px, camera.height_px, camera.masks.version, polygon))
    digest = hashlib.sha256(told.encode()).hexdigest()[:16]
    return Fingerprint(shape=digest, ground=camera.calibration.version if camera.calibration else "")


def usable(row: ProfileRow | None, made_with: Fingerprint) -> ProfileRow | None:
    """Return what of a row still holds: nothing of another part of the picture, and no metres of another calibration."""
    if row is None or row.made_with == made_with:
        return row
    if row.made_with.shape != made_with.shape:
        return None
    slots = tuple(
        slot._replace(
            counts=tuple(
                _NONE if measure in ON_THE_GROUND else counts
                for measure, counts in zip(Measure, slot.counts, strict=True)
            )
        )
        for slot in row.slots
    )
    return ProfileRow(made_with=made_with, slots=slots)


def with_block(row: ProfileRow | None, block: Block, made_with: Fingerprint, zone: tzinfo) -> ProfileRow:
    """Return the bucket's profile with one block more, as of when that block ended."""
    row = usable(row, made_with)
    known = unforgotten(row.slots if row else (), block.start)
    week = week_of(block.start, zone)
    before = next((slot for slot in known if slot.week == week), None)
    slot = before or WeekSlot(week, int(block.start.timestamp()), 0, (_NONE,) * len(Measure))
    counts = tuple(
        _counted(each, measure, size(block.largest, measure))
        for measure, each in zip(Measure, slot.counts, strict=True)
    )
    new = slot._replace(blocks=slot.blocks + 1, counts=counts)
    slots = sorted((*(each for each in known if each is not before), new), key=lambda each: each.since_s)
    return ProfileRow(made_with=made_with, slots=tuple(slots[-SLOTS:]))


def without_old(row: ProfileRow, now: datetime) -> ProfileRow | None:
    """Return a row without the slots that are to be forgotten; None where none is left."""
    slots = unforgotten(row.slots, now)
    return row.model_copy(update={"slots": slots}) if slots else None


def unforgotten(slots: Iterable[WeekSlot], now: datetime) -> tuple[WeekSlot, ...]:
    """Return the slots that may be kept."""
    since_s = (now - KEPT).timestamp()
    return tuple(slot for slot in slots if slot.since_s > since_s)


def learnt(blocks: Iterable[Block], made_with: Fingerprint, zone: tzinfo) -> dict[Bucket, ProfileRow]:
    """Return the profile that blocks teach, in the order of time; which of them teach is for the caller to say."""
    profile: dict[Bucket, ProfileRow] = {}
    for block in blocks:
        bucket = bucket_of(block.start, zone)
        profile[bucket] = with_block(profile.get(bucket), block, made_with, zone)
    return profile


def counted(rows: Iterable[ProfileRow], measure: Measure) -> Counts:
    """Return how many blocks of these rows had their largest in each bin."""
    place = _PLACE[measure]
    return summed(slot.counts[place] for row in rows for slot in row.slots)


def summed(counts: Iterable[Sequence[int]]) -> Counts:
    """Return counts added up, bin by bin."""
    return tuple(map(sum, zip(_NONE, *counts, strict=True)))


def _counted(counts: Counts, measure: Measure, value: float | None) -> Counts:
    if value is None:
        return counts
    place = bin_of(measure, value)
    return (*counts[:place], counts[place] + 1, *counts[place + 1 :])
