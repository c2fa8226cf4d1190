"""Camera rules: how they are asked, what corroborates and contradicts, when a zone is crowded."""

from __future__ import annotations

from itertools import pairwise
from math import log10
from typing import Annotated, Final, Literal

from pydantic import Field, field_validator, model_validator

from schemas.base import Identifier, Part, ShortText
from schemas.categories import Priority
from schemas.observations import SituationKind
from streams.domain.normal.measure import EDGES, Measure

Points = Annotated[float, Field(ge=-100, le=100, description="Added to the score")]
Metres = Annotated[float, Field(gt=0, le=10_000)]
Seconds = Annotated[float, Field(ge=0, le=30 * 86_400)]
Share = Annotated[float, Field(gt=0, le=1)]


class LookingRule(Part):
    """Looking rule: how cameras are asked, and what it takes to say that one could see."""

    near_m: Annotated[Metres, Field(description="Cameras this much further away are listed as out of range")]
    near_at_most: Annotated[int, Field(ge=0, le=20)]
    asked_at_most: Annotated[int, Field(ge=1, le=200, description="Cameras asked about one report, the nearest")]
    accuracy_at_most_m: Annotated[Metres, Field(description="A poor position widens a category's distance by no more")]
    late_after_s: Annotated[Seconds, Field(gt=0, description="A report later than this asks no camera")]
    kept_s: Annotated[Seconds, Field(ge=10, le=86_400, description="How long what cameras showed can be looked up")]
    settle_s: Annotated[Seconds, Field(le=600, description="How long after a window observations may still come in")]
    seen_share: Annotated[Share, Field(description="Share of a window's seconds that a camera must have seen")]


class AttentionRule(Part):
    """Attention rule: how a report raises the attention of the cameras near it, and for how long at most."""

    least_priority: Annotated[Priority, Field(description="A report that is lower by itself asks for no attention")]
    length_s: Annotated[
        Seconds, Field(gt=0, le=3_600, description="From when the report came; its window may end sooner")
    ]
    cameras_at_most: Annotated[int, Field(ge=1, le=200, description="Cameras that one report asks, the nearest")]
    at_once_at_most: Annotated[int, Field(ge=1, le=1_000, description="Attended cameras of one capture process")]
    fps: Annotated[float, Field(gt=0, le=60, description="Pictures per second, if the source gives as many")]
    score: Annotated[float, Field(ge=0.1, le=0.4, description="Lowest score of a person that corroborates")]


class CrowdLevel(Part):
    """One level of crowding: reached at this density, or where boxes show so many persons on 100 m² of the zone."""

    name: Identifier
    density_per_m2: Annotated[float, Field(gt=0, le=20)]
    persons: Annotated[int, Field(ge=1)] | None
    points: Points


class GrowthStep(Part):
    """Growth step: what a crowd that grows this fast adds to its level."""

    rise_per_min: Annotated[float, Field(gt=0, description="Persons per minute when it reached its level")]
    points: Annotated[Points, Field(gt=0)]


class CrowdRule(Part):
    """Crowd rule: when a camera by itself says that a zone is crowded.

    Levels rise; a level is left below `clear_share` of it.
    """

    levels: Annotated[tuple[CrowdLevel, ...], Field(min_length=1, max_length=5)]
    growth: tuple[GrowthStep, ...]
    persistence_s: Annotated[Seconds, Field(description="How long a level must hold before it counts, up and down")]
    gap_s: Annotated[Seconds, Field(description="Longer without an observation starts the persistence anew")]
    clear_share: Share
    silent_after_s: Annotated[Seconds, Field(gt=0, description="An episode that nobody sees any more ends after this")]

    @field_validator("levels")
    @classmethod
    def _rising(cls, levels: tuple[CrowdLevel, ...]) -> tuple[CrowdLevel, ...]:
        for lower, higher in pairwise(levels):
            persons_fall = higher.persons is not None and (lower.persons is None or higher.persons <= lower.persons)
            if higher.density_per_m2 <= lower.density_per_m2 or persons_fall or higher.points <= lower.points:
                raise ValueError(f"level {higher.name}: expected density, persons and points above level {lower.name}")
        return levels

    @field_validator("growth")
    @classmethod
    def _faster_is_more(cls, steps: tuple[GrowthStep, ...]) -> tuple[GrowthStep, ...]:
        for slower, faster in pairwise(steps):
            if faster.rise_per_min <= slower.rise_per_min or faster.points <= slower.points:
                raise ValueError(
                    f"rise_per_min {faster.rise_per_min:g}: expected above the step before, and more points"
                )
        return steps


class EpisodesRule(Part):
    """Episodes rule: what cameras may begin a situation about."""

    crowd: CrowdRule


