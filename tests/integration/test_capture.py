"""`toezicht capture` as a process, on a real broker."""

from __future__ import annotations

import json
import signal
import time
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from detectors.opencv import cv2
from schemas.cameras import CameraStatus, FrameReference
from schemas.codec import decode, envelope
from streams.settings import KafkaSettings
from streams.topics import CAMERA_FRAMES, CAMERA_STATUS
from tests.support.registry import registry_camera, write_registry
from tests.support.running_capture import records_of, start_capture, write_video

pytestmark = pytest.mark.integration


def _statuses(records: list[Any]) -> list[str]:
    messages = [decode(record.value, record.headers) for record in records]
    return [f"{message.state}:{message.reason}" for message in messages if isinstance(message, CameraStatus)]


def test_masked_pictures_and_states_arrive(kafka: KafkaSettings, tmp_path: Path) -> None:
    """A file is sent picture by picture, masked, in order, with its own times; the process ends with a summary."""
    name, refused = f"cam-{uuid.uuid4()}", f"cam-{uuid.uuid4()}"
    write_video(tmp_path / "a.avi", 20)
    registry = write_registry(
        tmp_path / "r.yaml",
        registry_camera(name, {"url": "a.avi", "fps": 7, "start": "2026-01-01T10:00:00Z"}),
        registry_camera(refused, {"url": "a.avi"}, valid_until="2021-01-01"),
    )
    process = start_capture(kafka, registry, "--json", "--speed", "0")
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    told = json.loads(output)
    assert told["cameras"] == {name: "end_of_file", refused: "refused"}
    assert (told["read"], told["sent"], told["dropped"]) == (20, 20, {})

    records = records_of(kafka, CAMERA_FRAMES, name, lambda found: len(found) >= told["sent"])
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

    assert _statuses(records_of(kafka, CAMERA_STATUS, name, lambda found: len(found) >= 3)) == [
        "offline:opening", "online:streaming", "offline:end_of_file",
    ]  # fmt: skip
    assert _statuses(records_of(kafka, CAMERA_STATUS, refused, bool)) == ["refused:expired"]


def test_it_stops_when_asked(kafka: KafkaSettings, tmp_path: Path) -> None:
    """SIGTERM ends capture within seconds, with a last state and without an error."""
    name = f"cam-{uuid.uuid4()}"
    write_video(tmp_path / "a.avi", 20)
    registry = write_registry(tmp_path / "r.yaml", registry_camera(name, {"url": "a.avi", "loop": True}))
    process = start_capture(kafka, registry, "--json")
    assert records_of(kafka, CAMERA_FRAMES, name, lambda found: len(found) >= 2)
    asked_s = time.monotonic()
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    took_s = time.monotonic() - asked_s
    assert process.returncode == 0, errors
    assert took_s < 15
    statuses = _statuses(records_of(kafka, CAMERA_STATUS, name, lambda found: len(found) >= 3))
    assert statuses == ["offline:opening", "online:streaming", "offline:shutdown"]


def test_a_camera_that_cannot_be_read_gives_exit_code_1(kafka: KafkaSettings, tmp_path: Path) -> None:
    """The other cameras are read to their end, and the process says that there was a problem."""
    good, bad = f"cam-{uuid.uuid4()}", f"cam-{uuid.uuid4()}"
    write_video(tmp_path / "a.avi", 5)
    registry = write_registry(
        tmp_path / "r.yaml",
        registry_camera(good, {"url": "a.avi"}),
        registry_camera(bad, {"url": "http://bob:Zq7-secret@host/x"}),
    )
    process = start_capture(kafka, registry, "--json", "--speed", "0")
    output, errors = process.communicate(timeout=120)
    assert process.returncode == 1
    assert json.loads(output)["cameras"] == {good: "end_of_file", bad: "failed"}
    assert "Zq7-secret" not in output + errors
    assert _statuses(records_of(kafka, CAMERA_STATUS, bad, lambda found: len(found) >= 2))[-1] == "offline:bad_address"
