"""Consumer: kafka-python's, as everything here that is no stage reads: what was committed, and past what cannot be read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from kafka import KafkaConsumer
from kafka.consumer.fetcher import Fetcher
from kafka.record import MemoryRecords

from streams.kafka.batches import Batches
from streams.kafka.options import COMMITTED


class _Records(Fetcher.PartitionRecords):  # type: ignore[misc]
    """What was fetched of one partition; what cannot be unpacked of it is a record too."""

    def __init__(self, fetch_offset: int, tp: Any, records: Any, *args: Any, **options: Any) -> None:
        super().__init__(fetch_offset, tp, Batches(records._buffer, MemoryRecords, fetch_offset), *args, **options)


class Consumer(KafkaConsumer):  # type: ignore[misc]
    """kafka-python's consumer.

    What a transaction that was aborted, or is still open, wrote is not read. A value that could not be unpacked is
    `PackedValue`. It leaves no thread behind where it cannot connect: whoever tries again for days needs that.
    """

    def __init__(self, *topics: str, **options: Any) -> None:
        try:
            super().__init__(*topics, **{**COMMITTED, **options})
        except BaseException:
            if hasattr(self, "_client"):
                self._client.close()
            raise
        self._fetcher.PartitionRecords = _Records

    def partition_counts(self, names: Iterable[str], within_ms: int) -> dict[str, int]:
        """Ask the broker how many partitions topics have; 0 for one that is not there.

        kafka-python's own question waits for ever for a broker that is silent.

        Raises:
            KafkaTimeoutError: It did not answer in time.
        """
        names, cluster = tuple(names), self._cluster
        found: dict[str, int] = {}
        for _ in range(2):  # the answer to a question that was under way may be about other topics
            self._ask_metadata(within_ms)
            found = {name: len(cluster.partitions_for_topic(name) or ()) for name in names}
            if all(found.values()):
                break
        return found

    def topic_ids(self, names: Iterable[str], within_ms: int) -> dict[str, str]:
        """Ask the broker for the ids of topics: one that is made anew under the same name has another.

        One that is not there has none, nor has any topic of a broker before 2.8.

        Raises:
            KafkaTimeoutError: It did not answer in time.
        """
        self._ask_metadata(within_ms)
        found = ((name, self._cluster.topic_id(name)) for name in names)
        return {name: str(each) for name, each in found if each is not None}

    def _ask_metadata(self, within_ms: int) -> None:
        cluster = self._cluster
        before, cluster.need_all_topic_metadata = cluster.need_all_topic_metadata, True
        try:
            self._net.run(self._manager.wait_for, cluster.request_update(), within_ms)
        finally:
            cluster.need_all_topic_metadata = before
