"""A report raises the rate of a running `toezicht capture`, for as long as it asks for, on a real broker."""

from __future__ import annotations

import signal
import statistics
import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer

from schemas.cameras import FrameReference
from schemas.codec import decode, encode
from schemas.incidents import CameraWatch, Operation
from streams.clock import utc_now
from streams.kafka.partitioner import partition_of
from streams.settings import KafkaSettings
from streams.topics import CAMERA_FRAMES, CAMERA_WATCHES
from tests.support.messages import example
from tests.support.registry import registry_camera, write_registry
from tests.support.running_capture import records_of, start_capture, write_video

pytestmark = pytest.mark.integration
USUAL_FPS = 2
ATTENDED_FPS = 10


@pytest.fixture
def camera(kafka: KafkaSettings, tmp_path: Path) -> Iterator[str]:
    """Yield a camera whose file of 25 pictures per second is captured at two, over and over."""
    name = f"cam-{uuid.uuid4()}"
    write_video(tmp_path / "a.avi", 100)
    registry = write_registry(tmp_path / "r.yaml", registry_camera(name, {"url": "a.avi", "fps": 25, "loop": True}))
    process = start_capture(kafka, registry, "--max-fps", str(USUAL_FPS))
    try:
        yield name
    finally:
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors


def references(kafka: KafkaSettings, camera: str, enough: Callable[[list[bool]], bool]) -> list[FrameReference]:
    """Return the camera's pictures so far, once the order of attended and other ones is enough."""

    def told(records: list[Any]) -> list[FrameReference]:
        messages = [decode(record.value, record.headers) for record in records]
        return [message for message in messages if isinstance(message, FrameReference)]

    found = records_of(kafka, CAMERA_FRAMES, camera, lambda records: enough([each.attention for each in told(records)]))
    assert enough([each.attention for each in told(found)]), len(found)
    return sorted(told(found), key=lambda each: each.captured_at)


def ask(kafka: KafkaSettings, camera: str, report: str, until: datetime | None, revision: int = 0) -> None:
    """Let a report ask for attention, or be cancelled."""
    watch = example(
        CameraWatch,
        camera_id=camera,
        incident_id=report,
        incident_revision=revision,
        operation=Operation.CREATE if until else Operation.CANCEL,
        attention_until=until,
    )
    record = encode(watch, stage="test", handled_at=utc_now(), entered_at=utc_now())
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap_servers)
    place = partition_of(CAMERA_WATCHES, camera.encode())
    producer.send(CAMERA_WATCHES, record.value, record.key, list(record.headers), partition=place).get(30)
    producer.close()


def gap_s(pictures: list[FrameReference]) -> float:
    """Return the usual time between pictures, by their own times."""
    times = [picture.captured_at for picture in pictures]
    return statistics.median((after - before).total_seconds() for before, after in pairwise(times))


def runs(attention: list[bool]) -> list[int]:
    """Return how many pictures with and without attention follow each other, beginning with those without."""
    found = [0]
    state = False
    for each in attention:
        if each is not state:
            found.append(0)
            state = each
        found[-1] += 1
    return found


def test_a_report_raises_the_rate_until_it_ends_or_is_cancelled(kafka: KafkaSettings, camera: str) -> None:
    """Judged by the pictures' own times: two per second, ten while attended, and two again."""
    references(kafka, camera, lambda attention: len(attention) >= 4)
    ask(kafka, camera, "expires", utc_now() + timedelta(seconds=4))
    references(kafka, camera, lambda attention: len(runs(attention)) == 3 and runs(attention)[2] >= 4)
    ask(kafka, camera, "is-cancelled", utc_now() + timedelta(minutes=5))
    references(kafka, camera, lambda attention: len(runs(attention)) == 4 and runs(attention)[3] >= 5)
    ask(kafka, camera, "is-cancelled", None, revision=1)
    ended = references(kafka, camera, lambda attention: len(runs(attention)) == 5 and runs(attention)[4] >= 4)
    pieces, rest = [], ended
    for length in runs([each.attention for each in ended]):
        pieces.append(rest[:length])
        rest = rest[length:]
    for piece, fps in zip(pieces, (USUAL_FPS, ATTENDED_FPS) * 2 + (USUAL_FPS,), strict=True):
        assert gap_s(piece) == pytest.approx(1 / fps, rel=0.3)
