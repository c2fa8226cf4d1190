"""The rules: what each category is worth, which cameras are asked, what corroborates, and what may never happen.

They are data (`rules_default.yaml`); this file says what a rules file may say, and refuses what contradicts itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import Field, ValidationInfo, field_validator, model_validator

from schemas.base import Identifier, Part, ShortText
from schemas.categories import Category, Priority
from schemas.evidence import Verdict

Points = Annotated[float, Field(ge=-100, le=100, description="Added to the score")]
Metres = Annotated[float, Field(gt=0, le=10_000)]
Seconds = Annotated[float, Field(ge=0, le=30 * 86_400)]
Share = Annotated[float, Field(gt=0, le=1)]


class Thresholds(Part):
    """The lowest score of each priority; below `p3` is P4."""

    p1: Annotated[float, Field(gt=0, le=100)]
    p2: Annotated[float, Field(gt=0, le=100)]
    p3: Annotated[float, Field(gt=0, le=100)]

    @model_validator(mode="after")
    def _ordered(self) -> Thresholds:
        if not self.p1 > self.p2 > self.p3:
            raise ValueError(f"expected p1 > p2 > p3, got p1 {self.p1:g}, p2 {self.p2:g}, p3 {self.p3:g}")
        return self

    def priority(self, score: float) -> Priority:
        """Return the priority of a score."""
        if score >= self.p1:
            return Priority.P1
        if score >= self.p2:
            return Priority.P2
        return Priority.P3 if score >= self.p3 else Priority.P4


class VerdictPoints(Part):
    """What the best verdict of the cameras adds. Not having been able to look is no reason to rise or fall."""

    pending: Points
    corroborated: Points
    contradicted: Points
    unseen: Points
    camera_unavailable: Points
    no_coverage: Points

    @model_validator(mode="after")
    def _ordered(self) -> VerdictPoints:
        if not self.corroborated > 0 >= self.unseen >= self.contradicted:
            raise ValueError("expected corroborated > 0 >= unseen >= contradicted")
        if self.no_coverage or self.camera_unavailable or self.pending:
            raise ValueError("expected 0 points for pending, camera_unavailable and no_coverage: nobody looked")
        return self

    def of(self, verdict: Verdict) -> float:
        """Return the points of one verdict."""
        return float(getattr(self, verdict.value))


class IndependentRule(Part):
    """What each further source adds that reports the same situation."""

    points_per_source: Points
    points_at_most: Points


class AgeStep(Part):
    """What a report's delay adds: from this many seconds between happening and reporting."""

    from_s: Seconds
    points: Points


class PositionRule(Part):
    """What a poor or a missing position adds."""

    poor_from_m: Metres
    poor_points: Points
    missing_points: Points


class JoiningRule(Part):
    """How reports become one situation. Positions are indexed in square cells of `cell_m` in RD New."""

    cell_m: Annotated[float, Field(ge=50, le=5_000)]
    accuracy_at_most_m: Annotated[Metres, Field(description="A poorer position widens the search by no more than this")]
    reports_at_most: Annotated[
        int, Field(ge=1, le=200, description="A full alert takes no more; the next opens another")
    ]
    compatible: tuple[Annotated[tuple[Category, ...], Field(min_length=2)], ...]

    @field_validator("compatible")
    @classmethod
    def _once(cls, groups: tuple[tuple[Category, ...], ...]) -> tuple[tuple[Category, ...], ...]:
        named = [category for group in groups for category in group]
        twice = {category.value for category in named if named.count(category) > 1}
        if twice:
            raise ValueError(f"{', '.join(sorted(twice))}: expected in one group at most")
        return groups

    def group(self, category: Category) -> str:
        """Return the name of the group that a category joins with: its own name where there is none."""
        return next((group[0].value for group in self.compatible if category in group), category.value)


class LookingRule(Part):
    """How cameras are asked, and what it takes to say that one could see."""

    near_m: Annotated[Metres, Field(description="Cameras this much further away are listed as out of range")]
    near_at_most: Annotated[int, Field(ge=0, le=20)]
    accuracy_at_most_m: Annotated[Metres, Field(description="A poor position widens a category's distance by no more")]
    late_after_s: Annotated[Seconds, Field(gt=0, description="A report later than this asks no camera")]
    kept_s: Annotated[Seconds, Field(ge=10, le=86_400, description="How long what cameras showed can be looked up")]
    settle_s: Annotated[Seconds, Field(le=600, description="How long after a window observations may still come in")]
    seen_share: Annotated[Share, Field(description="Share of a window's seconds that a camera must have seen")]


class CrowdLevel(Part):
    """One level of crowding: reached at this density, or at this count where the zone is not calibrated."""

    name: Identifier
    density_per_m2: Annotated[float, Field(gt=0, le=20)]
    persons: Annotated[int, Field(ge=1)] | None
    points: Points


class CrowdRule(Part):
    """When a camera by itself says that a zone is crowded. Levels rise; a level is left below `clear_share` of it."""

    levels: Annotated[tuple[CrowdLevel, ...], Field(min_length=1, max_length=5)]
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


class EpisodesRule(Part):
    """What cameras may begin a situation about."""

    crowd: CrowdRule


