"""Contradictions: what rules may not say together: they would contradict each other, or a limit that no rules file can lift.

The limits are those of the domain fact sheet, §7 (rules 1, 5 and the table) and §1 (demands 3 and 6).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from schemas.categories import Category, Priority
from streams.domain.normal.measure import Measure
from streams.domain.rules.causes import MEASURED_BY, cause_contradictions
from streams.domain.rules.dispatch import dispatch_contradictions

if TYPE_CHECKING:
    from streams.domain.rules.rules import CategoryRule, Rules

BY_CAMERA_ALONE: Final = frozenset({Category.CROWD_DENSITY, Category.VERDACHT_VOORWERP, Category.BRAND})
"""What may rise although nobody reported it: crowd thresholds, an object that was left, fire."""
HOMES: Final = frozenset({Category.ONDERMIJNING_PAND, Category.WOONFRAUDE_OVERBEWONING})
"""Cases about homes, which no camera may look at, and which are no operator's work."""
PRESENCE_ONLY: Final = frozenset({Category.VERWARD_PERSOON})
"""Where a camera may only count who is there: how somebody behaves is never inferred."""
NEVER_LOOKED_AT: Final = HOMES | {Category.WOONOVERLAST}
"""What happens in and between homes."""
NEVER_BY_SIZE: Final = Category.DEMONSTRATIE


def contradictions(rules: Rules) -> Iterator[str]:
    """Yield each contradiction as one line that names the field, its value and what was expected."""
    for category, rule in rules.categories.items():
        where = f"categories.{category.value}"
        yield from (f"{where}.{words}" for words in _limits(category, rule))
        yield from (f"{where}.{words}" for words in _points(rule, rules))
    yield from _unknown_kinds(rules)
    yield from _groups(rules)
    yield from _crowds(rules)
    yield from _times(rules)
    yield from _circumstances(rules)
    yield from dispatch_contradictions(rules.dispatch, rules.lifetime.open_s)
    yield from cause_contradictions(rules.causes)
    for cause in sorted({rule.cause for rule in rules.causes}):
        if not rules.of(cause).operator_list:
            yield f"causes: {cause.value} is a case, which is not on the list and can have nothing under it"
    for cause, moving in rules.movement_rules.items():
        cameras = rules.of(cause).cameras
        told = {each.measure for each in cameras.signals if each.above == "profile"} if cameras else set()
        for kind in moving.movements:
            if MEASURED_BY[kind] not in told:
                yield f"causes: {cause.value} has movements {kind}, expected a signal of {MEASURED_BY[kind]} above profile"


def _limits(category: Category, rule: CategoryRule) -> Iterator[str]:
    if category in NEVER_LOOKED_AT and rule.cameras is not None:
        yield "cameras: homes may not be looked at, expected none"
    if category in HOMES and rule.operator_list:
        yield "operator_list true: a case about a home is no operator's work, expected false"
    if category is Category.WOONOVERLAST and rule.operator_list and rule.case_from_urgency is None:
        yield "operator_list true: what is routine between homes is no operator's work, expected false or case_from_urgency"
    if rule.case_recipients and rule.case_from_urgency is None:
        yield "case_recipients: nothing makes it a case, expected case_from_urgency"
    if category is NEVER_BY_SIZE and rule.cap is not Priority.P4:
        yield f"cap {rule.cap}: a demonstration never rises by size, expected P4"
    if rule.rises_on_camera_alone and category not in BY_CAMERA_ALONE:
        allowed = ", ".join(sorted(each.value for each in BY_CAMERA_ALONE))
        yield f"rises_on_camera_alone true: what only a camera saw stays P4, except {allowed}"
    if category in PRESENCE_ONLY and rule.cameras is not None:
        for number, signal in enumerate(rule.cameras.signals):
            named = set(signal.model_dump(exclude_defaults=True)) - {"persons"}
            named = {signal.measure.value} if signal.measure else named
            if named - {Measure.PERSONS.value}:
                words = ", ".join(sorted(named))
                yield f"cameras.signals.{number}.{words}: behaviour is never inferred here, expected persons alone"


