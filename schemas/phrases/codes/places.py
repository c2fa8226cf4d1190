"""Codes of where a report goes: what is unusual about how its place and its cameras were found."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Count, Whole, phrase
from schemas.phrases.phrase import Phrase


@phrase
def place_missing() -> Phrase: ...


@phrase
def place_outside() -> Phrase: ...


@phrase
def place_late(delay_h: Whole) -> Phrase: ...


@phrase
def place_poor(accuracy_m: Whole, reach_m: Whole) -> Phrase: ...


@phrase
def place_many_cameras(near: Count, asked: Count) -> Phrase: ...
