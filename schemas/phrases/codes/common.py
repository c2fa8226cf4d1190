"""Codes that others stand in: a municipality's own words, and several phrases as one."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Name, Several, phrase
from schemas.phrases.phrase import Phrase


@phrase
def own_words(text: Name) -> Phrase: ...


@phrase
def several(phrases: Several) -> Phrase: ...


def together(*phrases: Phrase) -> Phrase | None:
    """Return several phrases as one, one as it is, and None for none."""
    return several(phrases) if len(phrases) > 1 else phrases[0] if phrases else None
