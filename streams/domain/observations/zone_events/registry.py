"""Zone events registry: which zone events there are: how each is found, when it begins and ends, what it says.

A new one is a file, and a row here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from schemas.categories import Category
from schemas.observations import SituationKind, ZoneSituation
from schemas.phrases.catalogue import sentence
from streams.domain.observations.memory import Held
from streams.domain.observations.zone_events.closed_zone import closed_zone
from streams.domain.observations.zone_events.gathering import converging, dispersing
from streams.domain.observations.zone_events.loitering import dwelling, group
from streams.domain.observations.zone_events.object_left import object_left
from streams.domain.observations.zone_events.running import running
from streams.domain.observations.zone_events.shown import ZoneEvent, ZoneShown
from streams.domain.observations.zone_events.wrong_direction import wrong_direction


class ZoneEventRule(NamedTuple):
    """Zone event rule: how a zone event is found and told.

    Attributes:
        find: Tells whether a zone shows it.
        persist_s: It begins after it was found for so long.
        hold_s: It ends when it was missed for so long.
        still: Whether it can go on while nothing moves.
        category: What it opens an alert of by itself; None where a camera alone is not enough.
    """

    find: Callable[[ZoneShown], ZoneEvent | None]
    persist_s: float
    hold_s: float
    still: bool = False
    category: Category | None = None


SITUATIONS: Final[Mapping[SituationKind, ZoneEventRule]] = {
    SituationKind.DWELLING: ZoneEventRule(dwelling, 0, 5, still=True),
    SituationKind.GROUP: ZoneEventRule(group, 0, 5, still=True),
    SituationKind.RUNNING: ZoneEventRule(running, 0, 5),
    SituationKind.CONVERGING: ZoneEventRule(converging, 3, 5),
    SituationKind.DISPERSING: ZoneEventRule(dispersing, 0, 5),
    SituationKind.OBJECT_LEFT: ZoneEventRule(object_left, 0, 10, still=True, category=Category.VERDACHT_VOORWERP),
    SituationKind.WRONG_DIRECTION: ZoneEventRule(wrong_direction, 0, 3),
    SituationKind.CLOSED_ZONE: ZoneEventRule(closed_zone, 3, 10, still=True),
}
"""Those whose own condition lasts already begin at once. The times are chosen here, against the flicker of a box or a track.

Of what cameras see by themselves only crowds, fires and objects that were left may open an alert (domain fact sheet §7, rule 1).
"""


class ZoneEvents(NamedTuple):
    """Zone events: what is remembered of a zone's situations, and what is told of them."""

    held: dict[SituationKind, Held]
    told: tuple[ZoneSituation, ...]


def find_situations(known: Mapping[SituationKind, Held], shown: ZoneShown, began: datetime, clear: bool) -> ZoneEvents:
    """Return a zone's situations after a second, in the order of their kinds.

    Args:
        known: Those that were held before it.
        shown: What the zone showed.
        began: When the times of `shown` count from.
        clear: Whether the camera could see. Otherwise nothing ends because it was not found, and only what was found is told.
    """
    held: dict[SituationKind, Held] = {}
    told: list[ZoneSituation] = []
    for kind, watched in SITUATIONS.items():
        found = watched.find(shown)
        after = _after(known.get(kind), found, shown.at_s, watched.hold_s, clear)
        if after is None:
            continue
        held[kind] = after
        if (clear or found is not None) and after.last_s - after.first_s >= watched.persist_s:
            since = began + timedelta(seconds=after.since_s)
            words = {"explanation": after.explanation, "phrase": after.phrase}
            told.append(ZoneSituation(kind=kind, since=since, value=after.value, **words))
    return ZoneEvents(held, tuple(told))


def _after(before: Held | None, found: ZoneEvent | None, at_s: float, hold_s: float, clear: bool) -> Held | None:
    if before is not None and at_s - before.last_s > hold_s and clear:
        before = None
    if found is not None:
        return Held(
            since_s=found.since_s if before is None else before.since_s,
            first_s=at_s if before is None else before.first_s,
            last_s=at_s,
            value=found.value,
            explanation=sentence(found.what)[:300],
            phrase=found.what,
        )
    if before is None or clear:
        return before
    # The time in which nobody could see neither ends it nor lets it last.
    return before.model_copy(update={"first_s": before.first_s + at_s - before.last_s, "last_s": at_s})
