"""A small grey copy of a masked picture, on which it is cheap to see whether anything moves and whether one can see."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.opencv import cv2

WIDTH_PX: Final = 320
HEIGHT_PX: Final = 180
"""Largest size of the copy; a person 20 px high in a picture of 640x360 is 10 px high in it."""

Grey = NDArray[np.uint8]
"""Brightness (height, width), 0 to 255, at most `HEIGHT_PX` x `WIDTH_PX`, origin at the top left."""
Shown = NDArray[np.uint8]
"""Of the same shape: 255 where the picture shows something, 0 where a mask reaches."""


def small_size(width_px: int, height_px: int) -> tuple[int, int]:
    """Return width and height of the small copy: of the same shape, never enlarged, at least one pixel."""
    factor = min(1.0, WIDTH_PX / width_px, HEIGHT_PX / height_px)
    return max(1, round(width_px * factor)), max(1, round(height_px * factor))


def small_grey(image: NDArray[np.uint8]) -> Grey:
    """Return the small copy. Each of its pixels is the mean of those that it covers, so noise and streaks fade.

    Args:
        image: Pixels (height, width, 3) in blue-green-red, or (height, width) or (height, width, 1) in grey.
    """
    height_px, width_px = image.shape[:2]
    size = small_size(width_px, height_px)
    small = image if size == (width_px, height_px) else cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    if small.ndim == 3 and small.shape[2] == 1:
        small = small[:, :, 0]
    return np.asarray(small if small.ndim == 2 else cv2.cvtColor(small, cv2.COLOR_BGR2GRAY), np.uint8)


def small_shown(hidden: NDArray[np.bool_]) -> Shown:
    """Return where the small copy shows the camera's picture alone.

    A pixel that a mask touches, or that lies beside one, is left out: filters of 3x3 would mix the mask's edge in.

    Args:
        hidden: Which pixels of the picture are masked, (height, width).
    """
    height_px, width_px = hidden.shape
    size = small_size(width_px, height_px)
    part = cv2.resize(hidden.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    touched = cv2.dilate((part > 0).astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.where(touched > 0, 0, 255).astype(np.uint8)
