"""Reads what is on a topic up to now, without a group, as records or as the messages that they hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from schemas.base import Message
from schemas.codec import decode
from schemas.errors import UndecodableError
from streams.kafka.errors import ClusterError
from streams.kafka.options import kafka_client_options
from streams.kafka.record import normal_headers
from streams.settings import KafkaSettings
from streams.topics import BY_NAME

POLL_MS: Final = 500
CONNECT_TIMEOUT_MS: Final = 15_000


def read_until_now(kafka: KafkaSettings, topic: str, since: datetime | None = None) -> Iterator[Message]:
    """Yield the messages that are on a topic now, oldest first of each partition; what cannot be read is passed over.

    Args:
        kafka: The cluster.
        topic: One of ours.
        since: Records that the broker took before are left out; None begins with the oldest.

    Raises:
        ClusterError: The cluster cannot be reached, or has no such topic; one line.
    """
    for record in read_records(kafka, topic, since):
        if record.value is not None:
            try:
                yield decode(record.value, normal_headers(record.headers))
            except UndecodableError:
                continue


def read_records(kafka: KafkaSettings, topic: str, since: datetime | None = None) -> Iterator[Any]:
    """Yield the records that are on a topic now, as kafka-python gives them; else as `read_until_now`."""
    consumer = None
    try:
        consumer = KafkaConsumer(
            **kafka_client_options(kafka), enable_auto_commit=False, bootstrap_timeout_ms=CONNECT_TIMEOUT_MS
        )
        yield from _read(consumer, topic, since)
    except (KafkaError, OSError, ValueError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise ClusterError(f"Kafka at {kafka.bootstrap_servers}: {topic} cannot be read: {reason}") from None
    finally:
        if consumer is not None:
            consumer.close()


def _read(consumer: Any, topic: str, since: datetime | None) -> Iterator[Any]:
    partitions = [TopicPartition(topic, number) for number in range(BY_NAME[topic].partitions)]
    consumer.assign(partitions)
    ends = consumer.end_offsets(partitions)
    consumer.seek_to_beginning(*partitions)
    if since is not None:
        found = consumer.offsets_for_times(dict.fromkeys(partitions, max(0, int(since.timestamp() * 1000))))
        for partition in partitions:
            start = found.get(partition)
            consumer.seek(partition, ends[partition] if start is None else start.offset)
    while any(consumer.position(partition) < ends[partition] for partition in partitions):
        for partition, records in consumer.poll(timeout_ms=POLL_MS).items():
            yield from (record for record in records if record.offset < ends[partition])
