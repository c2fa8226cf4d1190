"""Pictures become detections with track ids; one bad picture spoils nothing but itself."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from detectors.models import card
from detectors.models.base import Picture
from detectors.models.batching import BATCH
from detectors.tracking.ground_squares import Ground
from detectors.ultralytics_setup import prepare_ultralytics
from schemas.cameras import (
    CameraState,
    CameraStatus,
    DetectedObject,
    Detections,
    DetectorInfo,
    FrameReference,
    SparedPictures,
    Visibility,
)
from schemas.dead_letters import DeadLetterReason
from schemas.phrases.codes.faults import detector_failed
from streams import topics
from streams.errors import ConfigurationError
from streams.settings import Settings
from streams.stages.base import Failed, Input, Output, PictureStage
from streams.stages.detect.stage import Detect
from tests.support.detectors import FakeDetector
from tests.support.on_card import YoloOnCard, torch_with

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
    """Return what each picture gives, all of them given at once."""
    return [looking.result() for looking in [agent.submit(each) for each in items]]


def detections(result: Sequence[Output] | Failed) -> Detections:
    """Return the detections among the outputs."""
    assert not isinstance(result, Failed)
    message = result[-1].message
    assert isinstance(message, Detections)
    return message


def test_it_is_a_picture_stage() -> None:
    """The runner can take it, and gives it more than the detector looks at, so that none of its threads waits."""
    agent = Detect(FakeDetector(parallel=4), "run")
    assert isinstance(agent, PictureStage)
    assert agent.in_hand == 6


def test_pictures_of_several_cameras_are_looked_at_at_once() -> None:
    """Each input gets its own detections, seen or not."""
    detector = FakeDetector()
    results = handled(Detect(detector, "run"), item("a"), item("b", payload=picture(10)), item("c"))
    assert detector.batches == [1, 1, 1]
    assert [len(detections(result).objects) for result in results] == [1, 0, 1]
    assert [detections(result).camera_id for result in results] == ["a", "b", "c"]


def test_pictures_of_many_cameras_share_a_batch_on_a_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The stage of the settings, with a stand-in for the card: batches hold several cameras, each gets its own detections."""
    prepare_ultralytics(tmp_path)
    import ultralytics

    monkeypatch.setattr(card, "imported_torch", lambda: torch_with(["First"]))
    monkeypatch.setitem(vars(ultralytics), "YOLO", YoloOnCard)
    (tmp_path / "yolo11n.pt").touch()
    settings = Settings.model_validate({"models": tmp_path, "weights": None, "cache": tmp_path, "device": "cuda"})
    agent = Detect.from_settings(settings)
    assert agent.in_hand == 3 * BATCH
    together, predict = threading.Barrier(2), YoloOnCard.predict

    def slow(self: YoloOnCard, source: object, **options: str) -> object:
        if len(YoloOnCard.asked) == 1:  # until all the others wait
            together.wait(30)
        return predict(self, source, **options)

    monkeypatch.setattr(YoloOnCard, "predict", slow)
    items = [item(f"c{number}", payload=picture(200 if number % 3 else 10)) for number in range(2 * BATCH)]
    looking = [agent.submit(each) for each in items]
    while len(agent._detector._waiting) < 2 * BATCH - 1:  # type: ignore[attr-defined]
        threading.Event().wait(0.001)
    together.wait(30)
    told = [detections(each.result()) for each in looking]
    agent.close()
    assert [message.camera_id for message in told] == [f"c{number}" for number in range(2 * BATCH)]
    assert [len(message.objects) for message in told] == [min(number % 3, 1) for number in range(2 * BATCH)]
    assert YoloOnCard.asked == [(1, "cuda:0"), (1, "cuda:0"), (BATCH, "cuda:0"), (BATCH - 1, "cuda:0")]


@pytest.mark.parametrize("payload", [b"", b"no picture", picture(200)[:-50], picture(200, 65, 48)])
def test_a_bad_picture_goes_aside_alone(payload: bytes) -> None:
    """The others are handled."""
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
    """A detector that raises when a picture is dark."""

    def detect(self, pictures: Sequence[Picture], cameras: Sequence[str]) -> list[list[DetectedObject]]:
        """Return the persons of each picture, or raise."""
        if any(float(picture.mean()) < 128 for picture in pictures):
            raise RuntimeError("a number out of range")
        return super().detect(pictures, cameras)


def test_a_picture_that_the_detector_fails_on_goes_aside_alone() -> None:
    """The text of the error is not passed on."""
    first, bad, last = handled(Detect(Fragile(), "run"), item("a"), item("b", payload=picture(10)), item("c"))
    assert bad == Failed(DeadLetterReason.HANDLER_FAILED, detector_failed("RuntimeError"))
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


class Unpunctual(FakeDetector):
    """A detector that needs longer for the first picture than for all others."""

    def __init__(self) -> None:
        super().__init__(parallel=4)
        self._others = threading.Semaphore(0)
        self._first = True
        self._lock = threading.Lock()

    def detect(self, pictures: Sequence[Picture], cameras: Sequence[str]) -> list[list[DetectedObject]]:
        """Return the persons of each picture; the first one waits for three others."""
        with self._lock:
            mine, self._first = self._first, False
        if mine:
            assert all(self._others.acquire(timeout=30) for _ in range(3))
        else:
            self._others.release()
        return super().detect(pictures, cameras)


