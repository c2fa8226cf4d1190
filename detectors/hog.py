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
MIN_WEIGHT: Final = 0.4
"""Lowest distance to the separating plane that counts; the score is this, squeezed into 0 to 1."""
OVERLAP: Final = 0.4
"""Intersection over union above which the weaker of two boxes is dropped."""
MARGIN_PX: Final = 24
MIN_REGION_PX: Final = 12
MAX_CAMERAS: Final = 64
SHRINK_X: Final = 0.15
SHRINK_Y: Final = 0.07
"""HOG's window has a border of 16 pixels around a person (Dalal and Triggs 2005): its share of the window, each side."""


class HogDetector:
    """Finds moving persons."""

    def __init__(self) -> None:
        self.info = DetectorInfo(name="hog", version=f"opencv-{cv2.__version__}", degraded=True)
        self._hog = cv2.HOGDescriptor()
        self._hog.setSVMDetector(cv2.HOGDescriptor.getDefaultPeopleDetector())
        self._backgrounds: OrderedDict[str, cv2.BackgroundSubtractorMOG2] = OrderedDict()

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
            score = min(1.0, weights[index] / 2)
            corners = (left, top, left + box_width, top + box_height)
            persons.append(detected(ObjectClass.PERSON, score, corners, width_px, height_px))
        return [person for person in persons if person is not None]

    def _moving_regions(self, picture: Picture, camera: str) -> list[tuple[int, int, int, int]]:
        """Return rectangles (x, y, width, height in pixels) around what moved, large enough for HOG's window."""
        height_px, width_px = picture.shape[:2]
        small = cv2.resize(picture, (max(1, width_px // 2), max(1, height_px // 2)))
        moved = self._background(camera).apply(small)
        moved = cv2.morphologyEx(np.where(moved == 255, moved, 0).astype(np.uint8), cv2.MORPH_OPEN, np.ones((3, 3)))
        moved = cv2.dilate(moved, np.ones((9, 9)))
        contours, _ = cv2.findContours(moved, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        regions = []
        for contour in contours:
            x, y, width, height = (2 * value for value in cv2.boundingRect(contour))
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
                self._backgrounds.popitem(last=False)
        self._backgrounds.move_to_end(camera)
        return self._backgrounds[camera]


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
