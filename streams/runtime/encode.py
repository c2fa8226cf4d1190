"""Encoding: from outputs and faults to records and the places where they go."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from schemas.base import Message
from schemas.codec import Encoded, encode, sends_as
from schemas.dead_letters import DeadLetterReason
from schemas.phrases.codes import faults as says
from streams.errors import NotAllowedError, UnknownCameraError
from streams.kafka.dead_letter import Fault
from streams.kafka.partitioner import partition_of
from streams.kafka.record import EncodedOutput, Raw, Where
from streams.stages.base import Output
from streams.topics import MAX_MESSAGE_BYTES, ONLOOKERS
from streams.tracing.context import TraceContext, with_context

MAX_RECORD_BYTES: Final = MAX_MESSAGE_BYTES - 20_000
"""Largest output: below what its topic takes, with room for headers and the batch around it."""
NO_VALUE: Final = b""
"""Stands for a tombstone's value until it is sent. A dead letter may be as empty; it has headers, which a tombstone has not."""
MAX_ROW_BYTES: Final = MAX_RECORD_BYTES
"""Largest row: it goes to a changelog topic with the same limit."""


class TooLargeError(Exception):
    """An agent's output is larger than its topic takes."""


def encoded(stage: str, outputs: Sequence[Output], entered_at: datetime, now: datetime) -> list[EncodedOutput]:
    """Return outputs as records; `now` becomes the time at which the stage handled them."""
    records: list[EncodedOutput] = []
    source = sends_as().beside(stage) if stage in ONLOOKERS else None
    before: tuple[Message, Encoded] | None = None
    for output in outputs:
        if output.tombstone:
            records.append(_tombstone(output))
            continue
        if before is not None and before[0] is output.message:
            record = before[1]  # the same message for another topic
        else:
            record = encode(
                output.message,
                stage=stage,
                handled_at=now,
                entered_at=output.entered_at or entered_at,
                payload=output.payload,
                source=source,
            )
            before = output.message, record
        if len(record.value) > MAX_RECORD_BYTES:
            raise TooLargeError(f"{output.message.name} for {output.topic}")
        partition = partition_of(output.topic, record.key) if output.partition is None else output.partition
        if output.key is not None:
            record = Encoded(output.key.encode(), record.value, record.headers)
        records.append(EncodedOutput(output.topic, partition, record, output.message, output.measured))
    return records


def _tombstone(output: Output) -> EncodedOutput:
    """Return a record that takes a key's earlier ones from a compacted topic; without a value it needs no headers either."""
    key = output.message.key() if output.key is None else output.key
    partition = partition_of(output.topic, key.encode()) if output.partition is None else output.partition
    return EncodedOutput(output.topic, partition, Encoded(key.encode(), NO_VALUE, []))


def placed(outputs: Sequence[EncodedOutput], trace: TraceContext | None = None) -> list[tuple[Where, Raw]]:
    """Return records with the places where they go, and with the trace to which they belong, where there is one."""
    if trace is not None:
        outputs = [_traced(output, trace) for output in outputs]
    return [
        ((output.topic, output.partition), (output.record.key, _value(output.record), output.record.headers))
        for output in outputs
    ]


def _traced(output: EncodedOutput, trace: TraceContext) -> EncodedOutput:
    return output._replace(record=output.record._replace(headers=with_context(output.record.headers, trace)))


def _value(record: Encoded) -> bytes | None:
    return None if record.value == NO_VALUE and not record.headers else record.value


def handler_fault(error: BaseException) -> Fault:
    """Return the fault for an agent that raised: the kind of error only, since its text may hold values."""
    if isinstance(error, UnknownCameraError):
        return Fault(DeadLetterReason.UNKNOWN_CAMERA, error.what or str(error), error.subject, error.passing)
    if isinstance(error, NotAllowedError):
        return Fault(DeadLetterReason.NOT_ALLOWED, error.what or str(error))
    if isinstance(error, TooLargeError):
        return Fault(DeadLetterReason.TOO_LARGE, says.causes_too_large(MAX_RECORD_BYTES, str(error)))
    return Fault(DeadLetterReason.HANDLER_FAILED, says.handling_failed(type(error).__name__))
