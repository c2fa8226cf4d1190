"""Somebody in a zone while it is closed."""

from __future__ import annotations

from schemas.phrases.codes import zones as says
from streams.domain.cameras.legal_basis import open_window, window_phrase
from streams.domain.observations.zone_events.shown import ZoneEvent, ZoneShown


def closed_zone(shown: ZoneShown) -> ZoneEvent | None:
    """Return that somebody is in the zone at an hour when nobody may be, in local time; value: persons."""
    window = open_window(shown.zone.situations.closed, shown.local)
    if window is None or not shown.count:
        return None
    return ZoneEvent(float(shown.count), says.zone_closed(shown.count, window_phrase(window)), shown.at_s)
