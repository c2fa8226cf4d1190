"""Camera status: what one camera's state is, told once per change, from the thread that reads and from the watchdog beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from detectors.sources.pacing import Clock
from schemas.cameras import CameraState, CameraStatus, Visibility
from schemas.phrases.catalogue import phrase_of, text_of
from schemas.phrases.codes.cameras import no_picture_for, status_reason
from schemas.phrases.phrase import Told

STREAMING: Final = "streaming"
SILENT: Final = "silent"
_STREAM: Final = "stream"
_VIEW: Final = "view"


class StatusReporter:
    """Reports changes of one camera's stream and of its view; safe to use from several threads.

    Args:
        camera_id: The camera.
        clock: Time.
        report: Takes each change. It is called under this camera's lock, so it must not wait.
    """

    def __init__(self, camera_id: str, clock: Clock, report: Callable[[CameraStatus], None]) -> None:
        self._camera_id = camera_id
        self._clock = clock
        self._report = report
        self._lock = threading.Lock()
        self._told: dict[str, tuple[CameraState, str]] = {}
        self._seen_s = 0.0
        self._closed = False

    def picture(self) -> None:
        """Note that a picture came: the camera is online."""
        with self._lock:
            self._seen_s = self._clock.monotonic_s()
            self._tell(CameraState.ONLINE, STREAMING, "")

    def alive(self) -> None:
        """Note that the reader is not stuck: it holds a picture whose time has not come."""
        with self._lock:
            self._seen_s = self._clock.monotonic_s()

    def view(self, visibility: Visibility, why: Told) -> None:
        """Report what the camera can see, unless it was last told; `degraded` unless it is clear."""
        state = CameraState.ONLINE if visibility is Visibility.CLEAR else CameraState.DEGRADED
        with self._lock:
            self._tell(state, visibility.value, why, _VIEW)

    def tell(self, state: CameraState, reason: str, what: Told) -> None:
        """Report a state of the stream, unless it is the one that was last told; what else is told is no change."""
        with self._lock:
            self._tell(state, reason, what)

    def check_silence(self, silent_after_s: float) -> None:
        """Report the camera offline if it is online and no picture came for this long."""
        with self._lock:
            if _STREAM not in self._told or self._told[_STREAM][0] is not CameraState.ONLINE:
                return
            silent_s = self._clock.monotonic_s() - self._seen_s
            if silent_s > silent_after_s:
                self._tell(CameraState.OFFLINE, SILENT, no_picture_for(silent_s))

    def close(self, final: tuple[str, Told] | None) -> None:
        """Report a last offline state (reason, and what is told) if one is given, and say nothing from then on."""
        with self._lock:
            if final is not None:
                self._tell(CameraState.OFFLINE, *final)
            self._closed = True

    def _tell(self, state: CameraState, reason: str, what: Told, aspect: str = _STREAM) -> None:
        if self._closed or self._told.get(aspect) == (state, reason):
            return
        self._told[aspect] = (state, reason)
        self._report(
            CameraStatus(
                camera_id=self._camera_id,
                aspect=aspect,
                state=state,
                reason=reason,
                detail=text_of(what),
                phrase=phrase_of(what) or status_reason(reason),
                changed_at=self._clock.now(),
            )
        )
