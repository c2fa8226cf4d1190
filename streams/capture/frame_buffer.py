"""The last seconds of masked pictures of each camera, in memory only: what a snapshot can be made of."""

from __future__ import annotations

import threading
from collections import deque
from datetime import datetime, timedelta
from typing import Final

from detectors.capture.camera import CaptureEvents, Picture
from schemas.cameras import CameraState, CameraStatus


class PictureRing:
    """Keeps pictures on their way to the next taker. Implements `detectors` CaptureEvents.

    The newest picture of a camera that is online is kept however old it is: while nothing moves, it still holds. What the law
    refuses to look at is forgotten at once.

    Args:
        seconds_s: How long a picture is kept, from the moment at which it entered.
        max_bytes: Most that the pictures of all cameras together take; the oldest make room.
        following: Takes everything next.
    """

    def __init__(self, seconds_s: float, max_bytes: int, following: CaptureEvents) -> None:
        self._kept_for: Final = timedelta(seconds=seconds_s)
        self._max_bytes: Final = max_bytes
        self._following = following
        self._lock = threading.Lock()
        self._pictures: deque[Picture] = deque()
        self._newest: dict[str, Picture] = {}
        self._bytes = 0

    def picture(self, picture: Picture) -> None:
        """Keep a picture and hand it on."""
        with self._lock:
            self._pictures.append(picture)
            self._newest[picture.reference.camera_id] = picture
            self._bytes += len(picture.jpeg)
            self._make_room(picture.entered_at)
        self._following.picture(picture)

    def status(self, status: CameraStatus) -> None:
        """Note whether a camera gives pictures, and hand the change on."""
        if status.aspect == "stream" and status.state is not CameraState.ONLINE:
            with self._lock:
                self._newest.pop(status.camera_id, None)
                if status.state is CameraState.REFUSED:
                    self._forget(status.camera_id)
        self._following.status(status)

    def frame_read(self, camera_id: str) -> None:
        """Hand on that a picture was read."""
        self._following.frame_read(camera_id)

    def frame_quiet(self, camera_id: str) -> None:
        """Hand on that a picture was left out because nothing moved."""
        self._following.frame_quiet(camera_id)

    def frame_dropped(self, camera_id: str, reason: str) -> None:
        """Hand on that a picture was dropped."""
        self._following.frame_dropped(camera_id, reason)

    def expire(self, now: datetime) -> None:
        """Drop what is too old by now (UTC), although no picture came."""
        with self._lock:
            self._make_room(now)

    def of(self, camera_id: str) -> tuple[list[Picture], bool]:
        """Return a camera's pictures, in the order in which they were taken, and whether it is online."""
        with self._lock:
            kept = [picture for picture in self._pictures if picture.reference.camera_id == camera_id]
            newest = self._newest.get(camera_id)
        if newest is not None and not any(picture is newest for picture in kept):
            kept.append(newest)
        return sorted(kept, key=lambda picture: picture.reference.captured_at), newest is not None

    def _make_room(self, now: datetime) -> None:
        while self._pictures and (self._bytes > self._max_bytes or self._pictures[0].entered_at < now - self._kept_for):
            self._bytes -= len(self._pictures.popleft().jpeg)

    def _forget(self, camera_id: str) -> None:
        self._pictures = deque(item for item in self._pictures if item.reference.camera_id != camera_id)
        self._bytes = sum(len(picture.jpeg) for picture in self._pictures)
