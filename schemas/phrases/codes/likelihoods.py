"""Codes of likelihoods: what a camera saw of a report, and how usual that is at its place and hour."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Count, Name, Said, Tenths, Whole, phrase
from schemas.phrases.phrase import Phrase


@phrase
def runs(speed_m_per_s: Tenths) -> Phrase: ...


@phrase
def counts_persons(persons: Count) -> Phrase: ...


@phrase
def stand_together(persons: Count) -> Phrase: ...


@phrase
def left_at_once(persons: Count) -> Phrase: ...


@phrase
def stays(stay_s: Whole) -> Phrase: ...


@phrase
def seen_when(what: Said, apart: Whole, unit: Name, side: Name) -> Phrase: ...


@phrase
def usual_here(times: Whole, of: Whole, minutes: Whole) -> Phrase: ...


@phrase
def not_learnt(blocks: Count, needed: Whole) -> Phrase: ...


@phrase
def place_in_view(chance: Whole) -> Phrase: ...


@phrase
def looked(persons: Count, minutes: Whole, seconds: Whole, share: Whole) -> Phrase: ...


@phrase
def view_not_clear(unclear_s: Whole) -> Phrase: ...


@phrase
def would_show(times: Whole, of: Whole) -> Phrase: ...


@phrase
def seen_unclearly() -> Phrase: ...
