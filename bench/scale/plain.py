"""The limit of `bench scale`: one process that reads records and sends them on, and does nothing else with them.

It uses the client of the stages (aiokafka), awaits each batch's confirmation before it reads on, and keeps no state.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Sequence

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from streams.kafka.options import COMMITTED
from streams.topics import BY_NAME

LINGER_MS = 5


async def forward(servers: str, source: str, target: str, begin: Sequence[int]) -> tuple[int, float]:
    """Send on what stands on a topic, from an offset of each partition to its end now.

    Returns:
        How many records, and the processor seconds of this process from the first to the last.
    """
    consumer = AIOKafkaConsumer(**COMMITTED, bootstrap_servers=servers, enable_auto_commit=False)
    producer = AIOKafkaProducer(bootstrap_servers=servers, acks="all", linger_ms=LINGER_MS)
    await consumer.start()
    await producer.start()
    places = [TopicPartition(source, number) for number in range(BY_NAME[source].partitions)]
    consumer.assign(places)
    for place, offset in zip(places, begin, strict=True):
        consumer.seek(place, offset)
    left = {place: end for place, end in (await consumer.end_offsets(places)).items() if end > begin[place.partition]}
    count, began_s = 0, time.process_time()
    while left:
        sent = []
        for place, records in (await consumer.getmany(timeout_ms=1_000)).items():
            for record in records:
                sent.append(
                    await producer.send(target, record.value, record.key, place.partition, headers=list(record.headers))
                )
                count += 1
        if sent:
            await asyncio.gather(*sent)
        left = {place: end for place, end in left.items() if await consumer.position(place) < end}
    used_s = time.process_time() - began_s
    await consumer.stop()
    await producer.stop()
    return count, used_s


def main(arguments: Sequence[str]) -> None:
    """Run as a process: SERVERS SOURCE TARGET OFFSET… Prints the records and the processor seconds as JSON."""
    servers, source, target, *begin = arguments
    print(json.dumps(asyncio.run(forward(servers, source, target, [int(each) for each in begin]))))


if __name__ == "__main__":
    main(sys.argv[1:])
