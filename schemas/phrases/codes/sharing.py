"""Codes of what is shared with partners: which two were told a hit, and why an answer of theirs is not taken.

None has a value of what was set aside.
"""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Name, phrase
from schemas.phrases.phrase import Phrase


@phrase
def hit_of_pair(one: Name, other: Name, ground: Name) -> Phrase: ...


@phrase
def receipt_of_another(partner: Name) -> Phrase: ...


@phrase
def receipt_of_nothing(partner: Name) -> Phrase: ...


@phrase
def not_from_partners(partner: Name, message: Name) -> Phrase: ...
