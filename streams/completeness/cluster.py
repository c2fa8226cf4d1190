"""What the completeness check reads from Kafka and sends to it, with kafka-python and without a consumer group."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.errors import KafkaTimeoutError

from streams.completeness.check import ANSWERS, STAGE_OF
from streams.completeness.ledger import RecordPlace
from streams.kafka.options import kafka_client_options
from streams.kafka.record import Record, Where, consumed, sent_again
from streams.kafka.span_follower import POLL_MS, REQUEST_TIMEOUT_MS, STALLED_S, Follower, _close, _consumer
from streams.settings import KafkaSettings
from streams.topics import BY_NAME, MAX_MESSAGE_BYTES

SKEW: Final = timedelta(minutes=1)
"""Answers are read from so much earlier than inputs: the brokers' clocks may differ."""


class KafkaCluster:
    """The cluster as `streams.completeness.check.Check` needs it. Every method may raise KafkaError or OSError.

    Args:
        kafka: How to reach it.
        since: The broker's time of the first input to compare.
        stopping: Whether it is time to end.
    """

    def __init__(self, kafka: KafkaSettings, since: datetime, stopping: Callable[[], bool]) -> None:
        self._kafka = kafka
        self._inputs = Follower(kafka, STAGE_OF, since, stopping)
        self._answers = Follower(kafka, ANSWERS, since - SKEW, stopping)
        self._admin: Any = None
        self._fetcher: Any = None
        self._producer: Any = None

    def committed(self) -> dict[Where, int]:
        """Return how far the stages' groups are."""
        if self._admin is None:
            self._admin = KafkaAdminClient(
                **kafka_client_options(self._kafka),
                client_id="toezicht-completeness",
                bootstrap_timeout_ms=REQUEST_TIMEOUT_MS,
                request_timeout_ms=REQUEST_TIMEOUT_MS,
            )
        wanted: dict[str, list[Any]] = {}
        for topic, stage in STAGE_OF.items():
            wanted.setdefault(stage, []).extend(
                TopicPartition(topic, number) for number in range(BY_NAME[topic].partitions)
            )
        groups = self._admin.list_group_offsets(wanted)
        return {
            (tp.topic, tp.partition): at.offset
            for found in groups.values()
            for tp, at in found.items()
            if at.offset >= 0
        }

    def answers(self) -> Iterator[Record]:
        """Yield the new answers."""
        return self._answers.read(self._answers.ends())

    def inputs(self, until: Mapping[Where, int]) -> Iterator[Record]:
        """Yield the new inputs below these offsets."""
        return self._inputs.read(until)

    def send_again(self, place: RecordPlace) -> int | None:
        """Send a record's copy to its partition, wait for the confirmation, and return the copy's offset."""
        record = self._fetch(place)
        if record is None or record.value is None:
            return None
        if self._producer is None:
            self._producer = KafkaProducer(
                **kafka_client_options(self._kafka),
                client_id="toezicht-completeness",
                acks="all",
                max_request_size=MAX_MESSAGE_BYTES + 20_000,
                bootstrap_timeout_ms=REQUEST_TIMEOUT_MS,
                request_timeout_ms=REQUEST_TIMEOUT_MS,
                max_block_ms=REQUEST_TIMEOUT_MS,
                delivery_timeout_ms=2 * REQUEST_TIMEOUT_MS,
            )
        sent = self._producer.send(
            record.topic,
            key=record.key,
            value=record.value,
            headers=sent_again(record.headers, record.appended_at),
            partition=record.partition,
        )
        return int(sent.get(timeout=REQUEST_TIMEOUT_MS / 1000).offset)

    def disconnect(self) -> None:
        """Close all connections; each is made again when it is needed."""
        self._inputs.close()
        self._answers.close()
        clients = (self._admin, self._fetcher, self._producer)
        self._admin = self._fetcher = self._producer = None
        for client in clients:
            _close(client)

    def _fetch(self, place: RecordPlace) -> Record | None:
        """Return the record at a place, or None where retention has taken it."""
        if self._fetcher is None:
            self._fetcher = _consumer(self._kafka, 1)
        partition = TopicPartition(place.topic, place.partition)
        self._fetcher.assign([partition])
        self._fetcher.seek(partition, place.offset)
        deadline_s = time.monotonic() + STALLED_S
        while time.monotonic() < deadline_s:
            for record in self._fetcher.poll(timeout_ms=POLL_MS).get(partition, ()):
                return consumed(record) if record.offset == place.offset else None
            if self._fetcher.position(partition) > place.offset:
                return None
        raise KafkaTimeoutError(f"{place.topic}/{place.partition}@{place.offset} cannot be read")
