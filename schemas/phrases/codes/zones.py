"""Codes of what a zone shows by itself: crowds, and zone events."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Count, Name, Number, Said, Tenths, Whole, phrase
from schemas.phrases.phrase import Phrase


@phrase
def in_zone(what: Said, zone: Name) -> Phrase: ...


@phrase
def no_longer(what: Said) -> Phrase: ...


@phrase
def zone_unseen(zone: Name) -> Phrase: ...


@phrase
def crowd(amount: Said, zone: Name, held_s: Number, level: Said) -> Phrase: ...


@phrase
def crowd_at_least(amount: Said, zone: Name, held_s: Number, level: Said) -> Phrase: ...


@phrase
def crowd_level(level: Name) -> Phrase: ...


@phrase
def crowding(level: Name) -> Phrase: ...


@phrase
def crowd_persons(persons: Whole) -> Phrase: ...


@phrase
def crowd_on_ground(persons: Whole, area_m2: Whole, densest_per_m2: Tenths) -> Phrase: ...


@phrase
def crowd_density(persons_per_m2: Tenths) -> Phrase: ...


@phrase
def crowd_probably(amount: Said, estimated_per_m2: Tenths, error_per_m2: Tenths) -> Phrase: ...


@phrase
def crowd_not_measurable(
    level: Said, persons_per_m2: Number, estimated_per_m2: Tenths, error_per_m2: Tenths, rise: Said, drop: Said
) -> Phrase: ...


@phrase
def crowd_rise(rise_per_min: Whole) -> Phrase: ...


@phrase
def crowd_rise_unknown() -> Phrase: ...


@phrase
def crowd_drop(percent: Whole) -> Phrase: ...


@phrase
def crowd_drop_unknown() -> Phrase: ...


@phrase
def zone_closed(persons: Count, window: Said) -> Phrase: ...


@phrase
def running(runners: Count, fastest: Tenths, normal: Tenths, unit: Name) -> Phrase: ...


@phrase
def came_together(together: Whole, before: Whole) -> Phrase: ...


@phrase
def went_away(gone: Whole, before: Whole) -> Phrase: ...


@phrase
def dwelling(stay_s: Whole, limit_s: Number) -> Phrase: ...


@phrase
def group(persons: Whole, stay_s: Number, least: Whole) -> Phrase: ...


@phrase
def wrong_direction(persons: Count, direction: Name) -> Phrase: ...


@phrase
def told_by_camera(what: Said, held_s: Whole) -> Phrase: ...


@phrase
def object_left(reach: Number, unit: Name, away_s: Whole) -> Phrase: ...
