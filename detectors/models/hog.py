"""OpenCV's HOG person detector: the fallback where no model is there. Rougher, and marked as degraded.

It looks only where something moved or where it found a person in the picture before (`detectors/models/motion_regions.py`),
since the whole picture costs twenty times as much. A person who never moved is found only while the camera's first picture
is looked at.
Figures on PETS2009 S2L1 come from `toezicht eval detector --detector hog`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from math import ceil
from typing import Final

import numpy as np

from detectors.models.base import Picture, detected
from detectors.models.motion_regions import MotionRegions, Region
from detectors.opencv import cv2
from schemas.cameras import DetectedObject, DetectorInfo, ObjectClass

WORKING_WIDTH_PX: Final = 1152
"""Width to which pictures are enlarged or reduced: 1.5 times PETS2009's, whose persons of 55 to 150 px then fill HOG's window."""
MAX_SCALE: Final = 2.0
"""Largest enlargement: beyond it there is nothing to see."""
STRIDE_PX: Final = 8
PYRAMID_STEP: Final = 1.15
"""Ratio of the sizes that are tried. On PETS2009 S2L1, with the weight below: 1.1 gives a mean count error of .62 for 57 ms of
processor time, 1.15 gives .65 for 42, 1.2 gives .69 for 34."""
MIN_WEIGHT: Final = 0.1
"""Least distance to the separating plane, in window weights. On PETS2009 S2L1, sizes 1.1 apart, -.1 gives precision .87, recall
.88 and a mean count error of .52; .1 gives .93, .86 and .62: precision matters more than recall here."""
OVERLAP: Final = 0.2
"""Intersection over union above which the weaker of two boxes is dropped; tried .2 to .5 on PETS2009 S2L1."""
SHRINK_X: Final = 0.17
SHRINK_Y: Final = 0.13
"""Share of HOG's window that is border around the person, each side: 12.5 % of its height in Dalal and Triggs 2005 (96 of 128
pixels), fitted on PETS2009 S2L1."""
WINDOW_PX: Final = (64, 128)
"""Width and height of HOG's window."""
MAX_CAMERAS: Final = 64
"""Cameras whose background is kept, those seen last; a background takes about 20 MB at most."""

_Boxes = list[tuple[float, float, float, float]]


class HogDetector:
    """Finds moving persons."""

    def __init__(self) -> None:
        self.info = DetectorInfo(name="hog", version=f"opencv-{cv2.__version__}", degraded=True)
        self.parallel = 1  # it learns from one picture of a camera for the next
        self.input_px: int | None = None
        self._hog = cv2.HOGDescriptor()
        self._hog.setSVMDetector(np.asarray(cv2.HOGDescriptor.getDefaultPeopleDetector(), dtype=np.float32))
        self._cameras: OrderedDict[str, MotionRegions] = OrderedDict()

    def detect(self, pictures: Sequence[Picture], cameras: Sequence[str]) -> list[list[DetectedObject]]:
        """Return the persons of each picture; see `Detector`."""
        return [self._persons(picture, camera) for picture, camera in zip(pictures, cameras, strict=True)]

    def _persons(self, picture: Picture, camera: str) -> list[DetectedObject]:
        height_px, width_px = picture.shape[:2]
        scale = min(MAX_SCALE, WORKING_WIDTH_PX / width_px)
        motion = self._motion(camera)
        boxes: _Boxes = []
        weights: list[float] = []
        least = [ceil(side / scale) for side in WINDOW_PX]
        for region in motion.regions(picture, least[0], least[1]):
            self._search(picture, region, scale, boxes, weights)
        # NMSBoxes wants positive scores; the threshold stands in MIN_WEIGHT already.
        kept = cv2.dnn.NMSBoxes(boxes, [weight - MIN_WEIGHT for weight in weights], 0.0, OVERLAP) if boxes else []
        persons = []
        for index in np.ravel(np.asarray(kept)).astype(int).tolist():
            left, top, width, height = boxes[index]
            corners = (left, top, left + width, top + height)
            person = detected(ObjectClass.PERSON, _score(weights[index]), corners, width_px, height_px)
            if person is not None:
                persons.append(person)
        motion.remember([person.box for person in persons])
        return persons

    def _search(self, picture: Picture, region: Region, scale: float, boxes: _Boxes, weights: list[float]) -> None:
        """Add all windows of a region that look like a person: boxes (left, top, width, height in pixels) and weights."""
        left, top, right, bottom = region
        part = cv2.resize(picture[top:bottom, left:right], None, fx=scale, fy=scale)
        if part.shape[0] < WINDOW_PX[1] or part.shape[1] < WINDOW_PX[0]:
            return
        found, found_weights = self._hog.detectMultiScale(
            part,
            hitThreshold=MIN_WEIGHT,
            winStride=(STRIDE_PX, STRIDE_PX),
            padding=(8, 8),
            scale=PYRAMID_STEP,
            groupThreshold=0,  # all windows: the strongest are chosen over all regions at once
        )
        for (x, y, width, height), weight in zip(found, np.ravel(found_weights), strict=True):
            boxes.append(
                (
                    left + (x + SHRINK_X * width) / scale,
                    top + (y + SHRINK_Y * height) / scale,
                    (1 - 2 * SHRINK_X) * width / scale,
                    (1 - 2 * SHRINK_Y) * height / scale,
                )
            )
            weights.append(float(weight))

    def _motion(self, camera: str) -> MotionRegions:
        if camera not in self._cameras:
            self._cameras[camera] = MotionRegions()
            if len(self._cameras) > MAX_CAMERAS:
                self._cameras.popitem(last=False)
        self._cameras.move_to_end(camera)
        return self._cameras[camera]


def _score(weight: float) -> float:
    """Return a score of 0.5 on the separating plane and 1 from a weight of 1 on.

    The pipeline's threshold of 0.4 so keeps what this detector keeps.
    """
    return min(1.0, 0.5 + weight / 2)
