"""The limit: reads a topic with a plain consumer and posts each value by a plain client, one by one, and no more."""

from __future__ import annotations

import sys

import httpx2
from kafka import KafkaConsumer


def main(servers: str, topic: str, url: str) -> None:
    """Read and post until killed; the first line tells that it reads."""
    consumer = KafkaConsumer(topic, bootstrap_servers=servers.split(","), auto_offset_reset="earliest", group_id=None)
    consumer.poll(timeout_ms=1_000)
    print("ready", flush=True)
    with httpx2.Client(trust_env=False) as client:
        for record in consumer:
            headers = {"webhook-id": dict(record.headers)["ce_id"].decode(), "content-type": "application/json"}
            client.post(url, content=record.value, headers=headers)


if __name__ == "__main__":
    main(*sys.argv[1:4])
