"""Measures: what a zone, or a whole view, shows in a second of what a normal profile is learnt from; see `Measures`."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from schemas.observations import Measures
from streams.domain.observations.memory import CountedSecond
from streams.domain.observations.motion import Scale, TrackMotion, walking
from streams.domain.observations.objects import PERSONS

STANDING_BELOW_M_PER_S: Final = 0.4
"""Who is slower stands. A foot point that is wrong by .14 m (design §6) seems to go at .1 m/s over two seconds."""
HURRYING_FROM_M_PER_S: Final = 2.0
"""People go over from walking to running at about this."""
TOGETHER_M: Final = 2.5
"""Who stands within this of somebody stands together with them. Both numbers are of the study in `docs/cameras-seeing.md`."""
TOGETHER_OVER_S: Final = 60
TOGETHER_UNTIL_S: Final = 15
TOGETHER_LEAST_SECONDS: Final = 15
"""How many stand together now is compared with the median of what was between a minute and a quarter of one ago [own]."""
DROP_FROM_S: Final = 10
DROP_TO_S: Final = 5
"""A count has dropped against what it was between so many seconds ago."""
DROP_LEAST_SECONDS: Final = 4
"""Of those six seconds so many must have been watched."""


def measures(
    count: int,
    counts: Sequence[CountedSecond],
    persons: Sequence[TrackMotion],
    longest_stay_s: float,
    scale: Scale,
    running: int | None = None,
) -> Measures:
    """Return the measures of a second.

    Args:
        count: Persons.
        counts: Those of the last seconds that were seen clearly, this one as the last; empty where this one was not.
        persons: How those persons move whose tracks are known.
        longest_stay_s: How long the one who is there longest is there.
        scale: In what lengths `persons` are told.
        running: How many run, of a whole view in metres (`hurrying`).
    """
    return Measures(
        persons=count,
        fastest_m_per_s=None if scale.ground is None else _fastest(persons),
        standing_together=None if scale.ground is None else standing_together(persons),
        dropped=dropped(counts),
        longest_stay_s=round(max(longest_stay_s, 0.0), 1),
        running=running,
    )


def _fastest(persons: Iterable[TrackMotion]) -> float | None:
    """Return the highest speed that somebody on foot held for a second, None where nobody's is known."""
    held = [each.held_per_s for each in walking(persons) if each.held_per_s is not None]
    return round(max(held), 2) if held else None


def hurrying(persons: Iterable[TrackMotion]) -> int:
    """Return how many on foot held the speed at which people go over to running; it must be in metres."""
    return sum(each.held_per_s is not None and each.held_per_s >= HURRYING_FROM_M_PER_S for each in walking(persons))


def standing_together(persons: Iterable[TrackMotion]) -> int:
    """Return the most persons who stand within reach of one of them, that one included; places must be in metres."""
    places = [
        each.place
        for each in persons
        if each.kind in PERSONS and each.speed_per_s is not None and each.speed_per_s < STANDING_BELOW_M_PER_S
    ]
    if len(places) < 2:
        return len(places)
    at = np.array(places, np.float64)
    away = at[:, None, :] - at[None, :, :]
    return int(((away**2).sum(axis=2) <= TOGETHER_M**2).sum(axis=1).max())


def together_before(counts: Sequence[CountedSecond]) -> float | None:
    """Return how many stood together some time ago, the median; None where that was not watched for long enough.

    Args:
        counts: How many stood together in the last minute, this second as the last.
    """
    ago = [each.persons for each in counts if each.second_s <= counts[-1].second_s - TOGETHER_UNTIL_S]
    return float(statistics.median(ago)) if len(ago) >= TOGETHER_LEAST_SECONDS else None


def dropped(counts: Sequence[CountedSecond]) -> float | None:
    """Return by how many persons a count is lower than it was ten to five seconds ago, never below zero.

    None where that was not watched for long enough. The median, so that a few wrong counts do not move it.
    """
    if not counts:
        return None
    now = counts[-1]
    ago = [each.persons for each in counts if now.second_s - DROP_FROM_S <= each.second_s <= now.second_s - DROP_TO_S]
    return max(statistics.median(ago) - now.persons, 0.0) if len(ago) >= DROP_LEAST_SECONDS else None
