"""The stage `detect`: pictures of all cameras, in batches, to objects with track ids."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from detectors.detector import Detector, Picture
from detectors.jpeg import PictureError, decode_jpeg
from detectors.tracking import Trackers
from schemas.base import iso_utc
from schemas.cameras import DetectedObject, FrameReference
from schemas.operations import DeadLetterReason
from streams import metrics, topics
from streams.agents.detected import Detected, make_detector
from streams.clock import utc_now
from streams.settings import Settings
from streams.stage import Failed, Input, Output

log = logging.getLogger(__name__)


class Detect:
    """Detects and tracks in one thread beside the event loop; ultralytics uses the processor's cores inside a call."""

    name: str = "detect"
    inputs: tuple[str, ...] = (topics.CAMERA_FRAMES,)
    batch_size: int = 8
    batch_wait_s: float = 0.02
    max_age_s: float = 2.0
    max_late: timedelta | None = timedelta(hours=24)

    def __init__(self, detector: Detector, run: str) -> None:
        """Join a detector; `run` tells this process apart from those before (track epochs)."""
        self._detector = detector
        self._detected = Detected(detector.info, Trackers(run))
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="detect")
        self._seconds = metrics.DETECTION_SECONDS.labels(detector.info.name)

    @classmethod
    def from_settings(cls, settings: Settings) -> Detect:
        """Choose the detector and say which and why.

        Raises:
            ConfigurationError: The configured weights, or the model in the models folder, cannot be used.
        """
        return cls(make_detector(settings), iso_utc(utc_now()))

    async def handle_batch(self, items: Sequence[Input], now: datetime) -> Sequence[Sequence[Output] | Failed]:
        """Return the detections of each picture, or why it cannot be used."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._handle, items)

    def _handle(self, items: Sequence[Input]) -> list[Sequence[Output] | Failed]:
        pictures = [_picture(item) for item in items]
        usable = [index for index, picture in enumerate(pictures) if not isinstance(picture, Failed)]
        started = time.perf_counter()
        found = self._found(
            [picture for picture in pictures if not isinstance(picture, Failed)],
            [_frame(items[index]).camera_id for index in usable],
        )
        if usable:
            self._seconds.observe((time.perf_counter() - started) / len(usable))
        by_index = dict(zip(usable, found, strict=True))
        results: list[Sequence[Output] | Failed] = []
        for index, picture in enumerate(pictures):
            result = picture if isinstance(picture, Failed) else by_index[index]
            results.append(
                result if isinstance(result, Failed) else self._detected.outputs(_frame(items[index]), result)
            )
        return results

    def _found(self, pictures: list[Picture], cameras: list[str]) -> list[list[DetectedObject] | Failed]:
        """Return the objects of each picture; where the detector fails, of each alone, so that one spoils only itself."""
        try:
            return list(self._detector.detect(pictures, cameras))
        except Exception as error:  # whatever the detector's libraries raise
            log.warning(
                "detector %s: %s in a batch of %d", self._detector.info.name, type(error).__name__, len(pictures)
            )
            if len(pictures) == 1:
                return [Failed(DeadLetterReason.HANDLER_FAILED, f"{type(error).__name__} in the detector")]
            alone = (self._found([picture], [camera]) for picture, camera in zip(pictures, cameras, strict=True))
            return [result for results in alone for result in results]


def _frame(item: Input) -> FrameReference:
    assert isinstance(item.message, FrameReference)
    return item.message


def _picture(item: Input) -> Picture | Failed:
    if not isinstance(item.message, FrameReference):
        return Failed(DeadLetterReason.UNKNOWN_TYPE, f"expected a camera-frame, got a {item.message.name}")
    try:
        return decode_jpeg(item.payload, item.message.width_px, item.message.height_px)
    except PictureError as error:
        return Failed(DeadLetterReason.UNREADABLE_PICTURE, str(error))
