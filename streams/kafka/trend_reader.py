"""Reads the topic `trends` once, from its beginning to where it ends now."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from schemas.base import Message
from schemas.codec import decode
from schemas.errors import UndecodableError
from streams import topics
from streams.kafka.errors import UnreachableError
from streams.kafka.options import kafka_client_options
from streams.settings import KafkaSettings

POLL_MS: Final = 500
ANSWER_MS: Final = 10_000
"""How long a broker may take to answer at all."""
GIVE_UP_S: Final = 60.0
"""How long nothing may come before reading ends with an error: less than what was told would be a wrong report."""


def read_trends(kafka: KafkaSettings) -> Iterator[Message]:
    """Yield each message of the topic, in the order of each control room.

    A record that cannot be decoded, as of a newer release, is passed over.

    Raises:
        UnreachableError: No broker answers, or it stops to answer.
    """
    places = [TopicPartition(topics.TRENDS, number) for number in range(topics.BY_NAME[topics.TRENDS].partitions)]
    try:
        options = kafka_client_options(kafka) | {"bootstrap_timeout_ms": ANSWER_MS}
        consumer = KafkaConsumer(**options, enable_auto_commit=False)
        try:
            ends = consumer.end_offsets(places)
            consumer.assign(places)
            consumer.seek_to_beginning(*places)
            yield from _until(consumer, ends)
        finally:
            consumer.close()
    except KafkaError as error:
        raise UnreachableError(f"no Kafka at {kafka.bootstrap_servers}: {type(error).__name__}") from None


def _until(consumer: KafkaConsumer, ends: dict[TopicPartition, int]) -> Iterator[Message]:
    deadline = time.monotonic() + GIVE_UP_S
    while any(consumer.position(place) < end for place, end in ends.items()):
        polled = consumer.poll(timeout_ms=POLL_MS)
        if polled:
            deadline = time.monotonic() + GIVE_UP_S
        elif time.monotonic() > deadline:
            raise UnreachableError(f"{topics.TRENDS} could not be read to its end within {GIVE_UP_S:.0f} s")
        for place, records in polled.items():
            for record in records:
                if record.value is None or record.offset >= ends[place]:
                    continue
                try:
                    yield decode(record.value, record.headers)
                except UndecodableError:
                    continue
