"""Shown: what a situation is judged by, and what it says when it is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from schemas.phrases.phrase import Phrase
from streams.domain.cameras.registry import Zone
from streams.domain.observations.memory import Bag, Stay, Track
from streams.domain.observations.motion import Scale, TrackMotion


class ViewShown(NamedTuple):
    """View shown: what the camera's whole view showed in one second.

    Attributes:
        persons: The count.
        dropped: By how many it is lower than ten to five seconds ago; None where that was not watched.
        together: The most who stand together; None without metres.
        together_before: The median of that some time ago; None where that was not watched for long enough.
        hurrying: The most who ran at once in the last ten seconds.
    """

    persons: int = 0
    dropped: float | None = None
    together: int | None = None
    together_before: float | None = None
    hurrying: int = 0


@dataclass(frozen=True)
class ZoneShown:
    """Zone shown: what a zone showed in one second. Times are in seconds since the camera's memory began.

    Attributes:
        zone: The zone with its switches.
        local: The second, in the time zone of the zone's hours.
        at_s: When the newest frame was taken.
        count: Persons in the zone.
        stays: Of the persons who were seen in it in this second.
        persons: How those persons move.
        normal_per_s: The zone's normal speed in `scale`; None until it was learnt.
        tracks: All tracks of the camera that were seen in this second, with their paths.
        bags: Bags that were put down in it.
        scale: In what lengths are told.
        view: What the camera's whole view showed.
    """

    zone: Zone
    local: datetime
    at_s: float
    count: int
    stays: Sequence[Stay]
    persons: Sequence[TrackMotion]
    normal_per_s: float | None
    tracks: Sequence[Track]
    bags: Sequence[Bag]
    scale: Scale
    view: ViewShown


class ZoneEvent(NamedTuple):
    """A situation: how large it is, what is told of it, and since when it holds."""

    value: float
    what: Phrase
    since_s: float
