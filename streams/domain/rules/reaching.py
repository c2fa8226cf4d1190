"""Reaching: which factors together give a category a priority, and where a routine urgency does so by itself.

The points are those that `streams/domain/alerts/priority/score.py` adds. What takes points is left out of what can be reached,
and counts in what a routine urgency lifts: a camera that saw nothing takes a fire below P1, where a few points bring it back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations
from typing import Final, NamedTuple

from schemas.categories import Category, Priority
from schemas.evidence import Verdict
from streams.domain.rules.rules import ROUTINE_FROM, CategoryRule, Rules

_TOGETHER_AT_MOST: Final = 4
"""Factors that are tried together: more are no rule that a person could mean."""

_LIKELIHOOD: Final = "verdict by its likelihood,"

Factors = Mapping[str, Mapping[str, float]]
"""By group, of which at most one holds: each factor and its points."""


def reaching(category: Category, rules: Rules, priority: Priority) -> Iterator[tuple[str, ...]]:
    """Yield each least set of factors that gives a category this priority or a higher one, the smallest first.

    An empty set is the category by itself, reported by a source that says no urgency. Where the rules have an urgency for that
    (`unsaid_urgency`) it is `urgency.unsaid`, and a set without one is of sources that call it routine.
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
    """Yield each category that a routine urgency lifts over a threshold, by itself or with whatever else adds or takes points.

    The gravest come first: to P1, and beside the fewest others.
    """
    found = []
    for category in rules.categories:
        lifts = (_lifted(category, rules, urgency) for urgency in range(ROUTINE_FROM, len(rules.urgency_points)))
        if (lift := next((each for each in lifts if each is not None), None)) is not None:
            found.append((category, lift))
    for category, lift in sorted(found, key=lambda each: each[1].order):
        beside = f" beside {' and '.join(lift.beside)}" if lift.beside else ""
        yield (
            f"urgency_points.{lift.urgency} {rules.urgency_points[lift.urgency]:g}: "
            f"a routine urgency lifts {category.value}{beside} "
            f"from {lift.before} to {lift.after}, expected that it lifts nothing over a threshold"
        )


class _Lift(NamedTuple):
    """What an urgency lifts over a threshold, and the fewest other factors that must stand beside it."""

    urgency: int
    beside: tuple[str, ...]
    before: Priority
    after: Priority

    @property
    def order(self) -> tuple[Priority, int, bool]:
        """The gravest first, then those of the fewest factors, a likelihood last: it has many amounts."""
        return self.after, len(self.beside), any(name.startswith(_LIKELIHOOD) for name in self.beside)


def _lifted(category: Category, rules: Rules, urgency: int) -> _Lift | None:
    """Return the gravest lift of a category by an urgency, or None."""
    rule, more = rules.of(category), rules.urgency_points[urgency]
    if more <= 0:
        return None
    lifts = []
    for points, names in _sums(_whatever(category, rules, urgency)):
        total = rule.points + points
        before = _under_caps(rule, total, frozenset(names), rules)
        after = _under_caps(rule, total + more, frozenset((*names, f"urgency.{urgency}")), rules)
        if after < before:  # as text, P1 < P4 is the higher priority
            lifts.append(_Lift(urgency, names, before, after))
    return min(lifts, key=lambda each: each.order, default=None)


def _sums(groups: Factors) -> list[tuple[float, tuple[str, ...]]]:
    """Return what factors can add together, each sum by the fewest, one of a group at most; the fewest first."""
    sums: dict[tuple[float, bool], tuple[str, ...]] = {(0.0, False): ()}
    for factors in groups.values():
        for (points, lifts), names in list(sums.items()):
            for name, each in factors.items():
                key, longer = (round(points + each, 3), lifts or _lifts_caps(name)), (*names, name)
                if key not in sums or len(longer) < len(sums[key]):
                    sums[key] = longer
    return sorted(((points, names) for (points, _), names in sums.items()), key=lambda each: (len(each[1]), -each[0]))


