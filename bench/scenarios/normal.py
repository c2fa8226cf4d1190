"""Normal days of the town's cameras: what a normal profile is learnt from before a scenario is played.

Ordinary life alone, seen as in a scenario, and with another chance than any scenario's: no scenario's day is ever learnt from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from bench.scenarios.assumptions import load_assumptions
from bench.scenarios.life import ordinary
from bench.scenarios.showing import Floats, Happening, Ints, shown
from bench.scenarios.town import CAMERAS, VERSION, MadeCamera
from streams.domain.cameras.registry import Registry
from streams.domain.normal.block import Block
from streams.domain.normal.hours import BLOCK, BLOCK_S, Bucket, bucket_of
from streams.domain.normal.profile import Fingerprint, ProfileRow, fingerprint, with_block

DAYS: Final = 28
"""A normal profile forgets what is older."""
HOUR_S: Final = 3_600
_CHANCE: Final = 20_150
"""Apart from the seeds of scenarios."""


@dataclass(frozen=True, slots=True)
class NormalHour:
    """Normal hour: what one camera shows in each second of one ordinary hour; arrays of shape (3600,).

    What takes metres is None where the camera has none.
    """

    camera_id: str
    start: datetime
    persons: Ints
    fastest_m_per_s: Floats | None
    standing_together: Ints | None
    dropped: Floats
    longest_stay_s: Ints


def normal_hours(camera_id: str, until: date, zone: ZoneInfo, hours: tuple[int, ...]) -> Iterator[NormalHour]:
    """Yield these hours of the day on each of the `DAYS` days before one, oldest first.

    Args:
        camera_id: A camera of the town.
        until: The day of a scenario: it is not learnt from.
        zone: Of local time.
        hours: Of the day, local time.
    """
    camera = next(each for each in CAMERAS if each.name == camera_id)
    for back in range(DAYS, 0, -1):
        day = until - timedelta(days=back)
        for hour in hours:
            yield _hour(camera, datetime.combine(day, time(hour), zone))


def _hour(camera: MadeCamera, start: datetime) -> NormalHour:
    assumed = load_assumptions()
    chance = np.random.default_rng([_CHANCE, *camera.name.encode(), start.toordinal(), start.hour])
    # half an hour before, whose visits last into the hour
    before_s = HOUR_S // 2
    happening = Happening(np.zeros(before_s + HOUR_S))
    passers = assumed.life.by_hour[start.hour]
    length_s = before_s + HOUR_S
    happening.visits += ordinary(chance, camera, passers, length_s, assumed.life, assumed.seeing)
    told = shown(chance, camera, happening, length_s, assumed.seeing, assumed.life)
    return NormalHour(
        camera_id=camera.name,
        start=start,
        persons=told.count[before_s:],
        fastest_m_per_s=told.fastest_m_per_s[before_s:] if camera.metres else None,
        standing_together=told.standing_together[before_s:] if camera.metres else None,
        dropped=told.dropped[before_s:],
        longest_stay_s=told.dwell_s[before_s:],
    )


def profiles(
    registry: Registry, start: datetime, duration_s: float, zone: ZoneInfo
) -> Iterator[tuple[str, Bucket, ProfileRow]]:
    """Yield what each camera's view has learnt in the four weeks before a scenario, of its hours and the one before and after.

    Of other towns than the made one nothing is known.
    """
    if registry.version != VERSION:
        return
    first = (start - timedelta(hours=1)).astimezone(zone)
    number = int(duration_s // HOUR_S) + 4
    hours = tuple(dict.fromkeys((first.hour + step) % 24 for step in range(number)))
    for camera in registry.cameras:
        made_with = fingerprint(camera, None)
        for bucket, row in _learnt(
            camera.id, start.astimezone(zone).date(), zone, hours, made_with.shape, made_with.ground
        ).items():
            yield camera.id, bucket, row


@cache
def _learnt(
    camera_id: str, until: date, zone: ZoneInfo, hours: tuple[int, ...], shape: str, ground: str
) -> Mapping[Bucket, ProfileRow]:
    found: dict[Bucket, ProfileRow] = {}
    for hour in normal_hours(camera_id, until, zone, hours):
        for number in range(HOUR_S // BLOCK_S):
            span = slice(number * BLOCK_S, (number + 1) * BLOCK_S)
            measured = (hour.persons, hour.fastest_m_per_s, hour.standing_together, hour.dropped, hour.longest_stay_s)
            persons, fastest, standing, dropped, stay = (
                None if each is None else float(each[span].max()) for each in measured
            )
            block = Block(hour.start + number * BLOCK, BLOCK_S, (persons, fastest, standing, dropped, stay))
            bucket = bucket_of(block.start, zone)
            found[bucket] = with_block(found.get(bucket), block, Fingerprint(shape=shape, ground=ground), zone)
    return found
