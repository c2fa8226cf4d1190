"""A running `toezicht capture`: a small video for it, the process, and what it sends about one camera."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import numpy as np
from kafka import KafkaConsumer, TopicPartition

from detectors.opencv import cv2
from streams.settings import KafkaSettings

WITHIN_S: Final = 240.0
"""How long is waited for records; a test that waits for too few says itself what it got."""


def write_video(path: Path, pictures: int) -> None:
    """Write a video of 64x48 at 25 pictures per second, each a little brighter than the one before."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25, (64, 48))
    for index in range(pictures):
        writer.write(np.full((48, 64, 3), 50 + 10 * (index % 10), np.uint8))
    writer.release()


def start_capture(kafka: KafkaSettings, registry: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start capture of a registry's cameras."""
    return subprocess.Popen(
        [sys.executable, "-m", "streams.cli", "capture", "--registry", str(registry), *arguments],
        env=os.environ | {"KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def records_of(kafka: KafkaSettings, topic: str, key: str, enough: Callable[[list[Any]], bool]) -> list[Any]:
    """Return the records of one camera, as soon as there are enough or the time is over."""
    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap_servers, enable_auto_commit=False)
    try:
        partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        found: list[Any] = []
        deadline = time.monotonic() + WITHIN_S
        while not enough(found) and time.monotonic() < deadline:
            for records in consumer.poll(timeout_ms=500).values():
                found += [record for record in records if record.key == key.encode()]
        return found
    finally:
        consumer.close()
