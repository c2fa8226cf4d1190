"""Codes of what the rules recommend to do with an alert, and why. Nothing is done by it: a person decides."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Name, phrase
from schemas.phrases.phrase import Phrase


@phrase
def next_send(service: Name) -> Phrase: ...


@phrase
def next_send_and_look(service: Name, camera: Name) -> Phrase: ...


@phrase
def next_look(camera: Name) -> Phrase: ...


@phrase
def next_call_back(partner: Name) -> Phrase: ...


@phrase
def next_wait() -> Phrase: ...


@phrase
def next_with_cause() -> Phrase: ...


@phrase
def next_close(verdict: Name) -> Phrase: ...


@phrase
def next_step_reason(priority: Name, verdict: Name, state: Name) -> Phrase: ...
