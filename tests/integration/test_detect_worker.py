"""A worker with a real model on a real broker ends in the middle of its work: nothing hangs, nothing acknowledged is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from kafka import KafkaConsumer, TopicPartition

from bench.detect.load import Cameras, PictureSender, Results
from schemas.cameras import Detections, FrameReference
from schemas.codec import decode
from streams import topics
from streams.settings import KafkaSettings

pytestmark = [pytest.mark.integration, pytest.mark.vision, pytest.mark.slow]

PICTURES = 300
WITHIN_S = 240
"""Only there to end a test that fails."""


def records(servers: str, topic: str) -> list[Any]:
    """Return all records of a topic, and leave what the group `detect` committed alone."""
    consumer: Any = KafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest", consumer_timeout_ms=3_000)
    consumer.assign([TopicPartition(topic, number) for number in range(topics.CAMERA_PARTITIONS)])
    found = list(consumer)
    consumer.close()
    return found


def committed(servers: str) -> dict[int, int]:
    """Return the offsets that the group `detect` has committed, by partition."""
    consumer: Any = KafkaConsumer(bootstrap_servers=servers, group_id="detect", enable_auto_commit=False)
    places = [TopicPartition(topics.CAMERA_FRAMES, number) for number in range(topics.CAMERA_PARTITIONS)]
    found = {place.partition: consumer.committed(place) or 0 for place in places}
    consumer.close()
    return found


def test_a_worker_that_ends_has_sent_what_it_acknowledged(kafka: KafkaSettings, models: Path, tmp_path: Path) -> None:
    """SIGTERM while hundreds of pictures wait: code 0, and each picture before a committed offset has its detections."""
    servers = kafka.bootstrap_servers
    random = np.random.default_rng(1)
    pictures = [random.integers(0, 255, (288, 384, 3), dtype=np.uint8) for _ in range(8)]
    sender, results = PictureSender(servers, Cameras(pictures, tmp_path.name)), Results(servers)
    environment = {"KAFKA_BOOTSTRAP_SERVERS": servers, "TOEZICHT_MODELS": str(models), "TOEZICHT_DATA": str(tmp_path)}
    with (tmp_path / "log").open("wb") as log:
        worker = subprocess.Popen(
            [sys.executable, "-m", "bench.detect.worker", str(tmp_path / "detect")],
            env={**os.environ, **environment},
            stderr=log,
        )
    try:
        deadline = time.monotonic() + WITHIN_S
        while not results.count():
            assert worker.poll() is None, (tmp_path / "log").read_text()[-2_000:]
            assert time.monotonic() < deadline, "no picture was detected"
            sender.live(4, 1.0)
        before = results.count()
        sender.backlog(PICTURES, 50)
        results.wait(before + 20)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(60) == 0, (tmp_path / "log").read_text()[-2_000:]
    finally:
        worker.kill()
        worker.wait()
        sender.close()
        results.close()
    detected = {Detections.model_validate_json(record.value).frame_id for record in records(servers, topics.DETECTIONS)}
    frames: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for record in records(servers, topics.CAMERA_FRAMES):
        frame = decode(record.value, record.headers)
        if isinstance(frame, FrameReference) and frame.epoch == tmp_path.name:
            frames[record.partition].append((record.offset, frame.message_id()))
    until = committed(servers)
    checked = 0
    for partition, sent in frames.items():
        begin = min((offset for offset, frame_id in sent if frame_id in detected), default=until[partition])
        done = [frame_id for offset, frame_id in sent if begin <= offset < until[partition]]
        assert set(done) <= detected
        checked += len(done)
    assert checked >= 20
