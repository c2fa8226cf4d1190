"""One camera, in a thread of its own: permission, opening, reading, masking, encoding, handing over."""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from typing import Final, Protocol

from detectors.capture.encoder import JpegEncoder
from detectors.capture.seeing import Seeing, Sight
from detectors.capture.status import StatusReporter
from detectors.errors import SourceError, SourceFault
from detectors.privacy.masks import MaskedFrame, MaskedSource, Polygon, PrivacyMask
from detectors.sources.base import OpenSource, ReadingOptions, SourceConfig
from detectors.sources.open import is_live
from detectors.sources.pacing import Clock, no_attention
from schemas.base import derive_id, iso_utc
from schemas.cameras import CameraState, CameraStatus, FrameReference
from schemas.phrases.catalogue import text_of
from schemas.phrases.codes.cameras import all_read
from schemas.phrases.phrase import Told

log = logging.getLogger(__name__)

OPENING: Final = "opening"
END_OF_FILE: Final = "end_of_file"
INTERNAL_ERROR: Final = "internal_error"
TOO_LARGE: Final = "too_large"


@dataclass(frozen=True, slots=True)
class CameraConfig:
    """Camera config: what capture needs to know of a camera. Sizes and polygons are in pixels of the source's picture.

    `motion_gate` says whether pictures are left out while nothing moves.
    """

    camera_id: str
    source: SourceConfig
    width_px: int
    height_px: int
    mask_version: str
    mask_polygons: Sequence[Polygon]
    motion_gate: bool = False


@dataclass(frozen=True, slots=True)
class CaptureOptions:
    """Capture options: how to capture, for all cameras.

    Attributes:
        reading: How to read sources.
        silent_after_s: A camera that gives no picture for this long is reported offline.
        permission_every_s: How often the legal basis is looked at.
        backoff_first_s: Wait before the first attempt to open again; it doubles with each that fails.
        backoff_max_s: Longest wait.
        jpeg_quality: 1 to 100; 80 keeps a person of 40 pixels recognisable to a detector at about a tenth of the size.
        max_frame_bytes: Largest JPEG that is handed over.
    """

    max_frame_bytes: int
    reading: ReadingOptions = field(default_factory=ReadingOptions)
    silent_after_s: float = 5.0
    permission_every_s: float = 1.0
    backoff_first_s: float = 1.0
    backoff_max_s: float = 30.0
    jpeg_quality: int = 80


@dataclass(frozen=True, slots=True)
class Picture:
    """A masked picture, ready to be sent. `entered_at` is when it entered the pipeline, by the clock (UTC)."""

    reference: FrameReference
    jpeg: bytes = field(repr=False)
    entered_at: datetime


class Permit(Protocol):
    """Permit: whether a camera may be looked at: a bounded reason code, and what is told of it."""

    @property
    def allowed(self) -> bool: ...  # noqa: D102
    @property
    def reason(self) -> str: ...  # noqa: D102
    @property
    def what(self) -> Told: ...  # noqa: D102


class CaptureEvents(Protocol):
    """Capture events: what capture tells to the outside. All cameras' threads call it at once, and only `picture` may wait."""

    def picture(self, picture: Picture) -> None:
        """Take a picture to send."""

    def status(self, status: CameraStatus) -> None:
        """Take a change of a camera's state."""

    def frame_read(self, camera_id: str) -> None:
        """Count a picture that was read."""

    def frame_quiet(self, camera_id: str) -> None:
        """Count a picture that was left out because nothing moved."""

    def frame_dropped(self, camera_id: str, reason: str) -> None:
        """Count a picture that was dropped, with a bounded reason."""


class Ending(Enum):
    """Ending: how a camera's thread ended."""

    STOPPED = "stopped"
    END_OF_FILE = "end_of_file"
    REFUSED = "refused"
    FAILED = "failed"


