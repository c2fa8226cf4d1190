"""Explanation: an alert's priority in words: its factors, limits and hold, and whether they come out again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from schemas.alerts import Alert
from schemas.base import iso_utc
from schemas.phrases.language import Language
from streams.domain.rules.rules import Rules
from streams.presentation.notes import notes_of
from streams.replay.explain import ExplainOutcome, Recomputed

_OUTCOMES = {
    ExplainOutcome.SAME: "the same result",
    ExplainOutcome.DIFFERENT: "ANOTHER RESULT",
    ExplainOutcome.INCOMPLETE: "NOT TO BE SAID: inputs are missing",
}


def as_text(found: Recomputed, rules: Rules) -> str:
    """Return the explanation for a person."""
    return "\n".join([*_alert(found.alert, rules), "", *_again(found, rules)])


def as_dict(found: Recomputed, rules: Rules) -> dict[str, Any]:
    """Return the explanation for a program."""
    alert = found.alert
    told = ("alert_id", "control_room_id", "revision", "state", "category", "priority", "score", "factors", "capped_by")
    more = ("falls_to", "falls_at", "near_repeats", "verdict", "cameras", "rules_version")
    return {
        **{name: value for name, value in alert.model_dump(mode="json").items() if name in {*told, *more}},
        "points": _sum(alert),
        "notes": sorted({note.value for report in alert.reports for note in report.notes}),
        "thresholds": rules.thresholds.model_dump(mode="json"),
        "recomputed": {
            "outcome": found.outcome.value,
            "rules_version": rules.version,
            "decisions": found.decisions,
            "priority": found.again.priority.value if found.again else None,
            "score": found.again.score if found.again else None,
            "differences": list(found.differences),
        },
    }


def _sum(alert: Alert) -> float:
    return round(sum(factor.points for factor in alert.factors), 3)


def _alert(alert: Alert, rules: Rules) -> Iterator[str]:
    yield f"{alert.priority}  {alert.title}  [{alert.state}]"
    yield f"alert {alert.alert_id}, revision {alert.revision}, changed {iso_utc(alert.changed_at)}"
    yield ""
    for factor in alert.factors:
        yield f"{factor.points:+7g}  {factor.rule_id:28} {factor.reason}"
    total = _sum(alert)
    held = "" if total == alert.score else f", held within 0 and 100: {alert.score:g}"
    yield f"{total:7g}  points{held}"
    known = rules.thresholds
    gives = known.priority(alert.score)
    if alert.rules_version == rules.version:
        yield f"         P1 from {known.p1:g}, P2 from {known.p2:g}, P3 from {known.p3:g}: the points give {gives}"
    if alert.capped_by:
        yield f"         {alert.capped_by}: held at {alert.priority}, whatever the points"
    if alert.falls_to and alert.falls_at:
        yield f"         falls to {alert.falls_to} at {iso_utc(alert.falls_at)}; until then {alert.priority} is shown"
    yield from (f"         {note}" for note in notes_of(alert, Language.EN))
    yield ""
    for camera in alert.cameras:
        verdict = camera.verdict.value.replace("_", " ")
        yield f"  {camera.camera_id}, {camera.distance_m:.0f} m: {verdict}, {camera.explanation}"
    if not alert.cameras:
        yield "  no camera near"


def _again(found: Recomputed, rules: Rules) -> Iterator[str]:
    if found.alert.rules_version != rules.version:
        yield f"scored by rules {found.alert.rules_version}; these are rules {rules.version}"
    yield f"{found.decisions} decisions played again with rules {rules.version}: {_OUTCOMES[found.outcome]}"
    yield from (f"  {line}" for line in found.differences)
