"""OpenCV's HOG person detector: the fallback where no model is there. Rougher, and marked as degraded.

It looks only where something moved (a background model per camera) or where it saw a person shortly before, since the
whole picture costs more than a second. A person who never moved is not found.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from detectors.detector import Picture, detected
from schemas.cameras import DetectedObject, DetectorInfo, ObjectClass

SCALE: Final = 1.5
"""Enlargement before detection: HOG's window is 64x128 pixels, people on a square are smaller."""
STRIDE_PX: Final = 8
MIN_WEIGHT: Final = 0.2
"""Lowest distance to the separating plane that counts, the best count error on PETS2009 S2L1 (`toezicht eval detector`)."""
MIN_SCORE: Final = 0.4
"""The score of the weakest box that counts, so that the pipeline's threshold (0.4) keeps what this detector keeps."""
OVERLAP: Final = 0.5
"""Intersection over union above which the weaker of two boxes is dropped."""
MARGIN_PX: Final = 24
MIN_REGION_PX: Final = 12
MAX_CAMERAS: Final = 64
SHRINK_X: Final = 0.2
SHRINK_Y: Final = 0.1
"""HOG's window has a border of 16 pixels around a person (Dalal and Triggs 2005): its share of the window, each side."""


class HogDetector:
    """Finds moving persons."""

    def __init__(self) -> None:
        self.info = DetectorInfo(name="hog", version=f"opencv-{cv2.__version__}", degraded=True)
        self._hog = cv2.HOGDescriptor()
        self._hog.setSVMDetector(np.asarray(cv2.HOGDescriptor.getDefaultPeopleDetector(), dtype=np.float32))
        self._backgrounds: OrderedDict[str, cv2.BackgroundSubtractorMOG2] = OrderedDict()
        self._seen: dict[str, list[tuple[int, int, int, int]]] = {}

    def detect(self, pictures: Sequence[Picture], cameras: Sequence[str]) -> list[list[DetectedObject]]:
        """Return the persons of each picture; see `Detector`."""
        return [self._persons(picture, camera) for picture, camera in zip(pictures, cameras, strict=True)]

    def _persons(self, picture: Picture, camera: str) -> list[DetectedObject]:
        height_px, width_px = picture.shape[:2]
        boxes: list[list[float]] = []
        weights: list[float] = []
        for x, y, width, height in self._moving_regions(picture, camera):
            region = cv2.resize(picture[y : y + height, x : x + width], None, fx=SCALE, fy=SCALE)
            if region.shape[0] < 128 or region.shape[1] < 64:
                continue
            found, found_weights = self._hog.detectMultiScale(
                region, winStride=(STRIDE_PX, STRIDE_PX), padding=(8, 8), scale=1.05, hitThreshold=0.0
            )
            for (left, top, box_width, box_height), weight in zip(found, np.ravel(found_weights), strict=True):
                dx, dy = SHRINK_X * box_width, SHRINK_Y * box_height
                corners = (left + dx, top + dy, left + box_width - dx, top + box_height - dy)
                x_min, y_min, x_max, y_max = (value / SCALE for value in corners)
                boxes.append([x + x_min, y + y_min, x_max - x_min, y_max - y_min])
                weights.append(float(weight))
        kept = cv2.dnn.NMSBoxes(boxes, weights, MIN_WEIGHT, OVERLAP) if boxes else []
        persons = []
        for index in np.ravel(kept).astype(int).tolist():
            left, top, box_width, box_height = boxes[index]
            score = min(1.0, MIN_SCORE + 0.3 * weights[index])
            corners = (left, top, left + box_width, top + box_height)
            persons.append(detected(ObjectClass.PERSON, score, corners, width_px, height_px))
        found_persons = [person for person in persons if person is not None]
        self._seen[camera] = [_rectangle(person) for person in found_persons]
        return found_persons

    def _moving_regions(self, picture: Picture, camera: str) -> list[tuple[int, int, int, int]]:
        """Return rectangles (x, y, width, height in pixels) where to look, large enough for HOG's window.

        That is around what moved, and where a person was found in the picture before: people stand still, too.
        """
        height_px, width_px = picture.shape[:2]
        small = cv2.resize(picture, (max(1, width_px // 2), max(1, height_px // 2)))
        moved = self._background(camera).apply(small)
        moved = cv2.morphologyEx(np.where(moved == 255, moved, 0).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3)))
        moved = cv2.dilate(moved, np.ones((9, 9)))
        contours, _ = cv2.findContours(moved, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        regions = []
        moving = [tuple(2 * value for value in cv2.boundingRect(contour)) for contour in contours]
        for x, y, width, height in moving + self._seen.get(camera, []):
            if max(width, height) < MIN_REGION_PX:
                continue
            wide = max(width + 2 * MARGIN_PX, int(64 / SCALE) + 1)
            high = max(height + 2 * MARGIN_PX, int(128 / SCALE) + 1)
            left = max(0, min(x + width // 2 - wide // 2, width_px - wide))
            top = max(0, min(y + height // 2 - high // 2, height_px - high))
            regions.append((left, top, min(wide, width_px), min(high, height_px)))
        return _merged(regions)

    def _background(self, camera: str) -> cv2.BackgroundSubtractorMOG2:
        if camera not in self._backgrounds:
            self._backgrounds[camera] = cv2.createBackgroundSubtractorMOG2(300, 25, detectShadows=True)
            if len(self._backgrounds) > MAX_CAMERAS:
                self._seen.pop(self._backgrounds.popitem(last=False)[0], None)
        self._backgrounds.move_to_end(camera)
        return self._backgrounds[camera]


def _rectangle(person: DetectedObject) -> tuple[int, int, int, int]:
    """Return a person's box as x, y, width, height."""
    box = person.box
    x, y = int(box.x_min_px), int(box.y_min_px)
    return x, y, int(box.x_max_px) - x, int(box.y_max_px) - y


def _merged(regions: list[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Return rectangles of which no two overlap: overlapping ones become the one around both."""
    merged: list[tuple[int, int, int, int]] = []
    for region in regions:
        current = region
        changed = True
        while changed:
            changed = False
            for other in merged:
                if _overlap(current, other):
                    merged.remove(other)
                    current = _around(current, other)
                    changed = True
                    break
        merged.append(current)
    return merged


def _overlap(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> bool:
    return a[0] < b[0] + b[2] and b[0] < a[0] + a[2] and a[1] < b[1] + b[3] and b[1] < a[1] + a[3]


def _around(a: tuple[int, int, int, int], b: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    x, y = min(a[0], b[0]), min(a[1], b[1])
    return x, y, max(a[0] + a[2], b[0] + b[2]) - x, max(a[1] + a[3], b[1] + b[3]) - y
