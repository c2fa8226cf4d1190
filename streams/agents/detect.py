"""The stage `detect`: pictures of all cameras to objects with track ids.

Decoding and detecting take as many threads as the detector has room for, and overlap with what one more thread does:
tracking, in the order in which the pictures were given. None of it is on the event loop.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from math import ceil
from typing import Final

from detectors.choice import choose
from detectors.detector import Detector, DetectorError, enlarged
from detectors.ground_squares import Ground
from detectors.jpeg import PictureError, decode_jpeg
from detectors.tracking import Trackers
from detectors.ultralytics_setup import prepare_ultralytics
from schemas.base import iso_utc
from schemas.cameras import CameraState, CameraStatus, DetectedObject, Detections, FrameReference
from schemas.operations import DeadLetterReason
from streams import metrics, topics
from streams.clock import utc_now
from streams.errors import ConfigurationError
from streams.settings import Settings
from streams.stage import Failed, Input, Output

log = logging.getLogger(__name__)

IN_HAND: Final = 1.5
"""Pictures in hand for each that the detector looks at: so many that no thread waits for the next one, and not more, since
what is in hand grows old.
"""
NO_GROUNDS: Final[Mapping[str, Ground]] = {}


class Detect:
    """Detects and tracks.

    Args:
        detector: What to detect with.
        run: Tells this process apart from those before (track epochs).
        grounds: The ground of each calibrated camera.
    """

    name: str = "detect"
    inputs: tuple[str, ...] = (topics.CAMERA_FRAMES,)
    max_age_s: float = 2.0
    overtaken_s: float = 0.5
    max_late: timedelta | None = timedelta(hours=24)

    def __init__(self, detector: Detector, run: str, grounds: Mapping[str, Ground] = NO_GROUNDS) -> None:
        self.in_hand = ceil(IN_HAND * detector.parallel)
        self._detector = detector
        self._trackers = Trackers(run, grounds=grounds)
        self._lookers = ThreadPoolExecutor(detector.parallel, thread_name_prefix="detect")
        self._tracker = ThreadPoolExecutor(1, thread_name_prefix="track")
        self._seconds = metrics.DETECTION_SECONDS.labels(detector.info.name)
        self._told: dict[str, str] = {}
        metrics.DETECTOR.info(
            {"name": detector.info.name, "version": detector.info.version, "degraded": str(detector.info.degraded)}
        )
        metrics.DETECTOR_DEGRADED.set(detector.info.degraded)

    @classmethod
    def from_settings(cls, settings: Settings, grounds: Mapping[str, Ground] = NO_GROUNDS) -> Detect:
        """Choose the detector and say which and why.

        Raises:
            ConfigurationError: The configured weights, or the model in the models folder, cannot be used.
        """
        prepare_ultralytics(settings.cache, settings.allow_model_download)
        try:
            choice = choose(settings.weights, settings.models, settings.cache, settings.allow_model_download)
        except DetectorError as error:
            variable = "TOEZICHT_MODELS" if settings.weights is None else "TOEZICHT_WEIGHTS"
            path = settings.models if settings.weights is None else settings.weights
            raise ConfigurationError("environment", variable, str(path), f"a detector model ({error})") from None
        info = choice.detector.info
        level = logging.WARNING if info.degraded else logging.INFO
        log.log(level, "detector %s %s: %s", info.name, info.version, choice.reason)
        return cls(choice.detector, iso_utc(utc_now()), grounds)

    def submit(self, item: Input) -> Future[Sequence[Output] | Failed]:
        """Begin with a picture; see `PictureStage`."""
        return self._tracker.submit(self._conclude, item, self._lookers.submit(self._look, item))

    def forget(self) -> None:
        """Begin new track epochs with the pictures that are given from now on."""
        self._tracker.submit(self._trackers.forget)

    def close(self) -> None:
        """End the threads; see `PictureStage`."""
        self._tracker.shutdown(wait=False, cancel_futures=True)
        self._lookers.shutdown(cancel_futures=True)
        self._tracker.shutdown()

    def _look(self, item: Input) -> list[DetectedObject] | Failed:
        """Return the objects of a picture, or why it has none; in one of the lookers' threads."""
        frame = item.message
        if not isinstance(frame, FrameReference):
            return Failed(DeadLetterReason.UNKNOWN_TYPE, f"expected a camera-frame, got a {frame.name}")
        try:
            picture = decode_jpeg(item.payload, frame.width_px, frame.height_px, self._detector.input_px)
        except PictureError as error:
            return Failed(DeadLetterReason.UNREADABLE_PICTURE, str(error))
        started = time.perf_counter()
        try:
            objects = self._detector.detect([picture], [frame.camera_id])[0]
        except Exception as error:  # whatever the detector's libraries raise
            log.warning("detector %s: %s", self._detector.info.name, type(error).__name__)
            return Failed(DeadLetterReason.HANDLER_FAILED, f"{type(error).__name__} in the detector")
        self._seconds.observe(time.perf_counter() - started)
        return enlarged(objects, picture, frame.width_px, frame.height_px)

    def _conclude(self, item: Input, looking: Future[list[DetectedObject] | Failed]) -> Sequence[Output] | Failed:
        """Return what a picture causes; in the tracker's thread, picture after picture."""
        objects = looking.result()
        if isinstance(objects, Failed):
            return objects
        frame = item.message
        assert isinstance(frame, FrameReference)
        epoch, tracked = self._trackers.track(frame, objects)
        detections = Detections(
            camera_id=frame.camera_id,
            frame_id=frame.message_id(),
            captured_at=frame.captured_at,
            width_px=frame.width_px,
            height_px=frame.height_px,
            detector=self._detector.info,
            track_epoch=epoch,
            objects=tuple(tracked),
            visibility=frame.visibility,
            quiet_s=frame.quiet_s,
        )
        return [*self._status(frame), Output(topics.DETECTIONS, detections)]

    def _status(self, frame: FrameReference) -> list[Output]:
        """Return what to say about the detector: once per camera and epoch of its source."""
        if self._told.get(frame.camera_id) == frame.epoch:
            return []
        self._told[frame.camera_id] = frame.epoch
        degraded = self._detector.info.degraded
        status = CameraStatus(
            camera_id=frame.camera_id,
            aspect="detector",
            state=CameraState.DEGRADED if degraded else CameraState.ONLINE,
            reason="fallback_detector" if degraded else "detector_ready",
            detail=f"{self._detector.info.name} {self._detector.info.version}",
            changed_at=frame.captured_at,
        )
        return [Output(topics.CAMERA_STATUS, status), Output(topics.CAMERA_STATE, status)]
