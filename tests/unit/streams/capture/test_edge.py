"""Detection beside the camera tells the same as detection behind Kafka, and lets no picture out."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import cv2
import numpy as np
import pytest
from prometheus_client import REGISTRY

from detectors.capture.camera import CameraConfig, CameraReader, CaptureEvents, CaptureOptions, Ending
from detectors.models.base import Detector, detected
from detectors.models.base import Picture as Pixels
from detectors.models.hog import HogDetector
from detectors.models.one_at_a_time import OneAtATime
from detectors.sources.base import Frame, SourceConfig
from detectors.tracking.bytetrack import Trackers
from schemas.base import Message
from schemas.cameras import CameraStatus, DetectedObject, Detections, DetectorInfo, ObjectClass
from schemas.codec import decode, envelope
from schemas.observations import Observation
from schemas.ticks import Tick
from streams.capture.edge import EdgeDetection
from streams.capture.sender import FrameSender
from streams.config.files import load_rules
from streams.domain.cameras.registry import ControlRoom, MapPoint, Registry
from streams.kafka.partitioner import partition_of
from streams.stages.base import Failed, Input, Output
from streams.stages.detect.detections import TrackedDetections
from streams.stages.detect.stage import Detect
from streams.stages.observe import Observe
from streams.topics import CAMERA_FRAMES, CAMERA_STATE, CAMERA_STATUS, CAMERA_TICKS, DETECTIONS
from tests.support.capture import NOW, Answer, FakeProducer, FakeTime, ScriptedSource
from tests.support.detectors import FakeDetector
from tests.support.rows import FakeRows
from tests.support.snapshots import picture
from tests.support.zones import CAMERA

SIZE = (200, 100)
"""Width and height of the pictures: those of the camera that `observe` knows."""
ROOM = ControlRoom(
    id="room", name="room", area=(MapPoint(lat=51, lon=3), MapPoint(lat=53, lon=3), MapPoint(lat=53, lon=6))
)
REGISTRY_OF_ONE = Registry(version="1", control_rooms=(ROOM,), cameras=(CAMERA,))


class Blobs:
    """Finds a person wherever pixels are bright: what it tells depends on every pixel."""

    info = DetectorInfo(name="blobs", version="1")
    parallel = 1
    input_px: int | None = None

    def detect(self, pictures: Sequence[Pixels], cameras: Sequence[str]) -> list[list[DetectedObject]]:
        """Return the persons of each picture; see `Detector`."""
        return [self._persons(shown) for shown in pictures]

    @staticmethod
    def _persons(shown: Pixels) -> list[DetectedObject]:
        bright = (shown.max(axis=2) > 150).astype(np.uint8)
        _, _, stats, _ = cv2.connectedComponentsWithStats(bright)
        found = []
        for left, top, width, height, area in stats[1:].tolist():
            score = 0.3 + 0.7 * area / (width * height)
            person = detected(
                ObjectClass.PERSON, score, (left, top, left + width, top + height), shown.shape[1], shown.shape[0]
            )
            found += [person] if person and area > 20 else []
        return found


def walking(count: int = 30) -> list[Frame]:
    """Return pictures of two bright shapes that pass each other, five per second, on noise."""
    chance = np.random.default_rng(4)
    frames = []
    for number in range(count):
        image = chance.integers(0, 90, (SIZE[1], SIZE[0], 3), np.uint8)
        for left, top in ((10 + 5 * number, 30), (180 - 5 * number, 40)):
            cv2.ellipse(image, (left, top), (6, 14), 0, 0, 360, (230, 220, 240), -1)
        frames.append(Frame(image, NOW + timedelta(milliseconds=200 * number)))
    return frames


def capture(
    frames: Sequence[Frame], events: CaptureEvents, size: tuple[int, int] = SIZE, attended_fps: float = 0.0
) -> None:
    """Let a camera's thread read pictures to their end; each run gives them the same identities."""
    config = CameraConfig("c1", SourceConfig("a.avi"), *size, "m1", [[(0, 0), (8, 0), (8, 8), (0, 8)]])
    script = [Frame(frame.image.copy(), frame.captured_at) for frame in frames]
    reader = CameraReader(
        config, CaptureOptions(900_000), FakeTime().clock, Answer, events, lambda *_: ScriptedSource([*script, None]),
        random.Random(1), lambda: attended_fps,
    )  # fmt: skip
    reader.run(threading.Event())
    assert reader.ending is Ending.END_OF_FILE


def messages(producer: FakeProducer, *topics: str) -> list[tuple[str, Message]]:
    """Return what was sent to these topics, in order."""
    return [(record.topic, decode(record.value, record.headers)) for record in producer.sent if record.topic in topics]


