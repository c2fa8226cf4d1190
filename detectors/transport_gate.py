"""Which transport FFmpeg uses for RTSP, chosen per source.

OpenCV takes it from an environment variable alone, which all threads of the process share and which is read while a
source is opened. So sources of one transport open side by side, and those of the other wait for them.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from detectors.frames import Transport

VARIABLE: Final = "OPENCV_FFMPEG_CAPTURE_OPTIONS"


class TransportGate:
    """Lets sources open while the variable says what they need."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._opening = 0
        self._transport: Transport = "tcp"
        self._given = os.environ.get(VARIABLE)

    @contextmanager
    def using(self, transport: Transport) -> Iterator[None]:
        """Hold the variable for as long as a source opens."""
        with self._condition:
            self._condition.wait_for(lambda: self._opening == 0 or self._transport == transport)
            if self._transport != transport:
                self._transport = transport
                self._tell()
            self._opening += 1
        try:
            yield
        finally:
            with self._condition:
                self._opening -= 1
                self._condition.notify_all()

    def _tell(self) -> None:
        options = [self._given] if self._given else []
        if self._transport == "udp":
            options.append("rtsp_transport;udp")
        if options:
            os.environ[VARIABLE] = "|".join(options)
        else:
            os.environ.pop(VARIABLE, None)


GATE: Final = TransportGate()
