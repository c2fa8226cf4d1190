"""Somebody in a zone while it is closed."""

from __future__ import annotations

from schemas.phrases.codes import zones as says
from schemas.phrases.codes.common import side_by_side, weekday
from streams.domain.cameras.legal_basis import open_window
from streams.domain.observations.zone_events.shown import ZoneEvent, ZoneShown


def closed_zone(shown: ZoneShown) -> ZoneEvent | None:
    """Return that somebody is in the zone at an hour when nobody may be, in local time; value: persons."""
    window = open_window(shown.zone.situations.closed, shown.local)
    if window is None or not shown.count:
        return None
    first, *others = (weekday(day.value) for day in window.days)
    hours = f"{window.from_time:%H:%M}", f"{window.until_time:%H:%M}"
    what = says.zone_closed(shown.count, side_by_side(first, *others), *hours)
    return ZoneEvent(float(shown.count), what, shown.at_s)
