"""Tests that OpenCV and FFmpeg print nothing."""

from __future__ import annotations

import subprocess
import sys

OPEN = """
import sys
from detectors.frames import ReadingOptions, SourceConfig
from detectors.live_source import LiveSource
from detectors.pacing import Clock
from detectors.opencv import cv2
cv2.VideoCapture(sys.stdin.readline(), cv2.CAP_FFMPEG)
cv2.VideoCapture("missing.avi")
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
