"""Size limit: what a message takes on the wire, and how one for partners is kept below what every intermediary forwards.

NL GOV profile for CloudEvents 1.1, Size Limits: intermediaries forward 64 kB and consumers should take it, over all that is
transmitted, in the least efficient form that is used. Ours are Kafka's binary mode and HTTP with the event as one JSON document.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, TypeVar

from schemas.base import Message
from schemas.codec import Encoded, encode

M = TypeVar("M", bound=Message)

MOST_BYTES: Final = 64_000
"""Most that a message for partners takes on the wire: 64 kB by the smaller of the two counts of a kB."""
_PER_ATTRIBUTE_BYTES: Final = 10
"""Quotes, colon and comma of JSON, or colon, space and line end of HTTP; Kafka's two lengths take less."""
_AROUND_BYTES: Final = 1_024
"""A batch of Kafka takes 61 bytes around a record; a request by HTTP its line, host, length and signature."""
_ANY_TIME: Final = datetime(2026, 1, 1, tzinfo=UTC)
_ANY_STAGE: Final = "x" * 40


class TooManyBytesError(ValueError):
    """A message is larger than may be, and no list of it is left to shorten."""


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


def fitted(message: M, shorten: Sequence[str], most_bytes: int = MOST_BYTES) -> tuple[M, dict[str, int]]:
    """Return a message that is small enough, with lists cut from their end, and how many entries of each were left out.

    As much stays as has room: the first list is shortened first, the next one where that list is empty and it is not enough. So
    what is told best stands at the front of a list, and the list that one can miss best is named first.

    Args:
        message: What is to be sent.
        shorten: Its fields that are lists (tuples), in the order in which they may be shortened.
        most_bytes: What it may take on the wire.

    Raises:
        TooManyBytesError: It is larger even with all of these lists empty.
    """
    left_out: dict[str, int] = {}
    for field in shorten:
        if message_bytes(message) <= most_bytes:
            break
        entries: tuple[object, ...] = getattr(message, field)
        keep, too_many = 0, len(entries)
        while keep + 1 < too_many:
            middle = (keep + too_many) // 2
            fits = message_bytes(message.model_copy(update={field: entries[:middle]})) <= most_bytes
            keep, too_many = (middle, too_many) if fits else (keep, middle)
        message = message.model_copy(update={field: entries[:keep]})
        if entries:
            left_out[field] = len(entries) - keep
    if (size := message_bytes(message)) > most_bytes:
        raise TooManyBytesError(f"{message.name}: {size} bytes on the wire, expected at most {most_bytes}")
    return message, left_out
