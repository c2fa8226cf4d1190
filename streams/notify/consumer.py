"""Consumer of a target: a partner's topics from where its group stands, and commits that tell what is done beyond an offset.

Partitions are assigned and not shared out: there is one process that notifies, and a second one delivers the same ids a
second time.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final

from kafka import TopicPartition
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from streams.kafka.consumer import Consumer
from streams.kafka.errors import ClusterError
from streams.kafka.options import kafka_client_options
from streams.kafka.record import Record, Where, consumed
from streams.notify.delivery.progress import Progress
from streams.settings import KafkaSettings

log = logging.getLogger(__name__)

ANSWER_MS: Final = 15_000
OPTIONS: Final[Mapping[str, Any]] = {
    "enable_auto_commit": False,
    "auto_offset_reset": "earliest",  # what retention took meanwhile is passed over
    "max_poll_records": 500,
    "bootstrap_timeout_ms": ANSWER_MS,
    "request_timeout_ms": ANSWER_MS,
    "fetch_max_wait_ms": 500,
}


class TargetConsumer:
    """Reads topics for one target. It connects when it is first used, and anew after a failure, where it was.

    Args:
        kafka: The cluster.
        group: The consumer group that keeps where the target stands.
        topics: What it reads.
        since: From when on a target that never stood anywhere is told (UTC).

    Raises:
        ClusterError: In every method: no broker answers, or it refuses.
    """

    def __init__(self, kafka: KafkaSettings, group: str, topics: Sequence[str], since: datetime) -> None:
        self._kafka = kafka
        self._group = group
        self._topics = tuple(topics)
        self._since = since
        self._consumer: Any = None
        self._next: dict[Any, int] = {}
        self.progress: dict[Where, Progress] = {}

    def poll(self, wait_s: float) -> list[Record]:
        """Return what came, waiting at most so long for the first (s)."""
        with self._connected() as consumer:
            polled = consumer.poll(timeout_ms=int(1_000 * wait_s))
            for place, records in polled.items():
                if records:
                    self._next[place] = records[-1].offset + 1
        return [consumed(record) for records in polled.values() for record in records]

    def history(self) -> Iterator[Record]:
        """Yield what is retained before the first that is not done, oldest first of each partition."""
        with self._connected() as consumer:
            ends = {place: self.progress[tuple(place)].first for place in self._next}
            starts = consumer.beginning_offsets(list(ends))
            todo = {place for place, end in ends.items() if starts[place] < end}
            for place in ends:
                consumer.seek(place, starts[place])
            consumer.pause(*(place for place in ends if place not in todo))
            while todo:
                for place, records in consumer.poll(timeout_ms=250).items():
                    for record in records:
                        if record.offset < ends[place]:
                            yield consumed(record)
                done = {place for place in todo if (consumer.position(place, timeout_ms=0) or 0) >= ends[place]}
                if done:
                    todo -= done
                    consumer.pause(*done)
            consumer.resume(*ends)
            for place, offset in self._next.items():
                consumer.seek(place, offset)

    def commit(self) -> None:
        """Commit what is done."""
        with self._connected() as consumer:
            consumer.commit(
                {
                    TopicPartition(*place): OffsetAndMetadata(each.first, each.metadata, -1)
                    for place, each in self.progress.items()
                }
            )

    def close(self) -> None:
        """Disconnect; the next call connects again, and reading goes on where it was."""
        consumer, self._consumer = self._consumer, None
        if consumer is not None:
            with contextlib.suppress(KafkaError, OSError, ValueError):
                consumer.close(autocommit=False)

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        try:
            if self._consumer is None:
                options = {**OPTIONS, "group_id": self._group, "client_id": f"toezicht-{self._group}"}
                self._consumer = Consumer(**kafka_client_options(self._kafka), **options)
                self._begin(self._consumer)
            yield self._consumer
        except (KafkaError, OSError, ValueError) as error:
            self.close()
            told = f"{', '.join(self._topics)} cannot be read"
            raise ClusterError.about(self._kafka.bootstrap_servers, told, error) from None

    def _begin(self, consumer: Any) -> None:
        """Take all partitions, from where it was, else where its group stands, else from `since`."""
        counts = consumer.partition_counts(self._topics, ANSWER_MS)
        missing = sorted(topic for topic in self._topics if not counts.get(topic))
        if missing:
            raise KafkaError(f"topic {missing[0]} is missing; `toezicht topics apply` makes it")
        places = [TopicPartition(topic, number) for topic in self._topics for number in range(counts[topic])]
        consumer.assign(places)
        new = [place for place in places if place not in self._next]
        for place in new:
            stood = consumer.committed(place, metadata=True)
            if stood is not None and stood.offset >= 0:
                self.progress[tuple(place)] = Progress(stood.offset, stood.metadata or "")
                self._next[place] = stood.offset
        fresh = [place for place in new if place not in self._next]
        if fresh:
            ends = consumer.end_offsets(fresh)
            found = consumer.offsets_for_times(dict.fromkeys(fresh, int(self._since.timestamp() * 1_000)))
            for place in fresh:
                self._next[place] = ends[place] if found.get(place) is None else found[place].offset
                self.progress[tuple(place)] = Progress(self._next[place])
        for place, offset in self._next.items():
            consumer.seek(place, offset)
        if fresh:  # from now on it stands somewhere, also where nothing comes before it is killed
            consumer.commit({place: OffsetAndMetadata(self.progress[tuple(place)].first, "", -1) for place in fresh})
