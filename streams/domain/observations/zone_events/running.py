"""Somebody who runs where people walk."""

from __future__ import annotations

from typing import Final

from schemas.phrases.codes import zones as says
from streams.domain.observations.motion import walking
from streams.domain.observations.zone_events.shown import ZoneEvent, ZoneShown

TIMES_NORMAL: Final = 2.0
LEAST_M_PER_S: Final = 2.5
"""People go over from walking to running at about 2 m/s, so this is running wherever it is seen."""


def running(shown: ZoneShown) -> ZoneEvent | None:
    """Return that somebody on foot is more than twice as fast as is normal in the zone, and runs; value: the speed.

    It must have been so fast a second ago too. Nothing is said before the normal speed was learnt: where people usually run,
    running is normal. Nor without metres: by body heights 14 of 16 clips of ordinary life show somebody running.
    """
    if not shown.zone.situations.running or shown.normal_per_s is None or shown.scale.ground is None:
        return None
    limit = max(TIMES_NORMAL * shown.normal_per_s, LEAST_M_PER_S)
    speeds = [each.held_per_s for each in walking(shown.persons) if each.held_per_s and each.held_per_s > limit]
    if not speeds:
        return None
    what = says.running(len(speeds), max(speeds), shown.normal_per_s, shown.scale.unit)
    return ZoneEvent(round(max(speeds), 2), what, shown.at_s)