def behind_kafka(
    frames: Sequence[Frame], detector: Detector, size: tuple[int, int] = SIZE, attended_fps: float = 0.0
) -> list[tuple[str, Message]]:
    """Return what the stage `detect` tells of the pictures that capture sends."""
    producer = FakeProducer()
    sender = FrameSender(producer, lambda: NOW, patience_s=20)
    sender.start(lambda: None)
    capture(frames, sender, size, attended_fps)
    assert sender.close(20)
    items = [
        Input(decode(record.value, record.headers), record.value, record.topic, 0, offset, "", NOW)
        for offset, record in enumerate(record for record in producer.sent if record.topic == CAMERA_FRAMES)
    ]
    assert len(items) == len(frames)
    told = []
    stage = Detect(detector, "run")
    for outputs in [looking.result() for looking in [stage.submit(item) for item in items]]:
        assert not isinstance(outputs, Failed)
        told += [(output.topic, output.message) for output in outputs]
    stage.close()
    return told


def edge_of(
    producer: FakeProducer, detector: Detector, waits: bool = True
) -> tuple[EdgeDetection, FrameSender, threading.Event]:
    """Return detection beside the camera, running, with its sender and what it tells when it breaks."""
    broke = threading.Event()
    sender = FrameSender(producer, lambda: NOW, patience_s=20)
    sender.start(broke.set)
    edge = EdgeDetection(detector, TrackedDetections(detector.info, Trackers("run")), sender, waits)
    edge.start(broke.set)
    return edge, sender, broke


def beside_the_camera(
    frames: Sequence[Frame], detector: Detector, size: tuple[int, int] = SIZE, attended_fps: float = 0.0
) -> tuple[list[tuple[str, Message]], FakeProducer, FrameSender]:
    """Return what capture tells with `--detect`, and all that it sent."""
    producer = FakeProducer()
    edge, sender, broke = edge_of(producer, detector)
    capture(frames, edge, size, attended_fps)
    edge.stop(finish=True)
    edge.join(60)
    assert sender.close(20)
    assert not broke.is_set()
    told = [
        (topic, message)
        for topic, message in messages(producer, DETECTIONS, CAMERA_STATUS, CAMERA_STATE)
        if not (isinstance(message, CameraStatus) and message.aspect != "detector")
    ]
    return told, producer, sender


def observations(told: Sequence[tuple[str, Message]]) -> list[Observation]:
    """Return what `observe` makes of detections, and of the time that passes afterwards."""
    stage, rows = Observe(REGISTRY_OF_ONE, load_rules(), ZoneInfo("Europe/Amsterdam"), {}), FakeRows()
    seen: list[Output] = []
    found = [message for _, message in told if isinstance(message, Detections)]
    for message in found:
        item = Input(message, b"", DETECTIONS, 0, 0, message.message_id(), message.captured_at)
        seen += stage.handle(item, rows, message.captured_at)
    later = found[-1].captured_at + timedelta(seconds=10)
    tick = Tick(group="camera", partition=0, at=later)
    seen += stage.handle(Input(tick, b"", CAMERA_TICKS, 0, 0, tick.message_id(), later), rows, later)
    return [output.message for output in seen if isinstance(output.message, Observation)]


def test_both_ways_tell_the_same() -> None:
    """Equal detections of every frame, equal states of the detector, equal observations: to the last digit."""
    kafka = behind_kafka(walking(), Blobs())
    edge, _, sender = beside_the_camera(walking(), Blobs())
    by_topic: Callable[[tuple[str, Message]], str] = lambda told: told[0]  # noqa: E731
    assert sorted(edge, key=by_topic) == sorted(kafka, key=by_topic)
    found = [message for _, message in edge if isinstance(message, Detections)]
    assert len(found) == 30
    assert {len(message.objects) for message in found} >= {1, 2}
    assert any(item.track_id is not None for message in found for item in message.objects)
    assert observations(edge) == observations(kafka)
    assert max(observation.count for observation in observations(edge)) > 0
    assert (sender.counts.read, sender.counts.sent, sender.counts.dropped) == (30, 30, {})


class Unsure(Blobs):
    """Finds one more person, of whom it is not sure, always at the same place."""

    def detect(self, pictures: Sequence[Pixels], cameras: Sequence[str]) -> list[list[DetectedObject]]:
        """Return the persons of each picture; see `Detector`."""
        weak = detected(ObjectClass.PERSON, 0.36, (60, 70, 66, 90), *SIZE)
        assert weak is not None
        return [[*found, weak] for found in super().detect(pictures, cameras)]


