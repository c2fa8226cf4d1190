"""The default partitioner of all Kafka clients (murmur2 of the key), for whoever must know a partition before it sends."""

from __future__ import annotations

from functools import lru_cache

from aiokafka.partitioner import murmur2  # which a worker loads anyway; all of kafka-python would delay its start

from streams.topics import BY_NAME


@lru_cache(maxsize=8_192)
def partition_of(topic: str, key: bytes) -> int:
    """Return the partition of a key, as all Kafka clients choose it (murmur2), from the topic's count in `topics.py`."""
    return int((murmur2(key) & 0x7FFFFFFF) % BY_NAME[topic].partitions)
