"""Memory: what `observe` remembers of a camera beyond one second. Written when a second closes, bounded in every part.

Times are in seconds since `CameraMemory.began`, places in pixels of the registry's picture: where they lie on the ground is
computed when they are compared, so a new calibration holds at once.
"""

from __future__ import annotations

from typing import Annotated, Final, NamedTuple

from pydantic import Field

from schemas.base import Identifier, Part, ShortText, Utc
from schemas.observations import SituationKind
from schemas.phrases.phrase import Phrase
from streams.domain.observations.episodes import CrowdRow
from streams.domain.observations.objects import ObjectKind

TRACK_LOST_S: Final = 2.0
"""A track that is not seen for this long is over; `detect` looks for it as long (`detectors/tracking/bytetrack.py`, LOST_S)."""
PATH_S: Final = 5.0
"""How far back a path is known, a step a second: who crosses a line slowly takes five seconds, and a speed that was held takes
three."""
COUNTS_S: Final = 60
"""How far back counts are known."""
MAX_BAGS: Final = 50
"""Bags remembered per camera, the last seen."""


class TrackStep(NamedTuple):
    """Track step: where a track was in one second: foot point and height."""

    at_s: float
    x_px: float
    y_px: float
    height_px: float


class Track(NamedTuple):
    """A track and its path. `last_s` is until when it was there: in a quiet gap what was seen before still held.

    `first_s` is since when it is in view without being lost.
    """

    track_id: int
    kind: ObjectKind
    last_s: float
    steps: tuple[TrackStep, ...]
    first_s: float


class Stay(NamedTuple):
    """Since when a person's track has been in a zone, and until when it was seen there."""

    track_id: int
    first_s: float
    last_s: float


class CountedSecond(NamedTuple):
    """The count of one second."""

    second_s: int
    persons: int


class Normal(NamedTuple):
    """Normal: what speed is normal in a zone, in metres or body heights per second, learnt over so many seconds.

    `measured_by` is the calibration's version, empty where there is none: with another one it is learnt anew.
    """

    measured_by: str
    speed_per_s: float
    learnt_s: int


class Bag(NamedTuple):
    """A bag where it was put down, the track of the person who was nearest then, and since when that person is away.

    The owner is None where nobody brought it, as far as one could see: then nobody can have left it. `since_s` is since when it
    stands there.
    """

    track_id: int
    x_px: float
    y_px: float
    size_px: float
    last_s: float
    owner: int | None
    away_s: float | None
    since_s: float


class Held(Part):
    """A situation of a zone: since when it holds, since when and until when it was found, and its newest size in words."""

    since_s: float
    first_s: float
    last_s: float
    value: Annotated[float, Field(ge=0)]
    explanation: ShortText
    phrase: Phrase | None = None


class ZoneMemory(Part):
    """Zone memory: what is remembered of one zone. `inside` are the tracks on the inner side of its edge."""

    stays: tuple[Stay, ...] = ()
    inside: tuple[int, ...] = ()
    counts: tuple[CountedSecond, ...] = ()
    normal: Normal | None = None
    crowd: CrowdRow | None = None
    situations: dict[SituationKind, Held] = Field(default_factory=dict)


class CameraMemory(Part):
    """Camera memory: what is remembered of one camera: a row of the stage's state. Tracks and stays end with their epoch.

    Of its whole view: `view` are the counts of the seconds that a drop is judged by, `hurrying` how many ran in them, `together`
    how many stood together in the last minute.
    """

    camera_id: Identifier
    began: Utc
    track_epoch: str = ""
    tracks: tuple[Track, ...] = ()
    bags: tuple[Bag, ...] = ()
    zones: dict[str, ZoneMemory] = Field(default_factory=dict)
    view: tuple[CountedSecond, ...] = ()
    hurrying: tuple[CountedSecond, ...] = ()
    together: tuple[CountedSecond, ...] = ()
