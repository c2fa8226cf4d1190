"""Codes that others stand in: a municipality's own words, and several phrases as one."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from functools import reduce

from schemas.phrases.declare import Name, Said, Several, phrase
from schemas.phrases.phrase import Phrase


@phrase
def own_words(text: Name) -> Phrase: ...


@phrase
def several(phrases: Several) -> Phrase: ...


@phrase
def beside(first: Said, other: Said) -> Phrase: ...


@phrase
def listed(first: Said, other: Said) -> Phrase: ...


@phrase
def weekday(day: Name) -> Phrase: ...


def side_by_side(first: Phrase, *others: Phrase) -> Phrase:
    """Return phrases as one, with nothing but a space between them."""
    return reduce(beside, others, first)


def with_commas(first: Phrase, *others: Phrase) -> Phrase:
    """Return phrases as one, with commas between them."""
    return reduce(listed, others, first)


def together(*phrases: Phrase) -> Phrase | None:
    """Return several phrases as one, one as it is, and None for none."""
    return several(phrases) if len(phrases) > 1 else phrases[0] if phrases else None
