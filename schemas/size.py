"""Size limit: what a message takes on the wire, and what one for partners may take, so that every intermediary forwards it.

NL GOV profile for CloudEvents 1.1, Size Limits: intermediaries forward 64 kB and consumers should take it, over all that is
transmitted, in the least efficient form that is used. Ours are Kafka's binary mode and HTTP with the event as one JSON document.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from schemas.base import Message
from schemas.codec import Encoded, encode

MOST_BYTES: Final = 64_000
"""Most that a message for partners takes on the wire: 64 kB by the smaller of the two counts of a kB."""
_PER_ATTRIBUTE_BYTES: Final = 10
"""Quotes, colon and comma of JSON, or colon, space and line end of HTTP; Kafka's two lengths take less."""
_AROUND_BYTES: Final = 1_024
"""A batch of Kafka takes 61 bytes around a record; a request by HTTP its line, host, length and signature."""
_ANY_TIME: Final = datetime(2026, 1, 1, tzinfo=UTC)
_ANY_STAGE: Final = "x" * 40


def wire_bytes(record: Encoded) -> int:
    """Return what a record takes on the wire at most, in bytes, in Kafka's binary mode or as a JSON event by HTTP."""
    attributes = sum(len(name.encode()) + len(value) + _PER_ATTRIBUTE_BYTES for name, value in record.headers)
    return len(record.key) + len(record.value) + attributes + _AROUND_BYTES


def message_bytes(message: Message) -> int:
    """Return what a message without a payload takes on the wire at most, in bytes, whichever stage sends it.

    Raises:
        ValueError: It travels in a header, beside a payload.
    """
    return wire_bytes(encode(message, stage=_ANY_STAGE, handled_at=_ANY_TIME, entered_at=_ANY_TIME))
