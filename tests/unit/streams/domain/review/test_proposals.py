"""A proposal lowers false alerts, costs no true P1 or P2, and is one number of the rules."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.alerts import Alert, AlertCamera, Factor
from schemas.categories import Category, Priority
from schemas.evidence import Coverage, Likelihood, Verdict
from streams.config.files import load_rules
from streams.domain.review.precision import Closed
from streams.domain.review.proposals import (
    Effect,
    RuleChange,
    changed_rules,
    changes,
    effect_of,
    priority_with,
    proposals,
)
from tests.support.messages import example

RULES = load_rules()
P1, P2, P3, P4 = Priority
BICYCLE = "category.fietsdiefstal"
ROBBERY = "category.straatroof"


def alert(priority: Priority, *factors: tuple[str, float], **changes: Any) -> Alert:
    told = tuple(Factor(rule_id=rule, points=points, reason="told") for rule, points in factors)
    return example(Alert, priority=priority, factors=told, **changes)


def closed(verdict: str, priority: Priority, *factors: tuple[str, float]) -> Closed:
    return Closed((alert(priority, *factors),), verdict)


def test_every_change_of_the_grid_is_one_number_and_gives_valid_rules_or_none() -> None:
    """The fragment stands where the file has it; the version is another."""
    for change in changes(RULES):
        changed = changed_rules(RULES, change)
        if changed is not None:
            assert changed.version != RULES.version
            part: Any = changed.model_dump(mode="json")
            for name in change.path:
                part = part[name]
            assert part == change.after
    assert changed_rules(RULES, RuleChange(("thresholds", "p2"), 50, 90)) is None
    assert RuleChange(("thresholds", "p2"), 50, 55).fragment == {"thresholds": {"p2": 55}}


def test_only_what_is_changed_differs() -> None:
    """The rest of the rules is as it was."""
    changed = changed_rules(RULES, RuleChange(("categories", "fietsdiefstal", "points"), 35, 20))
    assert changed is not None
    assert changed.of(Category.FIETSDIEFSTAL).points == 20
    assert changed.of(Category.FIETSDIEFSTAL).cameras == RULES.of(Category.FIETSDIEFSTAL).cameras
    assert changed.model_copy(update={"version": RULES.version, "categories": RULES.categories}) == RULES


LESS = RuleChange(("categories", "fietsdiefstal", "points"), 35, 20)


@pytest.mark.parametrize(
    ("told", "change", "priority"),
    [
        (alert(P3, (BICYCLE, 35)), LESS, P4),
        (alert(P3, (BICYCLE, 35), ("urgency.1", 10)), LESS, P3),
        (alert(P2, (ROBBERY, 60)), LESS, P2),
        (alert(P4, (BICYCLE, 35), capped_by="limit.case"), LESS, P4),
        (alert(P2, (ROBBERY, 52)), RuleChange(("thresholds", "p2"), 50, 55), P3),
        (alert(P2, (ROBBERY, 55)), RuleChange(("thresholds", "p2"), 50, 55), P2),
        (alert(P3, (ROBBERY, 40), ("verdict.unseen", -10)), RuleChange(("verdict_points", "unseen"), -10, -20), P4),
    ],
    ids=["falls", "held by another", "does not concern it", "capped", "below a threshold", "on a threshold", "verdict"],
)
def test_priority_with_a_change(told: Alert, change: RuleChange, priority: Priority) -> None:
    """The sum of its own factors, with one of them changed."""
    assert priority_with(told, RULES, change) is priority


def test_the_most_urgent_version_counts() -> None:
    """An alert that fell by itself has lost nothing."""
    versions = (alert(P2, (BICYCLE, 35), ("urgency.0", 20)), alert(P3, (BICYCLE, 35)))
    effect = effect_of([Closed(versions, "false")], RULES, LESS)
    assert effect == Effect({"P2 -> P3": 1}, {}, 1)


def test_no_proposal_costs_a_true_p2() -> None:
    """Not even where it would lower twenty false ones."""
    false = [closed("false", P2, (ROBBERY, 80), ("verdict.unseen", -10), ("urgency.4", -10))] * 20
    assert proposals(false, RULES)
    true = closed("true", P2, (ROBBERY, 80), ("verdict.unseen", -10), ("urgency.4", -10))
    assert proposals([*false, true], RULES) == []


def test_the_best_proposal_stands_first_and_each_number_is_told_once() -> None:
    """It takes most false ones from P1 and P2, by the smallest step that does."""
    falling = [closed("false", P2, (BICYCLE, 35), ("urgency.0", 20))] * 3
    kept = [closed("true", P1, (ROBBERY, 80))] * 5
    found = proposals([*falling, *kept, closed("test", P2, (BICYCLE, 35), ("urgency.0", 20))], RULES)
    assert (found[0].change.path, found[0].change.after) == (("categories", "fietsdiefstal", "points"), 25)
    assert dict(found[0].effect.false) == {"P2 -> P3": 3}
    assert found[0].effect.small
    assert len({each.change.path for each in found}) == len(found)


def test_without_verdicts_there_is_no_proposal() -> None:
    """Nothing is known."""
    assert proposals([], RULES) == []


@pytest.mark.parametrize("likelihood", [None, Likelihood(signal="none", ratio=0.4)])
def test_points_of_the_table_play_no_part_where_a_likelihood_gave_them(likelihood: Likelihood | None) -> None:
    """A verdict of an earlier release counts by the table, one of today by its ratio."""
    told = AlertCamera(
        camera_id="cam-1",
        distance_m=0,
        coverage=Coverage.IN_VIEW,
        verdict=Verdict.UNSEEN,
        explanation="told",
        likelihood=likelihood,
    )
    judged = Closed((alert(P2, (BICYCLE, 60), ("verdict.unseen", -5), cameras=(told,)),), "false")
    effect = effect_of([judged], RULES, RuleChange(("verdict_points", "unseen"), -10, -20))
    assert effect.verdicts == (1 if likelihood is None else 0)
