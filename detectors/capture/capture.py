"""Many cameras on one machine: a thread for each, and a watchdog that no blocked read delays."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from detectors.capture.camera import CameraConfig, CameraReader, CaptureEvents, CaptureOptions, Ending, Permit
from detectors.sources.base import OpenSource
from detectors.sources.logins import Logins
from detectors.sources.open import open_source
from detectors.sources.pacing import Clock

SHUTDOWN: Final = "shutdown"
_WATCH_EVERY_S: Final = 0.25
_STOP_WAIT_S: Final = 2.0
"""How long threads may take to end; one that is blocked in a read is left behind and says nothing any more."""
_CHANCE: Final = random.Random()  # noqa: S311 - spreads waits, hides nothing


class Capture:
    """Reads all cameras until every one has ended, or until told to stop.

    Args:
        cameras: The cameras.
        options: How to capture.
        clock: Time.
        permit: Says whether a camera may be looked at now, by its id.
        events: Takes pictures, states and counts.
        opener: Opens sources; None opens them as they are configured, and remembers refused logins for all cameras.
        chance: Randomness of the waits.
        attended_fps: How many pictures per second a camera should give because a report asks for it, by its id; else 0.
    """

    def __init__(
        self,
        cameras: Sequence[CameraConfig],
        options: CaptureOptions,
        clock: Clock,
        permit: Callable[[str], Permit],
        events: CaptureEvents,
        opener: OpenSource | None = None,
        chance: random.Random = _CHANCE,
        attended_fps: Callable[[str], float] = lambda _: 0.0,
    ) -> None:
        self._options = options
        opens: OpenSource = partial(open_source, logins=Logins()) if opener is None else opener
        self._readers = [
            CameraReader(
                camera,
                options,
                clock,
                partial(permit, camera.camera_id),
                events,
                opens,
                chance,
                partial(attended_fps, camera.camera_id),
            )
            for camera in cameras
        ]

    def run(self, stop: threading.Event, turned: Callable[[], None] = lambda: None) -> dict[str, Ending]:
        """Return how each camera ended, after the last one has, or soon after the order to stop.

        Args:
            stop: The order to stop.
            turned: Called at each look at the cameras, some times a second: for whoever watches that the process lives.
        """
        threads = [
            threading.Thread(target=reader.run, args=(stop,), name=f"camera-{reader.camera_id}", daemon=True)
            for reader in self._readers
        ]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads) and not stop.wait(_WATCH_EVERY_S):
            turned()
            for reader in self._readers:
                reader.status.check_silence(self._options.silent_after_s)
        deadline_s = time.monotonic() + _STOP_WAIT_S
        for thread in threads:
            thread.join(max(0.0, deadline_s - time.monotonic()))
        for reader in self._readers:
            reader.status.close((SHUTDOWN, "") if reader.ending is Ending.STOPPED else None)
        return {reader.camera_id: reader.ending for reader in self._readers}
