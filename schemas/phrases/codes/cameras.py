"""Codes of a camera's state: why it cannot be relied on, or can again."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Name, Number, Said, Tenths, Whole, phrase
from schemas.phrases.phrase import Phrase


@phrase
def status_reason(reason: Name) -> Phrase: ...


@phrase
def never_told() -> Phrase: ...


@phrase
def no_snapshot(reason: Name) -> Phrase: ...


@phrase
def no_picture_for(silent_s: Whole) -> Phrase: ...


@phrase
def all_read(fps: Number) -> Phrase: ...


@phrase
def looked_at_by(detector: Name, version: Name) -> Phrase: ...


@phrase
def looked_at_roughly() -> Phrase: ...


@phrase
def picture_size(width_px: Whole, height_px: Whole, known_width_px: Whole, known_height_px: Whole) -> Phrase: ...


@phrase
def view_masked(left_percent: Whole) -> Phrase: ...


@phrase
def view_black(bright_percent: Tenths, mean: Whole) -> Phrase: ...


@phrase
def view_blinded(saturated_percent: Whole, mean: Whole) -> Phrase: ...


@phrase
def view_frozen(same_s: Whole) -> Phrase: ...


@phrase
def view_unknown() -> Phrase: ...


@phrase
def view_not_looked() -> Phrase: ...


@phrase
def view_structure(usual_percent: Whole) -> Phrase: ...


@phrase
def view_sharpness(usual_percent: Whole) -> Phrase: ...


@phrase
def view_matched(matched_percent: Whole) -> Phrase: ...


@phrase
def view_covered(matched_percent: Whole) -> Phrase: ...


@phrase
def decision_limits(decision: Name, limit: Said) -> Phrase: ...


@phrase
def decision_permits(decision: Name, window: Said) -> Phrase: ...


@phrase
def valid_from(day: Name) -> Phrase: ...


@phrase
def valid_until(day: Name) -> Phrase: ...


@phrase
def area_not_covered(outside_percent: Tenths) -> Phrase: ...


@phrase
def area_hardly_not_covered(least_percent: Number) -> Phrase: ...


@phrase
def hours_allowed(windows: Said, day: Said, clock: Name) -> Phrase: ...


@phrase
def viewing_window(days: Said, from_clock: Name, until_clock: Name) -> Phrase: ...
