"""Dead letters as records: what sets a record aside, with its original bytes, where it stood and the bounded reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from schemas.codec import OCTETS, Encoded, Headers, encode
from schemas.dead_letters import DeadLetterReason, DeadLetterReference
from schemas.phrases.catalogue import phrase_of, text_of
from schemas.phrases.phrase import Told
from streams.kafka.batches import PackedValue
from streams.kafka.record import EncodedOutput, Record
from streams.topics import DEAD_LETTERS


@dataclass(frozen=True, slots=True)
class Fault:
    """Fault: why a record goes to dead-letters: a bounded reason, and what is told of it without the record's values.

    Attributes:
        reason: The reason.
        what: What is told.
        subject: What equal faults have in common, and are told by once a minute; empty where each is told.
        passing: Whether of these only the one that is told goes to dead-letters.
    """

    reason: DeadLetterReason
    what: Told
    subject: str = ""
    passing: bool = False

    @property
    def detail(self) -> str:
        """Return what is told in one English line."""
        return text_of(self.what)


MAX_DEAD_LETTER_BYTES: Final = 950_000
"""Original bytes kept in a dead letter; below the client's request limit of 1,000,000 bytes with the headers."""
MAX_KEY_BYTES: Final = 1_000
MAX_HEADERS_BYTES: Final = 30_000
"""What is kept of an original's key and headers: ours have below 100 and 2,000 bytes."""
_HEADER_BYTES: Final = 16
"""What a header takes beside its name and value: the name's prefix and two lengths."""


def dead_letter(stage: str, record: Record, fault: Fault, urgent: bool = False) -> EncodedOutput:
    """Return what sets a record aside: its original bytes, where it stood, and the bounded reason, and whether it is urgent.

    Whatever the original's size, the letter fits its topic; `original_bytes` is larger than the value where a part is left out.
    """
    key, value = record.key or b"", record.value or b""
    whole = value.size if isinstance(value, PackedValue) else len(value)
    headers, left_out = _kept(record.headers)
    letter = DeadLetterReference(
        stage=stage,
        reason=fault.reason,
        detail=fault.detail,
        phrase=phrase_of(fault.what),
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        original_key=key.decode("utf-8", "replace")[:200],
        original_bytes=whole + max(0, len(key) - MAX_KEY_BYTES) + left_out,
        failed_at=record.appended_at,
        urgent=urgent,
    )
    aside = encode(
        letter,
        stage=stage,
        handled_at=record.appended_at,
        entered_at=record.appended_at,
        payload=value[:MAX_DEAD_LETTER_BYTES],
        payload_type=OCTETS,
    )
    headers = [*aside.headers, *((f"original-{name}", content) for name, content in headers)]
    return EncodedOutput(DEAD_LETTERS, 0, Encoded(key[:MAX_KEY_BYTES], aside.value, headers))


def _kept(headers: Headers) -> tuple[Headers, int]:
    """Return the headers that have room in a letter, in their order, and how many bytes of others are left out."""
    kept: Headers = []
    size = left_out = 0
    for name, content in headers:
        needs = len(name.encode()) + len(content or b"") + _HEADER_BYTES
        if size + needs > MAX_HEADERS_BYTES:
            left_out += needs
        else:
            size += needs
            kept.append((name, content))
    return kept, left_out
