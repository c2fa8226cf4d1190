"""From a Kafka record to an input of a stage: decode it, and guard the stage against what it must not see."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from schemas.base import Message, iso_utc
from schemas.cameras import CameraStatus
from schemas.codec import Headers, decode, envelope
from schemas.errors import UndecodableError
from schemas.operations import DeadLetterReason
from streams.stages.base import Input

MAX_AHEAD: Final = timedelta(seconds=60)
"""How far a sender's clock may be ahead of the broker's; the clocks of hosts with NTP differ by far less."""


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


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a record goes to dead-letters: a bounded reason and one line without the record's values."""

    reason: DeadLetterReason
    detail: str


def read_record(record: Record, max_late: timedelta | None) -> Input | Fault | None:
    """Return the record as an input, the fault that it has, or None for a deletion (null value)."""
    if record.value is None:
        return None
    try:
        about = envelope(record.headers)
        message = decode(record.value, record.headers)
    except UndecodableError as error:
        return Fault(error.reason, error.detail)
    if record.key is None or record.key.decode("utf-8", "replace") not in _keys(message):
        return Fault(DeadLetterReason.WRONG_KEY, f"{message.name}: the record's key is not the message's key")
    happened_at = message.happened_at()
    if happened_at > record.appended_at + MAX_AHEAD:
        ahead_s = (happened_at - record.appended_at).total_seconds()
        return Fault(DeadLetterReason.FROM_THE_FUTURE, f"{message.name}: happened {ahead_s:.0f} s after it arrived")
    if max_late is not None and happened_at < record.appended_at - max_late:
        return Fault(
            DeadLetterReason.TOO_LATE,
            f"{message.name}: happened {iso_utc(happened_at)}, more than {max_late} before it arrived",
        )
    return Input(
        message=message,
        payload=record.value,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        event_id=about.event_id,
        entered_at=about.entered_at or record.appended_at,
    )


def _keys(message: Message) -> tuple[str, ...]:
    """Return the keys that a message may stand under; a camera's state stood under the camera alone before 2026-11-25."""
    return (message.key(), message.state_key()) if isinstance(message, CameraStatus) else (message.key(),)


def consumed(record: Any) -> Record:
    """Return a record as kafka-python's consumer gives it."""
    return Record(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value,
        headers=normal_headers(record.headers),
        appended_at=datetime.fromtimestamp(record.timestamp / 1000, UTC),
    )


def normal_headers(headers: Iterable[tuple[str, bytes]] | dict[str, bytes] | None) -> Headers:
    """Return headers as a list of pairs, whichever way the client gives them."""
    if headers is None:
        return []
    return list(headers.items()) if isinstance(headers, dict) else list(headers)
