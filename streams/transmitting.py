"""Groups of records to the broker through aiokafka's batches, the producer that Faust keeps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from aiokafka.partitioner import murmur2

from streams.metrics import MESSAGES_OUT
from streams.outbox import Raw, Where
from streams.topics import BY_NAME


@lru_cache(maxsize=8_192)
def partition_of(topic: str, key: bytes) -> int:
    """Return the partition of a key, as all Kafka clients choose it (murmur2), from the topic's count in `topics.py`."""
    return int((murmur2(key) & 0x7FFFFFFF) % BY_NAME[topic].partitions)


class BatchTransmit:
    """Sends groups; see `streams.outbox.Transmit`.

    Args:
        stage: The stage's name, for metrics.
        producer: Returns aiokafka's producer, asked for late because Faust makes it when the app starts.
    """

    def __init__(self, stage: str, producer: Callable[[], Any]) -> None:
        self._stage = stage
        self._producer = producer
        self._counters: dict[str, Any] = {}

    async def __call__(self, records: Mapping[Where, Sequence[Raw]]) -> Mapping[Where, asyncio.Future[int]]:
        """Hand all over and return for each place the future offset of its last record."""
        places = list(records)
        futures = await asyncio.gather(*(self._send(place, records[place]) for place in places))
        return dict(zip(places, futures, strict=True))

    async def _send(self, place: Where, records: Sequence[Raw]) -> asyncio.Future[int]:
        topic, partition = place
        producer = self._producer()
        batch = producer.create_batch()
        count = 0
        earlier: list[asyncio.Future[Any]] = []
        for key, value, headers in records:
            if batch.append(timestamp=None, key=key, value=value, headers=headers) is None:
                earlier.append(await producer.send_batch(batch, topic, partition=partition))
                batch, count = producer.create_batch(), 0
                batch.append(timestamp=None, key=key, value=value, headers=headers)
            count += 1
        last = await producer.send_batch(batch, topic, partition=partition)
        return asyncio.ensure_future(self._confirm(topic, [*earlier, last], count, len(records)))

    async def _confirm(self, topic: str, batches: Sequence[asyncio.Future[Any]], in_last: int, total: int) -> int:
        for batch in batches:
            confirmed = await batch
        if topic not in self._counters:
            self._counters[topic] = MESSAGES_OUT.labels(self._stage, topic)
        self._counters[topic].inc(total)
        return int(confirmed.offset) + in_last - 1
