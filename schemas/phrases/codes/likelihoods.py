"""Codes of likelihoods: what the whole view of a camera shows of a report, and how usual that is at its place and hour."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Count, Name, Said, Tenths, UpToTenths, Whole, phrase
from schemas.phrases.phrase import Phrase


@phrase
def in_view(what: Said, amount: Whole, unit: Name, side: Name) -> Phrase: ...


@phrase
def in_view_unclear(what: Said, amount: Whole, unit: Name, side: Name) -> Phrase: ...


@phrase
def persons_weaker(persons: Count) -> Phrase: ...


@phrase
def runs(speed_m_per_s: Tenths) -> Phrase: ...


@phrase
def stand_together(persons: Count) -> Phrase: ...


@phrase
def left_at_once(persons: Count) -> Phrase: ...


@phrase
def stays(stay_s: Whole) -> Phrase: ...


@phrase
def usual_here(times: Whole, of: Whole, minutes: Whole) -> Phrase: ...


@phrase
def usual_from(measure: Name, least: UpToTenths, times: Whole, of: Whole, minutes: Whole) -> Phrase: ...


@phrase
def not_learnt(blocks: Whole, needed: Whole) -> Phrase: ...


@phrase
def place_in_view(chance_percent: Whole) -> Phrase: ...


@phrase
def would_show(times: Whole, of: Whole) -> Phrase: ...


@phrase
def not_measured() -> Phrase: ...


@phrase
def likelihood_ratio(ratio: UpToTenths) -> Phrase: ...