class LifetimeRule(Part):
    """How long things are kept, in seconds of recorded time."""

    open_s: Annotated[Seconds, Field(gt=0, description="An alert expires this long after its newest report")]
    forget_s: Annotated[Seconds, Field(gt=0, description="How long an ended alert's reports are still recognised")]
    early_s: Annotated[Seconds, Field(gt=0, description="How long a sighting waits for its report")]


class Signal(Part):
    """What one zone must show in one second to corroborate: everything that is given, together."""

    persons: Annotated[int, Field(ge=1)] | None = None
    group: Annotated[int, Field(ge=2)] | None = None
    dwell_s: Annotated[float, Field(gt=0)] | None = None
    vehicles: Annotated[int, Field(ge=1)] | None = None
    density_per_m2: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Signal:
        if not self.model_dump(exclude_none=True):
            raise ValueError("expected at least one of persons, group, dwell_s, vehicles, density_per_m2")
        return self


class CameraRule(Part):
    """Which cameras a category asks, when they look, what corroborates, and what contradicts."""

    distance_m: Metres
    before_s: Seconds
    after_s: Seconds
    signals: Annotated[tuple[Signal, ...], Field(min_length=1)]
    contradicted_at_most_persons: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _consistent(self) -> CameraRule:
        if self.before_s + self.after_s <= 0:
            raise ValueError("expected before_s + after_s above 0")
        at_most = self.contradicted_at_most_persons
        for number, signal in enumerate(self.signals):
            least = max(signal.persons or 0, signal.group or 0)
            if at_most is not None and 0 < least <= at_most:
                raise ValueError(
                    f"contradicted_at_most_persons {at_most} contradicts signal {number}, "
                    f"which corroborates from {least} persons"
                )
        return self


class SituationRule(Part):
    """How near and how soon another report must be to be about the same thing."""

    distance_m: Metres
    window_s: Annotated[Seconds, Field(gt=0)]


class JustNow(Part):
    """What a report adds that is made at once, for categories where minutes matter."""

    within_s: Annotated[Seconds, Field(gt=0)]
    points: Points


class CategoryRule(Part):
    """Everything about one category. `cameras: none` means that no camera may be asked, ever."""

    name: ShortText
    points: Points
    recipients: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    operator_list: Annotated[bool, Field(description="false: a case for its recipients, held at P4")] = True
    cap: Annotated[Priority | None, Field(description="The highest priority that it may have")] = None
    rises_on_camera_alone: Annotated[bool, Field(description="false: P4 until a report or an operator says so")] = False
    just_now: JustNow | None = None
    situation: SituationRule
    cameras: CameraRule | None

    @field_validator("cameras", mode="before")
    @classmethod
    def _none(cls, cameras: Any) -> Any:
        return None if cameras == "none" else cameras


class Rules(Part):
    """One version of the rules. Every category has a rule."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    thresholds: Thresholds
    urgency_points: Annotated[tuple[Points, ...], Field(min_length=5, max_length=5, description="For urgency 0 to 4")]
    verdict_points: VerdictPoints
    independent: IndependentRule
    age: tuple[AgeStep, ...]
    position: PositionRule
    joining: JoiningRule
    looking: LookingRule
    episodes: EpisodesRule
    lifetime: LifetimeRule
    categories: Annotated[Mapping[Category, CategoryRule], Field(min_length=1)]

    @field_validator("urgency_points")
    @classmethod
    def _falling(cls, points: tuple[float, ...]) -> tuple[float, ...]:
        if any(higher < lower for higher, lower in pairwise(points)):
            raise ValueError("expected points that do not rise from urgency 0 (highest) to 4")
        return points

    @field_validator("age")
    @classmethod
    def _later_is_less(cls, steps: tuple[AgeStep, ...]) -> tuple[AgeStep, ...]:
        for earlier, later in pairwise(steps):
            if later.from_s <= earlier.from_s or later.points > earlier.points:
                raise ValueError(
                    f"from_s {later.from_s:g}: expected after {earlier.from_s:g} s and with no more points"
                )
        return steps

    @field_validator("categories", mode="before")
    @classmethod
    def _named(cls, categories: Any) -> Any:
        if isinstance(categories, dict):
            known = {category.value for category in Category}
            for name in categories:
                if name not in known:
                    raise ValueError(f"the rule {name!r} names no category, expected one of {', '.join(sorted(known))}")
        return categories

    @field_validator("categories")
    @classmethod
    def _complete(cls, rules: Mapping[Category, CategoryRule], info: ValidationInfo) -> Mapping[Category, CategoryRule]:
        missing = [category.value for category in Category if category not in rules]
        if missing:
            raise ValueError(f"expected a rule for every category, missing {', '.join(missing)}")
        looking = info.data.get("looking")
        for category, rule in rules.items():
            if looking and rule.cameras and rule.cameras.before_s + rule.cameras.after_s > looking.kept_s:
                raise ValueError(f"{category.value}: its window is longer than looking.kept_s, {looking.kept_s:g} s")
        return MappingProxyType(dict(rules))

    def of(self, category: Category) -> CategoryRule:
        """Return a category's rule."""
        return self.categories[category]
