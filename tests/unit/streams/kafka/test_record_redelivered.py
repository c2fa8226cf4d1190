"""The time by which a record that is sent again is judged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from streams.kafka.record import FIRST_APPENDED_AT, first_appended_at, sent_again

THEN = datetime(2026, 11, 24, 10, 0, 0, 123000, tzinfo=UTC)
NOW = THEN + timedelta(hours=5)


def test_a_record_that_is_sent_again_keeps_its_first_time() -> None:
    """However often it is sent, and whatever other headers it has."""
    once = sent_again([("ce_id", b"1")], THEN)
    assert once[0] == ("ce_id", b"1")
    assert first_appended_at(once, NOW) == THEN
    assert sent_again(once, NOW) == once


def test_a_record_that_was_sent_once_has_the_brokers_time() -> None:
    """There is nothing else to go by."""
    assert first_appended_at([("ce_id", b"1")], NOW) == NOW


@pytest.mark.parametrize(
    "value",
    [b"", b"yesterday", b"\xff", b"2026-11-24T10:00:00", b"2026-11-25T10:00:00Z", None, b"0001-01-01T00:00:00+10:00"],
)
def test_a_time_that_cannot_be_is_not_believed(value: Any) -> None:
    """Not a time, without a zone, later than the broker's, or no value at all."""
    assert first_appended_at([(FIRST_APPENDED_AT, value)], NOW) == NOW
