"""Explanation: an alert's priority in words: its factors, limits and hold, and whether they come out again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from schemas.alerts import Alert
from schemas.base import iso_utc
from schemas.phrases.catalogue import decimal, in_words, sentence, told
from schemas.phrases.codes import explanations as says
from schemas.phrases.codes.operator_list import alert_state, limit, verdict
from schemas.phrases.language import Language
from schemas.phrases.phrase import Phrase
from streams.domain.rules.rules import Rules
from streams.presentation.alerts import points_in
from streams.presentation.notes import notes_of
from streams.presentation.printable import printable
from streams.replay.explain import Recomputed

_INDENT = " " * 9
"""Where reasons begin, behind points."""


def as_text(found: Recomputed, rules: Rules, language: Language = Language.EN) -> str:
    """Return the explanation for a person."""
    return "\n".join(map(printable, [*_alert(found.alert, rules, language), "", *_again(found, rules, language)]))


def as_dict(found: Recomputed, rules: Rules) -> dict[str, Any]:
    """Return the explanation for a program."""
    alert = found.alert
    names = (
        "alert_id",
        "control_room_id",
        "revision",
        "state",
        "category",
        "priority",
        "score",
        "factors",
        "capped_by",
    )
    more = ("falls_to", "falls_at", "near_repeats", "verdict", "cameras", "rules_version")
    linked = ("caused_by", "cause_reason", "under_cause", "symptoms", "movements", "next_step", "next_step_reason")
    asked = ("dispatches", "unanswered_at", "exercise")
    return {
        **{
            name: value
            for name, value in alert.model_dump(mode="json").items()
            if name in {*names, *more, *linked, *asked}
        },
        "points": _sum(alert),
        "notes": sorted({note.value for report in alert.reports for note in report.notes}),
        "thresholds": rules.thresholds.model_dump(mode="json"),
        "recomputed": {
            "outcome": found.outcome.value,
            "rules_version": rules.version,
            "decisions": found.decisions,
            "priority": found.again.priority.value if found.again else None,
            "score": found.again.score if found.again else None,
            "differences": [in_words(each, Language.EN) for each in found.differences],
        },
    }


def _sum(alert: Alert) -> float:
    return round(sum(factor.points for factor in alert.factors), 3)


def _alert(alert: Alert, rules: Rules, language: Language) -> Iterator[str]:
    state = sentence(alert_state(alert.state.value), language)
    yield f"{alert.priority}  {told(alert.title_phrase, alert.title, language)}  [{state}]"
    changed_at = iso_utc(alert.changed_at)
    yield sentence(says.explained_alert(alert.alert_id, alert.revision, changed_at), language)
    yield ""
    for factor in alert.factors:
        yield f"{points_in(language, factor.points):>7}  {factor.rule_id:28} {told(factor.phrase, factor.reason, language)}"
    total = _sum(alert)
    held = says.explained_points() if total == alert.score else says.explained_points_held(alert.score)
    yield f"{decimal(f'{total:g}', language):>7}  {sentence(held, language)}"
    yield from (f"{_INDENT}{sentence(each, language)}" for each in _held(alert, rules))
    yield from (f"{_INDENT}{note}" for note in notes_of(alert, language))
    yield ""
    for camera in alert.cameras:
        why = told(camera.phrase, camera.explanation, language)
        said = says.explained_camera(camera.camera_id, camera.distance_m, verdict(camera.verdict.value), why)
        yield f"  {sentence(said, language)}"
    if not alert.cameras:
        yield f"  {sentence(says.no_camera_near(), language)}"
    beside = [sentence(each, language) for each in _beside(alert)]
    yield from ("", *(f"  {each}" for each in beside)) if beside else ()


def _beside(alert: Alert) -> Iterator[Phrase]:
    """Yield which alert explains this one and why, what it explains itself, who was asked to come, and what is recommended."""
    if alert.caused_by is not None and alert.cause_reason is not None:
        yield says.explained_cause("under" if alert.under_cause else "beside", alert.caused_by, alert.cause_reason)
    if alert.symptoms:
        yield says.explained_symptoms(len(alert.symptoms), ", ".join(alert.symptoms))
    yield from (says.explained_movement(each.reason) for each in alert.movements)
    yield from (each.reason for each in alert.dispatches)
    if alert.next_step is not None and alert.next_step_reason is not None:
        yield says.explained_next(alert.next_step, alert.next_step_reason)


def _held(alert: Alert, rules: Rules) -> Iterator[Phrase]:
    """Yield what the points give, and what holds the priority at another."""
    known = rules.thresholds
    if alert.rules_version == rules.version:
        yield says.explained_thresholds(known.p1, known.p2, known.p3, known.priority(alert.score).value)
    if alert.capped_by:
        yield says.explained_limit(limit(alert.capped_by.removeprefix("limit.")), alert.priority.value)
    if alert.falls_to and alert.falls_at:
        yield says.explained_fall(alert.falls_to.value, iso_utc(alert.falls_at), alert.priority.value)


def _again(found: Recomputed, rules: Rules, language: Language) -> Iterator[str]:
    if found.alert.rules_version != rules.version:
        yield sentence(says.scored_by_other_rules(found.alert.rules_version, rules.version), language)
    yield sentence(says.played_again(found.decisions, rules.version, found.outcome.value), language)
    yield from (f"  {in_words(each, language)}" for each in found.differences)
