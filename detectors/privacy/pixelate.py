"""Pictures for people to look at: persons and vehicles made too coarse to tell who, and no sharper than need be.

How coarse follows EN 62676-4 (domain fact sheet §4): 12.5 px per metre is the least at which a scene can be monitored, from
125 px per metre on a person can be recognised. A cell of a mosaic is one pixel for whoever looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.models.base import Picture
from detectors.opencv import cv2
from schemas.cameras import Box, DetectedObject, ObjectClass

LONGEST_SIDE_PX: Final = 1280
"""Longest side of a picture that leaves capture on request."""
TALLEST_PERSON_PX: Final = 212
"""Height to which the tallest person is reduced: 1.7 m at 125 px per metre."""
CELLS_HIGH: Final = 10
"""Cells over a person's height, at most: 6 per metre for one who stands; 12.5 where no more than .8 m of one is seen."""
CELLS_WIDE: Final = 3
"""Cells over a person's width, at most: 6 per metre at .5 m; 12 where no more than a head (.25 m) is seen."""
VEHICLE_CELLS: Final = 20
"""Cells over a vehicle's longer side: 11 per metre at 1.8 m, the front of a car; a number plate (.52 m) is 6 cells then."""
PICTURE_CELLS: Final = 48
"""Cells over the longer side where nobody knows where the persons are: below 12.5 per metre in a scene of 4 m or more."""
MIN_CELL_PX: Final = 6
"""Smallest cell: a person of 15 px, whose parts are less than a pixel, needs no coarser one."""
MARGIN: Final = 0.1
"""How far a box is grown on each side, as a share of its longer one: a tracker's box cuts feet, hair and hands."""
MOTION_WIDTH_PX: Final = 384
MOTION_STEP: Final = 20
"""Difference of brightness, of 255, that counts as motion; compression noise stays below it."""
_VEHICLES: Final = frozenset({ObjectClass.CAR, ObjectClass.BUS, ObjectClass.TRUCK, ObjectClass.MOTORCYCLE})


def pixelated(picture: Picture, objects: Sequence[DetectedObject], moved: NDArray[np.bool_] | None = None) -> Picture:
    """Return a copy in which persons, vehicles and what moved are a mosaic.

    Args:
        picture: The picture, (height, width, 3).
        objects: What a detector found in it, weak finds too; boxes in its pixels.
        moved: Which pixels moved, (height, width): a person whom the detector missed is seldom still.
    """
    result = picture.copy() if moved is None else np.where(moved[:, :, None], coarse(picture), picture)
    hidden = [(cell_px, item.box) for item in objects if (cell_px := _cell_px(item)) is not None]
    for cell_px, box in sorted(hidden, key=lambda found: found[0]):  # the coarsest last, so that no finer one undoes it
        left, top, right, bottom = _grown(box, picture.shape[1], picture.shape[0])
        part = picture[top:bottom, left:right]
        result[top:bottom, left:right] = _mosaic(part, cell_px)
    return np.asarray(result, np.uint8)


def coarse(picture: Picture) -> Picture:
    """Return the whole picture as a mosaic, for where nobody knows where the persons are."""
    return _mosaic(picture, max(MIN_CELL_PX, ceil(max(picture.shape[:2]) / PICTURE_CELLS)))


def moved_between(picture: Picture, others: Sequence[Picture]) -> NDArray[np.bool_]:
    """Return which pixels differ from any of the other pictures, and what lies around them: (height, width).

    Args:
        picture: The picture, (height, width, 3).
        others: Pictures of the same camera and size from seconds before and after.
    """
    height_px, width_px = picture.shape[:2]
    factor = min(1.0, MOTION_WIDTH_PX / width_px)
    size = (max(1, round(width_px * factor)), max(1, round(height_px * factor)))
    moved = np.zeros((size[1], size[0]), np.uint8)
    now = _small(picture, size)
    for other in others:
        moved |= (cv2.absdiff(now, _small(other, size)) > MOTION_STEP).astype(np.uint8)
    moved = cv2.morphologyEx(moved, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)).astype(np.uint8)
    moved = cv2.dilate(moved, np.ones((9, 9), np.uint8)).astype(np.uint8)
    return cv2.resize(moved, (width_px, height_px), interpolation=cv2.INTER_NEAREST).astype(bool)


def reduced(picture: Picture, objects: Sequence[DetectedObject] = ()) -> Picture:
    """Return the picture no larger than `LONGEST_SIDE_PX`, and its tallest person no taller than `TALLEST_PERSON_PX`."""
    heights = [item.box.y_max_px - item.box.y_min_px for item in objects if item.object_class is ObjectClass.PERSON]
    scale = min(1.0, LONGEST_SIDE_PX / max(picture.shape[:2]), TALLEST_PERSON_PX / max([1.0, *heights]))
    if scale == 1.0:
        return picture
    size = (max(1, int(picture.shape[1] * scale)), max(1, int(picture.shape[0] * scale)))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _cell_px(item: DetectedObject) -> int | None:
    """Return the side of the mosaic's cells for an object, or None for what need not be hidden."""
    width_px, height_px = item.box.x_max_px - item.box.x_min_px, item.box.y_max_px - item.box.y_min_px
    if item.object_class is ObjectClass.PERSON:
        return max(MIN_CELL_PX, ceil(height_px / CELLS_HIGH), ceil(width_px / CELLS_WIDE))
    if item.object_class in _VEHICLES:
        return max(MIN_CELL_PX, ceil(max(width_px, height_px) / VEHICLE_CELLS))
    return None


def _grown(box: Box, width_px: int, height_px: int) -> tuple[int, int, int, int]:
    """Return a box with its margin, cut to the picture: left, top, right, bottom; right and bottom are outside it."""
    margin_px = MARGIN * max(box.x_max_px - box.x_min_px, box.y_max_px - box.y_min_px)
    return (
        max(0, int(box.x_min_px - margin_px)),
        max(0, int(box.y_min_px - margin_px)),
        min(width_px, ceil(box.x_max_px + margin_px)),
        min(height_px, ceil(box.y_max_px + margin_px)),
    )


def _mosaic(part: Picture, cell_px: int) -> Picture:
    """Return a picture in cells of one colour each: their mean."""
    height_px, width_px = part.shape[:2]
    cells = (max(1, width_px // cell_px), max(1, height_px // cell_px))
    small = cv2.resize(part, cells, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width_px, height_px), interpolation=cv2.INTER_NEAREST), np.uint8)


def _small(picture: Picture, size: tuple[int, int]) -> NDArray[np.uint8]:
    grey = cv2.cvtColor(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), cv2.COLOR_BGR2GRAY)
    return np.asarray(cv2.GaussianBlur(grey, (3, 3), 0), np.uint8)
