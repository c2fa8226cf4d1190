"""Messages put on topics of a real broker by a test, and all that stands on some, read on as it comes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from schemas.base import Message
from schemas.codec import encode
from streams import topics
from streams.settings import KafkaSettings

WITHIN_S: Final = 200
"""Only there to end a test that fails."""


def send(kafka: KafkaSettings, placed: Sequence[tuple[str, Message]], now: datetime) -> None:
    """Put messages on their topics, each on its key's partition."""
    producer: Any = KafkaProducer(bootstrap_servers=kafka.bootstrap_servers, acks="all", linger_ms=20)
    for topic, message in placed:
        record = encode(message, stage="test", handled_at=now, entered_at=now)
        producer.send(topic, key=record.key, value=record.value, headers=record.headers)
    producer.flush()
    producer.close()


class Reader:
    """All that stands on some topics, read on as it comes."""

    def __init__(self, kafka: KafkaSettings, names: Sequence[str]) -> None:
        self._consumer: Any = KafkaConsumer(bootstrap_servers=kafka.bootstrap_servers, auto_offset_reset="earliest")
        self._consumer.assign(
            [TopicPartition(name, n) for name in names for n in range(topics.BY_NAME[name].partitions)]
        )
        self._consumer.seek_to_beginning()
        self.records: list[Any] = []

    def poll(self) -> list[Any]:
        """Return all that was read so far."""
        for records in self._consumer.poll(timeout_ms=500).values():
            self.records += records
        return self.records

    def until(self, enough: int) -> list[Any]:
        """Read until so many different messages are there."""
        deadline = time.monotonic() + WITHIN_S
        while len({identity(each) for each in self.poll()}) < enough:
            assert time.monotonic() < deadline, f"{len({identity(each) for each in self.records})} of {enough}"
        return self.records

    def close(self) -> None:
        """Close it."""
        self._consumer.close()


def identity(record: Any) -> tuple[str, bytes]:
    """Return what tells a repeat: the topic and the message's id."""
    return record.topic, dict(record.headers)["ce_id"]
