"""Symptoms in the list's figures: tables that were computed by hand, and a fire through the real stages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bench.scenarios.judging import JudgedScenario, figures, judge, symptom_figures
from bench.scenarios.layout import ReportInput, ReportRef, Scenario, TrueSituation, Truth, in_order
from bench.scenarios.loading import Loaded
from bench.scenarios.playing import Fact, PlayedAlert, PlayedScenario, Player
from bench.scenarios.town import registry
from schemas.categories import Category, Priority
from streams.config.files import load_rules
from streams.domain.cameras.registry import Registry

P1, P2, P3, P4 = Priority
START = datetime(2026, 11, 24, 12, tzinfo=UTC)
SCENARIO = Scenario(name="own", kind="own", flood=False, start=START, duration_s=1_200)
MARKET = {"lat": 52.30715, "lon": 4.8529, "accuracy_m": 20}


def _true(name: str, priority: Priority) -> TrueSituation:
    refs = (ReportRef(source="gms", source_id=name),)
    return TrueSituation(
        id=name, priority=priority, reports=refs, category=Category.BRAND, from_s=0, until_s=100, known_s=10
    )


def _alert(name: str, priority: Priority, alone: bool = True, with_cause: bool = False) -> PlayedAlert:
    """Return an alert that stood on the list at a priority, by itself, under its cause, or as it says but nobody saw it."""
    shown = {each: 10.0 for each in (P1, P2, P3) if priority <= each}
    fact = Fact("gms", name, "", "", Category.BRAND, 10)
    by_itself, beside = (shown if stood else {} for stood in (alone, with_cause))
    return PlayedAlert(name, {"0": fact}, shown, alone_s=by_itself, with_cause_s=beside, under_cause=not alone)


def _judged(true: list[TrueSituation], alerts: list[PlayedAlert]) -> JudgedScenario:
    played = PlayedScenario(alerts={alert.alert_id: alert for alert in alerts})
    played.lines.update(("gms", each.id) for each in true)
    return judge(SCENARIO, Truth(situations=tuple(true)), played)


def test_what_stands_under_its_cause_is_no_entry_and_is_found() -> None:
    """A true P2 is found under a P1; a P3 about nothing there is no false entry. The figures of before have both as entries."""
    true = [_true("fire", P1), _true("crowd", P2), _true("group", P4)]
    under = [_alert("crowd", P2, alone=False, with_cause=True), _alert("group", P3, alone=False, with_cause=True)]
    judged = _judged(true, [_alert("fire", P1), *under])
    found, before = symptom_figures([judged]), figures([judged])
    assert (found["under"], found["only_under"], found["hidden"]) == (2, 2, 0)
    assert (found["total"]["precision"], found["total"]["recall"]) == (1, 1)
    assert (before["total"]["precision"], before["total"]["recall"]) == (pytest.approx(2 / 3), 1)
    assert (found["quiet"]["operator_alerts"], before["quiet"]["operator_alerts"]) == (1, 3)
    assert (found["quiet"]["reduction"], before["quiet"]["reduction"]) == (pytest.approx(2 / 3), 0)
    assert found["quiet"]["most_in_10_min"] == 1


def test_what_stands_under_a_cause_that_nobody_sees_is_hidden() -> None:
    """It counts as missed here, and is told: the product may never do that."""
    true = [_true("fire", P1), _true("crowd", P2)]
    judged = _judged(true, [_alert("fire", P1), _alert("crowd", P2, alone=False)])
    found = symptom_figures([judged])
    assert (found["hidden"], found["p2"]["recall"], found["p1"]["recall"]) == (1, 0, 1)
    assert figures([judged])["p2"]["recall"] == 1


def test_its_own_priority_counts_as_ever() -> None:
    """A true P2 that is told as P3 is not found at P2, though its cause is a P1; nor is it hidden by that."""
    judged = _judged([_true("crowd", P2)], [_alert("crowd", P3, alone=False, with_cause=True)])
    found = symptom_figures([judged])
    assert (found["p2"]["recall"], found["total"]["recall"], found["hidden"]) == (0, 1, 0)


def test_without_causes_both_say_the_same() -> None:
    judged = _judged([_true("fire", P1), _true("other", P3)], [_alert("fire", P2), _alert("other", P3)])
    found, before = symptom_figures([judged]), figures([judged])
    for row in ("p1", "p2", "p3", "p1_p2", "total"):
        assert found[row] == {name: before[row][name] for name in found[row]}
    assert found["under"] == 0


@pytest.mark.parametrize("withdrawn", [False, True])
def test_a_crowd_at_a_fire_is_played_under_it(withdrawn: bool) -> None:
    """Through intake, locate and decide: in sight there from its report on, and by itself where its cause is withdrawn."""

    def line(at_s: float, name: str, category: str, **fields: Any) -> ReportInput:
        content: dict[str, Any] = {"source": "politie-gms", "source_id": name, "category": category, "position": MARKET}
        return ReportInput(kind="report", at_s=at_s, line=content | fields)

    inputs = [line(5, "1", "brand", priority="P 1"), line(20, "2", "crowd_density", priority="P 3")]
    if withdrawn:
        inputs.append(line(60, "1", "brand", operation="cancel"))
    played = Player(Loaded(SCENARIO, Registry.model_validate(registry()), tuple(in_order(inputs))), load_rules()).play()
    fire, symptom = played.alerts.values()
    assert (fire.under_cause, fire.alone_s) == (False, fire.shown_s)
    assert symptom.under_cause
    assert symptom.with_cause_s == symptom.shown_s == {P2: 20, P3: 20}
    assert symptom.alone_s == ({P2: 70, P3: 70} if withdrawn else {})
