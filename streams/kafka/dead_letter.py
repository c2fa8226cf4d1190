"""Dead letters as records: what sets a record aside, with its original bytes, where it stood and the bounded reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from schemas.codec import OCTETS, Encoded, encode
from schemas.dead_letters import DeadLetterReason, DeadLetterReference
from streams.kafka.record import EncodedOutput, Record
from streams.topics import DEAD_LETTERS


@dataclass(frozen=True, slots=True)
class Fault:
    """Fault: why a record goes to dead-letters: a bounded reason and one line without the record's values.

    Attributes:
        reason: The reason.
        detail: The line.
        subject: What equal faults have in common, and are told by once a minute; empty where each is told.
        passing: Whether of these only the one that is told goes to dead-letters.
    """

    reason: DeadLetterReason
    detail: str
    subject: str = ""
    passing: bool = False


MAX_DEAD_LETTER_BYTES: Final = 950_000
"""Original bytes kept in a dead letter; below the client's request limit of 1,000,000 bytes with the headers."""


def dead_letter(stage: str, record: Record, fault: Fault, urgent: bool = False) -> EncodedOutput:
    """Return what sets a record aside: its original bytes, where it stood, the bounded reason, and whether it is urgent."""
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
        urgent=urgent,
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
    return EncodedOutput(DEAD_LETTERS, 0, Encoded(record.key or b"", aside.value, headers))