def _whatever(category: Category, rules: Rules, urgency: int) -> Factors:
    """Return what else may add or take points of a report, with each amount that a likelihood, sources or growth can have."""
    groups = {name: dict(factors) for name, factors in _groups(category, rules).items() if name != "urgency"}
    if urgency > rules.unknown_kind.urgency_at_most:
        groups.pop("unknown", None)
    each, most = rules.independent.points_per_source, rules.independent.points_at_most
    groups["independent"]["independent (three sources)"] = min(most, 2 * each)
    groups["independent"]["independent (the most)"] = most
    groups["late"] = {f"age.{step.from_s:g}": step.points for step in rules.age}
    groups["position"] = {
        "position.poor": rules.position.poor_points,
        "position.missing": rules.position.missing_points,
    }
    if "growth" in groups:
        groups["growth"] = {f"crowd.growth {step.points:g}": step.points for step in rules.episodes.crowd.growth}
    if groups.pop("verdict", None):  # the last, so that a sum is told by other factors where it can be
        table, normal = rules.verdict_points, rules.normal
        groups["verdict"] = {
            **{
                f"verdict.{verdict.value}": table.of(verdict)
                for verdict in (Verdict.CORROBORATED, Verdict.CONSISTENT, Verdict.UNSEEN, Verdict.CONTRADICTED)
            },
            **{
                f"{_LIKELIHOOD} {points:+d}": float(points)
                for points in range(round(normal.points_at_least), round(normal.points_at_most) + 1)
            },
        }
    return groups


def _lifts_caps(name: str) -> bool:
    return name == "unknown_kind" or name.startswith("crowd.")


def _gives(category: Category, rules: Rules, groups: Factors, names: frozenset[str]) -> Priority:
    """Return the priority that a category has with some factors, under its caps."""
    rule = rules.of(category)
    points = {name: each for factors in groups.values() for name, each in factors.items()}
    return _under_caps(rule, rule.points + sum(points[name] for name in names), names, rules)


def _under_caps(rule: CategoryRule, total: float, names: frozenset[str], rules: Rules) -> Priority:
    given = rules.thresholds.priority(min(100.0, max(0.0, total)))
    return max(given, *_caps(rule, names))  # as text, P4 > P1 is the lower priority


def _caps(rule: CategoryRule, names: frozenset[str]) -> Iterator[Priority]:
    yield Priority.P4 if not rule.operator_list else Priority.P1
    if rule.cap is not None and "unknown_kind" not in names:
        yield rule.cap
    said = {name for name in names if name.startswith("urgency.")}
    least = rule.case_from_urgency
    if least is not None and said & {f"urgency.{number}" for number in range(least, 5)}:
        yield Priority.P4
    routine = said & {f"urgency.{number}" for number in range(ROUTINE_FROM, 5)}
    judged = not said and rule.unsaid_urgency is not None
    if rule.routine_cap is not None and (routine or judged) and not any(name.startswith("crowd.") for name in names):
        yield rule.routine_cap


def _groups(category: Category, rules: Rules) -> Factors:
    rule = rules.of(category)
    groups: dict[str, dict[str, float]] = {
        "urgency": {f"urgency.{number}": points for number, points in enumerate(rules.urgency_points)},
        "independent": {"independent": rules.independent.points_per_source},
    }
    if rule.unsaid_urgency is not None:
        groups["urgency"]["urgency.unsaid"] = rules.urgency_points[rule.unsaid_urgency]
    if rule.just_now is not None:
        groups["age"] = {"age.just_now": rule.just_now.points}
    if rule.cameras is not None:
        groups["verdict"] = {
            "verdict.corroborated": max(rules.normal.points_at_most, rules.verdict_points.corroborated)
        }
    if category is Category.CROWD_DENSITY:
        crowd = rules.episodes.crowd
        groups["crowd"] = {f"crowd.{level.name}": level.points for level in crowd.levels if level.points > 0}
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
