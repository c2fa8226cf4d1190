"""Codes of why an alert stands with another one."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Count, Name, Said, Whole, phrase
from schemas.phrases.phrase import Phrase


@phrase
def cause_link(symptom: Said, cause: Said, distance_m: Whole, lag_s: Whole, order: Name) -> Phrase: ...


@phrase
def movement(
    kind: Name, persons: Count, where: Name, distance_m: Whole, lag_s: Whole, order: Name, camera: Name
) -> Phrase: ...
