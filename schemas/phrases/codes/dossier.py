"""Codes of the necessity dossier: what each camera brought in a period."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Count, Moment, Name, Tenths, phrase
from schemas.phrases.phrase import Phrase


@phrase
def dossier_title() -> Phrase: ...


@phrase
def dossier_period(since: Moment, until: Moment, alerts: Count, rules: Name) -> Phrase: ...


@phrase
def dossier_necessity(necessity: Name) -> Phrase: ...


@phrase
def dossier_hours(looked_h: Tenths, refused_h: Tenths, away_h: Tenths, blind_h: Tenths) -> Phrase: ...


@phrase
def dossier_no_hours() -> Phrase: ...


@phrase
def dossier_asked(asked: Count, answered: Count) -> Phrase: ...


@phrase
def dossier_changed(changed: Count, opened: Count, raised: Count, lowered: Count, told: Count) -> Phrase: ...


@phrase
def dossier_judged(right: Count, wrong: Count, open: Count) -> Phrase: ...


@phrase
def dossier_passed_on(passed: Count) -> Phrase: ...


@phrase
def dossier_viewed(viewed: Count) -> Phrase: ...


@phrase
def dossier_views_not_known() -> Phrase: ...


@phrase
def dossier_method() -> Phrase: ...
