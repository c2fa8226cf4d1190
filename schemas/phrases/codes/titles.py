"""Codes of what an alert is called, and where it is."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Count, Name, Said, phrase
from schemas.phrases.phrase import Phrase


@phrase
def category_name(category: Name) -> Phrase: ...


@phrase
def category_id(category: Name) -> Phrase: ...


@phrase
def kind_unknown() -> Phrase: ...


@phrase
def title_exercise(title: Said) -> Phrase: ...


@phrase
def title_placed(what: Said, place: Name) -> Phrase: ...


@phrase
def title_seen_by(what: Said, camera: Name) -> Phrase: ...


@phrase
def zone_of_camera(zone: Name, camera: Name) -> Phrase: ...


@phrase
def grouped(open: Count, priorities: Name, categories: Said) -> Phrase: ...


@phrase
def grouped_none_left(grouped: Count) -> Phrase: ...


@phrase
def summary_highest(priority: Name) -> Phrase: ...


@phrase
def counted(number: Count, what: Said) -> Phrase: ...
