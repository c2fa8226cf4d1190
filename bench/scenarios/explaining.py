"""Explaining: what is wrong in a judged scenario, one by one, and how it came about: to find the rule that causes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from bench.scenarios.judging import P2, JudgedAlert, JudgedScenario, is_found
from bench.scenarios.layout import TrueSituation
from bench.scenarios.playing import PlayedAlert


def faults(scenario: JudgedScenario) -> list[dict[str, Any]]:
    """Return what is wrong in one scenario: each miss, each false or surplus alert at P1 or P2, and why."""
    found: list[dict[str, Any]] = []
    for each in scenario.truth.situations:
        if each.priority <= P2 and not is_found(each, P2, scenario.alerts):
            found.append(_told(scenario, "missed", each, _why_missed(each, scenario.alerts)))
    for judged in scenario.alerts:
        if judged.on_list and judged.alert.priority <= P2 and judged.truth > P2:
            why = "nothing is true of it" if judged.situation is None else f"truly {judged.truth.value}"
            if judged.situation and judged.situation.false_report:
                why = "reported, and nothing was there"
            found.append(_told(scenario, f"false {judged.alert.priority.value}", judged.situation, why, judged.alert))
    counted = Counter(each.situation.id for each in scenario.alerts if each.on_list and each.situation)
    for each in scenario.truth.situations:
        if counted[each.id] > 1:
            found.append(_told(scenario, "surplus", each, f"{counted[each.id]} alerts: {_held(each, scenario.alerts)}"))
    return found


def _held(situation: TrueSituation, alerts: Iterable[JudgedAlert]) -> str:
    own = [each.alert for each in alerts if each.on_list and each.situation and each.situation.id == situation.id]
    return " | ".join(_facts(alert) for alert in own)


def _facts(alert: PlayedAlert) -> str:
    return ", ".join(f"{fact.source or fact.camera_id} {fact.category.value}" for fact in alert.facts.values())


def _told(
    scenario: JudgedScenario, what: str, situation: TrueSituation | None, why: str, alert: PlayedAlert | None = None
) -> dict[str, Any]:
    seen = next((fact.category.value for fact in alert.facts.values()), None) if alert else None
    return {
        "scenario": scenario.name,
        "what": what,
        "situation": situation.id if situation else None,
        "category": situation.category.value if situation else seen,
        "priority": situation.priority.value if situation else None,
        "why": why if alert is None else f"{why}: {_facts(alert)}",
    }


def _why_missed(situation: TrueSituation, alerts: Iterable[JudgedAlert]) -> str:
    alerts = list(alerts)
    own = [each.alert for each in alerts if each.situation and each.situation.id == situation.id]
    if own:
        best = min(own, key=lambda each: each.priority)
        grouped = ", grouped" if best.grouped else ""
        return f"reached {best.priority.value} only{grouped}: {_facts(best)}"
    into = [each for each in alerts if any(other.id == situation.id for other in each.others)]
    if into:
        return f"swallowed by the alert for {into[0].situation.id if into[0].situation else None}"
    return "no alert"
