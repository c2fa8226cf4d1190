"""A hop of the limit: reads a topic with a plain consumer, sends each record on, and awaits that the broker has it; no more."""

from __future__ import annotations

import sys

from kafka import KafkaProducer, TopicPartition

from streams.kafka.consumer import Consumer
from streams.topics import ROOM_PARTITIONS


def main(servers: str, source: str, target: str) -> None:
    """Forward until killed; the first line tells that it reads."""
    consumer = Consumer(bootstrap_servers=servers.split(","), group_id=None, enable_auto_commit=False)
    producer = KafkaProducer(bootstrap_servers=servers.split(","), acks="all")
    places = [TopicPartition(source, number) for number in range(ROOM_PARTITIONS)]
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    print("ready", flush=True)
    while True:
        for records in consumer.poll(timeout_ms=250).values():
            for record in records:
                producer.send(target, key=record.key, value=record.value, headers=record.headers).get(timeout=30)


if __name__ == "__main__":
    main(*sys.argv[1:4])
