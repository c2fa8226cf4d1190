"""The scenario: which processes play its reports, how an alert is shown, and whether what came out is as written down."""

from __future__ import annotations

import secrets
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from schemas.alerts import Alert
from schemas.evidence import Verdict
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.operator_list import verdict
from schemas.phrases.codes.titles import category_name, title_exercise
from streams.canary.partitions import names
from streams.demo.material import Material
from streams.local.supervisor import ProcessSpec

SETTLE_S: Final = 26.0
"""After the last report: its cameras' window (12 s after), its settling (2 s), start-up and a margin."""


def scenario_specs(material: Material, like: ProcessSpec) -> list[ProcessSpec]:
    """Return the processes that play the reports, in the environment of another process.

    Each run's reports have ids of their own, so the demo can run again on the same cluster.
    """
    run = secrets.token_hex(3)
    command = (sys.executable, "-m", "streams.cli", "intake")
    recorded = (*command, "recorded", str(material.reports), "--play", "--run", run)
    p2000 = (*command, "p2000", "--clock", "host", "--run", run)
    return [
        replace(like, name="intake-p2000", command=p2000, stdin=material.p2000, restart=False),
        replace(like, name="intake-recorded", command=recorded, stdin=None, restart=False, ready_within_s=0),
    ]


def alert_line(alert: Alert) -> str:
    """Return an alert as one line: priority, score, category, place, verdict, the strongest reasons, and its state.

    A summary tells how many alerts stand under it; a priority that is held tells what it falls to.
    """
    if alert.summary is not None:
        return f"{alert.priority}        summary                  {alert.title}{_state(alert)}"
    factors = sorted(alert.factors, key=lambda factor: -abs(factor.points))
    category = category_name(alert.category.value)
    what = sentence(title_exercise(category) if alert.exercise else category)
    why = "; ".join(f"{factor.points:+g} {factor.reason}" for factor in factors[:3])
    return (
        f"{alert.priority} {alert.score:5.1f}  {what:24} {alert.place[:32]:32} "
        f"{sentence(verdict(alert.verdict.value)):18} {why}{_state(alert)}"
    )


def _state(alert: Alert) -> str:
    state = "" if alert.state == "new" else f" [{alert.state}]"
    state += "" if alert.falls_at is None else f" [held, falls to {alert.falls_to} at {alert.falls_at:%H:%M:%S} UTC]"
    return state + ("" if alert.operator_list else " [a case, not on the operator's list]")


def judge(
    material: Material, alerts: Sequence[Alert], dead_letters: Mapping[str, int], canaries_back: int
) -> list[str]:
    """Return in words what differs from the scenario's expectation; an empty list where nothing does."""
    problems: list[str] = []
    taken: list[str] = []
    for expected in material.expected["alerts"]:
        found = [alert for alert in alerts if _has(alert, expected["report"])]
        if len(found) != 1:
            problems.append(f"{expected['report']}: expected one alert, found {len(found)}")
            continue
        taken.append(found[0].alert_id)
        problems += _differences(found[0], expected, material.composed)
    surplus = [alert for alert in alerts if alert.alert_id not in taken]
    problems += [f"alert nobody expected: {alert_line(alert)}" for alert in surplus if alert.reports]
    if Counter(dead_letters) != Counter(material.expected["dead_letters"]):
        problems.append(f"dead letters: expected {material.expected['dead_letters']}, found {dict(dead_letters)}")
    if canaries_back < len(names()):
        problems.append(f"canaries: expected {len(names())} or more back, found {canaries_back}")
    return problems


def _has(alert: Alert, report: str) -> bool:
    return any(item.source_id.endswith(f"/{report}") or item.source == report for item in alert.reports)


def _differences(alert: Alert, expected: Mapping[str, Any], composed: bool) -> list[str]:
    found: dict[str, Any] = {
        "reports": len(alert.reports),
        "category": alert.category.value,
        "verdict": alert.verdict.value,
        "priority": alert.priority.value,
        "state": alert.state.value,
    }
    depends_on_video = {"verdict", "priority"} if composed else set()
    could_not_look = Verdict.CAMERA_UNAVAILABLE.value
    if composed and found["verdict"] == could_not_look != expected.get("verdict"):
        return [f"{expected['report']}: its camera could not look, expected any verdict of one that could"]
    return [
        f"{expected['report']}: {field} is {found[field]}, expected {value}"
        for field, value in expected.items()
        if field in found and field not in depends_on_video and found[field] != value
    ]
