"""Reaching: which factors together give a category a priority, and where a routine urgency does so by itself.

The points are those that `streams/domain/alerts/score.py` adds. What takes points is left out: this is what can be reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Final

from schemas.categories import Category, Priority
from streams.domain.rules.rules import ROUTINE_FROM, CategoryRule, Rules

_TOGETHER_AT_MOST: Final = 4
"""Factors that are tried together: more are no rule that a person could mean."""

Factors = Mapping[str, Mapping[str, float]]
"""By group, of which at most one holds: each factor and its points."""


def reaching(category: Category, rules: Rules, priority: Priority) -> Iterator[tuple[str, ...]]:
    """Yield each least set of factors that gives a category this priority or a higher one, the smallest first.

    An empty set is the category by itself, reported by a source that says no urgency.
    """
    found: list[frozenset[str]] = []
    groups = _groups(category, rules)
    for number in range(_TOGETHER_AT_MOST + 1):
        for chosen in combinations(groups.items(), number):
            for names in _one_each(chosen):
                known = frozenset(names)
                if any(least <= known for least in found):
                    continue
                if _gives(category, rules, groups, known) <= priority:
                    found.append(known)
                    yield names


def lifted_by_routine(rules: Rules) -> Iterator[str]:
    """Yield each category that a routine urgency lifts over a threshold, by itself or with one other factor."""
    for category in rules.categories:
        groups = _groups(category, rules)
        others = [(), *((name,) for group, factors in groups.items() if group != "urgency" for name in factors)]
        for urgency in range(ROUTINE_FROM, len(rules.urgency_points)):
            for other in others:
                without = _gives(category, rules, groups, frozenset(other))
                lifted = _gives(category, rules, groups, frozenset((*other, f"urgency.{urgency}")))
                if lifted < without:
                    points = rules.urgency_points[urgency]
                    beside = f" beside {other[0]}" if other else ""
                    yield (
                        f"urgency_points.{urgency} {points:g}: a routine urgency lifts {category.value}{beside} "
                        f"from {without} to {lifted}, expected that it lifts nothing over a threshold"
                    )
                    break


def _gives(category: Category, rules: Rules, groups: Factors, names: frozenset[str]) -> Priority:
    """Return the priority that a category has with some factors, under its caps."""
    rule = rules.of(category)
    points = {name: each for factors in groups.values() for name, each in factors.items()}
    given = rules.thresholds.priority(min(100.0, max(0.0, rule.points + sum(points[name] for name in names))))
    return max(given, *_caps(rule, names))  # as text, P4 > P1 is the lower priority


def _caps(rule: CategoryRule, names: frozenset[str]) -> Iterator[Priority]:
    yield Priority.P4 if not rule.operator_list else Priority.P1
    if rule.cap is not None and "unknown_kind" not in names:
        yield rule.cap
    routine = {f"urgency.{number}" for number in range(ROUTINE_FROM, 5)} & names
    if rule.routine_cap is not None and routine:
        yield rule.routine_cap


def _groups(category: Category, rules: Rules) -> Factors:
    rule = rules.of(category)
    groups: dict[str, dict[str, float]] = {
        "urgency": {f"urgency.{number}": points for number, points in enumerate(rules.urgency_points)},
        "independent": {"independent": rules.independent.points_per_source},
    }
    if rule.just_now is not None:
        groups["age"] = {"age.just_now": rule.just_now.points}
    if rule.cameras is not None:
        groups["verdict"] = {
            "verdict.corroborated": max(rules.normal.points_at_most, rules.verdict_points.corroborated)
        }
    if category is Category.CROWD_DENSITY:
        crowd = rules.episodes.crowd
        groups["crowd"] = {f"crowd.{level.name}": level.points for level in crowd.levels}
        groups["growth"] = {"crowd.growth": max((step.points for step in crowd.growth), default=0.0)}
    if category is Category.OVERIG:
        groups["unknown"] = {"unknown_kind": rules.unknown_kind.points}
    for each in rules.circumstances_of[category]:
        groups[f"circumstance.{each.name}"] = {f"circumstance.{each.name}": each.points}
    if category in rules.near_repeat.categories:
        groups["near_repeat"] = {"near_repeat": rules.near_repeat.points}
    return groups


def _one_each(groups: tuple[tuple[str, Mapping[str, float]], ...]) -> Iterator[tuple[str, ...]]:
    """Yield one factor of each group, in every way."""
    if not groups:
        yield ()
        return
    (_, first), *rest = groups
    for name in first:
        for others in _one_each(tuple(rest)):
            yield (name, *others)
