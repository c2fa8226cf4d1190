"""Follower of partitions: reads forward up to given offsets, and goes on where it was after a failure."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError, KafkaTimeoutError

from streams.kafka.closing import close_producer
from streams.kafka.options import kafka_client_options
from streams.kafka.record import Record, Where, consumed
from streams.settings import KafkaSettings
from streams.topics import BY_NAME


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
    if isinstance(client, KafkaProducer):
        close_producer(client, 1.0)
    elif client is not None:
        with contextlib.suppress(KafkaError, OSError, ValueError):
            client.close()


POLL_MS: Final = 250


POLL_RECORDS: Final = 1_000


STALLED_S: Final = 10.0
"""A partition that is not at its end and gives nothing for so long is a failure of the cluster."""


REQUEST_TIMEOUT_MS: Final = 5_000
"""Below the supervisor's 8 s, so that a stop is not held up by a broker that is gone."""
