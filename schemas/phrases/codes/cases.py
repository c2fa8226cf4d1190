"""Codes of cases that are handed over: why a partner has one, or no longer has it, and why an answer to one is not taken.

None has a value of what was set aside.
"""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Name, Said, phrase
from schemas.phrases.phrase import Phrase


@phrase
def case_handed_over() -> Phrase: ...


@phrase
def case_referred(partner: Said, to: Said) -> Phrase: ...


@phrase
def case_given_back(partner: Said) -> Phrase: ...


@phrase
def case_no_answer(partner: Said) -> Phrase: ...


@phrase
def case_overdue(partner: Said) -> Phrase: ...


@phrase
def case_changed() -> Phrase: ...


@phrase
def case_over(end: Name) -> Phrase: ...


@phrase
def case_answer_of_another(partner: Name) -> Phrase: ...


@phrase
def case_answer_of_nothing(partner: Name) -> Phrase: ...


@phrase
def case_answer_late(partner: Name) -> Phrase: ...


@phrase
def case_referred_late(partner: Name) -> Phrase: ...


@phrase
def case_referred_to_nobody(partner: Name) -> Phrase: ...


@phrase
def case_referred_without_ground(partner: Name, to: Name, category: Name) -> Phrase: ...


@phrase
def case_referred_back(partner: Name, to: Name) -> Phrase: ...


@phrase
def case_referred_too_often(partner: Name, owner: Name) -> Phrase: ...
