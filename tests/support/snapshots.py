"""What tests of snapshots share: pictures as capture keeps them, requests, and who finds persons in them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import cv2
import numpy as np

from detectors.capture.camera import Picture
from detectors.capture.snapshot import SnapshotPainter
from detectors.models.base import Detector, detected
from detectors.models.base import Picture as Pixels
from schemas.cameras import DetectedObject, DetectorInfo, FrameReference, ObjectClass
from schemas.codec import decode
from schemas.snapshots import SnapshotReference, SnapshotRequest
from streams.capture.frame_buffer import PictureRing
from streams.capture.sender import FrameSender
from streams.capture.snapshots import SnapshotService
from streams.domain.cameras.registry import Camera
from streams.topics import SNAPSHOTS
from tests.support.capture import NOW, FakeProducer, FakeTime, Recorder, Sent
from tests.support.registry import registry_camera

SIZE = (320, 240)
"""Width and height of the pictures."""
PERSON = (100, 60, 140, 180)
"""Where the person stands in them: left, top, right, bottom."""


def stripes(at: tuple[int, int, int, int] = PERSON) -> Pixels:
    """Return a grey picture with a person: stripes of one pixel, which no mosaic lets through."""
    pixels = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)
    left, top, right, bottom = at
    pixels[top:bottom:2, left:right] = 255
    pixels[top + 1 : bottom : 2, left:right] = 0
    return pixels


def picture(second: float, camera_id: str = "cam-1", pixels: Pixels | None = None, quiet_s: float = 0.0) -> Picture:
    """Return a picture that was taken, and entered, some seconds after `NOW`."""
    image = stripes() if pixels is None else pixels
    at = NOW + timedelta(seconds=second)
    reference = FrameReference(
        camera_id=camera_id,
        epoch="e",
        sequence=round((second + 3_600) * 1000),
        captured_at=at,
        width_px=image.shape[1],
        height_px=image.shape[0],
        mask_version="m1",
        quiet_s=quiet_s,
    )
    return Picture(reference, cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 95])[1].tobytes(), at)


def request(moment: datetime = NOW, name: str = "r-1", camera_id: str = "cam-1", **changes: Any) -> SnapshotRequest:
    """Return a request for a picture."""
    values: dict[str, Any] = {
        "request_id": name,
        "camera_id": camera_id,
        "alert_id": "alert-1",
        "user": "operator-3",
        "requested_at": moment,
        "moment": moment,
    }
    return SnapshotRequest(**values | changes)


class Finder:
    """Finds one object at a known place, or fails."""

    parallel = 1
    input_px: int | None = None

    def __init__(
        self,
        kind: ObjectClass = ObjectClass.PERSON,
        at: Sequence[float] = PERSON,
        degraded: bool = False,
        broken: bool = False,
    ) -> None:
        self.info = DetectorInfo(name="finder", version="1", degraded=degraded)
        self.seen: list[Pixels] = []
        self._kind = kind
        self._at = at
        self._broken = broken

    def detect(self, pictures: Sequence[Pixels], cameras: Sequence[str]) -> list[list[DetectedObject]]:
        """Return the object in each picture; see `Detector`."""
        self.seen += pictures
        if self._broken:
            raise RuntimeError("broken")
        found = [detected(self._kind, 0.2, self._at, shown.shape[1], shown.shape[0]) for shown in pictures]
        return [[item] if item is not None else [] for item in found]


def contrast(pixels: Pixels, at: tuple[int, int, int, int] = PERSON) -> float:
    """Return the mean step between neighbouring rows at a place: high where stripes can be seen."""
    left, top, right, bottom = at
    part = pixels[top:bottom, left:right].astype(np.float64)
    return float(np.abs(np.diff(part, axis=0)).mean())


def decoded(jpeg: bytes) -> Pixels:
    """Return the pixels of a JPEG."""
    pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert pixels is not None
    return np.asarray(pixels, np.uint8)


UTC_ZONE = ZoneInfo("UTC")


def camera_of(camera_id: str, **legal: Any) -> Camera:
    """Return a camera of the registry."""
    return Camera.model_validate(registry_camera(camera_id, {"url": "a.avi"}, **legal))


def answers(producer: FakeProducer) -> list[tuple[SnapshotReference, Sent]]:
    """Return what requesters see."""
    told = [(decode(record.value, record.headers), record) for record in producer.sent if record.topic == SNAPSHOTS]
    return [(message, record) for message, record in told if isinstance(message, SnapshotReference)]


@dataclass
class Office:
    """A desk with a ring of pictures, at a time that the test sets."""

    desk: SnapshotService
    ring: PictureRing
    sender: FrameSender
    producer: FakeProducer
    time: FakeTime

    def ask(self, *requests: Any) -> list[tuple[SnapshotReference, Sent]]:
        """Take requests, wait as long as a desk may, and return all answers."""
        for asked in requests:
            self.desk.take(asked)
        self.desk.work()
        self.time.pass_s(3)
        self.desk.work()
        assert self.sender.close(20)
        return answers(self.producer)


def office(
    detector: Detector | None = None, users: Collection[str] = (), max_bytes: int = 900_000, **legal: Any
) -> Office:
    """Return an office of camera `cam-1`, with pictures of the ten seconds up to `NOW`, one second apart."""
    producer, time = FakeProducer(), FakeTime()
    sender = FrameSender(producer, lambda: time.moment, patience_s=20)
    sender.start(lambda: None)
    ring = PictureRing(30, 64_000_000, Recorder())
    for second in range(-10, 1):
        ring.picture(picture(second))
    found = detector or Finder()
    painter = SnapshotPainter(lambda: found, max_bytes)
    desk = SnapshotService(
        {"cam-1": camera_of("cam-1", **legal)}, UTC_ZONE, ring, painter, users, sender, lambda: time.moment
    )
    return Office(desk, ring, sender, producer, time)
