"""One fact about one possible situation: a report, a camera's word on a report, or what a camera saw by itself."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.base import Identifier, Message, Part, ShortText, Utc, Word
from schemas.categories import Category
from schemas.geo import Position
from schemas.incidents import Incident
from schemas.phrases.phrase import Phrase


class Coverage(Word):
    """Coverage: whether a camera can see a place, and why not."""

    IN_VIEW = "in_view"
    NOT_PERMITTED_NOW = "not_permitted_now"
    NO_CAMERAS_FOR_CATEGORY = "no_cameras_for_category"
    OUT_OF_RANGE = "out_of_range"


class CameraCoverage(Part):
    """One camera near a report: how far its view area is from the place, and whether it could have seen it.

    `attention_until` says until when the report asked this camera for more pictures; null where it did not.
    """

    camera_id: Identifier
    distance_m: Annotated[float, Field(ge=0)]
    coverage: Coverage
    attention_until: Utc | None = None


class ReportFact(Part):
    """A partner reported something. `cameras` lists those asked, and those near that could not be, nearest first.

    `note` says in one line what is unusual about how the place was found: no position, a poor one, outside every area.
    """

    kind: Literal["report"] = "report"
    incident: Incident
    cameras: tuple[CameraCoverage, ...]
    note: ShortText = ""
    phrase: Annotated[Phrase | None, Field(description="The note as a phrase")] = None


class Verdict(Word):
    """Verdict: what a camera says about a report: `unseen` means that it could see and did not.

    `pending` means that the camera was asked and its window is still open. `consistent` means that what it saw fits the report,
    and is not much more likely if the report is true than at this place and hour anyway.
    """

    PENDING = "pending"
    CORROBORATED = "corroborated"
    CONSISTENT = "consistent"
    UNSEEN = "unseen"
    CONTRADICTED = "contradicted"
    CAMERA_UNAVAILABLE = "camera_unavailable"
    NO_COVERAGE = "no_coverage"


class Likelihood(Part):
    """Likelihood: how much more likely a sight is if the report is true than at this place and hour anyway.

    `ratio` is P(sight | report true) / P(sight | nothing): above 1 it speaks for the report, below 1 against it.
    `base_rate` is how often windows of this length about nothing show it here, in any of the cameras that may see the place, as
    learnt from `windows` blocks of ten minutes; null where too little was learnt: the ratio is 1 then. `hit_rate` is how often it
    shows when the report is true and the camera could have seen it; null where nobody says. `learnt_of` says over which hours:
    `hour`, `near_hours`, `day_kind`, or `nothing`. `met` are the measures that showed as their hit rates mean it, `looked_for`
    those that could have shown: measured in this view, and known how usual.
    """

    signal: Annotated[str, Field(max_length=40)]
    ratio: Annotated[float, Field(gt=0)]
    hit_rate: Annotated[float, Field(gt=0, lt=1)] | None = None
    base_rate: Annotated[float, Field(gt=0, lt=1)] | None = None
    windows: Annotated[int, Field(ge=0)] = 0
    learnt_of: Annotated[str, Field(max_length=20)] = "nothing"
    in_view: Annotated[
        float, Field(ge=0, le=1, description="The chance that the place reported lies in view, by its accuracy")
    ] = 1.0
    met: Annotated[tuple[Annotated[str, Field(max_length=40)], ...], Field(max_length=20)] = ()
    looked_for: Annotated[tuple[Annotated[str, Field(max_length=40)], ...], Field(max_length=20)] = ()


class MovementKind(Word):
    """Movement kind: what people do that something brings about: they run, leave at once, or gather."""

    RUNNING = "running"
    LEAVING = "leaving"
    GATHERING = "gathering"


class Movement(Part):
    """Movement: what people did in a camera's view about when a report happened, and what is unusual there at that hour.

    Counts alone: nothing is said of who it was. `persons` is how many at once, at least; `at` is when they were most.
    """

    kind: MovementKind
    persons: Annotated[int, Field(ge=1)]
    at: Utc


class SightingFact(Part):
    """Sighting fact: what one camera says about one report, with the observation that decided it.

    `movements` are what the camera saw so far of what the reported brings about, one of each kind.
    """

    kind: Literal["sighting"] = "sighting"
    incident_id: str
    verdict: Verdict
    zone_id: Identifier | None
    signal: Annotated[
        str,
        Field(
            max_length=40,
            description="Which observation decided: persons, persons_likely, group, dwell, situation.running, none",
        ),
    ]
    value: Annotated[float, Field(ge=0, description="The size of that observation")]
    explanation: ShortText
    phrase: Annotated[Phrase | None, Field(description="The explanation as a phrase")] = None
    degraded: bool = False
    likelihood: Annotated[Likelihood | None, Field(description="Null from senders that do not know it")] = None
    movements: Annotated[
        tuple[Movement, ...], Field(max_length=3, description="Empty from senders that do not know them")
    ] = ()


class EpisodeFact(Part):
    """Something that a camera saw by itself, such as a crowd; it begins, changes and ends."""

    kind: Literal["episode"] = "episode"
    episode_id: str
    phase: Annotated[str, Field(pattern="^(begin|change|end)$")]
    zone_id: Identifier
    signal: Annotated[str, Field(max_length=40)]
    value: Annotated[float, Field(ge=0)]
    explanation: ShortText
    phrase: Annotated[Phrase | None, Field(description="The explanation as a phrase")] = None
    degraded: bool = False
    rise_per_min: Annotated[
        float | None, Field(description="Persons per minute by which a crowd rose when it reached its level")
    ] = None


class Evidence(Message):
    """One fact for one control room. `position` and `category` are what `decide` joins situations by."""

    name: ClassVar[str] = "evidence"
    topics: ClassVar[tuple[str, ...]] = ("evidence", "evidence-urgent")
    id_field: ClassVar[str] = "evidence_id"
    key_field: ClassVar[str] = "control_room_id"
    time_field: ClassVar[str] = "occurred_at"

    evidence_id: str
    control_room_id: Identifier
    category: Category
    position: Position | None
    camera_id: Identifier | None
    occurred_at: Utc
    fact: Annotated[ReportFact | SightingFact | EpisodeFact, Field(discriminator="kind")]
