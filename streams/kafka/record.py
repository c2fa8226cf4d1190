"""Records of Kafka: as they are read and as they are sent, whichever client does it, and those that are sent again.

A record that is redelivered later is judged by the time at which the broker took it first. Dead letters that are replayed,
and inputs that the completeness check found undecided, go back to their topic with their own bytes and headers. What is
decided about them must be what would have been decided then, so `now` is that first time.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from schemas.base import Message, iso_utc
from schemas.codec import Encoded, Headers
from streams.clock import utc_now


@dataclass(frozen=True, slots=True)
class Record:
    """A Kafka record with the time (UTC) at which the broker appended it: that is `now` for whoever handles it.

    `again` tells one that was sent again; its time is the one at which the broker took it first.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Headers
    appended_at: datetime
    again: bool = False


def consumed(record: Any) -> Record:
    """Return a record as kafka-python's consumer gives it."""
    return Record(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=normal_headers(record.headers),
        appended_at=append_time(record.timestamp),
    )


def append_time(since_1970_ms: float) -> datetime:
    """Return a record's time as clients give it (UTC); on a topic whose records have their senders' times, it may be none."""
    try:
        return datetime.fromtimestamp(max(0.0, since_1970_ms) / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return utc_now()


def normal_headers(headers: Iterable[tuple[str, bytes]] | dict[str, bytes] | None) -> Headers:
    """Return headers as a list of pairs, whichever way the client gives them."""
    if headers is None:
        return []
    return list(headers.items()) if isinstance(headers, dict) else list(headers)


FIRST_APPENDED_AT: Final = "first-appended-at"
"""Header with the broker's append time (ISO 8601, UTC) of the record that is sent again."""


def sent_again(headers: Headers, appended_at: datetime) -> Headers:
    """Return the headers with which a record is sent again: its own, and when the broker took it first."""
    if is_sent_again(headers):
        return headers
    return [*headers, (FIRST_APPENDED_AT, iso_utc(appended_at).encode())]


def is_sent_again(headers: Headers) -> bool:
    """Return whether a record was sent again."""
    return any(name == FIRST_APPENDED_AT for name, _ in headers)


def first_appended_at(headers: Headers, appended_at: datetime) -> datetime:
    """Return when the broker took a record first (UTC); a time that cannot be, such as a later one, is not believed."""
    for name, value in headers:
        if name == FIRST_APPENDED_AT:
            try:
                first = datetime.fromisoformat(value.decode())
                return min(first.astimezone(UTC), appended_at) if first.tzinfo else appended_at
            except (ValueError, OverflowError, AttributeError):  # not a time, or a header without a value
                return appended_at
    return appended_at


Where = tuple[str, int]
"""A topic and a partition."""


Raw = tuple[bytes | None, bytes | None, Headers]
"""Key, value and headers; a value of None is a tombstone."""


class EncodedOutput(NamedTuple):
    """One encoded output and where it goes; the message, and what metrics are told of it, only where it was not sent before."""

    topic: str
    partition: int
    record: Encoded
    message: Message | None = None
    measured: object | None = None
