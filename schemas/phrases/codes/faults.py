"""Codes of dead letters: why a record or a line could not be handled. None has a value of what was set aside."""

# mypy: disable-error-code="empty-body"
from __future__ import annotations

from schemas.phrases.declare import Count, Name, Said, Whole, phrase
from schemas.phrases.phrase import Phrase


@phrase
def header_missing(header: Name) -> Phrase: ...


@phrase
def header_missing_carrier(header: Name, message: Name) -> Phrase: ...


@phrase
def header_not_text(header: Name) -> Phrase: ...


@phrase
def header_not_time(header: Name) -> Phrase: ...


@phrase
def message_version_unknown(version: Name, message: Name) -> Phrase: ...


@phrase
def message_type_unknown() -> Phrase: ...


@phrase
def not_json(message: Name, what: Name) -> Phrase: ...


@phrase
def field_unexpected(message: Name, field: Name, what: Name) -> Phrase: ...


@phrase
def notice_not_delivered(partner: Name, channel: Name, reason: Name, attempts: Whole) -> Phrase: ...


@phrase
def record_empty() -> Phrase: ...


@phrase
def record_too_large(bytes: Whole, at_most: Whole) -> Phrase: ...


@phrase
def key_wrong(message: Name) -> Phrase: ...


@phrase
def happened_after_arrival(message: Name, ahead_s: Whole) -> Phrase: ...


@phrase
def happened_too_early(message: Name, at: Name, limit: Name) -> Phrase: ...


@phrase
def not_in_registry(subject: Name, version: Name) -> Phrase: ...


@phrase
def causes_too_large(at_most: Whole, what: Name) -> Phrase: ...


@phrase
def row_too_large(at_most: Whole) -> Phrase: ...


@phrase
def copy_too_large(partition: Whole, bytes: Whole, at_most: Whole) -> Phrase: ...


@phrase
def handling_failed(error: Name) -> Phrase: ...


@phrase
def detector_failed(error: Name) -> Phrase: ...


@phrase
def told_again(what: Said, before: Count) -> Phrase: ...


@phrase
def message_unexpected(expected: Name, got: Name) -> Phrase: ...


@phrase
def line_too_large(bytes: Whole, at_most: Whole) -> Phrase: ...


@phrase
def reading_failed(error: Name) -> Phrase: ...


@phrase
def overdue_failed(error: Name) -> Phrase: ...


@phrase
def json_expected(what: Name) -> Phrase: ...


@phrase
def report_field(field: Name, expected: Said) -> Phrase: ...


@phrase
def expected_object() -> Phrase: ...


@phrase
def expected_partner() -> Phrase: ...


@phrase
def name_of_canary() -> Phrase: ...


@phrase
def expected_text_or_number() -> Phrase: ...


@phrase
def expected_flex() -> Phrase: ...


@phrase
def expected_flex_words() -> Phrase: ...


@phrase
def expected_flex_fields(kind: Name, fields: Count) -> Phrase: ...


@phrase
def expected_flex_json() -> Phrase: ...


@phrase
def expected_decoder() -> Phrase: ...


@phrase
def cap_expected(what: Name) -> Phrase: ...


@phrase
def expected_json_object() -> Phrase: ...


@phrase
def expected_page_text() -> Phrase: ...


@phrase
def expected_page_type() -> Phrase: ...


@phrase
def not_as_incident(field: Name) -> Phrase: ...


@phrase
def happened_days_ago(days: Count) -> Phrase: ...


@phrase
def checksum_wrong() -> Phrase: ...


@phrase
def no_batch(error: Name) -> Phrase: ...


@phrase
def record_over(bytes: Whole, at_most: Whole) -> Phrase: ...


@phrase
def too_many_headers(headers: Whole, at_most: Whole) -> Phrase: ...


@phrase
def letter_urgent() -> Phrase: ...


@phrase
def letters(count: Count) -> Phrase: ...


@phrase
def offsets_of(what: Said, first: Whole, last: Whole) -> Phrase: ...
