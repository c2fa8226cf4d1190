"""From outputs and faults to records and the places where they go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from schemas.base import Message
from schemas.codec import OCTETS, Encoded, encode
from schemas.operations import DeadLetterReason, DeadLetterReference
from streams.errors import UnknownCameraError
from streams.kafka.records import Fault, Record
from streams.runtime.processed import Outgoing
from streams.runtime.producer import partition_of
from streams.runtime.send_queue import Raw, Where
from streams.stages.base import Output
from streams.topics import DEAD_LETTERS, MAX_MESSAGE_BYTES

MAX_DEAD_LETTER_BYTES: Final = 950_000
"""Original bytes kept in a dead letter; below the client's request limit of 1,000,000 bytes with the headers."""

MAX_RECORD_BYTES: Final = MAX_MESSAGE_BYTES - 20_000
"""Largest output: below what its topic takes, with room for headers and the batch around it."""
MAX_ROW_BYTES: Final = MAX_RECORD_BYTES
"""Largest row: it goes to a changelog topic with the same limit."""


class TooLargeError(Exception):
    """An agent's output is larger than its topic takes."""


def encoded(stage: str, outputs: Sequence[Output], entered_at: datetime, now: datetime) -> list[Outgoing]:
    """Return outputs as records; `now` becomes the time at which the stage handled them."""
    records: list[Outgoing] = []
    before: tuple[Message, Encoded] | None = None
    for output in outputs:
        if before is not None and before[0] is output.message:
            record = before[1]  # the same message for another topic
        else:
            record = encode(
                output.message,
                stage=stage,
                handled_at=now,
                entered_at=output.entered_at or entered_at,
                payload=output.payload,
            )
            before = output.message, record
        if len(record.value) > MAX_RECORD_BYTES:
            raise TooLargeError(f"{output.message.name} for {output.topic}")
        partition = partition_of(output.topic, record.key) if output.partition is None else output.partition
        if output.key is not None:
            record = Encoded(output.key.encode(), record.value, record.headers)
        records.append(Outgoing(output.topic, partition, record, output.message))
    return records


def placed(outputs: Sequence[Outgoing]) -> list[tuple[Where, Raw]]:
    """Return records with the places where they go."""
    return [
        ((output.topic, output.partition), (output.record.key, output.record.value, output.record.headers))
        for output in outputs
    ]


def dead_letter(stage: str, record: Record, fault: Fault) -> Outgoing:
    """Return what sets a record aside: its original bytes, where it stood, and the bounded reason."""
    letter = DeadLetterReference(
        stage=stage,
        reason=fault.reason,
        detail=fault.detail[:300],
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        original_key=(record.key or b"").decode("utf-8", "replace")[:200],
        original_bytes=len(record.value or b""),
        failed_at=record.appended_at,
    )
    aside = encode(
        letter,
        stage=stage,
        handled_at=record.appended_at,
        entered_at=record.appended_at,
        payload=(record.value or b"")[:MAX_DEAD_LETTER_BYTES],
        payload_type=OCTETS,
    )
    headers = [*aside.headers, *((f"original-{name}", value) for name, value in record.headers)]
    return Outgoing(DEAD_LETTERS, 0, Encoded(record.key or b"", aside.value, headers))


def handler_fault(error: BaseException) -> Fault:
    """Return the fault for an agent that raised: the kind of error only, since its text may hold values."""
    if isinstance(error, UnknownCameraError):
        return Fault(DeadLetterReason.UNKNOWN_CAMERA, "it names a camera or zone that the registry does not have")
    if isinstance(error, TooLargeError):
        return Fault(
            DeadLetterReason.TOO_LARGE, f"it causes more than {MAX_RECORD_BYTES} bytes in one message: {error}"
        )
    return Fault(DeadLetterReason.HANDLER_FAILED, f"{type(error).__name__} while handling")
