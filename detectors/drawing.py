"""Draws lines and outlines on a masked picture: the grid of metres by which a person judges a calibration."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.errors import DetectorsError
from detectors.opencv import cv2
from detectors.privacy.masks import MaskedImage

Line = tuple[str, NDArray[np.float64]]
"""A text and points (N, 2) in pixels, joined by straight lines; parts outside the picture are not seen."""

_GRID_BGR: Final = (255, 255, 0)
_OUTLINE_BGR: Final = (0, 165, 255)
_TEXT_SCALE: Final = 0.35
_SHIFT: Final = 4
"""OpenCV draws at fractions of a pixel: coordinates in sixteenths."""
_FAR_PX: Final = 20_000
"""Keeps coordinates in the range of OpenCV's fixed-point drawing."""


class PictureFileError(DetectorsError):
    """The picture cannot be written; one line names the file."""


def draw_grid(image: MaskedImage, lines: Sequence[Line], outlines: Sequence[Line]) -> MaskedImage:
    """Return a copy of the picture with a grid and closed outlines drawn on it.

    Args:
        image: The masked picture (height, width, 3).
        lines: Grid lines, each with its text where it comes into the picture.
        outlines: Polygons with their names.
    """
    drawn = image.copy()
    height_px, width_px = drawn.shape[:2]
    for text, points in lines:
        cv2.polylines(drawn, [_fixed(points)], False, _GRID_BGR, 1, cv2.LINE_AA, _SHIFT)
        seen = points[((points >= 0) & (points < (width_px - 1, height_px - 1))).all(axis=1)]
        if len(seen):
            _write(drawn, text, seen[0], _GRID_BGR)
    for text, points in outlines:
        cv2.polylines(drawn, [_fixed(points)], True, _OUTLINE_BGR, 2, cv2.LINE_AA, _SHIFT)
        _write(drawn, text, points.mean(axis=0), _OUTLINE_BGR)
    return MaskedImage(drawn)


def write_picture(image: MaskedImage, path: Path) -> None:
    """Write a picture; the ending of the name says in which format.

    Raises:
        PictureFileError: The ending names no format of pictures, or the file cannot be written.
    """
    try:
        coded, content = cv2.imencode(path.suffix or ".", image)
    except cv2.error:
        coded = False
    if not coded:
        raise PictureFileError(
            f"{path}: the name ends in {path.suffix!r}, expected a picture's ending such as .png or .jpg"
        )
    try:
        path.write_bytes(content.tobytes())
    except OSError as error:
        raise PictureFileError(f"{path}: cannot be written: {error.strerror}") from None


def _fixed(points: NDArray[np.float64]) -> NDArray[np.int32]:
    return (np.clip(points, -_FAR_PX, _FAR_PX) * 2**_SHIFT).round().astype(np.int32)


def _write(drawn: NDArray[np.uint8], text: str, at: NDArray[np.float64], colour_bgr: tuple[int, int, int]) -> None:
    (width_px, _), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, _TEXT_SCALE, 1)
    place = (min(int(at[0]) + 2, drawn.shape[1] - width_px), int(at[1]) - 2)
    for colour, width in (((0, 0, 0), 3), (colour_bgr, 1)):
        cv2.putText(drawn, text, place, cv2.FONT_HERSHEY_SIMPLEX, _TEXT_SCALE, colour, width, cv2.LINE_AA)
