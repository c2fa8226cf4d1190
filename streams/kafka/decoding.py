"""Decoding of records for who only reads: what cannot be decoded is passed over, counted by its topic, and told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from schemas.base import Message
from schemas.codec import decode
from schemas.errors import UndecodableError
from streams.kafka.record import Record


class Decoder:
    """Decodes records one by one.

    Attributes:
        undecodable: How many records of each topic could not be decoded: damaged, or of a newer release.
    """

    def __init__(self) -> None:
        self.undecodable: Counter[str] = Counter()

    def message(self, record: Record) -> Message | None:
        """Return a record's message; None for a deletion, and for what cannot be decoded, which is counted."""
        if record.value is None:
            return None
        try:
            return decode(record.value, record.headers)
        except UndecodableError:
            self.undecodable[record.topic] += 1
            return None


def undecodable_line(undecodable: Mapping[str, int]) -> str:
    """Return one line for a person: how many records of which topics could not be decoded; empty where all could."""
    counts = ", ".join(f"{count} of {topic}" for topic, count in sorted(undecodable.items()) if count)
    return f"could not be decoded: {counts}" if counts else ""


def undecodable_counts(undecodable: Mapping[str, int]) -> str:
    """Return how many records of which topics could not be decoded, `alerts: 3`; empty where all could."""
    return ", ".join(f"{topic}: {count}" for topic, count in sorted(undecodable.items()) if count)
