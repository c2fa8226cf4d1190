"""Detection beside the camera: pictures stay in this process, only what was found in them leaves it.

The detector sees each picture as it would have seen it behind Kafka: masked, encoded as JPEG and decoded again. Both ways so
give equal detections, at the cost of a few milliseconds of encoding and decoding for each picture.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

from detectors.capture.camera import Picture
from detectors.models.base import Detector
from schemas.cameras import CameraStatus
from streams.capture.sender import STALE, FrameSender
from streams.metrics import FRAMES_ATTENDED
from streams.stages.base import Failed
from streams.stages.detect.crowd_counts import CrowdCounts
from streams.stages.detect.detections import TrackedDetections, found_in
from streams.topics import DETECTIONS

log = logging.getLogger(__name__)

STAGE: Final = "detect"
"""What is sent from here is the same as what the stage of this name sends."""
DETECTOR_FAILED: Final = "detector_failed"


class EdgeDetection:
    """Looks at each camera's newest picture, camera after camera. Implements `detectors` CaptureEvents.

    Args:
        detector: Finds objects.
        detected: Tracks and tells what was found.
        sender: Sends it, and what else cameras tell.
        waits: Whether a camera waits until its picture before was looked at: for files that are played as fast as possible.
            Elsewhere a newer picture takes the place of one that waits, which is counted.
        crowds: Counts crowds, where a model is configured.
    """

    def __init__(
        self,
        detector: Detector,
        detected: TrackedDetections,
        sender: FrameSender,
        waits: bool,
        crowds: CrowdCounts | None = None,
    ) -> None:
        self._detector = detector
        self._detected = detected
        self._crowds = crowds or CrowdCounts()
        self._sender = sender
        self._waits = waits
        self._changed = threading.Condition()
        self._waiting: dict[str, Picture] = {}
        """A picture of each camera, in the order in which their turn comes."""
        self._closing = False
        self._on_failure: Callable[[], None] = lambda: None
        self._thread = threading.Thread(target=self._guard, name="edge-detection", daemon=True)

    def start(self, on_failure: Callable[[], None]) -> None:
        """Begin to look; `on_failure` is called if that breaks for good."""
        self._on_failure = on_failure
        self._thread.start()

    def picture(self, picture: Picture) -> None:
        """Take a picture to look at."""
        camera_id = picture.reference.camera_id
        if picture.reference.attention:
            FRAMES_ATTENDED.labels(camera_id).inc()
        with self._changed:
            if self._waits:
                self._changed.wait_for(lambda: self._closing or camera_id not in self._waiting)
            if camera_id in self._waiting:
                self._sender.frame_dropped(camera_id, STALE)
            self._waiting[camera_id] = picture  # in the turn of the one that it replaces
            self._changed.notify_all()

    def status(self, status: CameraStatus) -> None:
        """Hand on a change of a camera's state."""
        self._sender.status(status)

    def frame_read(self, camera_id: str) -> None:
        """Hand on that a picture was read."""
        self._sender.frame_read(camera_id)

    def frame_quiet(self, camera_id: str) -> None:
        """Hand on that a picture was left out because nothing moved."""
        self._sender.frame_quiet(camera_id)

    def frame_dropped(self, camera_id: str, reason: str) -> None:
        """Hand on that a picture was dropped."""
        self._sender.frame_dropped(camera_id, reason)

    def stop(self, finish: bool) -> None:
        """Take no more pictures; look at those that wait, or drop them."""
        with self._changed:
            self._closing = True
            for camera_id in () if finish else list(self._waiting):
                del self._waiting[camera_id]
                self._sender.frame_dropped(camera_id, STALE)
            self._changed.notify_all()

    def join(self, timeout_s: float) -> None:
        """Wait until nothing is looked at any more. A thread inside a detector cannot be ended with its process in peace."""
        self._thread.join(timeout_s)

    def _guard(self) -> None:
        try:
            self._run()
        except Exception:
            log.exception("detection broke")
            with self._changed:
                self._closing = True
                self._changed.notify_all()
            self._on_failure()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._closing or self._waiting)
                if not self._waiting:
                    return
                picture = self._waiting.pop(next(iter(self._waiting)))
                self._changed.notify_all()
            self._look(picture)

    def _look(self, picture: Picture) -> None:
        frame = picture.reference
        found = found_in(self._detector, self._crowds, frame, picture.jpeg)
        if isinstance(found, Failed):
            log.warning("camera %s: %s", frame.camera_id, found.detail)
            self._sender.frame_dropped(frame.camera_id, DETECTOR_FAILED)
            return
        for output in self._detected.outputs(frame, found):
            if output.topic == DETECTIONS:
                self._sender.offer(output.topic, output.message, picture.entered_at, stage=STAGE)
            else:
                self._sender.keep(output.topic, output.message, picture.entered_at, stage=STAGE, key=output.key)
