"""Many persons who come together at one point, or leave it."""

from __future__ import annotations

from typing import Final

from schemas.phrases.codes import zones as says
from streams.domain.observations.motion import spread
from streams.domain.observations.zone_events.shown import ZoneEvent, ZoneShown

SHARE_AT_LEAST: Final = 0.8
"""Four of five."""


def converging(shown: ZoneShown) -> ZoneEvent | None:
    """Return that most of at least five moving persons move towards one point; value: their share."""
    return _found(shown, toward=True)


def dispersing(shown: ZoneShown) -> ZoneEvent | None:
    """Return that most of at least five moving persons move away from one point; value: their share."""
    return _found(shown, toward=False)


def _found(shown: ZoneShown, *, toward: bool) -> ZoneEvent | None:
    if not shown.zone.situations.gathering:
        return None
    seen = spread(shown.persons, shown.scale)
    share = 0.0 if seen is None else seen.toward if toward else seen.away
    if seen is None or share < SHARE_AT_LEAST:
        return None
    where = "picture" if shown.scale.ground is None else "ground"
    what = says.moving(100 * share, seen.movers, "toward" if toward else "away", where)
    return ZoneEvent(round(share, 2), what, shown.at_s)
