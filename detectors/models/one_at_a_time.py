"""One at a time: a detector that several threads use in turn, since models are not made for two at once."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from detectors.models.base import Detector, Picture
from schemas.cameras import DetectedObject


class OneAtATime:
    """A detector that several threads use in turn; see `Detector`. Nobody else may use it."""

    def __init__(self, detector: Detector) -> None:
        """Take the detector."""
        self.info = detector.info
        self.parallel = 1
        self.input_px = detector.input_px
        self._detector = detector
        self._lock = threading.Lock()

    def detect(self, pictures: Sequence[Picture], cameras: Sequence[str]) -> list[list[DetectedObject]]:
        """Return the objects of each picture, once the detector is free."""
        with self._lock:
            return self._detector.detect(pictures, cameras)
