"""Written: what a stage writes while it is measured: counted by the broker's own records and clock."""

from __future__ import annotations

import time
from typing import Any, Final

from kafka import TopicPartition

from streams import topics
from streams.kafka.consumer import Consumer

ROUND_WITHIN_S: Final = 600.0
MILLISECOND: Final = 1e-3


class Written:
    """Written: what is written to a topic with a partition per group of control rooms from now on, as its records' times.

    Args:
        bootstrap_servers: The cluster.
        topic: The topic.
        but: A part of the records that are not counted.
    """

    def __init__(self, bootstrap_servers: str, topic: str, but: bytes = b"") -> None:
        self._but = but
        self._consumer = Consumer(bootstrap_servers=bootstrap_servers, enable_auto_commit=False)
        self._places = [TopicPartition(topic, number) for number in range(topics.ROOM_PARTITIONS)]
        self._consumer.assign(self._places)
        self._consumer.seek_to_end(*self._places)
        for place in self._places:
            self._consumer.position(place)

    def wait_for(self, number: int) -> list[float]:
        """Return the times (s since the epoch, the broker's) of so many records.

        Raises:
            TimeoutError: They do not come.
        """
        times_s: list[float] = []
        deadline = time.monotonic() + ROUND_WITHIN_S
        while len(times_s) < number:
            if time.monotonic() > deadline:
                raise TimeoutError(f"after {ROUND_WITHIN_S:.0f} s {len(times_s)} of {number} records are there")
            for records in self._consumer.poll(timeout_ms=500).values():
                times_s += [record.timestamp * MILLISECOND for record in records if self._counts(record)]
        self._consumer.close()
        return sorted(times_s)

    def _counts(self, record: Any) -> bool:
        return not self._but or self._but not in record.value

    def poll(self) -> list[Any]:
        """Return the records that have come meanwhile, waiting for some for half a second."""
        return [record for records in self._consumer.poll(timeout_ms=500).values() for record in records]

    def all_records(self) -> list[Any]:
        """Return all records that were written until now."""
        ends = self._consumer.end_offsets(self._places)
        found: list[Any] = []
        while any(self._consumer.position(place) < end for place, end in ends.items()):
            for records in self._consumer.poll(timeout_ms=500).values():
                found += records
        self._consumer.close()
        return found
