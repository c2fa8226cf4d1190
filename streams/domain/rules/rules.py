"""The rules: what each category is worth, which cameras are asked, what corroborates, and what may never happen.

They are data (`default.yaml` beside it); this file says what a rules file may say, and refuses what contradicts itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, cached_property
from itertools import pairwise
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, ValidationInfo, field_validator, model_validator

from schemas.alerts import AlertState
from schemas.base import Identifier, Part, ShortText
from schemas.categories import Category, Priority
from schemas.evidence import Verdict
from streams.domain.rules.budget import BudgetRule
from streams.domain.rules.cameras import (
    AttentionRule,
    CameraRule,
    EpisodesRule,
    LookingRule,
    Metres,
    NormalRule,
    Points,
    Seconds,
)
from streams.domain.rules.causes import CauseReach, CauseRule
from streams.domain.rules.circumstances import Circumstance
from streams.domain.rules.contradictions import contradictions
from streams.domain.rules.dispatch import DispatchRule
from streams.domain.rules.joining import JoiningRule
from streams.domain.rules.next_steps import NextStepRule

ROUTINE_FROM: Final = 2
"""Urgency from which on a source calls it routine: A2 and P2 are driven to without light and siren."""


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
    """Verdict points: what the best verdict of the cameras adds. Not having been able to look is no reason to rise or fall."""

    pending: Points
    corroborated: Points
    consistent: Annotated[Points, Field(ge=0, description="It fits, and says little")] = 0
    contradicted: Points
    unseen: Points
    camera_unavailable: Points
    no_coverage: Points
    camera_only: Annotated[Points, Field(le=0, description="In place of a verdict, while nobody reported it")] = 0

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
    """Independent rule: what each further source adds that reports the same situation."""

    points_per_source: Annotated[Points, Field(ge=0)]
    points_at_most: Annotated[Points, Field(ge=0)]


class AgeStep(Part):
    """Age step: what a report's delay adds: from this many seconds between happening and reporting."""

    from_s: Seconds
    points: Annotated[Points, Field(le=0)]


class PositionRule(Part):
    """Position rule: what a poor or a missing position adds."""

    poor_from_m: Metres
    poor_points: Annotated[Points, Field(le=0)]
    missing_points: Annotated[Points, Field(le=0)]


class UnknownKindRule(Part):
    """Unknown kind rule: what a report adds that no table explains and that its source calls urgent: it is never hidden."""

    urgency_at_most: Annotated[int, Field(ge=1, le=4, description="On the scale 0 (highest) to 4")]
    points: Annotated[Points, Field(ge=0)]


class LifetimeRule(Part):
    """Lifetime rule: how long things are kept, in seconds of recorded time."""

    open_s: Annotated[Seconds, Field(gt=0, description="An alert expires this long after its newest report")]
    forget_s: Annotated[Seconds, Field(gt=0, description="How long an ended alert's reports are still recognised")]
    early_s: Annotated[Seconds, Field(gt=0, description="How long a sighting waits for its report")]
    reopen_s: Annotated[Seconds, Field(ge=0, description="How long a closed alert reopens when the same happens again")]
    escalate_p1_s: Annotated[Seconds, Field(gt=0, description="A P1 that nobody acknowledged for so long escalates")]

    @model_validator(mode="after")
    def _reopens_while_kept(self) -> LifetimeRule:
        if self.reopen_s > self.forget_s:
            raise ValueError(f"reopen_s is {self.reopen_s:g}, expected at most forget_s, {self.forget_s:g}")
        return self


class SituationRule(Part):
    """Situation rule: how near and how soon another report must be to be about the same thing."""

    distance_m: Metres
    window_s: Annotated[Seconds, Field(gt=0)]


class JustNow(Part):
    """Just now: what a report adds that is made at once, for categories where minutes matter."""

    within_s: Annotated[Seconds, Field(gt=0)]
    points: Annotated[Points, Field(gt=0)]


class CategoryRule(Part):
    """Category rule: everything about one category. `cameras: none` means that no camera may be asked, ever."""

    name: ShortText
    points: Points
    recipients: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    operator_list: Annotated[bool, Field(description="false: a case for its recipients, held at P4")] = True
    case_from_urgency: Annotated[
        int | None,
        Field(
            ge=2, le=4, description="A case too where every report says this urgency, or less; what none says is none"
        ),
    ] = None
    case_recipients: Annotated[
        tuple[Identifier, ...], Field(description="Whose case it is then, in place of the recipients; empty: the same")
    ] = ()
    cap: Annotated[Priority | None, Field(description="The highest priority that it may have")] = None
    routine_cap: Annotated[
        Priority | None, Field(description="The highest where no source calls it urgent and one calls it routine")
    ] = None
    unsaid_urgency: Annotated[
        int | None, Field(ge=0, le=4, description="What counts where no source says how urgent it is")
    ] = None
    rises_on_camera_alone: Annotated[bool, Field(description="false: P4 until a report or an operator says so")] = False
    just_now: JustNow | None = None
    situation: SituationRule
    cameras: CameraRule | None

    @field_validator("cameras", mode="before")
    @classmethod
    def _none(cls, cameras: Any) -> Any:
        return None if cameras == "none" else cameras


ADDED: Final[Mapping[str, Mapping[str, Any]]] = {
    Category.WOONOVERLAST.value: {
        "name": "Nuisance between neighbours",
        "points": 45,
        "routine_cap": "P3",
        "recipients": ["politie", "hor"],
        "case_from_urgency": 3,
        "case_recipients": ["oov", "corporatie", "hor"],
        "situation": {"distance_m": 50, "window_s": 3600},
        "cameras": "none",
    },
}
"""Categories that came after rules were written, as the built-in rules have them: a municipality's file of before stays valid,
and what it decided is decided the same again, since no report of before has such a category."""


