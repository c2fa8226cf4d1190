"""Proposals from verdicts: one changed number of the rules that would have lowered false alerts and no true P1 or P2.

The method is a small grid, so that anyone can follow it: each category's points, the points of the verdicts that speak
against a report, and each threshold, one step at a time and never two together. The points in the closed alerts' own factors
are replaced, the sum is taken again, and the most urgent priority that the alert ever had is compared. Replay then tells
what the change does to everything else. Nothing is ever applied by itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from schemas.alerts import Alert
from schemas.categories import Priority
from streams.domain.review.precision import SMALL, Closed
from streams.domain.rules.rules import Rules

CATEGORY_STEPS: Final = (-5.0, -10.0, -15.0, -20.0)
"""Points: up to most of a priority's band of 25. [own]"""
VERDICT_STEPS: Final = (-5.0, -10.0)
THRESHOLD_STEPS: Final = (2.5, 5.0, 10.0)
"""Points of the score's 100. [own]"""
AT_MOST: Final = 3
"""Proposals that are told: a person weighs each. [own]"""
_URGENT: Final = frozenset({Priority.P1, Priority.P2})


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One number of the rules: where it stands in the file, and what it was and becomes."""

    path: tuple[str, ...]
    before: float
    after: float

    @property
    def fragment(self) -> dict[str, Any]:
        """Return the change as it stands in a rules file."""
        found: Any = self.after
        for name in reversed(self.path):
            found = {name: found}
        return dict(found)


@dataclass(frozen=True, slots=True)
class Effect:
    """Effect: how many closed alerts fall, by verdict and by from which to which priority: `{"P1 -> P3": 2}`."""

    false: Mapping[str, int]
    true: Mapping[str, int]
    verdicts: int

    @property
    def small(self) -> bool:
        """Return whether it rests on too few verdicts to go by."""
        return self.verdicts < SMALL


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change, the rules with it, and its effect on the alerts that were closed."""

    change: RuleChange
    rules: Rules
    effect: Effect


def changes(rules: Rules) -> Iterator[RuleChange]:
    """Yield every change of the grid."""
    for category, rule in sorted(rules.categories.items()):
        for step in CATEGORY_STEPS:
            if rule.points + step >= 0:
                yield RuleChange(("categories", category.value, "points"), rule.points, rule.points + step)
    for verdict in ("contradicted", "unseen"):
        points = getattr(rules.verdict_points, verdict)
        for step in VERDICT_STEPS:
            yield RuleChange(("verdict_points", verdict), points, points + step)
    for name in ("p1", "p2", "p3"):
        limit = getattr(rules.thresholds, name)
        for step in THRESHOLD_STEPS:
            yield RuleChange(("thresholds", name), limit, limit + step)


def changed_rules(rules: Rules, change: RuleChange) -> Rules | None:
    """Return the rules with a change and a version of their own, or None where the rules would not be valid."""
    document = rules.model_dump(mode="json")
    part = document
    for name in change.path[:-1]:
        part = part[name]
    part[change.path[-1]] = change.after
    document["version"] = f"{rules.version}-{'.'.join(change.path[-2:])}={change.after:g}"[:40]
    for found in document["categories"].values():
        found["cameras"] = found["cameras"] or "none"
    try:
        return Rules.model_validate(document)
    except ValidationError:
        return None


def proposals(closed: Sequence[Closed], rules: Rules, at_most: int = AT_MOST) -> list[Proposal]:
    """Return the changes that lower false alerts and cost no true P1 or P2, the best first.

    The best lowers most false alerts from P1 or P2, then most false ones at all, then fewest true ones, by the smallest step.
    Of one number only the best step is told.
    """
    found: list[tuple[tuple[float, ...], Proposal]] = []
    for change in changes(rules):
        effect = effect_of(closed, rules, change)
        if not effect.false or _urgent(effect.true):
            continue
        changed = changed_rules(rules, change)
        if changed is not None:
            order = (-_urgent(effect.false), -sum(effect.false.values()), sum(effect.true.values()))
            found.append(((*order, abs(change.after - change.before)), Proposal(change, changed, effect)))
    best: dict[tuple[str, ...], Proposal] = {}
    for _, proposal in sorted(found, key=lambda each: (each[0], each[1].change.path)):
        best.setdefault(proposal.change.path, proposal)
    return list(best.values())[:at_most]


def effect_of(closed: Sequence[Closed], rules: Rules, change: RuleChange) -> Effect:
    """Return which closed alerts a change would have lowered."""
    fallen: dict[str, Counter[str]] = {"true": Counter(), "false": Counter()}
    verdicts = 0
    for each in closed:
        if each.verdict not in fallen or not any(_touches(alert, change) for alert in each.versions):
            continue
        verdicts += 1
        before = min(alert.priority for alert in each.versions)
        after = min(priority_with(alert, rules, change) for alert in each.versions)
        if after > before:  # as text, P2 is less urgent than P1
            fallen[each.verdict][f"{before.value} -> {after.value}"] += 1
    return Effect(dict(sorted(fallen["false"].items())), dict(sorted(fallen["true"].items())), verdicts)


def priority_with(alert: Alert, rules: Rules, change: RuleChange) -> Priority:
    """Return the priority that an alert would have had: its factors' sum with the change, and never above a limit's.

    A number that plays no part in it leaves it as it was, whatever rules it was scored by.
    """
    if not _touches(alert, change):
        return alert.priority
    difference = 0.0
    thresholds = rules.thresholds
    if change.path[0] == "thresholds":
        thresholds = thresholds.model_copy(update={change.path[1]: change.after})
    else:
        difference = change.after - change.before
    total = min(100.0, max(0.0, sum(factor.points for factor in alert.factors) + difference))
    return max(thresholds.priority(total), alert.priority) if alert.capped_by else thresholds.priority(total)


def _touches(alert: Alert, change: RuleChange) -> bool:
    if change.path[0] == "thresholds":
        return True
    if change.path[0] == "categories":
        return any(factor.rule_id == f"category.{change.path[1]}" for factor in alert.factors)
    told = (each for each in alert.cameras if each.verdict.value == change.path[1])
    by_ratio = any(each.likelihood is not None for each in told)  # then the table's points play no part
    return not by_ratio and any(factor.rule_id == f"verdict.{change.path[1]}" for factor in alert.factors)


def _urgent(fallen: Mapping[str, int]) -> int:
    """Return how many fell from P1 or P2 to below P2."""
    return sum(count for step, count in fallen.items() if step[:2] in _URGENT and step[-2:] not in _URGENT)
