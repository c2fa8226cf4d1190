"""What was found becomes the same messages wherever the detector runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from prometheus_client import REGISTRY
from pydantic import ValidationError

from detectors.models import card
from detectors.models.base import Detector, Picture
from detectors.tracking.bytetrack import Trackers
from schemas.cameras import CameraState, DetectedObject, FrameReference, Visibility
from schemas.dead_letters import DeadLetterReason
from streams import topics
from streams.errors import ConfigurationError
from streams.settings import Settings
from streams.stages.base import Failed
from streams.stages.detect.crowd_counts import CrowdCounts
from streams.stages.detect.detections import (
    PictureFindings,
    TrackedDetections,
    check_detector,
    detections_of,
    detector_status,
    found_in,
    make_detector,
)
from tests.support.detectors import FakeDetector
from tests.support.messages import DETECTOR, NOON, example
from tests.support.on_card import torch_with


def test_detections_tell_what_the_frame_tells() -> None:
    """Its identity, time, size, and what the camera could see."""
    frame = example(FrameReference, visibility=Visibility.BLINDED, quiet_s=4.5)
    told = detections_of(frame, DETECTOR, "epoch", [])
    assert (told.frame_id, told.captured_at) == (frame.message_id(), frame.captured_at)
    assert (told.width_px, told.height_px) == (frame.width_px, frame.height_px)
    assert (told.visibility, told.quiet_s) == (Visibility.BLINDED, 4.5)
    assert (told.detector, told.track_epoch, told.objects) == (DETECTOR, "epoch", ())


@pytest.mark.parametrize(
    ("degraded", "state", "reason"),
    [(False, CameraState.ONLINE, "detector_ready"), (True, CameraState.DEGRADED, "fallback_detector")],
)
def test_the_detector_has_a_state(degraded: bool, state: CameraState, reason: str) -> None:
    """A fallback is said."""
    info = DETECTOR.model_copy(update={"degraded": degraded})
    told = detector_status(example(FrameReference), info)
    assert (told.aspect, told.state, told.reason, told.changed_at) == ("detector", state, reason, NOON)


def test_the_state_comes_before_the_first_detections_of_an_epoch() -> None:
    """On both topics, once per camera and epoch."""
    detected = TrackedDetections(DETECTOR, Trackers("run"))
    frames = [
        example(FrameReference, camera_id=camera, epoch=epoch, captured_at=NOON + timedelta(seconds=number))
        for number, (camera, epoch) in enumerate([("a", "1"), ("a", "1"), ("b", "1"), ("a", "2")])
    ]
    told = [[output.topic for output in detected.outputs(frame, PictureFindings([]))] for frame in frames]
    first = [topics.CAMERA_STATUS, topics.CAMERA_STATE, topics.DETECTIONS]
    assert told == [first, [topics.DETECTIONS], first, first]


def jpeg(brightness: int) -> bytes:
    """Return a picture of one brightness, 64x48."""
    return cv2.imencode(".jpg", np.full((48, 64, 3), brightness, np.uint8))[1].tobytes()


class Broken(FakeDetector):
    """A detector that fails."""

    def detect(self, pictures: Sequence[Picture], cameras: Sequence[str]) -> list[list[DetectedObject]]:
        """Raise."""
        raise RuntimeError("a number out of range")


@pytest.mark.parametrize(("brightness", "persons"), [(200, 1), (10, 0)])
def test_a_picture_has_objects(brightness: int, persons: int) -> None:
    """Or none; the time that it took is measured."""
    frame = example(FrameReference, width_px=64, height_px=48)
    before = REGISTRY.get_sample_value("toezicht_detection_seconds_count", {"detector": "fake"}) or 0
    found = found_in(FakeDetector(), CrowdCounts(), frame, jpeg(brightness))
    assert not isinstance(found, Failed)
    assert len(found.objects) == persons
    assert found.crowd is None
    assert REGISTRY.get_sample_value("toezicht_detection_seconds_count", {"detector": "fake"}) == before + 1


@pytest.mark.parametrize(
    ("detector", "data", "reason"),
    [
        (FakeDetector(), b"", DeadLetterReason.UNREADABLE_PICTURE),
        (FakeDetector(), jpeg(200)[:-20], DeadLetterReason.UNREADABLE_PICTURE),
        (Broken(), jpeg(200), DeadLetterReason.HANDLER_FAILED),
    ],
)
def test_a_picture_without_objects_says_why(detector: Detector, data: bytes, reason: DeadLetterReason) -> None:
    """By the kind of fault; the text of a library's error is not passed on."""
    failed = found_in(detector, CrowdCounts(), example(FrameReference, width_px=64, height_px=48), data)
    assert isinstance(failed, Failed)
    assert failed.reason is reason
    assert "a number" not in failed.detail


def test_the_detectors_state_has_a_key_of_its_own() -> None:
    """Compaction keeps it beside what capture says of the camera."""
    _, state, _ = TrackedDetections(DETECTOR, Trackers("run")).outputs(
        example(FrameReference, camera_id="a"), PictureFindings([])
    )
    assert (state.topic, state.key) == (topics.CAMERA_STATE, "a/detector")


def test_what_was_not_sent_when_the_cameras_went_is_said_again() -> None:
    """The outputs of pictures in hand are thrown away then, and with them what they said of the detector."""
    detected, frame = TrackedDetections(DETECTOR, Trackers("run")), example(FrameReference)
    before = detected.outputs(frame, PictureFindings([]))
    detected.forget()
    after = detected.outputs(frame, PictureFindings([]))
    assert [output.topic for output in after] == [topics.CAMERA_STATUS, topics.CAMERA_STATE, topics.DETECTIONS]
    assert after[0].message == before[0].message
    assert after[2].message != before[2].message, "the tracks begin anew"


@pytest.mark.parametrize("check", [check_detector, make_detector])
def test_row_8_a_models_path_that_does_not_exist_names_the_variable(
    check: Callable[[Settings], object], tmp_path: Path
) -> None:
    """Whether a detector is needed now or with the first snapshot; in one line, which ends a command with code 2."""
    with pytest.raises(ConfigurationError, match="TOEZICHT_MODELS") as caught:
        check(Settings(models=tmp_path / "mistyped", cache=tmp_path))
    assert "no such file or folder" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("device", ["cuda", "cuda:1"])
def test_a_card_that_is_not_there_names_the_variable(
    device: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one line, before the model is read; the processor does not take over."""
    monkeypatch.setattr(card, "imported_torch", lambda: torch_with([]))
    (tmp_path / "yolo11n.pt").write_bytes(b"this is no model")
    settings = Settings.model_validate({"models": tmp_path, "cache": tmp_path, "device": device})
    with pytest.raises(ConfigurationError) as error:
        make_detector(settings)
    assert str(error.value) == (
        f"environment: TOEZICHT_DEVICE is '{device}', expected a graphics card "
        "(torch 2.15.0 finds none: no NVIDIA driver for CUDA 13.2, or none is shown)"
    )


@pytest.mark.parametrize("device", ["gpu", "cuda:", "0", "cuda:0,1", "cpu"])
def test_a_device_is_auto_or_one_card(device: str) -> None:
    """Nothing else, so that a mistyped one is not as if nobody gave it."""
    with pytest.raises(ValidationError):
        Settings.model_validate({"device": device})
