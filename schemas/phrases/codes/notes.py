"""Codes of what an operator noted on an alert."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Count, Name, phrase
from schemas.phrases.phrase import Phrase


@phrase
def note_called_back() -> Phrase: ...


@phrase
def note_no_answer() -> Phrase: ...


@phrase
def note_camera_checked(camera: Name) -> Phrase: ...


@phrase
def note_nothing_on_camera(camera: Name) -> Phrase: ...


@phrase
def note_persons_on_camera(persons: Count) -> Phrase: ...


@phrase
def note_police_informed() -> Phrase: ...


@phrase
def note_fire_service_informed() -> Phrase: ...


@phrase
def note_ambulance_informed() -> Phrase: ...


@phrase
def note_enforcement_informed() -> Phrase: ...


@phrase
def note_help_on_scene() -> Phrase: ...


@phrase
def note_waiting_for_partner(partner: Name) -> Phrase: ...


@phrase
def note_over_in_minutes(minutes: Count) -> Phrase: ...


@phrase
def note_handed_over() -> Phrase: ...


@phrase
def note_choice(note: Name) -> Phrase: ...