class NormalRule(Part):
    """Normal rule: when what is seen is unusual at its place and hour, and what a likelihood is worth.

    A likelihood ratio is worth ten times its logarithm: 1 is 0 points, 3 is 5, 10 is 10, 32 is 15.
    """

    unusual: Annotated[
        Share, Field(lt=1, description="Share of blocks of ten minutes that lie below what is unusual")
    ] = 0.95
    corroborated_from: Annotated[float, Field(gt=1, description="The least likelihood ratio of a corroboration")] = 5.0
    contradicted_to: Annotated[
        float, Field(gt=0, lt=1, description="The highest likelihood ratio of a contradiction")
    ] = 0.3
    contradicted_share: Annotated[
        Share, Field(description="How much must be watched of a window after the moment to contradict")
    ] = 0.9
    points_at_most: Annotated[Points, Field(gt=0)] = 15
    consistent_at_most: Annotated[Points, Field(ge=0)] = 6
    points_at_least: Annotated[Points, Field(lt=0)] = -10
    hit_rate_weight: Annotated[
        float, Field(gt=0, description="How many verdicts an assumed hit rate weighs as much as")
    ] = 10.0

    def points(self, ratio: float) -> float:
        """Return what a likelihood ratio is worth."""
        return float(min(self.points_at_most, max(self.points_at_least, round(10 * log10(ratio)))))


class Signal(Part):
    """Signal: what must be shown in one second to answer a report.

    A measure is of the camera's whole view: from `least` on it fits the report; where it is `above` the normal `profile` too it
    can corroborate it, and above `presence` only where `least` itself is unusual: more than that tells no more. `hit_rate` is
    how often it shows where the report is true and the camera could have seen it, and `source` says who knows. All else describes
    one zone, everything that is given together: it fits the report, and since nobody knows how usual it is, it corroborates
    nothing. A situation is one that the zone's registry asks for (`situations`).
    """

    measure: Measure | None = None
    least: Annotated[float, Field(gt=0)] | None = None
    above: Literal["profile", "presence"] | None = None
    hit_rate: float | None = None
    source: ShortText = ""
    situation: SituationKind | None = None
    persons: Annotated[int, Field(ge=1)] | None = None
    group: Annotated[int, Field(ge=2)] | None = None
    dwell_s: Annotated[float, Field(gt=0)] | None = None
    vehicles: Annotated[int, Field(ge=1)] | None = None
    density_per_m2: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Signal:
        given = set(self.model_dump(exclude_defaults=True))
        described = given - _OF_A_MEASURE
        if self.measure is None:
            if not described:
                names = "persons, group, dwell_s, vehicles, density_per_m2, situation, measure"
                raise ValueError(f"expected at least one of {names}")
            if given != described:
                raise ValueError(f"{', '.join(sorted(given - described))}: only a measure has it")
            return self
        if described:
            raise ValueError(f"measure {self.measure}: expected by itself, without {', '.join(sorted(described))}")
        edges = EDGES[self.measure][1:]
        if self.least not in edges:
            known = ", ".join(f"{edge:g}" for edge in edges)
            raise ValueError(f"measure {self.measure}: expected least to be one of {known}")
        if self.hit_rate is None or not 0 < self.hit_rate < 1:
            raise ValueError(
                f"hit_rate {self.hit_rate}: expected above 0 and below 1, "
                "since nothing shows always or never where a report is true"
            )
        return self


_OF_A_MEASURE: Final = frozenset({"measure", "least", "above", "hit_rate", "source"})


class CameraRule(Part):
    """Camera rule: which cameras a category asks, when they look, what corroborates, and what contradicts."""

    distance_m: Metres
    before_s: Seconds
    after_s: Seconds
    signals: Annotated[tuple[Signal, ...], Field(min_length=1)]
    contradicted_at_most_persons: Annotated[int, Field(ge=0)] | None = None
    contradicted_hit_rate: Annotated[
        float,
        Field(gt=0, lt=1, description="How often more persons than that are counted where the report is true"),
    ] = 0.9

    @model_validator(mode="after")
    def _consistent(self) -> CameraRule:
        if self.before_s + self.after_s <= 0:
            raise ValueError("expected before_s + after_s above 0")
        at_most = self.contradicted_at_most_persons
        for number, signal in enumerate(self.signals):
            counts = signal.measure in {Measure.PERSONS, Measure.STANDING}
            least = max(signal.persons or 0, signal.group or 0, (signal.least or 0) if counts else 0)
            if at_most is not None and 0 < least <= at_most:
                raise ValueError(
                    f"contradicted_at_most_persons {at_most} contradicts signal {number}, "
                    f"which is met from {least:g} persons"
                )
        return self
