"""The limit: reads a topic with a plain consumer and posts each value by a plain client, one by one, and no more."""

from __future__ import annotations

import sys

import httpx2
from kafka import TopicPartition

from streams.kafka.consumer import Consumer
from streams.topics import ROOM_PARTITIONS


def main(servers: str, topic: str, url: str) -> None:
    """Read and post until killed; the first line tells that it reads."""
    consumer = Consumer(bootstrap_servers=servers.split(","), group_id=None, enable_auto_commit=False)
    places = [TopicPartition(topic, number) for number in range(ROOM_PARTITIONS)]
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    print("ready", flush=True)
    with httpx2.Client(trust_env=False) as client:
        while True:
            for records in consumer.poll(timeout_ms=250).values():
                for record in records:
                    headers = {"webhook-id": dict(record.headers)["ce_id"].decode(), "content-type": "application/json"}
                    client.post(url, content=record.value, headers=headers)


if __name__ == "__main__":
    main(*sys.argv[1:4])
