"""Detections: what a detector found in pictures, as messages: the same in the stage `detect` and beside a camera."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

from detectors.models.base import Detector, DetectorError, enlarged
from detectors.models.card import NoCardError
from detectors.models.choice import check_models, choose
from detectors.models.jpeg import PictureError, decode_jpeg
from detectors.tracking.bytetrack import Trackers
from detectors.ultralytics_setup import prepare_ultralytics
from schemas.cameras import (
    CameraState,
    CameraStatus,
    CrowdMap,
    DetectedObject,
    Detections,
    DetectorInfo,
    FrameReference,
)
from schemas.dead_letters import DeadLetterReason
from schemas.phrases.catalogue import text_of
from schemas.phrases.codes.cameras import looked_at_by, looked_at_roughly
from schemas.phrases.codes.faults import detector_failed
from streams import metrics, topics
from streams.errors import ConfigurationError
from streams.settings import Settings
from streams.stages.base import Failed, Output
from streams.stages.detect.crowd_counts import CrowdCounts

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PictureFindings:
    """Picture findings: what a picture shows: objects, and the crowd where a model counted it.

    `spared` is how many pictures just before it were not looked at.
    """

    objects: Sequence[DetectedObject]
    crowd: CrowdMap | None = None
    spared: int = 0


class TrackedDetections:
    """Tracks what was found from picture to picture, and tells it.

    Args:
        info: The detector that finds.
        trackers: The tracks of all cameras.
    """

    def __init__(self, info: DetectorInfo, trackers: Trackers) -> None:
        self._info = info
        self._trackers = trackers
        self._told: dict[str, str] = {}
        metrics.DETECTOR.info({"name": info.name, "version": info.version, "degraded": str(info.degraded)})
        metrics.DETECTOR_DEGRADED.set(info.degraded)

    def forget(self) -> None:
        """Forget the tracks, and what was said of the detector: what was not sent when the cameras went is said again."""
        self._trackers.forget()
        self._told.clear()

    def outputs(self, frame: FrameReference, found: PictureFindings) -> list[Output]:
        """Return the detections of a frame; before the first of a camera and epoch what is to be said of the detector."""
        epoch, tracked = self._trackers.track(frame, found.objects)
        detections = detections_of(frame, self._info, epoch, tracked, found.crowd, found.spared)
        return [*self._status(frame), Output(topics.DETECTIONS, detections)]

    def _status(self, frame: FrameReference) -> list[Output]:
        if self._told.get(frame.camera_id) == frame.epoch:
            return []
        self._told[frame.camera_id] = frame.epoch
        status = detector_status(frame, self._info)
        return [Output(topics.CAMERA_STATUS, status), Output(topics.CAMERA_STATE, status, key=status.state_key())]


def detections_of(
    frame: FrameReference,
    info: DetectorInfo,
    epoch: str,
    tracked: Sequence[DetectedObject],
    crowd: CrowdMap | None = None,
    spared: int = 0,
) -> Detections:
    """Return the message for what was found in a frame, with track ids of that track epoch."""
    return Detections(
        camera_id=frame.camera_id,
        frame_id=frame.message_id(),
        captured_at=frame.captured_at,
        width_px=frame.width_px,
        height_px=frame.height_px,
        detector=info,
        track_epoch=epoch,
        objects=tuple(tracked),
        visibility=frame.visibility,
        quiet_s=frame.quiet_s,
        attention=frame.attention,
        crowd=crowd,
        spared=spared,
    )


def detector_status(frame: FrameReference, info: DetectorInfo) -> CameraStatus:
    """Return what to say of the detector that looks at a camera from this frame on."""
    what = looked_at_roughly() if info.degraded else looked_at_by(info.name, info.version)
    return CameraStatus(
        camera_id=frame.camera_id,
        aspect="detector",
        state=CameraState.DEGRADED if info.degraded else CameraState.ONLINE,
        reason="fallback_detector" if info.degraded else "detector_ready",
        detail=text_of(what),
        phrase=what,
        changed_at=frame.captured_at,
    )


def found_in(detector: Detector, crowds: CrowdCounts, frame: FrameReference, jpeg: bytes) -> PictureFindings | Failed:
    """Return what a picture shows, or why it shows nothing."""
    try:
        picture = decode_jpeg(jpeg, frame.width_px, frame.height_px, detector.input_px)
    except PictureError as error:
        return Failed(DeadLetterReason.UNREADABLE_PICTURE, str(error))
    started = time.perf_counter()
    try:
        objects = detector.detect([picture], [frame.camera_id])[0]
        crowd = crowds.of(frame, picture)
    except Exception as error:  # whatever the detector's libraries raise
        log.warning("detector %s: %s", detector.info.name, type(error).__name__)
        return Failed(DeadLetterReason.HANDLER_FAILED, detector_failed(type(error).__name__))
    metrics.DETECTION_SECONDS.labels(detector.info.name).observe(time.perf_counter() - started)
    return PictureFindings(enlarged(objects, picture, frame.width_px, frame.height_px), crowd)


def check_detector(settings: Settings) -> None:
    """Check that there is the model that is configured, without loading it: for who needs one later.

    Raises:
        ConfigurationError: There is none.
    """
    if settings.weights is not None:
        return
    try:
        check_models(settings.models, settings.allow_model_download)
    except DetectorError as error:
        raise _no_model(settings, error) from None


def make_detector(settings: Settings) -> Detector:
    """Choose the detector and say which and why.

    Raises:
        ConfigurationError: The configured weights, or the model in the models folder, cannot be used, or there is no card.
    """
    check_detector(settings)  # before a library is loaded that takes seconds
    prepare_ultralytics(settings.cache, settings.allow_model_download)
    try:
        choice = choose(
            settings.weights, settings.models, settings.cache, settings.allow_model_download, device=settings.device
        )
    except NoCardError as error:
        raise ConfigurationError(
            "environment", "TOEZICHT_DEVICE", settings.device, f"a graphics card ({error})"
        ) from None
    except DetectorError as error:
        raise _no_model(settings, error) from None
    info = choice.detector.info
    level = logging.WARNING if info.degraded else logging.INFO
    log.log(level, "detector %s %s: %s", info.name, info.version, choice.reason)
    return choice.detector


def _no_model(settings: Settings, error: DetectorError) -> ConfigurationError:
    variable = "TOEZICHT_MODELS" if settings.weights is None else "TOEZICHT_WEIGHTS"
    path = settings.models if settings.weights is None else settings.weights
    return ConfigurationError("environment", variable, str(path), f"a detector model ({error})")
