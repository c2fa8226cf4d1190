"""Codes of a camera's state: why it cannot be relied on, or can again."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Name, phrase
from schemas.phrases.phrase import Phrase


@phrase
def status_reason(reason: Name) -> Phrase: ...
