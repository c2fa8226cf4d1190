"""Consumer: kafka-python's, as everything here that is no stage reads: what was committed, and past what cannot be read."""

from __future__ import annotations

from typing import Any

from kafka import KafkaConsumer
from kafka.consumer.fetcher import Fetcher
from kafka.record import MemoryRecords

from streams.kafka.batches import Batches
from streams.kafka.options import COMMITTED


class _Records(Fetcher.PartitionRecords):  # type: ignore[misc]
    """What was fetched of one partition; what cannot be unpacked of it is a record too."""

    def __init__(self, fetch_offset: int, tp: Any, records: Any, *args: Any, **options: Any) -> None:
        super().__init__(fetch_offset, tp, Batches(records._buffer, MemoryRecords), *args, **options)


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
