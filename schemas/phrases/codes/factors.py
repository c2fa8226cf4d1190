"""Codes of an alert's score: why points are given, and what each camera says that gave no answer."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Count, Moment, Name, Number, Said, Whole, phrase
from schemas.phrases.phrase import Phrase


@phrase
def category(category: Name) -> Phrase: ...


@phrase
def urgency(urgency: Whole, source: Name, source_priority: Name) -> Phrase: ...


@phrase
def urgency_unsaid(urgency: Whole, source: Name) -> Phrase: ...


@phrase
def urgency_assumed(urgency: Whole, source: Name) -> Phrase: ...


@phrase
def reported_after(delay_min: Whole) -> Phrase: ...


@phrase
def independent_sources(sources: Count, names: Name) -> Phrase: ...


@phrase
def position_missing() -> Phrase: ...


@phrase
def position_poor(accuracy_m: Whole, further_m: Whole) -> Phrase: ...


@phrase
def unknown_kind(sources: Name) -> Phrase: ...


@phrase
def best_pending(camera: Name, why: Said) -> Phrase: ...


@phrase
def best_corroborated(camera: Name, why: Said) -> Phrase: ...


@phrase
def best_consistent(camera: Name, why: Said) -> Phrase: ...


@phrase
def best_contradicted(camera: Name, why: Said) -> Phrase: ...


@phrase
def best_unseen(camera: Name, why: Said) -> Phrase: ...


@phrase
def best_camera_unavailable(camera: Name, why: Said) -> Phrase: ...


@phrase
def best_no_coverage() -> Phrase: ...


@phrase
def best_camera_only() -> Phrase: ...


@phrase
def crowd_seen(camera: Name, what: Said) -> Phrase: ...


@phrase
def crowd_growth(camera: Name, rise_per_min: Count) -> Phrase: ...


@phrase
def circumstance(what: Said, weekday: Name, clock: Name) -> Phrase: ...


@phrase
def circumstance_night() -> Phrase: ...


@phrase
def near_repeat(earlier: Count, within_m: Whole, within_days: Number, nearest_m: Whole, at: Moment) -> Phrase: ...


@phrase
def camera_not_permitted_now() -> Phrase: ...


@phrase
def camera_not_for_category() -> Phrase: ...


@phrase
def camera_out_of_range() -> Phrase: ...


@phrase
def camera_still_looking() -> Phrase: ...