class CameraReader:
    """Reads one camera until it ends or is stopped.

    A live camera and a file that loops are tried again for ever; a file that is played once ends with its last
    picture, or at once if it cannot be read or may not be looked at.
    """

    def __init__(
        self,
        camera: CameraConfig,
        options: CaptureOptions,
        clock: Clock,
        permit: Callable[[], Permit],
        events: CaptureEvents,
        open_source: OpenSource,
        chance: random.Random,
        attended_fps: Callable[[], float] = no_attention,
    ) -> None:
        self.camera_id: Final = camera.camera_id
        self.status: Final = StatusReporter(camera.camera_id, clock, events.status)
        self.ending = Ending.STOPPED
        self._camera = camera
        self._options = options
        self._reading = replace(options.reading, attended_fps=attended_fps, quiet=self._is_quiet)
        self._attended_fps = attended_fps
        self._clock = clock
        self._permit = permit
        self._events = events
        self._open_source = open_source
        self._chance = chance
        self._live = is_live(camera.source.url)
        self._mask = PrivacyMask(camera.width_px, camera.height_px, camera.mask_polygons)
        self._encoder = JpegEncoder(options.jpeg_quality, options.max_frame_bytes)
        self._seeing = Seeing(self._mask.hidden, camera.motion_gate, self._live)
        self._asked_s: float | None = None
        self._allowed = False
        self._failures = 0
        self._epoch: tuple[int, str] | None = None
        self._sequence = 0

    def run(self, stop: threading.Event) -> None:
        """Read until the end or until told to stop; `ending` says which."""
        try:
            self.ending = self._run(stop)
        except Exception:
            self.ending = Ending.FAILED
            raise

    def _run(self, stop: threading.Event) -> Ending:
        while not stop.is_set():
            if not self._may_look():
                if not self._comes_back():
                    return Ending.REFUSED
                stop.wait(self._options.permission_every_s)
                continue
            ending = self._try_playing(stop)
            if ending is not None:
                return ending
            if self._failures:
                stop.wait(self._backoff_s())
        return Ending.STOPPED

    def _comes_back(self) -> bool:
        return self._live or self._camera.source.loop

    def _backoff_s(self) -> float:
        """Return the next wait: half of it by chance, so that cameras of one recorder do not return all at once."""
        longest = min(self._options.backoff_max_s, self._options.backoff_first_s * 2.0 ** min(self._failures - 1, 30))
        return longest * self._chance.uniform(0.5, 1.0)

    def _may_look(self) -> bool:
        """Return whether the camera may be looked at, asked anew once per second; a refusal is reported."""
        now_s = self._clock.monotonic_s()
        if self._asked_s is None or now_s - self._asked_s >= self._options.permission_every_s:
            permit = self._permit()
            self._asked_s, self._allowed = now_s, permit.allowed
            if not permit.allowed:
                self.status.tell(CameraState.REFUSED, permit.reason, permit.what)
        return self._allowed

    def _try_playing(self, stop: threading.Event) -> Ending | None:
        """Open and read; return how it ended for good, or None to go on after a wait."""
        try:
            ended = self._play(stop)
        except SourceError as error:
            return self._failed(error.fault, error.what)
        except Exception as error:
            # One camera's fault stops no other. The kind of error alone: its text may hold the address.
            return self._failed(INTERNAL_ERROR, type(error).__name__)
        if not ended:
            return None
        self.status.tell(CameraState.OFFLINE, END_OF_FILE, all_read(self._camera.source.fps))
        return Ending.END_OF_FILE

    def _failed(self, reason: str, what: Told) -> Ending | None:
        state = CameraState.REFUSED if reason == SourceFault.WRONG_SIZE else CameraState.OFFLINE
        about = {"camera_id": self.camera_id}
        log.warning("camera %s: %s: %s", self.camera_id, reason, text_of(what), extra=about)
        self.status.tell(state, reason, what)
        self._failures += 1
        return None if self._comes_back() else Ending.FAILED

    def _play(self, stop: threading.Event) -> bool:
        """Return True at the end of a file, False when told to stop or when the permission has ended."""
        if not self._failures:
            self.status.tell(CameraState.OFFLINE, OPENING, "")
        opened_at = self._clock.now()
        source = MaskedSource(
            self._open_source(self._camera.source, self._reading, self._clock, self._dropped), self._mask
        )
        try:
            self._epoch = None
            while not stop.is_set() and self._may_look():
                frame = source.read()
                if frame is None:
                    return True
                self._events.frame_read(self.camera_id)
                # Reading may have waited for seconds: a picture of a time that is not permitted goes no further.
                if self._wait_until_due(frame, stop) and self._may_look():
                    self._hand_over(frame, opened_at)
            return False
        finally:
            source.close()
            self._left_out(self._seeing.cut())

    def _is_quiet(self) -> bool:
        return self._seeing.quiet and self._attended_fps() <= 0

    def _wait_until_due(self, frame: MaskedFrame, stop: threading.Event) -> bool:
        """Return whether the picture's turn has come, and not the order to stop or the end of the permission."""
        while frame.due_at is not None:
            left_s = (frame.due_at - self._clock.now()).total_seconds()
            if left_s <= 0:
                break
            self.status.alive()
            if stop.wait(min(left_s, self._options.permission_every_s)) or not self._may_look():
                return False
        return not stop.is_set()

    def _hand_over(self, frame: MaskedFrame, opened_at: datetime) -> None:
        self._failures = 0
        self.status.picture()
        looked = self._seeing.look(frame, self._clock.now(), self._attended_fps() > 0)
        if self._seeing.told is not None:
            self.status.view(self._seeing.told, self._seeing.why)
        self._left_out(looked.left_out)
        for sight in looked.sights:
            self._send(sight, opened_at)

    def _send(self, sight: Sight, opened_at: datetime) -> None:
        frame = sight.frame
        jpeg = self._encoder.encode(frame.image)
        if jpeg is None:
            self._dropped(TOO_LARGE)
            return
        if self._epoch is None or self._epoch[0] != frame.take:
            # A file that begins again is a cut: nobody may be followed from its last picture into its first.
            self._epoch = (frame.take, derive_id("epoch", self.camera_id, iso_utc(opened_at), str(frame.take)))
            self._sequence = 0
        reference = FrameReference(
            camera_id=self.camera_id,
            epoch=self._epoch[1],
            sequence=self._sequence,
            captured_at=frame.captured_at,
            width_px=self._camera.width_px,
            height_px=self._camera.height_px,
            mask_version=self._camera.mask_version,
            visibility=sight.visibility,
            quiet_s=sight.quiet_s,
            attention=sight.attention,
        )
        self._sequence += 1
        self._events.picture(Picture(reference, jpeg, sight.entered_at))

    def _left_out(self, pictures: int) -> None:
        for _ in range(pictures):
            self._events.frame_quiet(self.camera_id)

    def _dropped(self, reason: str) -> None:
        self._events.frame_dropped(self.camera_id, reason)
