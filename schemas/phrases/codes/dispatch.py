"""Codes of dispatches: whom a person asked to come, how far that is, and why a partner's answer changed nothing."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Count, Moment, Name, Said, phrase
from schemas.phrases.phrase import Phrase


@phrase
def the_partner(partner: Name) -> Phrase: ...


@phrase
def dispatch_state(state: Name) -> Phrase: ...


@phrase
def dispatch_asked(partner: Said, until: Moment) -> Phrase: ...


@phrase
def dispatch_asked_instead(partner: Said, failed: Said, until: Moment) -> Phrase: ...


@phrase
def dispatch_answered(partner: Said, state: Said) -> Phrase: ...


@phrase
def dispatch_answered_late(partner: Said, state: Said) -> Phrase: ...


@phrase
def dispatch_rejected(partner: Said, why: Name) -> Phrase: ...


@phrase
def dispatch_expired(partner: Said, at: Moment) -> Phrase: ...


@phrase
def dispatch_not_reached(partner: Said) -> Phrase: ...


@phrase
def dispatch_withdrawn(partner: Said, why: Name) -> Phrase: ...


@phrase
def dispatch_overdue(partner: Said, at: Moment) -> Phrase: ...


@phrase
def next_ask_other(failed: Said, other: Said) -> Phrase: ...


@phrase
def next_call_partner(partner: Said) -> Phrase: ...


@phrase
def next_await_answer(partner: Said, until: Moment) -> Phrase: ...


@phrase
def next_await_arrival(partner: Said) -> Phrase: ...


@phrase
def refused_dispatch_case() -> Phrase: ...


@phrase
def refused_no_recipient(known: Name) -> Phrase: ...


@phrase
def refused_already_asked(partner: Said, state: Said) -> Phrase: ...


@phrase
def refused_all_asked() -> Phrase: ...


@phrase
def refused_dispatches_full(at_most: Count) -> Phrase: ...


@phrase
def refused_drill_alone() -> Phrase: ...


@phrase
def refused_receipt_unknown() -> Phrase: ...


@phrase
def refused_receipt_not_theirs() -> Phrase: ...


@phrase
def refused_receipt_known(state: Said) -> Phrase: ...


@phrase
def refused_receipt_over(state: Said) -> Phrase: ...


@phrase
def refused_receipt_outdated(state: Said) -> Phrase: ...


@phrase
def refused_receipt_ended() -> Phrase: ...


@phrase
def refused_receipt_other_request() -> Phrase: ...
