"""Guard of a stage: a record is decoded, and kept from the stage where it must not see it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from schemas.base import Message, iso_utc
from schemas.cameras import CameraStatus
from schemas.codec import decode, envelope
from schemas.dead_letters import DeadLetterReason
from schemas.errors import UndecodableError
from schemas.phrases.codes import faults as says
from streams.kafka.batches import PackedValue
from streams.kafka.dead_letter import Fault
from streams.kafka.record import Record
from streams.stages.base import Input
from streams.topics import BY_NAME, MAX_MESSAGE_BYTES

MAX_AHEAD: Final = timedelta(seconds=60)
"""How far a sender's clock may be ahead of the broker's; the clocks of hosts with NTP differ by far less."""


def read_record(record: Record, max_late: timedelta | None) -> Input | Fault | None:
    """Return the record as an input, the fault that it has, or None for a deletion (null value) on a compacted topic."""
    if record.value is None and record.topic in BY_NAME and "compact" in BY_NAME[record.topic].cleanup:
        return None
    value = _value(record)
    if isinstance(value, Fault):
        return value
    try:
        about = envelope(record.headers)
        message = decode(value, record.headers)
    except UndecodableError as error:
        return Fault(error.reason, error.what)
    return _misplaced(message, record, max_late) or Input(
        message=message,
        payload=value,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        event_id=about.event_id,
        entered_at=about.entered_at or record.appended_at,
    )


def _value(record: Record) -> bytes | Fault:
    """Return a record's value, where there is one that a message can be read from."""
    if record.value is None:
        return Fault(DeadLetterReason.NOT_JSON, says.record_empty())
    if isinstance(record.value, PackedValue):
        return Fault(record.value.reason, record.value.why)
    size = size_of(record)
    if size > MAX_MESSAGE_BYTES:  # packed it was smaller
        return Fault(DeadLetterReason.TOO_LARGE, says.record_too_large(size, MAX_MESSAGE_BYTES))
    return record.value


def _misplaced(message: Message, record: Record, max_late: timedelta | None) -> Fault | None:
    """Return what is wrong with a message's key or time, if anything."""
    if record.key is None or record.key.decode("utf-8", "replace") not in _keys(message):
        return Fault(DeadLetterReason.WRONG_KEY, says.key_wrong(message.name))
    happened_at = message.happened_at()
    if happened_at > record.appended_at + MAX_AHEAD:
        ahead_s = (happened_at - record.appended_at).total_seconds()
        return Fault(DeadLetterReason.FROM_THE_FUTURE, says.happened_after_arrival(message.name, ahead_s))
    if max_late is not None and happened_at < record.appended_at - max_late:
        return Fault(
            DeadLetterReason.TOO_LATE,
            says.happened_too_early(message.name, iso_utc(happened_at), str(max_late)),
        )
    return None


def size_of(record: Record) -> int:
    """Return how many bytes a record has: key, value and headers."""
    headers = sum([len(name.encode()) + len(content or b"") for name, content in record.headers])
    return len(record.key or b"") + len(record.value or b"") + headers


def _keys(message: Message) -> tuple[str, ...]:
    """Return the keys that a message may stand under; a camera's state stood under the camera alone before 2026-11-25."""
    return (message.key(), message.state_key()) if isinstance(message, CameraStatus) else (message.key(),)
