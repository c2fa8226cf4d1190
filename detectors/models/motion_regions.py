"""Motion regions: where to look in a picture: around what moved, and where something was found in the picture before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.models.base import Picture
from detectors.opencv import cv2
from schemas.cameras import Box

Region = tuple[int, int, int, int]
"""A rectangle of a picture in pixels: left, top, right, bottom; right and bottom are outside it."""

WORKING_WIDTH_PX: Final = 384
"""Width at which motion is looked for: MOG2 takes 2 to 5 ms there, and a person who is to be found is wider than 4 px."""
HISTORY_FRAMES: Final = 300
"""Frames after which what stands still is background: a minute at 5 frames/s."""
VARIANCE_THRESHOLD: Final = 25.0
"""Squared distance from the background, in variances, that counts as motion; OpenCV's own 16 follows compression noise."""
MARGIN: Final = 24 / 768
"""How far a region reaches beyond what moved, as a share of the picture's width (24 px of PETS2009's 768)."""
MIN_REGION: Final = 12 / 768
"""What is smaller than this share of the picture's width in both directions is noise."""
MAX_REGIONS: Final = 40
"""With more moving than this (rain, a shaken mast) the whole picture is looked at once."""
_FOREGROUND: Final = 255
"""MOG2 marks shadows with 127."""


class MotionRegions:
    """The background of one camera, learned from its pictures, and what was found last."""

    def __init__(self) -> None:
        self._background = cv2.createBackgroundSubtractorMOG2(HISTORY_FRAMES, VARIANCE_THRESHOLD, detectShadows=True)
        self._shape: tuple[int, int] | None = None
        self._found: list[Region] = []

    def regions(self, picture: Picture, min_width_px: int, min_height_px: int) -> list[Region]:
        """Return where to look in the camera's next picture: rectangles of which no two overlap.

        The first picture, and the first of another size, is looked at as a whole.

        Args:
            picture: The picture, (height, width, 3).
            min_width_px: Least width of a region, where the picture has it.
            min_height_px: Least height of a region.
        """
        height_px, width_px = picture.shape[:2]
        whole = [(0, 0, width_px, height_px)]
        moved = self._moved(picture)
        if self._shape != (height_px, width_px):
            self._shape, self._found = (height_px, width_px), []
            return whole
        places = moved + self._found
        if len(places) > MAX_REGIONS:
            return whole
        margin_px = round(MARGIN * width_px)
        grown = [_grown(place, margin_px, (min_width_px, min_height_px), (width_px, height_px)) for place in places]
        return _merged(grown)

    def remember(self, boxes: Sequence[Box]) -> None:
        """Note where something was found, so that it is looked for there again although it stands still."""
        self._found = [
            (int(box.x_min_px), int(box.y_min_px), int(box.x_max_px) + 1, int(box.y_max_px) + 1) for box in boxes
        ]

    def _moved(self, picture: Picture) -> list[Region]:
        """Return the rectangles around what moved."""
        height_px, width_px = picture.shape[:2]
        factor = min(1.0, WORKING_WIDTH_PX / width_px)
        size = (max(1, round(width_px * factor)), max(1, round(height_px * factor)))
        mask = self._background.apply(cv2.resize(picture, size, interpolation=cv2.INTER_LINEAR))
        moved: NDArray[np.uint8] = (mask == _FOREGROUND).astype(np.uint8)
        moved = cv2.morphologyEx(moved, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)).astype(np.uint8)
        moved = cv2.dilate(moved, np.ones((9, 9), np.uint8)).astype(np.uint8)
        outlines, _ = cv2.findContours(moved, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        regions = []
        for x, y, width, height in map(cv2.boundingRect, outlines):
            if max(width, height) >= MIN_REGION * size[0]:
                left, top, right, bottom = (value / factor for value in (x, y, x + width, y + height))
                regions.append((int(left), int(top), int(right), int(bottom)))
        return regions


def _grown(region: Region, margin_px: int, least: tuple[int, int], size: tuple[int, int]) -> Region:
    """Return a region with a margin, of at least a size, moved and cut to lie in the picture."""
    sides = []
    for axis in (0, 1):
        low, high = region[axis] - margin_px, region[axis + 2] + margin_px
        missing = max(0, least[axis] - (high - low))
        low, high = low - missing // 2, high + missing - missing // 2
        if low < 0:
            low, high = 0, max(high, least[axis])
        if high > size[axis]:
            low, high = min(low, size[axis] - least[axis]), size[axis]
        sides.append((max(0, low), high))
    return sides[0][0], sides[1][0], sides[0][1], sides[1][1]


def _merged(regions: Sequence[Region]) -> list[Region]:
    """Return rectangles of which no two overlap: overlapping ones become the one around both."""
    merged: list[Region] = []
    for region in regions:
        current = region
        while True:
            other = next((other for other in merged if _overlap(current, other)), None)
            if other is None:
                break
            merged.remove(other)
            current = (
                min(current[0], other[0]),
                min(current[1], other[1]),
                max(current[2], other[2]),
                max(current[3], other[3]),
            )
        merged.append(current)
    return merged


def _overlap(a: Region, b: Region) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
