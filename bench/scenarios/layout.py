"""Layout: what stands in a scenario's files; `FORMAT.md` tells it to people. Strict: a field that is not known is an error."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter, model_validator

from schemas.actions import Action
from schemas.base import Identifier, Part, ShortText, Utc
from schemas.cameras import CameraState, Visibility
from schemas.categories import Category, Priority
from schemas.geo import Lat, Lon

SCENARIO: Final = "scenario.yaml"
CAMERAS: Final = "cameras.yaml"
INPUTS: Final = "inputs.jsonl"
TRUTH: Final = "truth.json"

At = Annotated[float, Field(ge=0, le=7 * 86_400, description="Seconds after the scenario's start")]
Count = Annotated[int, Field(ge=0, le=10_000)]


class Scenario(Part):
    """Scenario: what a scenario is: `scenario.yaml`."""

    name: Identifier
    kind: Annotated[Identifier, Field(description="Scenarios of a kind are told together: quiet, storm")]
    flood: Annotated[bool, Field(description="Whether it is a flood; quiet and flood are told apart")]
    listed: Annotated[bool, Field(description="Whether figures of the list count it; false: for verdicts alone")] = True
    start: Annotated[Utc, Field(description="Event time of second 0; a whole second")]
    duration_s: Annotated[float, Field(gt=0, le=7 * 86_400)]
    seed: Annotated[int | None, Field(ge=0, description="Of the generator, null where a person wrote it")] = None
    assumptions: Annotated[str, Field(description="Where its assumptions are written")] = ""

    @model_validator(mode="after")
    def _whole(self) -> Scenario:
        if self.start.microsecond:
            raise ValueError("start: expected a whole second")
        return self


class ReportInput(Part):
    """A partner's report: one line of the source `recorded`, whatever stands in it."""

    kind: Literal["report"]
    at_s: At
    line: dict[str, Any]


class SeenInput(Part):
    """Seen input: what a zone showed from `second_s` on, for `for_s` seconds, told every `every_s`.

    `at_s` is when the first of its observations arrives; each next one comes `every_s` later. With `every_s` above 1 nothing
    moved in between: each observation but the first has the seconds before it as `quiet_s`. `dwell_s` above 0 grows with time.
    """

    kind: Literal["seen"]
    at_s: At
    camera_id: Identifier
    zone_id: Identifier
    second_s: Annotated[int, Field(ge=0, le=7 * 86_400)]
    for_s: Annotated[int, Field(ge=1, le=86_400)] = 1
    every_s: Annotated[int, Field(ge=1, le=60)] = 1
    count: Count = 0
    group_size: Count = 0
    dwell_s: Annotated[float, Field(ge=0, le=86_400)] = 0.0
    vehicles: Count = 0
    density_per_m2: Annotated[float, Field(ge=0, le=20)] | None = None
    visibility: Visibility = Visibility.CLEAR
    object_left_since_s: Annotated[int, Field(ge=0)] | None = None
    fastest_m_per_s: Annotated[float, Field(ge=0, le=20)] | None = None
    standing_together: Count | None = None
    dropped: Annotated[float, Field(ge=0, le=10_000)] | None = None


class StatusInput(Part):
    """A camera's state changes."""

    kind: Literal["status"]
    at_s: At
    camera_id: Identifier
    aspect: Literal["stream", "view", "detector"]
    state: CameraState
    reason: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,40}$")]


class ActionInput(Part):
    """An operator does something to the alert that holds a report, or holds what a camera saw; nothing where there is none."""

    kind: Literal["action"]
    at_s: At
    action: Action
    source: Identifier | None = None
    source_id: str | None = None
    camera_id: Identifier | None = None
    user: Identifier = "operator-1"
    reason: ShortText = ""
    for_s: Annotated[float, Field(gt=0, description="Shelving ends so much later")] | None = None

    @model_validator(mode="after")
    def _about(self) -> ActionInput:
        if (self.source is None) != (self.source_id is None) or (self.source is None) == (self.camera_id is None):
            raise ValueError("expected either source and source_id, or camera_id")
        return self


AnyInput = ReportInput | SeenInput | StatusInput | ActionInput
INPUT: Final[TypeAdapter[AnyInput]] = TypeAdapter(Annotated[AnyInput, Field(discriminator="kind")])


class ReportRef(Part):
    """A report that belongs to a situation."""

    source: Identifier
    source_id: str


class EpisodeRef(Part):
    """Episode reference: an episode of this category that begins in this time, 60 s more or less."""

    camera_id: Identifier
    zone_id: Identifier
    category: Category
    from_s: float
    until_s: float


class TrueSituation(Part):
    """One thing that truly is, or a report about nothing.

    `priority` is what a person who knew everything would say; P1 to P3 need an operator. `known_s` is when the first input
    that tells of it arrived: a report, or a second in which a camera could recognise it by itself.
    """

    id: Identifier
    category: Category
    priority: Priority
    lat: Lat | None = None
    lon: Lon | None = None
    from_s: float
    until_s: float
    known_s: float
    false_report: bool = False
    in_view_of: Annotated[Identifier | None, Field(description="The camera whose view holds the place")] = None
    reports: tuple[ReportRef, ...] = ()
    episodes: tuple[EpisodeRef, ...] = ()

    @property
    def needs_operator(self) -> bool:
        """Return whether somebody must do something about it: P4 is for the log."""
        return self.priority is not Priority.P4

    @model_validator(mode="after")
    def _told(self) -> TrueSituation:
        if not self.reports and not self.episodes:
            raise ValueError("expected at least one report or episode: nobody can find what nobody tells")
        if self.until_s < self.from_s:
            raise ValueError(f"until_s {self.until_s:g} lies before from_s {self.from_s:g}")
        return self


class Truth(Part):
    """Truth: what is true: `truth.json`. Only what judges alerts reads it."""

    situations: tuple[TrueSituation, ...]
    flood_from_s: Annotated[float | None, Field(description="When the flood begins")] = None

    @model_validator(mode="after")
    def _once(self) -> Truth:
        ids = [each.id for each in self.situations]
        if len(set(ids)) < len(ids):
            raise ValueError("two situations have one id")
        refs = [(ref.source, ref.source_id) for each in self.situations for ref in each.reports]
        if len(set(refs)) < len(refs):
            raise ValueError("a report belongs to two situations")
        return self


def second_of(start: datetime, moment: datetime) -> float:
    """Return a moment as seconds after the start."""
    return (moment - start).total_seconds()


def in_order(inputs: Sequence[AnyInput]) -> list[AnyInput]:
    """Return inputs in the order of arrival; of those that arrive together the one that stood first."""
    return sorted(inputs, key=lambda each: each.at_s)
