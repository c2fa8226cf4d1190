"""`toezicht capture` as a process, on a real broker."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from kafka import KafkaConsumer, TopicPartition

from detectors.opencv import cv2
from schemas.cameras import CameraStatus, FrameReference
from schemas.codec import decode, envelope
from streams.settings import KafkaSettings
from streams.topics import CAMERA_FRAMES, CAMERA_STATUS
from tests.support.registry import registry_camera, write_registry

pytestmark = pytest.mark.integration
RUN = "import typer; from streams.cli import capture; app = typer.Typer(); capture.register(app); app()"


def _video(path: Path, pictures: int) -> None:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 25, (64, 48))
    for index in range(pictures):
        writer.write(np.full((48, 64, 3), 50 + 10 * (index % 10), np.uint8))
    writer.release()


def _start(kafka: KafkaSettings, registry: Path, *arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | {"KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers}
    command = [sys.executable, "-c", RUN, "--registry", str(registry), "--json", *arguments]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def _records(kafka: KafkaSettings, topic: str, key: str, enough: Callable[[list[Any]], bool]) -> list[Any]:
    """Return the records of one camera, as soon as there are enough or half a minute has passed."""
    consumer = KafkaConsumer(bootstrap_servers=kafka.bootstrap_servers, enable_auto_commit=False)
    try:
        partitions = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        found: list[Any] = []
        deadline = time.monotonic() + 30
        while not enough(found) and time.monotonic() < deadline:
            for records in consumer.poll(timeout_ms=500).values():
                found += [record for record in records if record.key == key.encode()]
        return found
    finally:
        consumer.close()


def _statuses(records: list[Any]) -> list[str]:
    messages = [decode(record.value, record.headers) for record in records]
    return [f"{message.state}:{message.reason}" for message in messages if isinstance(message, CameraStatus)]


def test_masked_pictures_and_states_arrive(kafka: KafkaSettings, tmp_path: Path) -> None:
    """A file is sent picture by picture, masked, in order, with its own times; the process ends with a summary."""
    name, refused = f"cam-{uuid.uuid4()}", f"cam-{uuid.uuid4()}"
    _video(tmp_path / "a.avi", 20)
    registry = write_registry(
        tmp_path / "r.yaml",
        registry_camera(name, {"url": "a.avi", "fps": 7, "start": "2026-01-01T10:00:00Z"}),
        registry_camera(refused, {"url": "a.avi"}, valid_until="2021-01-01"),
    )
    process = _start(kafka, registry, "--speed", "0")
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    told = json.loads(output)
    assert told["cameras"] == {name: "end_of_file", refused: "refused"}
    assert (told["read"], told["sent"], told["dropped"]) == (20, 20, {})

    records = _records(kafka, CAMERA_FRAMES, name, lambda found: len(found) >= told["sent"])
    references = [decode(record.value, record.headers) for record in records]
    assert len(references) == 20
    sequences = [reference.sequence for reference in references if isinstance(reference, FrameReference)]
    assert sequences == sorted(set(sequences))
    first = references[0]
    assert isinstance(first, FrameReference)
    assert (first.captured_at.year, first.mask_version) == (2026, "m1")
    assert envelope(records[0].headers).entered_at != first.captured_at
    for record in records:
        picture = cv2.imdecode(np.frombuffer(record.value, np.uint8), cv2.IMREAD_COLOR)
        assert picture is not None
        assert picture.shape == (48, 64, 3)
        assert picture[:30, :30].max() < 10
        assert picture[:, 44:].min() > 30

    assert _statuses(_records(kafka, CAMERA_STATUS, name, lambda found: len(found) >= 3)) == [
        "offline:opening", "online:streaming", "offline:end_of_file",
    ]  # fmt: skip
    assert _statuses(_records(kafka, CAMERA_STATUS, refused, bool)) == ["refused:expired"]


def test_it_stops_when_asked(kafka: KafkaSettings, tmp_path: Path) -> None:
    """SIGTERM ends capture within seconds, with a last state and without an error."""
    name = f"cam-{uuid.uuid4()}"
    _video(tmp_path / "a.avi", 20)
    registry = write_registry(tmp_path / "r.yaml", registry_camera(name, {"url": "a.avi", "loop": True}))
    process = _start(kafka, registry)
    assert _records(kafka, CAMERA_FRAMES, name, lambda found: len(found) >= 2)
    asked_s = time.monotonic()
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    took_s = time.monotonic() - asked_s
    assert process.returncode == 0, errors
    assert took_s < 15
    statuses = _statuses(_records(kafka, CAMERA_STATUS, name, lambda found: len(found) >= 3))
    assert statuses == ["offline:opening", "online:streaming", "offline:shutdown"]


def test_a_camera_that_cannot_be_read_gives_exit_code_1(kafka: KafkaSettings, tmp_path: Path) -> None:
    """The other cameras are read to their end, and the process says that there was a problem."""
    good, bad = f"cam-{uuid.uuid4()}", f"cam-{uuid.uuid4()}"
    _video(tmp_path / "a.avi", 5)
    registry = write_registry(
        tmp_path / "r.yaml",
        registry_camera(good, {"url": "a.avi"}),
        registry_camera(bad, {"url": "http://bob:Zq7-secret@host/x"}),
    )
    process = _start(kafka, registry, "--speed", "0")
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    assert json.loads(output)["cameras"] == {good: "end_of_file", bad: "failed"}
    assert "Zq7-secret" not in output + errors
    assert _statuses(_records(kafka, CAMERA_STATUS, bad, lambda found: len(found) >= 2))[-1] == "offline:bad_address"
