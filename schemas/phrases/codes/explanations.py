"""Codes of an explanation: why an alert has its priority, and whether that comes out again."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Count, Name, Number, Said, Whole, phrase
from schemas.phrases.phrase import Phrase


@phrase
def explained_alert(alert_id: Name, revision: Whole, at: Name) -> Phrase: ...


@phrase
def explained_points() -> Phrase: ...


@phrase
def explained_points_held(score: Number) -> Phrase: ...


@phrase
def explained_thresholds(p1: Number, p2: Number, p3: Number, priority: Name) -> Phrase: ...


@phrase
def explained_limit(limit: Said, priority: Name) -> Phrase: ...


@phrase
def explained_fall(priority: Name, at: Name, shown: Name) -> Phrase: ...


@phrase
def explained_camera(camera: Name, distance_m: Whole, verdict: Said, why: Said) -> Phrase: ...


@phrase
def no_camera_near() -> Phrase: ...


@phrase
def explained_movement(what: Said) -> Phrase: ...


@phrase
def explained_cause(stands: Name, alert: Name, reason: Said) -> Phrase: ...


@phrase
def explained_symptoms(symptoms: Count, alerts: Name) -> Phrase: ...


@phrase
def explained_next(step: Said, reason: Said) -> Phrase: ...


@phrase
def scored_by_other_rules(version: Name, known: Name) -> Phrase: ...


@phrase
def played_again(decisions: Count, version: Name, outcome: Name) -> Phrase: ...


@phrase
def comes_out_otherwise(what: Name, was: Name, now: Name) -> Phrase: ...


@phrase
def factor_comes_out_otherwise(rule: Name, was: Said, now: Said) -> Phrase: ...


@phrase
def factor_told(points: Name, reason: Said) -> Phrase: ...


@phrase
def factor_not_there() -> Phrase: ...


@phrase
def input_not_retained(place: Name) -> Phrase: ...


@phrase
def input_undecodable(place: Name, detail: Said) -> Phrase: ...


@phrase
def revision_not_reached(revision: Whole) -> Phrase: ...
