"""A picture of any size in a model's input: enlarged or reduced as a whole, centred, the rest grey.

Sizes and rounding are those of ultralytics' `LetterBox` and `scale_boxes` (8.3 and 8.4), so that boxes agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.models.base import Picture
from detectors.opencv import cv2

GREY: Final = 114
"""What fills the rest; YOLO was trained with it."""


@dataclass(frozen=True, slots=True)
class Fit:
    """Fit: where a picture lies in the input: its left top corner and its size there, in pixels of the input."""

    left_px: int
    top_px: int
    width_px: int
    height_px: int

    def in_picture(self, boxes: NDArray[np.float32], width_px: int, height_px: int) -> NDArray[np.float64]:
        """Return boxes in pixels of the picture, which has this size; they may lie outside it.

        Args:
            boxes: (N, 4) x_min, y_min, x_max, y_max in pixels of the input.
            width_px: The picture's width.
            height_px: The picture's height.
        """
        corner = np.array([self.left_px, self.top_px] * 2, np.float64)
        scale = np.array([width_px / self.width_px, height_px / self.height_px] * 2)
        corners: NDArray[np.float64] = (boxes.astype(np.float64).reshape(-1, 4) - corner) * scale
        return corners


def fit(width_px: int, height_px: int, input_width_px: int, input_height_px: int) -> Fit:
    """Return where a picture lies in an input; both sides are scaled by one factor and rounded to whole pixels."""
    gain = min(input_height_px / height_px, input_width_px / width_px)
    width, height = max(round(width_px * gain), 1), max(round(height_px * gain), 1)
    left, top = round((input_width_px - width) / 2 - 0.1), round((input_height_px - height) / 2 - 0.1)
    return Fit(left, top, width, height)


def show(picture: Picture, place: Fit, target: NDArray[np.uint8], *, clean: bool) -> None:
    """Write a picture into its place.

    Args:
        picture: The picture.
        place: Where.
        target: The input, (height, width, 3); it is changed.
        clean: Whether the rest is grey already, from a picture that lay in the same place.
    """
    if not clean:
        target[:] = GREY
    there = target[place.top_px : place.top_px + place.height_px, place.left_px : place.left_px + place.width_px]
    if picture.shape[:2] == there.shape[:2]:
        there[:] = picture
    else:
        cv2.resize(picture, (place.width_px, place.height_px), dst=there)
