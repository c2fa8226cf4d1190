"""Codes of why an operator puts an alert aside, or calls it false."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import phrase
from schemas.phrases.phrase import Phrase


@phrase
def shelved_waiting_for_unit() -> Phrase: ...


@phrase
def shelved_waiting_for_partner() -> Phrase: ...


@phrase
def shelved_being_watched() -> Phrase: ...


@phrase
def shelved_planned_event() -> Phrase: ...


@phrase
def shelved_known_works() -> Phrase: ...


@phrase
def shelved_camera_fault() -> Phrase: ...


@phrase
def shelved_other_reason() -> Phrase: ...


@phrase
def false_nothing_there() -> Phrase: ...


@phrase
def false_camera_mistaken() -> Phrase: ...


@phrase
def false_reporter_mistaken() -> Phrase: ...


@phrase
def false_test() -> Phrase: ...


@phrase
def false_known_exercise() -> Phrase: ...


@phrase
def false_known_works() -> Phrase: ...


@phrase
def false_other_reason() -> Phrase: ...