class Rules(Part):
    """One version of the rules. Every category has a rule."""

    version: Annotated[str, Field(min_length=1, max_length=40)]
    thresholds: Thresholds
    urgency_points: Annotated[tuple[Points, ...], Field(min_length=5, max_length=5, description="For urgency 0 to 4")]
    verdict_points: VerdictPoints
    independent: IndependentRule
    age: tuple[AgeStep, ...]
    position: PositionRule
    unknown_kind: UnknownKindRule
    joining: JoiningRule
    looking: LookingRule
    normal: NormalRule = NormalRule()
    attention: Annotated[AttentionRule | None, Field(description="none: a report asks no camera for more")] = None
    episodes: EpisodesRule
    lifetime: LifetimeRule
    budget: Annotated[BudgetRule | None, Field(description="`none`: every alert is shown by itself")]
    damping: DampingRule
    near_repeat: NearRepeatRule
    time_zone: Annotated[str, Field(description="Zone of the local times of circumstances")]
    circumstances: Annotated[tuple[Circumstance, ...], Field(max_length=50)]
    next_steps: Annotated[
        tuple[NextStepRule, ...], Field(max_length=100, description="The first that fits counts")
    ] = ()
    causes: Annotated[tuple[CauseRule, ...], Field(max_length=50, description="What explains what")] = ()
    dispatch: DispatchRule = DispatchRule()
    categories: Annotated[Mapping[Category, CategoryRule], Field(min_length=1)]

    @field_validator("budget", mode="before")
    @classmethod
    def _no_budget(cls, budget: Any) -> Any:
        return None if budget == "none" else budget

    @field_validator("attention", mode="before")
    @classmethod
    def _off(cls, attention: Any) -> Any:
        return None if attention == "none" else attention

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
            return {**{name: rule for name, rule in ADDED.items() if name not in categories}, **categories}
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
        return rules

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError("expected a zone such as Europe/Amsterdam") from None
        return name

    @model_validator(mode="after")
    def _consistent(self) -> Rules:
        found = next(contradictions(self), None)
        if found is not None:
            raise ValueError(found)
        return self

    @cached_property
    def zone(self) -> ZoneInfo:
        """Return the zone of local times."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def circumstances_of(self) -> Mapping[Category, tuple[Circumstance, ...]]:
        """Return the circumstances that concern each category."""
        return {
            category: tuple(each for each in self.circumstances if category in each.categories) for category in Category
        }

    @cached_property
    def group_reach_m(self) -> Mapping[str, float]:
        """Return how far apart two reports of a group can be about the same thing, their accuracies aside."""
        reach_m: dict[str, float] = {}
        for category, rule in self.categories.items():
            group = self.joining.groups[category]
            reach_m[group] = max(reach_m.get(group, 0.0), rule.situation.distance_m)
        return reach_m

    @cached_property
    def cause_rules(self) -> Mapping[tuple[Category, Category], CauseRule]:
        """Return the rule of each cause and symptom."""
        return {(rule.cause, symptom): rule for rule in self.causes for symptom in rule.symptoms}

    @cached_property
    def movement_rules(self) -> Mapping[Category, CauseRule]:
        """Return the rule of what people do, of each category that explains it."""
        return {rule.cause: rule for rule in self.causes if rule.movements}

    @cached_property
    def causes_near(self) -> Mapping[Category, CauseReach]:
        """Return in which groups, and how near, the cause of a category can be; only of those that can have one."""
        return self._reach(lambda rule: [(symptom, rule.cause) for symptom in rule.symptoms])

    @cached_property
    def symptoms_near(self) -> Mapping[Category, CauseReach]:
        """Return in which groups, and how near, the symptoms of a category can be; only of those that can have any."""
        return self._reach(lambda rule: [(rule.cause, symptom) for symptom in rule.symptoms])

    def _reach(self, pairs: Callable[[CauseRule], list[tuple[Category, Category]]]) -> Mapping[Category, CauseReach]:
        reach: dict[Category, dict[str, float]] = {}
        for rule in self.causes:
            for category, other in pairs(rule):
                known, group = reach.setdefault(category, {}), self.joining.groups[other]
                known[group] = max(known.get(group, 0.0), rule.distance_m)
        return reach

    @cached_property
    def next_steps_of(self) -> Callable[[AlertState, Priority, Category, Verdict, bool], Sequence[NextStepRule]]:
        """Return what tells which next steps fit, in their order; each of the few thousand combinations is looked at once."""

        @cache
        def fitting(
            state: AlertState, priority: Priority, category: Category, verdict: Verdict, camera_only: bool
        ) -> Sequence[NextStepRule]:
            return [rule for rule in self.next_steps if rule.fits(state, priority, category, verdict, camera_only)]

        return fitting

    def of(self, category: Category) -> CategoryRule:
        """Return a category's rule."""
        return self.categories[category]


class DampingRule(Part):
    """Damping rule: how long a priority that falls is held before the lower one is shown."""

    fall_after_s: Annotated[Seconds, Field(description="0: it falls at once")]


class NearRepeatRule(Part):
    """Near repeat rule: which situations can repeat one another, how near and how soon, and what that adds, once."""

    categories: Annotated[tuple[Category, ...], Field(description="Empty: none")]
    distance_m: Metres
    within_s: Annotated[Seconds, Field(gt=0)]
    points: Annotated[Points, Field(ge=0)]
