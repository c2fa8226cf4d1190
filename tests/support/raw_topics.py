"""All that stands on topics of a broker, byte by byte, and topics whose cleaning takes seconds where it takes days otherwise."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from kafka import TopicPartition

from streams.kafka.consumer import Consumer
from streams.local.broker import LocalBroker
from streams.settings import KafkaSettings
from streams.topics import TopicSpec

READ_WITHIN_S = 120
"""Only there to end a test that fails."""


class QuickBroker(LocalBroker):
    """A broker that looks every second what it may delete, and what it may compact."""

    def properties(self) -> str:
        """Return its configuration."""
        plain = [each for each in super().properties().splitlines() if not each.startswith("log.retention.check")]
        quick = ["log.retention.check.interval.ms=1000", "log.cleaner.backoff.ms=500", "log.initial.task.delay.ms=1000"]
        return "\n".join([*plain, *quick]) + "\n"


class QuickTopic(TopicSpec):
    """A topic whose segments are closed every second: what is to be cleaned needs no hours until it may be."""

    __slots__ = ()

    def config(self) -> dict[str, str]:
        """Return Kafka's topic configuration."""
        found = super().config() | {"segment.ms": "1000"}
        if "compact" in self.cleanup:
            soon = {"max.compaction.lag.ms": "1000", "min.cleanable.dirty.ratio": "0.001", "delete.retention.ms": "100"}
            found |= soon
        return found


class ShortTopic(QuickTopic):
    """The same after its retention, if it deletes."""

    __slots__ = ()

    def config(self) -> dict[str, str]:
        """Return Kafka's topic configuration."""
        return super().config() | ({"retention.ms": "1000"} if self.retention_ms is not None else {})


def quick(specs: Iterable[TopicSpec], kind: type[QuickTopic] = QuickTopic) -> list[TopicSpec]:
    """Return topics as they are but for how soon they are cleaned."""
    return [
        kind(
            spec.name, spec.group, spec.retention_ms, spec.cleanup, spec.segment_ms, spec.from_images, spec.overtakes,
            spec.max_message_bytes,
        )
        for spec in specs
    ]  # fmt: skip


class RawRecord(NamedTuple):
    """One record as the broker has it: its key, and all of its bytes together."""

    topic: str
    partition: int
    key: bytes
    content: bytes


def raw_records(kafka: KafkaSettings, specs: Sequence[TopicSpec]) -> Iterator[RawRecord]:
    """Yield all that stands on topics now, from their beginnings to their ends, unpacked."""
    consumer: Any = Consumer(bootstrap_servers=kafka.bootstrap_servers, auto_offset_reset="earliest")
    places = [TopicPartition(spec.name, number) for spec in specs for number in range(spec.partitions)]
    consumer.assign(places)
    consumer.seek_to_beginning()
    ends, deadline = consumer.end_offsets(places), time.monotonic() + READ_WITHIN_S
    try:
        while any(consumer.position(place) < end for place, end in ends.items()):
            assert time.monotonic() < deadline, "the topics cannot be read to their ends"
            for place, records in consumer.poll(timeout_ms=300).items():
                for each in records:
                    headers = b"".join(name.encode() + value for name, value in each.headers)
                    content = b"\0".join((each.key or b"", each.value or b"", headers))
                    yield RawRecord(place.topic, place.partition, each.key or b"", content)
    finally:
        consumer.close()
