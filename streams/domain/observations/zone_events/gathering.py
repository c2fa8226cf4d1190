"""Many persons who come together, or go: judged by the camera's whole view, since a zone is too small for either.

Headings from or to one point were tried and tell neither: who has arrived stands and heads nowhere, and all who run to four exits
do not run from one point (ADR 13). What tells is how many stand together, and by how many the count falls.
"""

from __future__ import annotations

from typing import Final

from schemas.phrases.codes import zones as says
from streams.domain.observations.zone_events.shown import ZoneEvent, ZoneShown

TOGETHER_AT_LEAST: Final = 5
TOGETHER_MORE: Final = 4
"""So many stand together, and so many more than before: not a terrace, nor those who wait for a bus all the time."""
GONE_AT_LEAST: Final = 4
GONE_SHARE: Final = 0.5
"""So many are gone within ten seconds, and this share of those who were there: not a crowd through which people walk."""
HURRYING_AT_LEAST: Final = 2
"""So many ran at once in those ten seconds. Without it a view of 14 m empties by half every half minute (UCY zara01)."""


def converging(shown: ZoneShown) -> ZoneEvent | None:
    """Return that many more stand together than some time ago; value: how many do. Metres are needed for it."""
    view = shown.view
    if not shown.zone.situations.gathering or view.together is None or view.together_before is None:
        return None
    if view.together < max(TOGETHER_AT_LEAST, view.together_before + TOGETHER_MORE):
        return None
    what = says.came_together(view.together, view.together_before)
    return ZoneEvent(float(view.together), what, shown.at_s)


def dispersing(shown: ZoneShown) -> ZoneEvent | None:
    """Return that many of those in view are gone within ten seconds, and some of them ran; value: how many are gone."""
    view = shown.view
    if not shown.zone.situations.gathering or view.dropped is None or view.hurrying < HURRYING_AT_LEAST:
        return None
    before = view.persons + view.dropped
    if view.dropped < max(GONE_AT_LEAST, GONE_SHARE * before):
        return None
    return ZoneEvent(view.dropped, says.went_away(view.dropped, before), shown.at_s)
