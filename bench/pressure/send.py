"""Sends prepared records at a rate that a processor which is busy with deciding leaves room for.

Batches are built before the flood begins, so that during it only their bytes go out: encoding and building record by record
takes a core of its own from 1,300 records/s on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import DefaultPartitioner

from schemas.codec import Encoded
from streams.topics import BY_NAME

Records = Sequence[tuple[int, str, Encoded]]
"""Number, topic and record of each report."""
Accepted = Callable[[Sequence[int], float], None]
"""Told the numbers of records that the broker took, and when (s since the epoch)."""

SLOT_S: Final = 0.05
UNPACED_SLOT: Final = 200
"""Records in a slot where no rate is asked for."""
MAX_BATCH_BYTES: Final = 900_000
_PARTITIONER: Final = DefaultPartitioner()


@dataclass(frozen=True)
class _Batch:
    """One batch of a slot, for one partition."""

    slot: int
    topic: str
    partition: int
    numbers: tuple[int, ...]
    built: Any


def send(bootstrap_servers: str, records: Records, per_second: float | None, accepted: Accepted) -> float:
    """Send records at a rate, or as fast as it goes; return how long it took until all were confirmed (s)."""
    return asyncio.run(_send(bootstrap_servers, records, per_second, accepted))


async def _send(bootstrap_servers: str, records: Records, per_second: float | None, accepted: Accepted) -> float:
    producer = AIOKafkaProducer(
        bootstrap_servers=bootstrap_servers,
        acks="all",
        max_batch_size=MAX_BATCH_BYTES,
        max_request_size=MAX_BATCH_BYTES,
    )
    await producer.start()
    try:
        size = UNPACED_SLOT if per_second is None else max(1, round(per_second * SLOT_S))
        batches = list(_batches(producer, records, size))
        began_s = time.monotonic()
        confirmed = []
        for batch in batches:
            if per_second is not None:
                await asyncio.sleep(max(0.0, began_s + batch.slot * size / per_second - time.monotonic()))
            future = await producer.send_batch(batch.built, batch.topic, partition=batch.partition)
            future.add_done_callback(lambda done, batch=batch: accepted(batch.numbers, done.result().timestamp / 1000))
            confirmed.append(future)
        await asyncio.gather(*confirmed)
        return time.monotonic() - began_s
    finally:
        await producer.stop()


def _batches(producer: AIOKafkaProducer, records: Records, size: int) -> Iterator[_Batch]:
    """Yield the batches of each slot of so many records."""
    for slot, first in enumerate(range(0, len(records), size)):
        places: dict[tuple[str, int], list[tuple[int, Encoded]]] = {}
        for number, topic, record in records[first : first + size]:
            partition = _PARTITIONER(record.key, list(range(BY_NAME[topic].partitions)), [])
            places.setdefault((topic, partition), []).append((number, record))
        for (topic, partition), waiting in places.items():
            first_left = 0
            while first_left < len(waiting):
                numbers, built = _built(producer, waiting[first_left:])
                first_left += len(numbers)
                yield _Batch(slot, topic, partition, numbers, built)


def _built(producer: AIOKafkaProducer, waiting: Sequence[tuple[int, Encoded]]) -> tuple[tuple[int, ...], Any]:
    """Return a batch with as many of the records as it takes, and their numbers."""
    built, numbers = producer.create_batch(), []
    for number, record in waiting:
        headers = list(record.headers)
        if built.append(timestamp=None, key=record.key, value=record.value, headers=headers) is None:
            break
        numbers.append(number)
    built.close()
    return tuple(numbers), built
