"""What tests of snapshots share: pictures as capture keeps them, requests, and who finds persons in them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import cv2
import numpy as np

from detectors.capture.camera import Picture
from detectors.models.base import Picture as Pixels
from detectors.models.base import detected
from schemas.cameras import DetectedObject, DetectorInfo, FrameReference, ObjectClass
from schemas.snapshots import SnapshotRequest
from tests.support.capture import NOW

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
