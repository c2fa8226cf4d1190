"""Tests that OpenCV, PyAV and FFmpeg print nothing."""

from __future__ import annotations

import subprocess
import sys

OPEN = """
import sys
from detectors.sources.ffmpeg import av
from detectors.sources.base import ReadingOptions, SourceConfig
from detectors.errors import SourceError
from detectors.sources.logins import Logins
from detectors.sources.stream import open_stream
from detectors.opencv import cv2
from tests.support.capture import REAL_CLOCK
url = sys.stdin.readline()
cv2.VideoCapture(url, cv2.CAP_FFMPEG)
cv2.VideoCapture("missing.avi")
try:
    open_stream(SourceConfig(url), ReadingOptions(), REAL_CLOCK, Logins())
except SourceError as error:
    assert "Zq7" not in repr(error), error
    assert error.__context__ is None
    print("done")
"""


def test_a_failed_opening_prints_nothing() -> None:
    """Neither standard output nor standard error repeats an address with its password."""
    done = subprocess.run(
        [sys.executable, "-c", OPEN], input="rtsp://bob:Zq7@127.0.0.1:1/x", capture_output=True, text=True, timeout=120,
        check=True,
    )  # fmt: skip
    assert done.stdout == "done\n"
    assert done.stderr == ""
