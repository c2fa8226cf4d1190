"""Normal days of the town's cameras: what a normal profile is learnt from before a scenario is played.

Ordinary life alone, seen as in a scenario, and with another chance than any scenario's: no scenario's day is ever learnt from.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from bench.scenarios.assumptions import load_assumptions
from bench.scenarios.life import ordinary
from bench.scenarios.showing import Floats, Happening, Ints, shown
from bench.scenarios.town import CAMERAS, MadeCamera

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


@cache
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
