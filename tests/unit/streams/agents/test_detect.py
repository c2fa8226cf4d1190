"""Pictures become detections with track ids; one bad picture spoils nothing but itself."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from detectors.detector import Picture
from schemas.cameras import CameraState, CameraStatus, DetectedObject, Detections, DetectorInfo, FrameReference
from schemas.operations import DeadLetterReason
from streams import topics
from streams.agents.detect import Detect
from streams.errors import ConfigurationError
from streams.settings import Settings
from streams.stage import BatchStage, Failed, Input, Output
from tests.detector_fakes import FakeDetector

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def picture(brightness: int, width_px: int = 64, height_px: int = 48) -> bytes:
    """Return a JPEG of one brightness."""
    return cv2.imencode(".jpg", np.full((height_px, width_px, 3), brightness, np.uint8))[1].tobytes()


def item(camera: str = "c1", sequence: int = 0, payload: bytes | None = None, epoch: str = "e1") -> Input:
    """Return a frame as an input."""
    at = NOON + timedelta(milliseconds=200 * sequence)
    frame = FrameReference(
        camera_id=camera, epoch=epoch, sequence=sequence, captured_at=at, width_px=64, height_px=48, mask_version="1"
    )
    value = picture(200) if payload is None else payload
    return Input(frame, value, topics.CAMERA_FRAMES, 0, sequence, frame.message_id(), at)


def handled(agent: Detect, *items: Input) -> Sequence[Sequence[Output] | Failed]:
    """Return what a batch gives."""
    return asyncio.run(agent.handle_batch(items, NOON))


def detections(result: Sequence[Output] | Failed) -> Detections:
    """Return the detections among the outputs."""
    assert not isinstance(result, Failed)
    message = result[-1].message
    assert isinstance(message, Detections)
    return message


def test_it_is_a_batch_stage() -> None:
    """The runner can take it."""
    assert isinstance(Detect(FakeDetector(), "run"), BatchStage)


def test_one_batch_holds_pictures_of_several_cameras() -> None:
    """The detector is called once; each input gets its own detections, seen or not."""
    detector = FakeDetector()
    results = handled(Detect(detector, "run"), item("a"), item("b", payload=picture(10)), item("c"))
    assert detector.batches == [3]
    assert [len(detections(result).objects) for result in results] == [1, 0, 1]
    assert [detections(result).camera_id for result in results] == ["a", "b", "c"]


@pytest.mark.parametrize("payload", [b"", b"no picture", picture(200)[:-50], picture(200, 65, 48)])
def test_a_bad_picture_goes_aside_alone(payload: bytes) -> None:
    """The others of its batch are handled."""
    first, bad, last = handled(Detect(FakeDetector(), "run"), item("a"), item("b", payload=payload), item("c"))
    assert isinstance(bad, Failed)
    assert bad.reason is DeadLetterReason.UNREADABLE_PICTURE
    assert len(detections(first).objects) == len(detections(last).objects) == 1


def test_a_track_keeps_its_number_within_a_camera_and_epoch() -> None:
    """The same object over frames has one id; another camera counts for itself; a new epoch begins anew."""
    agent = Detect(FakeDetector(), "run")
    frames = [item("a", n) for n in range(3)] + [item("b", n) for n in range(3)] + [item("a", 3, epoch="e2")]
    results = [detections(result) for result in handled(agent, *frames)]
    ids = [message.objects[0].track_id for message in results]
    assert ids[0] == ids[1] == ids[2] is not None
    assert ids[3] == ids[0]
    assert len({message.track_epoch for message in results[:3]}) == 1
    assert len({message.track_epoch for message in results}) == 3


def test_a_gap_or_a_new_process_begins_a_new_epoch() -> None:
    """After five seconds nobody can say that two boxes are one object."""
    agent = Detect(FakeDetector(), "run")
    near, far = [detections(result).track_epoch for result in handled(agent, item("a", 0), item("a", 26))]
    assert near != far
    other = detections(handled(Detect(FakeDetector(), "later"), item("a", 0))[0]).track_epoch
    assert other != near


def test_the_detector_is_told_once_per_camera_and_epoch() -> None:
    """A fallback is said as degraded, on the status topic and its newest state."""

    class Rough(FakeDetector):
        info = DetectorInfo(name="rough", version="1", degraded=True)

    first, second, third = handled(Detect(Rough(), "run"), item("a", 0), item("a", 1), item("a", 2, epoch="e2"))
    assert not isinstance(first, Failed)
    assert not isinstance(second, Failed)
    assert not isinstance(third, Failed)
    assert [output.topic for output in first] == [topics.CAMERA_STATUS, topics.CAMERA_STATE, topics.DETECTIONS]
    status = first[0].message
    assert isinstance(status, CameraStatus)
    assert (status.aspect, status.state, status.reason) == ("detector", CameraState.DEGRADED, "fallback_detector")
    assert len(second) == 1
    assert len(third) == 3


def test_the_same_frame_gives_the_same_identity() -> None:
    """So that a repeat is recognised downstream."""
    first = detections(handled(Detect(FakeDetector(), "run"), item("a", 0))[0])
    again = detections(handled(Detect(FakeDetector(), "run"), item("a", 0))[0])
    assert first == again
    assert first.message_id() == again.message_id()


class Fragile(FakeDetector):
    """A detector that raises when a dark picture is among those that it is given."""

    def detect(self, pictures: Sequence[Picture], cameras: Sequence[str]) -> list[list[DetectedObject]]:
        """Return the persons of each picture, or raise."""
        if any(float(picture.mean()) < 128 for picture in pictures):
            raise RuntimeError("a number out of range")
        return super().detect(pictures, cameras)


def test_a_picture_that_the_detector_fails_on_goes_aside_alone() -> None:
    """The others of its batch are detected one by one; the text of the error is not passed on."""
    first, bad, last = handled(Detect(Fragile(), "run"), item("a"), item("b", payload=picture(10)), item("c"))
    assert bad == Failed(DeadLetterReason.HANDLER_FAILED, "RuntimeError in the detector")
    assert [detections(result).camera_id for result in (first, last)] == ["a", "c"]


@pytest.mark.parametrize("variable", ["weights", "models"])
def test_a_model_that_cannot_be_used_is_one_line_for_a_person(variable: str, tmp_path: Path) -> None:
    """It names the setting and the path; no fallback hides it."""
    (tmp_path / "yolo11n.pt").write_bytes(b"no model")
    path = tmp_path if variable == "models" else tmp_path / "yolo11n.pt"
    settings = Settings.model_validate(
        {"weights": None, "models": None, "cache": tmp_path / "cache"} | {variable: path}
    )
    with pytest.raises(ConfigurationError, match=f"TOEZICHT_{variable.upper()}") as error:
        Detect.from_settings(settings)
    assert str(path) in str(error.value)
    assert "\n" not in str(error.value)
