"""What the completeness check reads from Kafka and sends to it, with kafka-python and without a consumer group."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError

from streams.completeness.check import ANSWERS, STAGE_OF
from streams.completeness.ledger import Place, Where
from streams.kafka.records import Record, consumed
from streams.kafka.replaying import sent_again
from streams.settings import KafkaSettings, kafka_client_options
from streams.topics import BY_NAME, MAX_MESSAGE_BYTES

POLL_MS: Final = 250
POLL_RECORDS: Final = 1_000
STALLED_S: Final = 10.0
"""A partition that is not at its end and gives nothing for so long is a failure of the cluster."""
REQUEST_TIMEOUT_MS: Final = 5_000
"""Below the supervisor's 8 s, so that a stop is not held up by a broker that is gone."""
SKEW: Final = timedelta(minutes=1)
"""Answers are read from so much earlier than inputs: the brokers' clocks may differ."""


class Follower:
    """Reads partitions forward; after a failure it goes on where it was.

    Args:
        kafka: The cluster.
        names: The topics.
        since: The broker's time of the first record to read.
        stopping: Whether it is time to end.
    """

    def __init__(
        self, kafka: KafkaSettings, names: Iterable[str], since: datetime, stopping: Callable[[], bool]
    ) -> None:
        self._kafka = kafka
        self._partitions = [
            TopicPartition(name, number) for name in names for number in range(BY_NAME[name].partitions)
        ]
        self._since_ms = int(since.timestamp() * 1000)
        self._stopping = stopping
        self._next: dict[Any, int] = {}
        self._consumer: Any = None

    def ends(self) -> dict[Where, int]:
        """Return the offset after the last record of each partition.

        Raises:
            KafkaError: The cluster does not answer.
        """
        found: dict[Where, int] = self._connected().end_offsets(self._partitions)
        return found

    def read(self, until: Mapping[Where, int]) -> Iterator[Record]:
        """Yield the records below these offsets; a few beyond may come too.

        Raises:
            KafkaError: The cluster does not answer.
        """
        consumer, finished = self._connected(), False
        progress_s = time.monotonic()
        try:
            while not self._stopping():
                behind = [tp for tp in self._partitions if self._next[tp] < until.get(tp, 0)]
                if not behind:
                    break
                consumer.pause(*self._partitions)
                consumer.resume(*behind)
                polled = consumer.poll(timeout_ms=POLL_MS)
                for tp, records in polled.items():
                    for record in records:
                        self._next[tp] = record.offset + 1
                        yield consumed(record)
                for tp in behind:  # over offsets that hold no record
                    self._next[tp] = max(self._next[tp], consumer.position(tp) or 0)
                if polled:
                    progress_s = time.monotonic()
                elif time.monotonic() - progress_s > STALLED_S:
                    raise KafkaTimeoutError(f"{behind[0].topic}/{behind[0].partition} gives nothing")
            finished = True
        finally:
            if not finished:  # what was polled and not yielded must come again
                self.close()

    def close(self) -> None:
        """Disconnect; the next call connects again."""
        consumer, self._consumer = self._consumer, None
        _close(consumer)

    def _connected(self) -> Any:
        if self._consumer is None:
            consumer = _consumer(self._kafka, POLL_RECORDS)
            try:
                consumer.assign(self._partitions)
                if not self._next:
                    self._next = self._starts(consumer)
                for tp, offset in self._next.items():
                    consumer.seek(tp, offset)
            except BaseException:
                _close(consumer)
                raise
            self._consumer = consumer
        return self._consumer

    def _starts(self, consumer: Any) -> dict[Any, int]:
        ends = consumer.end_offsets(self._partitions)
        found = consumer.offsets_for_times(dict.fromkeys(self._partitions, self._since_ms))
        return {tp: ends[tp] if found.get(tp) is None else found[tp].offset for tp in self._partitions}


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

    def send_again(self, place: Place) -> int | None:
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

    def _fetch(self, place: Place) -> Record | None:
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


def _consumer(kafka: KafkaSettings, poll_records: int) -> Any:
    return KafkaConsumer(
        **kafka_client_options(kafka),
        client_id="toezicht-completeness",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_poll_records=poll_records,
        bootstrap_timeout_ms=REQUEST_TIMEOUT_MS,
        request_timeout_ms=REQUEST_TIMEOUT_MS,
    )


def _close(client: Any) -> None:
    """Close a client, without waiting for a broker that is gone."""
    if client is not None:
        with contextlib.suppress(KafkaError, OSError, ValueError):
            if isinstance(client, KafkaProducer):
                client.close(timeout=1)
            else:
                client.close()
