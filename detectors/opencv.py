"""OpenCV, told to be quiet: FFmpeg's own messages can repeat an address with its password.

Everything here that opens a source imports `cv2` from this module, so that the variables stand before the first use.
"""

from __future__ import annotations

import os
from typing import Final

_FFMPEG_QUIET: Final = "-8"
"""AV_LOG_QUIET of FFmpeg's libavutil/log.h. OpenCV reads it once, when the first source is opened."""

os.environ["OPENCV_FFMPEG_LOGLEVEL"] = _FFMPEG_QUIET
os.environ.pop("OPENCV_FFMPEG_DEBUG", None)
os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")

import cv2  # noqa: E402

cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)

__all__ = ["cv2"]