def test_both_ways_tell_the_same_of_pictures_with_attention() -> None:
    """Every one says so, is counted, and brings its weak boxes; of the counts nothing changes."""
    name, labels = "toezicht_frames_attended_total", {"camera": "c1"}
    before = REGISTRY.get_sample_value(name, labels) or 0.0
    kafka = behind_kafka(walking(), Unsure(), attended_fps=10)
    edge, _, _ = beside_the_camera(walking(), Unsure(), attended_fps=10)
    assert REGISTRY.get_sample_value(name, labels) == before + 60
    usual = observations(behind_kafka(walking(), Unsure()))
    assert REGISTRY.get_sample_value(name, labels) == before + 60
    found = [message for _, message in edge if isinstance(message, Detections)]
    assert found == [message for _, message in kafka if isinstance(message, Detections)]
    assert all(message.attention and any(item.score < 0.4 for item in message.objects) for message in found)
    attended = observations(edge)
    assert attended == observations(kafka)
    assert {each.persons_likely for each in usual} == {None}
    assert any(each.persons_likely == each.count + 1 for each in attended)
    assert [each.model_copy(update={"persons_likely": None}) for each in attended] == usual


@pytest.fixture
def one_thread() -> Iterator[None]:
    """Let OpenCV compute in one thread: of several, the order in which HOG's boxes come and are averaged is chance."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    yield
    cv2.setNumThreads(threads)


@pytest.mark.usefixtures("one_thread")
def test_both_ways_tell_the_same_of_real_video(test_data: Path) -> None:
    """With the fallback detector, which learns its background from the very pixels that it is given."""
    video = cv2.VideoCapture(str(test_data / "pets2009" / "S2L1-view001.avi"))
    frames = []
    for number in range(6):
        read, image = video.read()
        assert read
        frames.append(Frame(np.asarray(image, np.uint8), NOW + timedelta(milliseconds=143 * number)))
    video.release()
    kafka = behind_kafka(frames, HogDetector(), (768, 576))
    edge, _, _ = beside_the_camera(frames, HogDetector(), (768, 576))
    found = [message for _, message in edge if isinstance(message, Detections)]
    assert found == [message for _, message in kafka if isinstance(message, Detections)]
    assert sum(len(message.objects) for message in found) > 6


def test_no_picture_leaves() -> None:
    """Nothing goes to the topic of pictures, and nothing that is sent holds one."""
    _, producer, _ = beside_the_camera(walking(), Blobs())
    assert {record.topic for record in producer.sent} == {DETECTIONS, CAMERA_STATUS, CAMERA_STATE}
    states = {(record.key, record.partition) for record in producer.sent if record.topic == CAMERA_STATE}
    place = partition_of(CAMERA_STATE, CAMERA.id.encode())
    assert states == {(f"{CAMERA.id}/{aspect}".encode(), place) for aspect in ("stream", "view", "detector")}
    assert not any(b"\xff\xd8\xff" in record.value for record in producer.sent)
    assert not any(b"\xff\xd8\xff" in value for record in producer.sent for _, value in record.headers)


def test_what_is_sent_says_when_the_picture_entered_and_that_it_was_detected() -> None:
    """As from the stage `detect`, so that nobody downstream need know where it runs."""
    _, producer, _ = beside_the_camera(walking(1), Blobs())
    (record,) = (record for record in producer.sent if record.topic == DETECTIONS)
    about = envelope(record.headers)
    assert (about.stage, about.entered_at, record.key) == ("detect", NOW, b"c1")


class Held(FakeDetector):
    """A detector that begins with a picture and is then held back."""

    def __init__(self) -> None:
        super().__init__()
        self.cameras: list[str] = []
        self.begun = threading.Event()
        self.go_on = threading.Event()

    def detect(self, pictures: Sequence[Pixels], cameras: Sequence[str]) -> list[list[DetectedObject]]:
        """Return the persons of each picture, when it may."""
        self.cameras += cameras
        self.begun.set()
        assert self.go_on.wait(30)
        return super().detect(pictures, cameras)


def sequences(producer: FakeProducer, camera_id: str) -> list[str]:
    """Return the frames of a camera whose detections were sent."""
    told = (message for _, message in messages(producer, DETECTIONS))
    return [message.frame_id for message in told if isinstance(message, Detections) and message.camera_id == camera_id]


def test_a_live_camera_never_waits_and_its_newest_picture_is_next() -> None:
    """Older ones are dropped and counted; a camera with many pictures keeps none from its turn."""
    producer, detector = FakeProducer(), Held()
    edge, sender, _ = edge_of(producer, detector, waits=False)
    edge.picture(picture(0))
    assert detector.begun.wait(30)
    shown = [picture(second) for second in range(1, 6)]
    edge.picture(shown[0])
    edge.picture(picture(1, camera_id="cam-2"))
    for late in shown[1:]:
        edge.picture(late)
    detector.go_on.set()
    edge.stop(finish=True)
    edge.join(30)
    assert sender.close(20)
    assert detector.cameras == ["cam-1", "cam-1", "cam-2"]
    assert sequences(producer, "cam-1") == [picture(0).reference.message_id(), shown[-1].reference.message_id()]
    assert sender.counts.dropped == {"stale": 4}
    assert REGISTRY.get_sample_value("toezicht_frames_dropped_total", {"camera": "cam-1", "reason": "stale"})


def test_a_file_that_is_played_as_fast_as_possible_waits() -> None:
    """No picture of it is dropped; a stop frees who waits."""
    producer, detector = FakeProducer(), Held()
    edge, sender, _ = edge_of(producer, detector, waits=True)
    done = threading.Event()

    def read() -> None:
        for second in range(5):
            edge.picture(picture(second))
        done.set()

    threading.Thread(target=read, daemon=True).start()
    assert detector.begun.wait(30)
    assert not done.wait(0.1)
    detector.go_on.set()
    assert done.wait(30)
    edge.stop(finish=True)
    edge.join(30)
    assert sender.close(20)
    assert len(sequences(producer, "cam-1")) == 5
    assert sender.counts.dropped == {}


class Fragile(FakeDetector):
    """A detector that fails at a dark picture."""

    def detect(self, pictures: Sequence[Pixels], cameras: Sequence[str]) -> list[list[DetectedObject]]:
        """Return the persons of each picture, or raise."""
        if float(pictures[0].mean()) < 50:
            raise RuntimeError("a number out of range")
        return super().detect(pictures, cameras)


def test_a_picture_that_the_detector_fails_on_spoils_only_itself() -> None:
    """It is counted with its reason, and so is one that cannot be decoded."""
    producer = FakeProducer()
    edge, sender, broke = edge_of(producer, Fragile())
    whole = picture(3)
    for shown in (
        picture(0),
        picture(1, pixels=np.zeros((48, 64, 3), np.uint8)),
        type(whole)(picture(2).reference, whole.jpeg[:-30], NOW),
        whole,
    ):
        edge.picture(shown)
    edge.stop(finish=True)
    edge.join(30)
    assert sender.close(20)
    assert len(sequences(producer, "cam-1")) == 2
    assert sender.counts.dropped == {"detector_failed": 2}
    assert not broke.is_set()


def test_detection_that_breaks_stops_capture(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault that is not the picture's is told, and nobody waits for ever."""
    edge, sender, broke = edge_of(FakeProducer(), FakeDetector())

    def fail(*_: Any) -> None:
        raise RuntimeError("broken")

    monkeypatch.setattr(TrackedDetections, "outputs", fail)
    edge.picture(picture(0))
    assert broke.wait(30)
    edge.picture(picture(1))
    edge.picture(picture(2))
    edge.stop(finish=True)
    edge.join(1)
    sender.close(20)


