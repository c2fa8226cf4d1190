"""Camera status: what one camera's state is, told once per change, from the thread that reads and from the watchdog beside it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

from detectors.sources.pacing import Clock
from schemas.cameras import CameraState, CameraStatus, Visibility

STREAMING: Final = "streaming"
SILENT: Final = "silent"
_STREAM: Final = "stream"
_VIEW: Final = "view"
_MAX_DETAIL: Final = 300
"""schemas.base.ShortText."""


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

    def view(self, visibility: Visibility, detail: str) -> None:
        """Report what the camera can see, unless it was last told; `degraded` unless it is clear."""
        state = CameraState.ONLINE if visibility is Visibility.CLEAR else CameraState.DEGRADED
        with self._lock:
            self._tell(state, visibility.value, detail, _VIEW)

    def tell(self, state: CameraState, reason: str, detail: str) -> None:
        """Report a state of the stream, unless it is the one that was last told; the detail alone is no change."""
        with self._lock:
            self._tell(state, reason, detail)

    def check_silence(self, silent_after_s: float) -> None:
        """Report the camera offline if it is online and no picture came for this long."""
        with self._lock:
            if _STREAM not in self._told or self._told[_STREAM][0] is not CameraState.ONLINE:
                return
            silent_s = self._clock.monotonic_s() - self._seen_s
            if silent_s > silent_after_s:
                self._tell(CameraState.OFFLINE, SILENT, f"no picture for {silent_s:.0f} s")

    def close(self, final: tuple[str, str] | None) -> None:
        """Report a last offline state (reason, detail) if one is given, and say nothing from then on."""
        with self._lock:
            if final is not None:
                self._tell(CameraState.OFFLINE, *final)
            self._closed = True

    def _tell(self, state: CameraState, reason: str, detail: str, aspect: str = _STREAM) -> None:
        if self._closed or self._told.get(aspect) == (state, reason):
            return
        self._told[aspect] = (state, reason)
        self._report(
            CameraStatus(
                camera_id=self._camera_id,
                aspect=aspect,
                state=state,
                reason=reason,
                detail=detail[:_MAX_DETAIL],
                changed_at=self._clock.now(),
            )
        )
