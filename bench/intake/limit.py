"""Limit: reads lines and produces each as it is; nothing more. `python -m bench.intake.limit BROKER`: intake's own options."""

from __future__ import annotations

import sys
from typing import Any, Final

from kafka import KafkaProducer

from streams.intake.connected import PRODUCER_OPTIONS
from streams.kafka.producer import OPTIONS

TOPIC: Final = "bench-intake"
CONFIRM_WITHIN_S: Final = 120.0


def main(broker: str) -> None:
    """Produce all lines of standard input, and print how many when the broker has them."""
    producer: Any = KafkaProducer(**dict(OPTIONS) | PRODUCER_OPTIONS | {"bootstrap_servers": broker})
    producer.partitions_for(TOPIC)
    print("ready", flush=True)
    sent = [producer.send(TOPIC, key=b"k", value=line.rstrip(b"\n")) for line in sys.stdin.buffer]
    for each in sent:
        each.get(timeout=CONFIRM_WITHIN_S)
    print(len(sent), flush=True)
    producer.close(1)


if __name__ == "__main__":
    main(sys.argv[1])