def test_what_cameras_tell_is_handed_on() -> None:
    """States and counts go the way that they always go."""
    producer = FakeProducer()
    edge, sender, _ = edge_of(producer, FakeDetector())
    capture(walking(2), edge)
    edge.frame_dropped("c1", "too_large")
    edge.stop(finish=True)
    edge.join(30)
    assert sender.close(20)
    told = [message for _, message in messages(producer, CAMERA_STATUS) if isinstance(message, CameraStatus)]
    assert [f"{status.aspect}:{status.reason}" for status in told if status.aspect == "stream"] == [
        "stream:opening", "stream:streaming", "stream:end_of_file",
    ]  # fmt: skip
    assert (sender.counts.read, sender.counts.dropped) == (2, {"too_large": 1})


def test_one_detector_for_two_threads_is_used_in_turn() -> None:
    """A second caller waits until the first has its answer."""
    held = Held()
    shared = OneAtATime(held)
    assert shared.info == held.info
    threads = [
        threading.Thread(target=shared.detect, args=([np.zeros((8, 8, 3), np.uint8)], [name]), daemon=True)
        for name in ("a", "b")
    ]
    for thread in threads:
        thread.start()
    assert held.begun.wait(30)
    threads[0].join(0.1)
    assert len(held.cameras) == 1
    held.go_on.set()
    for thread in threads:
        thread.join(30)
    assert sorted(held.cameras) == ["a", "b"]


def test_the_order_to_stop_drops_what_waits() -> None:
    """What the detector looks at is finished and told; the rest is counted."""
    producer, detector = FakeProducer(), Held()
    edge, sender, _ = edge_of(producer, detector, waits=False)
    edge.picture(picture(0))
    assert detector.begun.wait(30)
    edge.picture(picture(1))
    edge.picture(picture(1, camera_id="cam-2"))
    edge.stop(finish=False)
    detector.go_on.set()
    edge.join(30)
    assert sender.close(20)
    assert sequences(producer, "cam-1") == [picture(0).reference.message_id()]
    assert sender.counts.dropped == {"stale": 2}
