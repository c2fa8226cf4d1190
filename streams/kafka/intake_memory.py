"""What intake must know when it starts: the incidents of the last hours, read from the topic that holds them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from schemas.codec import decode
from schemas.errors import UndecodableError
from schemas.incidents import Incident
from streams.kafka.errors import ClusterError
from streams.kafka.options import kafka_client_options
from streams.kafka.record import normal_headers
from streams.settings import KafkaSettings
from streams.topics import BY_NAME, INCIDENTS

log = logging.getLogger(__name__)

POLL_MS: Final = 500
POLL_RECORDS: Final = 2_000
CONNECT_TIMEOUT_MS: Final = 30_000


def recent_incidents(kafka: KafkaSettings, now: datetime, memory: timedelta) -> Iterator[Incident]:
    """Yield the incidents that the broker took within the memory, oldest first of each partition.

    Raises:
        ClusterError: The cluster cannot be reached; one line.
    """
    try:
        consumer = KafkaConsumer(
            **kafka_client_options(kafka),
            client_id="toezicht-intake",
            enable_auto_commit=False,
            max_poll_records=POLL_RECORDS,
            bootstrap_timeout_ms=CONNECT_TIMEOUT_MS,
        )
    except (KafkaError, OSError, ValueError) as error:
        raise ClusterError(f"Kafka at {kafka.bootstrap_servers} cannot be used: {error}") from None
    try:
        yield from _read(consumer, now - memory)
    except KafkaError as error:
        raise ClusterError(f"Kafka at {kafka.bootstrap_servers}: {INCIDENTS}: {error}") from None
    finally:
        consumer.close()


def _read(consumer: KafkaConsumer, since: datetime) -> Iterator[Incident]:
    partitions = [TopicPartition(INCIDENTS, number) for number in range(BY_NAME[INCIDENTS].partitions)]
    consumer.assign(partitions)
    ends = consumer.end_offsets(partitions)
    starts = consumer.offsets_for_times(dict.fromkeys(partitions, int(since.timestamp() * 1000)))
    for partition in partitions:
        found = starts.get(partition)
        consumer.seek(partition, ends[partition] if found is None else found.offset)
    while any(consumer.position(partition) < ends[partition] for partition in partitions):
        for records in consumer.poll(timeout_ms=POLL_MS).values():
            for record in records:
                try:
                    message = decode(record.value or b"", normal_headers(record.headers))
                except UndecodableError as error:
                    log.warning("%s, offset %d is not an incident: %s", INCIDENTS, record.offset, error.reason)
                    continue
                if isinstance(message, Incident):
                    yield message
