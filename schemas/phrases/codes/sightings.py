"""Codes of what one camera says of a report: what it saw and when, what it did not see, and why it could not look."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Count, Moment, Name, Said, Tenths, Whole, phrase
from schemas.phrases.phrase import Phrase


@phrase
def sighting(what: Said, zone: Name, amount: Whole, unit: Name, side: Name) -> Phrase: ...


@phrase
def sighting_unclear(what: Said, zone: Name, amount: Whole, unit: Name, side: Name) -> Phrase: ...


@phrase
def seen_group(persons: Whole) -> Phrase: ...


@phrase
def seen_persons(persons: Count) -> Phrase: ...


@phrase
def seen_persons_weaker(persons: Count) -> Phrase: ...


@phrase
def seen_vehicles(vehicles: Count) -> Phrase: ...


@phrase
def seen_density(persons_per_m2: Tenths) -> Phrase: ...


@phrase
def seen_stay(stay_s: Whole) -> Phrase: ...


@phrase
def seen_situation(situation: Name) -> Phrase: ...


@phrase
def saw_at_most(persons: Count, min: Whole, s: Whole, watched_percent: Whole) -> Phrase: ...


@phrase
def looked_too_little(watched_percent: Whole) -> Phrase: ...


@phrase
def looked_seldom(sampled_s: Whole, looks: Count) -> Phrase: ...


@phrase
def view_not_clear(unclear_s: Whole) -> Phrase: ...


@phrase
def not_kept_before(at: Moment) -> Phrase: ...


@phrase
def view_degraded(visibility: Name) -> Phrase: ...


@phrase
def gives_no_pictures() -> Phrase: ...


@phrase
def camera_trouble(state: Name, since: Moment, reason: Said) -> Phrase: ...
