"""Detector interface: what every detector of objects is: pictures in, objects per picture out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from detectors.errors import DetectorsError
from schemas.cameras import Box, DetectedObject, DetectorInfo, ObjectClass

Picture = NDArray[np.uint8]
"""A picture of shape (height, width, 3), 8 bits per channel, in the order blue, green, red (OpenCV's)."""

COCO_CLASSES: Final[dict[str, ObjectClass]] = {
    "person": ObjectClass.PERSON,
    "bicycle": ObjectClass.BICYCLE,
    "motorcycle": ObjectClass.MOTORCYCLE,
    "car": ObjectClass.CAR,
    "bus": ObjectClass.BUS,
    "truck": ObjectClass.TRUCK,
    "backpack": ObjectClass.BAG,
    "handbag": ObjectClass.BAG,
    "suitcase": ObjectClass.BAG,
}
"""COCO's names for what we may detect; whatever else a model knows is dropped."""


class DetectorError(DetectorsError):
    """A detector cannot be used; one line names the model and says why."""


class ModelMissingError(DetectorError):
    """There is no such file or folder."""


class NotAModelError(DetectorError):
    """The file or folder cannot be read as a model."""


class WrongClassesError(DetectorError):
    """The model cannot detect persons."""


class Detector(Protocol):
    """Finds objects in pictures.

    Attributes:
        info: Its name and version, and whether it is a rough fallback.
        parallel: From how many threads `detect` may be called at once. At 1 it wants a camera's pictures in their order.
        input_px: The longer side of what it computes with: of a larger picture it sees no more than this. None where it
            needs every pixel.
    """

    info: DetectorInfo
    parallel: int
    input_px: int | None

    def detect(self, pictures: Sequence[Picture], cameras: Sequence[str]) -> list[list[DetectedObject]]:
        """Return the objects of each picture, without track ids, boxes in pixels of that picture.

        Args:
            pictures: Pictures of shape (height, width, 3), sizes may differ; an empty sequence gives an empty list.
            cameras: The camera of each picture, for detectors that learn a camera's background.
        """


def detected(
    object_class: ObjectClass, score: float, corners: Sequence[float], width_px: int, height_px: int
) -> DetectedObject | None:
    """Return an object with its box cut to the picture, or None where nothing of the box is left.

    Args:
        object_class: What it is.
        score: The detector's confidence, 0 to 1.
        corners: x_min, y_min, x_max, y_max in pixels.
        width_px: The picture's width.
        height_px: The picture's height.
    """
    x_min, x_max = max(0.0, float(corners[0])), min(float(width_px), float(corners[2]))
    y_min, y_max = max(0.0, float(corners[1])), min(float(height_px), float(corners[3]))
    if x_max - x_min < 1 or y_max - y_min < 1:
        return None
    box = Box(x_min_px=round(x_min, 1), y_min_px=round(y_min, 1), x_max_px=round(x_max, 1), y_max_px=round(y_max, 1))
    return DetectedObject(object_class=object_class, score=round(min(1.0, max(0.0, float(score))), 3), box=box)


def enlarged(
    objects: Sequence[DetectedObject], picture: Picture, width_px: int, height_px: int
) -> list[DetectedObject]:
    """Return objects that were found in a reduced picture, with their boxes in pixels of the whole one.

    Args:
        objects: What was found.
        picture: The reduced picture.
        width_px: The whole picture's width.
        height_px: The whole picture's height.
    """
    found_height_px, found_width_px = picture.shape[:2]
    if (found_width_px, found_height_px) == (width_px, height_px):
        return list(objects)
    x, y = width_px / found_width_px, height_px / found_height_px
    boxes = [
        (item.box.x_min_px * x, item.box.y_min_px * y, item.box.x_max_px * x, item.box.y_max_px * y) for item in objects
    ]
    scaled = [
        detected(item.object_class, item.score, box, width_px, height_px)
        for item, box in zip(objects, boxes, strict=True)
    ]
    return [item for item in scaled if item is not None]
