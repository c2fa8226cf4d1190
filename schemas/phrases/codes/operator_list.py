"""Codes of the operator's list: its headings, what state an alert is in, and what stands beside its reasons."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Count, Moment, Name, Said, phrase
from schemas.phrases.phrase import Phrase


@phrase
def heading(column: Name) -> Phrase: ...


@phrase
def alert_state(state: Name) -> Phrase: ...


@phrase
def alert_state_because(state: Said, why: Said) -> Phrase: ...


@phrase
def verdict(verdict: Name) -> Phrase: ...


@phrase
def report_note(note: Name) -> Phrase: ...


@phrase
def limit(limit: Name) -> Phrase: ...


@phrase
def capped(priority: Name, limit: Said) -> Phrase: ...


@phrase
def falls_to(priority: Name, at: Moment) -> Phrase: ...


@phrase
def attended(left: Name) -> Phrase: ...


@phrase
def summary_of(open: Count) -> Phrase: ...


@phrase
def no_alerts() -> Phrase: ...


@phrase
def closing_verdict(verdict: Name) -> Phrase: ...


@phrase
def change_told(change: Name, state: Said) -> Phrase: ...


@phrase
def action_name(action: Name) -> Phrase: ...


@phrase
def history_refused(action: Said, why: Said) -> Phrase: ...