def _points(rule: CategoryRule, rules: Rules) -> Iterator[str]:
    own = rules.thresholds.priority(rule.points)
    if rule.cap is not None and own < rule.cap:
        yield f"points {rule.points:g}: they give {own}, which the cap {rule.cap} never lets show"
    late = next((step for step in rules.age if step.points < 0), None)
    if rule.just_now is not None and late is not None and rule.just_now.within_s >= late.from_s:
        yield f"just_now.within_s {rule.just_now.within_s:g}: age already takes points from {late.from_s:g} s on"


def _unknown_kinds(rules: Rules) -> Iterator[str]:
    """Yield what would hide a report of an unknown kind that its source calls urgent."""
    rule, unknown = rules.of(Category.OVERIG), rules.unknown_kind
    if not rule.operator_list:
        yield "categories.overig.operator_list false: an urgent report of an unknown kind must be seen, expected true"
    least = rule.points + rules.urgency_points[unknown.urgency_at_most] + unknown.points
    least += min(0.0, rules.position.missing_points, rules.position.poor_points)
    least += min((step.points for step in rules.age), default=0.0)
    if rule.cameras is not None:
        least += min(rules.verdict_points.contradicted, rules.normal.points_at_least)
    if least < rules.thresholds.p2:
        yield (
            f"unknown_kind.points {unknown.points:g}: an urgent report of an unknown kind may have only {least:g} points, "
            f"expected at least {rules.thresholds.p2:g}, P2"
        )


def _above(cap: Priority | None, other: Priority) -> bool:
    """Return whether a cap lets more through than another."""
    return cap is None or cap < other  # as text, P1 < P4 is the higher priority


def _groups(rules: Rules) -> Iterator[str]:
    for group in rules.joining.compatible:
        for category in group:
            rule = rules.of(category)
            lifted = rule.cap is not None and any(_above(rules.of(each).cap, rule.cap) for each in group)
            apart = "a cap" if lifted else "a case" if not rule.operator_list else None
            apart = "cameras: none" if apart is None and rule.cameras is None else apart
            if apart is not None:
                others = ", ".join(each.value for each in group if each is not category)
                yield f"joining.compatible: {category.value} has {apart}, which joining it with {others} would lift"


def _crowds(rules: Rules) -> Iterator[str]:
    rule, crowd = rules.of(Category.CROWD_DENSITY), rules.episodes.crowd
    where = "episodes.crowd.levels"
    more = max((step.points for step in crowd.growth), default=0.0)
    more += sum(max(0.0, each.points) for each in rules.circumstances_of[Category.CROWD_DENSITY])
    for level in crowd.levels:
        alone = rule.points + level.points + rules.verdict_points.camera_only
        if level.persons is not None and alone + more >= rules.thresholds.p1:
            yield (
                f"{where}.{level.name}: by persons alone, with growth and circumstances, it gives up to {alone + more:g} points; "
                f"a count alone is never P1, expected below {rules.thresholds.p1:g}"
            )
        reached = rules.thresholds.priority(min(100.0, max(0.0, alone)))
        if reached is not Priority.P4 and not rule.rises_on_camera_alone:
            yield f"{where}.{level.name}: it gives {reached}, but crowd_density does not rise on a camera alone"
        if rule.cap is not None and reached < rule.cap:
            yield f"{where}.{level.name}: it gives {reached}, which crowd_density's cap {rule.cap} never lets show"


def _times(rules: Rules) -> Iterator[str]:
    fall_s, open_s = rules.damping.fall_after_s, rules.lifetime.open_s
    if fall_s >= open_s:
        yield f"damping.fall_after_s {fall_s:g}: an alert expires before it may fall, expected below open_s {open_s:g}"
    if rules.independent.points_per_source > rules.independent.points_at_most:
        most = rules.independent.points_at_most
        yield f"independent.points_per_source {rules.independent.points_per_source:g}: more than points_at_most {most:g}"
    for category in rules.near_repeat.categories:
        if not rules.of(category).operator_list:
            yield f"near_repeat.categories: {category.value} is a case, which no repeat may raise"


def _circumstances(rules: Rules) -> Iterator[str]:
    names = [each.name for each in rules.circumstances]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"circumstances: the name {name} stands there twice"
    for each in rules.circumstances:
        if NEVER_BY_SIZE in each.categories and each.points > 0:
            yield f"circumstances.{each.name}: demonstratie is held at P4, expected not to be named"
