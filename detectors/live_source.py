"""A live stream: RTSP through OpenCV's FFmpeg, always the newest picture, at a limited rate."""

from __future__ import annotations

from typing import Final

import numpy as np

from detectors.errors import SourceError, SourceFault
from detectors.frames import Dropped, Frame, ReadingOptions, SourceConfig
from detectors.opencv import cv2
from detectors.pacing import Backlog, Clock, Sampler
from detectors.rtsp_probe import probe
from detectors.source_url import parse_rtsp, redact
from detectors.transport_gate import GATE

_PROBE_TIMEOUT_S: Final = 8.0
"""How long each answer may take when the camera is asked why it did not open; a camera that must start up takes seconds."""


class LiveSource:
    """Reads a stream as fast as it comes, so that nothing waits, and decodes to pixels only what is handed out.

    Raises:
        SourceError: The stream does not open: `no_connection`, `wrong_password`, `not_found`, `unreadable_video`.
    """

    def __init__(self, config: SourceConfig, options: ReadingOptions, clock: Clock, dropped: Dropped) -> None:
        self._shown = redact(config.url)
        self._clock = clock
        self._dropped = dropped
        self._sampler = Sampler(options.live_max_fps, options.attended_fps)
        self._backlog = Backlog(options.max_lag_s)
        address = parse_rtsp(config.url)
        limits = [
            cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, round(options.open_timeout_s * 1000),
            cv2.CAP_PROP_READ_TIMEOUT_MSEC, round(options.read_timeout_s * 1000),
            # One thread per camera: more would also hold pictures back, since FFmpeg spreads whole pictures over them.
            cv2.CAP_PROP_N_THREADS, 1,
        ]  # fmt: skip
        with GATE.using(config.transport):
            self._capture = cv2.VideoCapture(config.url, cv2.CAP_FFMPEG, limits)
        if not self._capture.isOpened():
            self.close()
            raise probe(address, self._shown, _PROBE_TIMEOUT_S)

    def read(self) -> Frame:
        """Return the newest picture that is due.

        Raises:
            SourceError: `lost`: the stream ended, or was silent for longer than the read timeout.
        """
        while True:
            if not self._capture.grab():
                raise SourceError(SourceFault.LOST, f"{self._shown}: the stream ended or fell silent")
            position_s = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            captured_at = self._clock.now()
            if self._backlog.is_stale(self._clock.monotonic_s(), position_s):
                self._dropped("stale")
                continue
            if not self._sampler.wants(captured_at):
                continue
            decoded, image = self._capture.retrieve()
            if decoded and image is not None:
                return Frame(np.asarray(image, np.uint8), captured_at)
            self._dropped(SourceFault.UNREADABLE_PICTURE)

    def close(self) -> None:
        """Close the connection."""
        self._capture.release()
