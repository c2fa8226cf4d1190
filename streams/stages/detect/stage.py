"""The stage `detect`: pictures of all cameras to objects with track ids.

Decoding and detecting take as many threads as the detector has room for, and overlap with what one more thread does:
tracking, in the order in which the pictures were given. None of it is on the event loop.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from math import ceil
from typing import Final

from detectors.models.base import Detector
from detectors.tracking.bytetrack import Trackers
from detectors.tracking.ground_squares import Ground
from schemas.base import iso_utc
from schemas.cameras import Detections, FrameReference, SparedPictures
from schemas.dead_letters import DeadLetterReason
from schemas.phrases.codes.faults import message_unexpected
from streams import topics
from streams.clock import utc_now
from streams.settings import Settings
from streams.stages.base import Failed, Input, Output
from streams.stages.detect.crowd_counts import CrowdCounts
from streams.stages.detect.detections import PictureFindings, TrackedDetections, found_in, make_detector
from streams.stages.detect.sampling import ChosenPicture, SampledCameras

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
        crowds: Counts crowds, where a model is configured.
        sampled: Ids of the cameras of which some pictures are spared.
    """

    name: str = "detect"
    inputs: tuple[str, ...] = (topics.CAMERA_FRAMES,)
    max_age_s: float = 2.0
    overtaken_s: float = 0.5
    max_late: timedelta | None = timedelta(hours=24)

    def __init__(
        self,
        detector: Detector,
        run: str,
        grounds: Mapping[str, Ground] = NO_GROUNDS,
        crowds: CrowdCounts | None = None,
        sampled: Collection[str] = (),
    ) -> None:
        self.in_hand = ceil(IN_HAND * detector.parallel)
        self._detector = detector
        self._crowds = crowds or CrowdCounts()
        self._detected = TrackedDetections(detector.info, Trackers(run, grounds=grounds))
        self._lookers = ThreadPoolExecutor(detector.parallel, thread_name_prefix="detect")
        self._tracker = ThreadPoolExecutor(1, thread_name_prefix="track")
        self._sampled = SampledCameras(sampled, grounds)
        self._sampler = ThreadPoolExecutor(1, thread_name_prefix="sample")

    @classmethod
    def from_settings(
        cls, settings: Settings, grounds: Mapping[str, Ground] = NO_GROUNDS, sampled: Collection[str] = ()
    ) -> Detect:
        """Choose the detector and say which and why.

        Raises:
            ConfigurationError: The configured weights, the model in the models folder or the counting model cannot be used.
        """
        crowds = CrowdCounts.from_settings(settings)
        return cls(make_detector(settings), iso_utc(utc_now()), grounds, crowds, sampled)

    def submit(self, item: Input) -> Future[Sequence[Output] | Failed]:
        """Begin with a picture; see `PictureStage`."""
        frame, choosing = item.message, None
        if isinstance(frame, FrameReference) and self._sampled.holds(frame.camera_id):
            choosing = self._sampler.submit(self._sampled.choose, frame, item.payload)
        return self._tracker.submit(self._conclude, item, self._lookers.submit(self._look, item, choosing), choosing)

    def forget(self) -> None:
        """Begin new track epochs, and tell the detector anew, with the pictures that are given from now on."""
        self._sampler.submit(self._sampled.forget)
        self._tracker.submit(self._detected.forget)

    def close(self) -> None:
        """End the threads; see `PictureStage`."""
        self._tracker.shutdown(wait=False, cancel_futures=True)
        self._sampler.shutdown(cancel_futures=True)
        self._lookers.shutdown(cancel_futures=True)
        self._tracker.shutdown()

    def _look(self, item: Input, choosing: Future[ChosenPicture] | None) -> PictureFindings | Failed | None:
        """Return what a picture shows, why it shows nothing, or None where it is spared; in one of the lookers' threads."""
        frame = item.message
        if choosing is not None and not choosing.result().look.reason.looks:
            return None
        if not isinstance(frame, FrameReference):
            return Failed(DeadLetterReason.UNKNOWN_TYPE, message_unexpected("camera-frame", frame.name))
        return found_in(self._detector, self._crowds, frame, item.payload)

    def _conclude(
        self, item: Input, looking: Future[PictureFindings | Failed | None], choosing: Future[ChosenPicture] | None
    ) -> Sequence[Output] | Failed:
        """Return what a picture causes; in the tracker's thread, picture after picture.

        One that is spared tells at most that the second of the last look is over.
        """
        found, frame = looking.result(), item.message
        if isinstance(found, Failed):
            return found
        assert isinstance(frame, FrameReference)
        chosen = None if choosing is None else choosing.result()
        if found is None:
            return [] if chosen is None else _spared(frame, chosen)
        if chosen is None:
            return self._detected.outputs(frame, found)
        look, spared, _ = chosen
        frame = frame.model_copy(update={"quiet_s": look.quiet_s})
        outputs = self._detected.outputs(frame, replace(found, spared=spared))
        told = next(each.message for each in outputs if isinstance(each.message, Detections))
        self._sampled.looked(frame, look, told.objects)
        return outputs


def _spared(frame: FrameReference, chosen: ChosenPicture) -> list[Output]:
    """Return what is told of a picture that is not looked at."""
    if not chosen.over:
        return []
    told = SparedPictures(
        camera_id=frame.camera_id,
        frame_id=frame.message_id(),
        captured_at=frame.captured_at,
        spared=chosen.spared,
    )
    return [Output(topics.DETECTIONS, told)]
