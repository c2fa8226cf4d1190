"""Persons who stay: one for long, and a group."""

from __future__ import annotations

from schemas.phrases.codes import zones as says
from streams.domain.observations.zone_events.shown import ZoneEvent, ZoneShown


def dwelling(shown: ZoneShown) -> ZoneEvent | None:
    """Return that somebody has been in the zone for longer than `dwelling_s`; value: seconds."""
    limit_s = shown.zone.situations.dwelling_s
    if limit_s is None or not shown.stays:
        return None
    first_s = min(stay.first_s for stay in shown.stays)
    stay_s = shown.at_s - first_s
    if stay_s <= limit_s:
        return None
    return ZoneEvent(round(stay_s, 1), says.dwelling(stay_s, limit_s), first_s)


def group(shown: ZoneShown) -> ZoneEvent | None:
    """Return that so many persons have each stayed for `stay_s`; value: persons. It holds since the last of them came."""
    asked = shown.zone.situations.group
    if asked is None:
        return None
    firsts_s = sorted(stay.first_s for stay in shown.stays if shown.at_s - stay.first_s >= asked.stay_s)
    if len(firsts_s) < asked.persons:
        return None
    what = says.group(len(firsts_s), asked.stay_s, asked.persons)
    return ZoneEvent(float(len(firsts_s)), what, firsts_s[asked.persons - 1])
