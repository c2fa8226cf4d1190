"""`toezicht capture --detect` and `toezicht snapshot` as processes, on a real broker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from schemas.audit import AuditEvent
from schemas.base import Message
from schemas.cameras import Detections
from schemas.codec import decode, encode
from schemas.snapshots import SnapshotReference, SnapshotRefusal
from streams.clients.snapshots import NoAnswerError, ask
from streams.clock import utc_now
from streams.settings import KafkaSettings
from streams.topics import AUDIT, BY_NAME, CAMERA_FRAMES, CAMERA_STATUS, DETECTIONS, SNAPSHOT_REQUESTS, SNAPSHOTS
from tests.support.registry import registry_camera, write_registry
from tests.support.running_capture import records_of, write_video
from tests.support.snapshots import request

pytestmark = [pytest.mark.integration, pytest.mark.slow]


def environment(kafka: KafkaSettings) -> dict[str, str]:
    """Return the environment of a process that has no model: its detector is the fallback."""
    kept = {name: value for name, value in os.environ.items() if name not in {"TOEZICHT_MODELS", "TOEZICHT_WEIGHTS"}}
    return kept | {"KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers}


def toezicht(kafka: KafkaSettings, *words: str) -> list[Any]:
    """Return what starts a process: its command and environment."""
    return [[sys.executable, "-m", "streams.cli", *words], environment(kafka)]


def messages(kafka: KafkaSettings, topic: str, key: str) -> list[Message]:
    """Return the messages with this key that stand on a topic now."""
    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap_servers, enable_auto_commit=False)
    try:
        partitions = [TopicPartition(topic, number) for number in range(BY_NAME[topic].partitions)]
        consumer.assign(partitions)
        ends = consumer.end_offsets(partitions)
        consumer.seek_to_beginning(*partitions)
        found: list[Any] = []
        while any(consumer.position(partition) < ends[partition] for partition in partitions):
            for records in consumer.poll(timeout_ms=300).values():
                found += [record for record in records if record.key == key.encode()]
    finally:
        consumer.close()
    return [decode(record.value, record.headers) for record in found]


def test_beside_the_camera_only_detections_are_sent(kafka: KafkaSettings, tmp_path: Path) -> None:
    """One set of each picture, the detector's state, and not a single picture."""
    name = f"cam-{uuid.uuid4()}"
    write_video(tmp_path / "a.avi", 8)
    camera = registry_camera(name, {"url": "a.avi", "fps": 5, "start": "2026-01-01T10:00:00Z"})
    registry = write_registry(tmp_path / "r.yaml", camera)
    command, variables = toezicht(kafka, "capture", "--registry", str(registry), "--speed", "0", "--detect", "--json")
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["read"], told["sent"], told["dropped"]) == (8, 8, {})
    found = messages(kafka, DETECTIONS, name)
    assert len({message.frame_id for message in found if isinstance(message, Detections)}) == 8
    aspects = [message.model_dump()["aspect"] for message in messages(kafka, CAMERA_STATUS, name)]
    assert sorted(aspects) == ["detector", "stream", "stream", "stream"]
    assert messages(kafka, CAMERA_FRAMES, name) == []


@pytest.fixture
def running(kafka: KafkaSettings, tmp_path: Path) -> Iterator[str]:
    """Yield a camera whose file is captured over and over."""
    name = f"cam-{uuid.uuid4()}"
    writer = cv2.VideoWriter(str(tmp_path / "a.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 25, (64, 48))
    for _ in range(50):
        writer.write(np.full((48, 64, 3), 120, np.uint8))
    writer.release()
    registry = write_registry(tmp_path / "r.yaml", registry_camera(name, {"url": "a.avi", "loop": True}))
    command, variables = toezicht(kafka, "capture", "--registry", str(registry))
    process = subprocess.Popen(command, env=variables, stderr=subprocess.PIPE, text=True)
    try:
        assert records_of(kafka, CAMERA_FRAMES, name, lambda found: len(found) >= 10)
        yield name
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors


def test_a_snapshot_comes_on_request_and_the_audit_knows(kafka: KafkaSettings, running: str, tmp_path: Path) -> None:
    """With the command: a picture, a refusal with its reason, and an entry for each; a repeat is answered once."""
    out = tmp_path / "a.jpg"
    command, variables = toezicht(
        kafka, "snapshot", running, "--user", "op", "--alert", "a-1", "--out", str(out), "--json", "--timeout", "90"
    )
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    told = SnapshotReference.model_validate_json(done.stdout)
    picture = cv2.imread(str(out))
    assert picture is not None
    assert picture.shape == (48, 64, 3) == (told.height_px, told.width_px, 3)
    assert picture[:20, :20].max() < 10
    assert told.captured_at is not None
    assert abs((told.captured_at - told.moment).total_seconds()) < 5

    command, variables = toezicht(kafka, "snapshot", running, "--user", "op", "--moment", "1h")
    done = subprocess.run(command, env=variables, capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 1
    assert done.stdout.startswith(f"{running}: refused, too_old: ")

    asked = request(utc_now(), str(uuid.uuid4()), running, user="op", unblurred=True)
    first = ask(kafka, asked, 60)
    assert first.reference.pixelated
    assert "unblurred is refused" in first.reference.detail
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap_servers)
    record = encode(asked, stage="test", handled_at=utc_now(), entered_at=utc_now())
    producer.send(SNAPSHOT_REQUESTS, record.value, record.key, list(record.headers)).get(30)
    producer.close()
    later = request(utc_now().replace(year=2020), str(uuid.uuid4()), running, user="op")
    assert ask(kafka, later, 60).reference.refused is SnapshotRefusal.TOO_OLD
    entries = [entry for entry in messages(kafka, AUDIT, "audit") if isinstance(entry, AuditEvent)]
    results = [entry.result for entry in entries if entry.object_id == running]
    assert results == ["pixelated", "too_old", "pixelated", "too_old"]
    answers = messages(kafka, SNAPSHOTS, running)
    assert len(answers) == len({message.message_id() for message in answers}) == 4


def test_a_camera_that_nobody_captures_is_told(kafka: KafkaSettings) -> None:
    """The wait ends with a line that says what was expected."""
    with pytest.raises(NoAnswerError, match="expected a running `toezicht capture` that has the camera nobody"):
        ask(kafka, request(utc_now(), str(uuid.uuid4()), "nobody"), 1)
