"""Codes of notices: what a partner reads by mail, by chat and in a CAP message."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Count, Moment, Name, Said, phrase
from schemas.phrases.phrase import Phrase


@phrase
def notice_what(priority: Name, category: Name) -> Phrase: ...


@phrase
def notice_at_place(what: Said, place: Name) -> Phrase: ...


@phrase
def notice_dispatch(what: Said) -> Phrase: ...


@phrase
def notice_case(what: Said) -> Phrase: ...


@phrase
def notice_case_answer_before(at: Moment) -> Phrase: ...


@phrase
def notice_ended(what: Said, ending: Name) -> Phrase: ...


@phrase
def notice_exercise(what: Said) -> Phrase: ...


@phrase
def notice_exercise_line() -> Phrase: ...


@phrase
def notice_several(count: Count) -> Phrase: ...


@phrase
def notice_happened(at: Moment) -> Phrase: ...


@phrase
def notice_changed(at: Moment) -> Phrase: ...


@phrase
def notice_answer_before(at: Moment) -> Phrase: ...


@phrase
def notice_answer() -> Phrase: ...


@phrase
def notice_reference(id: Name) -> Phrase: ...


@phrase
def notice_sender(partner: Name) -> Phrase: ...
