"""Reads a topic from Kafka beside capture: without a group, in a thread of its own, from some time back until told to stop."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from streams.kafka.options import kafka_client_options
from streams.kafka.record import Record, consumed
from streams.settings import KafkaSettings
from streams.topics import BY_NAME

log = logging.getLogger(__name__)

POLL_MS: Final = 200
RETRY_S: Final = 1.0


class TopicFollower(ABC):
    """A consumer that begins anew whenever it breaks: cameras are captured whatever happens here.

    Args:
        kafka: The cluster.
        name: Of the thread, and in the log.
    """

    def __init__(self, kafka: KafkaSettings, name: str) -> None:
        self._kafka = kafka
        self._name = name
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Read no more, and finish what was taken."""
        self._stop.set()

    def join(self, timeout_s: float) -> None:
        """Wait for the end of what is being done."""
        self._thread.join(timeout_s)

    @abstractmethod
    def _follow(self, consumer: KafkaConsumer) -> None:
        """Read until told to stop."""

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._connect()
            except (KafkaError, OSError) as error:
                log.warning("%s cannot be read: %s", self._name, type(error).__name__)
                self._stop.wait(RETRY_S)
            except Exception:
                log.exception("reading %s broke, it begins anew", self._name)
                self._stop.wait(RETRY_S)

    def _connect(self) -> None:
        consumer = KafkaConsumer(
            **kafka_client_options(self._kafka), client_id=f"toezicht-{self._name}", enable_auto_commit=False
        )
        try:
            self._follow(consumer)
        finally:
            consumer.close()


def begin(
    consumer: KafkaConsumer, topic: str, since: datetime, numbers: Sequence[int] | None = None
) -> dict[TopicPartition, int]:
    """Let a consumer read partitions of a topic, all where none are named, from a moment on; return where they end now."""
    chosen = range(BY_NAME[topic].partitions) if numbers is None else numbers
    partitions = [TopicPartition(topic, number) for number in chosen]
    consumer.assign(partitions)
    ends: dict[TopicPartition, int] = consumer.end_offsets(partitions)
    starts = consumer.offsets_for_times(dict.fromkeys(partitions, max(0, int(since.timestamp() * 1000))))
    for partition in partitions:
        found: Any = starts.get(partition)
        consumer.seek(partition, ends[partition] if found is None else found.offset)
    return ends


def polled(consumer: KafkaConsumer) -> list[Record]:
    """Return what has come."""
    return [consumed(record) for records in consumer.poll(timeout_ms=POLL_MS).values() for record in records]
