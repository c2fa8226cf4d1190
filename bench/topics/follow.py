"""Reads topics as any consumer would, from a thread of its own, through every outage."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence

from kafka import TopicPartition
from kafka.errors import KafkaError

from streams import topics
from streams.kafka.consumer import Consumer
from streams.kafka.options import kafka_client_options
from streams.settings import KafkaSettings

log = logging.getLogger(__name__)

Take = Callable[[str, float, bytes | None], None]
"""Takes a record: its topic, when the broker took it (s since the epoch), and its value."""


class Following:
    """Hands each record to a function, beginning with what comes after this was made."""

    def __init__(self, kafka: KafkaSettings, names: Sequence[str], take: Take) -> None:
        self._take = take
        self._stop = threading.Event()
        self._consumer = Consumer(**kafka_client_options(kafka), enable_auto_commit=False)
        places = [TopicPartition(name, n) for name in names for n in range(topics.BY_NAME[name].partitions)]
        self._consumer.assign(places)
        self._consumer.seek_to_end(*places)
        for place in places:
            self._consumer.position(place)
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop following."""
        self._stop.set()
        self._thread.join()
        self._consumer.close()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                batches = self._consumer.poll(timeout_ms=200)
            except KafkaError as error:
                log.warning("reading goes on after %r", error)
                continue
            for place, records in batches.items():
                for record in records:
                    self._take(place.topic, record.timestamp / 1000, record.value)
