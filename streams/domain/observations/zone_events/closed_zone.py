"""Somebody in a zone while it is closed."""

from __future__ import annotations

from streams.domain.cameras.legal_basis import describe_window, open_window
from streams.domain.observations.zone_events.shown import ZoneEvent, ZoneShown


def closed_zone(shown: ZoneShown) -> ZoneEvent | None:
    """Return that somebody is in the zone at an hour when nobody may be, in local time; value: persons."""
    window = open_window(shown.zone.situations.closed, shown.local)
    if window is None or not shown.count:
        return None
    who = "1 person" if shown.count == 1 else f"{shown.count} persons"
    return ZoneEvent(float(shown.count), f"{who} in it while it is closed ({describe_window(window)})", shown.at_s)
