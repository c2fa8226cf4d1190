"""Codes of snapshots: why there is no picture, or why it is another than asked for, and what the audit is told of it."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Moment, Name, Said, phrase
from schemas.phrases.phrase import Phrase


@phrase
def picture_ahead(at: Moment) -> Phrase: ...


@phrase
def no_picture_kept() -> Phrase: ...


@phrase
def oldest_picture(at: Moment) -> Phrase: ...


@phrase
def newest_picture(at: Moment) -> Phrase: ...


@phrase
def no_picture_between(since: Moment, until: Moment) -> Phrase: ...


@phrase
def capture_ends() -> Phrase: ...


@phrase
def picture_failed(error: Name) -> Phrase: ...


@phrase
def picture_too_large() -> Phrase: ...


@phrase
def only_pixelated() -> Phrase: ...


@phrase
def whole_picture_coarse(why: Said) -> Phrase: ...


@phrase
def detector_unreliable() -> Phrase: ...


@phrase
def detector_loading() -> Phrase: ...


@phrase
def detector_of_snapshots_failed() -> Phrase: ...


@phrase
def picture_asked(kind: Name, at: Moment, alert: Name) -> Phrase: ...


@phrase
def picture_asked_for_nothing(kind: Name, at: Moment) -> Phrase: ...


@phrase
def picture_asked_told(asked: Said, detail: Said) -> Phrase: ...