def test_pictures_are_tracked_in_the_order_in_which_they_were_given() -> None:
    """However long the detector takes for each: nothing ends before what was given before it."""
    agent = Detect(Unpunctual(), "run")
    ended = list[int]()
    looking = [agent.submit(item("a", sequence)) for sequence in range(6)]
    for number, each in enumerate(looking):
        each.add_done_callback(lambda _, number=number: ended.append(number))  # type: ignore[misc]
    ids = [detections(each.result()).objects[0].track_id for each in looking]
    agent.close()
    assert ended == list(range(6))
    assert ids == [0] * 6


def test_what_the_camera_could_see_is_passed_on() -> None:
    """A blinded camera that shows nobody tells nothing."""
    given = item("a")
    assert isinstance(given.message, FrameReference)
    frame = given.message.model_copy(update={"visibility": Visibility.BLINDED, "quiet_s": 7.5})
    found = detections(handled(Detect(FakeDetector(), "run"), given._replace(message=frame))[0])
    assert (found.visibility, found.quiet_s) == (Visibility.BLINDED, 7.5)


def test_partitions_that_come_back_begin_new_track_epochs() -> None:
    """Another worker may have followed the cameras in between; pictures given before are not touched by it."""
    agent = Detect(FakeDetector(), "run")
    before = [agent.submit(item("a", 0)), agent.submit(item("a", 1))]
    agent.forget()
    after = [agent.submit(item("a", 0)), agent.submit(item("a", 1))]
    epochs = [detections(each.result()).track_epoch for each in (*before, *after)]
    agent.close()
    assert epochs[0] == epochs[1] != epochs[2] == epochs[3]


def test_a_picture_larger_than_the_detector_sees_is_decoded_reduced() -> None:
    """Boxes are told in pixels of the whole picture."""
    detector = FakeDetector(input_px=160)
    frame = item("a").message
    assert isinstance(frame, FrameReference)
    large = frame.model_copy(update={"width_px": 641, "height_px": 481})
    given = item("a")._replace(message=large, payload=picture(200, 641, 481))
    (found,) = handled(Detect(detector, "run"), given)
    assert detector.sizes == [(161, 121)]
    (person,) = detections(found).objects
    assert (person.box.x_max_px, person.box.y_max_px) == (641, 481)
    assert detections(found).width_px == 641


def test_pictures_of_changing_size_and_of_one_pixel_are_handled() -> None:
    """A camera may be set to another size while it streams."""
    frame = item("a").message
    assert isinstance(frame, FrameReference)
    given = []
    for sequence, (width, height) in enumerate([(64, 48), (32, 24), (1, 1), (64, 48)]):
        sized = frame.model_copy(
            update={"width_px": width, "height_px": height, "captured_at": NOON + timedelta(seconds=sequence)}
        )
        given.append(item("a")._replace(message=sized, payload=picture(200, width, height)))
    results = [detections(result) for result in handled(Detect(FakeDetector(), "run"), *given)]
    assert [(result.width_px, len(result.objects)) for result in results] == [(64, 1), (32, 1), (1, 1), (64, 1)]


def test_a_calibrated_camera_is_tracked_on_its_ground() -> None:
    """Its ground is asked where foot points lie."""
    asked = []

    def to_ground(pixels: NDArray[np.float64]) -> NDArray[np.float64]:
        asked.append(pixels.tolist())
        return pixels / 10

    agent = Detect(FakeDetector(), "run", {"a": Ground(to_ground, 64, 48)})
    handled(agent, item("a"), item("b"))
    assert asked == [[[32.0, 48.0]]]


def test_closing_ends_what_is_under_way_and_cancels_the_rest() -> None:
    """No thread is left, and no future waits for ever."""
    agent = Detect(FakeDetector(), "run")
    looking = [agent.submit(item("a", sequence)) for sequence in range(40)]
    agent.close()
    assert all(each.done() for each in looking)
    assert not [thread for thread in threading.enumerate() if thread in agent._lookers._threads]


def test_pictures_of_a_sampled_camera_are_spared_and_told() -> None:
    """Nothing changes for four seconds: two looks, the second of which says how many were spared and how long it was quiet."""
    detector = FakeDetector(input_px=640)
    agent = Detect(detector, "run", sampled=["a"])
    results = handled(agent, *(item("a", number) for number in range(21)))
    agent.close()
    assert [number for number, result in enumerate(results) if result != []] == [0, 5, 20]
    assert not isinstance(results[5], Failed)
    [over] = results[5]
    later = item("a", 5).message
    assert over.topic == topics.DETECTIONS
    assert over.message == SparedPictures(
        camera_id="a", frame_id=later.message_id(), captured_at=later.happened_at(), spared=4
    )
    told = detections(results[20])
    assert (told.spared, told.quiet_s) == (15, 4.0)
    assert len(detector.sizes) == 2


def test_every_picture_of_other_cameras_is_looked_at() -> None:
    """In the same worker."""
    agent = Detect(FakeDetector(), "run", sampled=["a"])
    results = handled(agent, *(item("b", number) for number in range(4)))
    assert [detections(result).spared for result in results] == [0] * 4


def test_an_unreadable_picture_of_a_sampled_camera_is_set_aside() -> None:
    """As one of any other."""
    results = handled(
        Detect(FakeDetector(), "run", sampled=["a"]), item("a"), item("a", 1, payload=b"no picture"), item("a", 2)
    )
    assert isinstance(results[1], Failed)
    assert results[1].reason is DeadLetterReason.UNREADABLE_PICTURE
    assert results[2] == []
