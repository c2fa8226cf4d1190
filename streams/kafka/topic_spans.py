"""Reading spans of topics with kafka-python: without a consumer group, from one offset to another."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from streams.kafka.errors import ClusterError
from streams.kafka.options import kafka_client_options
from streams.kafka.record import Record, Where, consumed
from streams.settings import KafkaSettings
from streams.topics import BY_NAME

POLL_MS: Final = 250
POLL_RECORDS: Final = 5_000
STALLED_S: Final = 20.0
"""A partition that is not at its end and gives nothing for so long is a failure of the cluster."""

Spans = dict[Where, tuple[int, int]]
"""Per partition the first offset, and the one after the last."""


class SpanReader:
    """Reads spans of topics; a context manager that disconnects.

    Raises:
        ClusterError: No broker answers, here and in every method.
    """

    def __init__(self, kafka: KafkaSettings) -> None:
        self._servers = kafka.bootstrap_servers
        try:
            self._consumer = KafkaConsumer(
                **kafka_client_options(kafka),
                client_id="toezicht-replay",
                enable_auto_commit=False,
                max_poll_records=POLL_RECORDS,
            )
        except KafkaError as error:
            raise self._failed(error) from None

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Disconnect."""
        self._consumer.close()

    def spans(self, names: Iterable[str], since: datetime | None, until: datetime | None) -> Spans:
        """Return what was appended to all partitions of topics from one time to before another; None is the topic's end."""
        partitions = [TopicPartition(name, number) for name in names for number in range(BY_NAME[name].partitions)]
        try:
            first = self._consumer.beginning_offsets(partitions)
            last = self._consumer.end_offsets(partitions)
            starts = first if since is None else self._at(partitions, since, last)
            ends = last if until is None else self._at(partitions, until, last)
        except KafkaError as error:
            raise self._failed(error) from None
        return {(tp.topic, tp.partition): (starts[tp], ends[tp]) for tp in partitions}

    def read(self, spans: Mapping[Where, tuple[int, int]]) -> Iterator[Record]:
        """Yield the records of spans, in the order of offsets within each partition."""
        try:
            yield from self._read({TopicPartition(*where): span for where, span in spans.items() if span[0] < span[1]})
        except KafkaError as error:
            raise self._failed(error) from None

    def _at(self, partitions: list[Any], moment: datetime, ends: Mapping[Any, int]) -> dict[Any, int]:
        found = self._consumer.offsets_for_times(dict.fromkeys(partitions, int(moment.timestamp() * 1000)))
        return {tp: ends[tp] if found.get(tp) is None else found[tp].offset for tp in partitions}

    def _read(self, spans: dict[Any, tuple[int, int]]) -> Iterator[Record]:
        consumer, open_spans = self._consumer, dict(spans)
        consumer.assign(list(open_spans))
        begins = consumer.beginning_offsets(list(open_spans)) if open_spans else {}
        for tp, (first, _) in open_spans.items():
            consumer.seek(tp, max(first, begins[tp]))
        progress_s = time.monotonic()
        while open_spans:
            polled = consumer.poll(timeout_ms=POLL_MS)
            for tp, records in polled.items():
                end = spans[tp][1]
                yield from (consumed(record) for record in records if record.offset < end)
            done = [tp for tp, (_, end) in open_spans.items() if consumer.position(tp) >= end]
            for tp in done:
                del open_spans[tp]
            if done:
                consumer.pause(*done)
            if polled or done:
                progress_s = time.monotonic()
            elif time.monotonic() - progress_s > STALLED_S:
                raise ClusterError(f"{next(iter(open_spans))} on {self._servers} gives nothing for {STALLED_S:.0f} s")

    def _failed(self, error: KafkaError) -> ClusterError:
        return ClusterError(f"no answer from Kafka at {self._servers}: {type(error).__name__}")
