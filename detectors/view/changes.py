"""Changes: what differs between a picture and the one that a model looked at last, and whether it does where nobody is expected.

On the small grey copy, as the motion gate, whose limits are taken over. The gate asks whether anything moves against a
background; this asks whether there is a reason to look again before those who are known have gone far.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.opencv import cv2
from detectors.view.motion_gate import (
    CLUSTER,
    GAP_S,
    LEAST_CHANGE,
    NOISE_S,
    NOISES,
    REACH_PX,
)
from detectors.view.thumbnail import Grey

SMOOTH: Final = (3, 3)
"""Mean over so many pixels: a person of 20 px in a picture of 640x480 is 2.5 x 7.5 in the copy, and would be gone in 5x5."""
CLUSTER_PIXELS: Final = 8
"""Changed pixels within 3x5 that count."""

SURE_PIXELS: Final = 20
"""So many changed pixels are new with the first picture that shows them. On PETS2009 S2L1 a person of 20 px is looked at after
.16 s then (median) and not after .27 s, with half a percent more of the pictures (`toezicht eval sampling`)."""

Region = tuple[float, float, float, float]
"""Left, top, right, bottom as shares of the picture's width and height."""

WHOLE: Final[Region] = (0.0, 0.0, 1.0, 1.0)


class Changes(NamedTuple):
    """Changes: whether anything changed since the last look, and where it did and nobody is expected."""

    moved: bool
    elsewhere: tuple[Region, ...] = ()


class ChangeFinder:
    """The picture of one camera that was looked at last, and the usual change of each of its pixels."""

    def __init__(self) -> None:
        self._looked_at: NDArray[np.float32] | None = None
        self._before: NDArray[np.float32] | None = None
        self._noise: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self._fresh: NDArray[np.uint8] = np.zeros((0, 0), np.uint8)
        self._newest: datetime | None = None

    def find(self, grey: Grey, at: datetime, expected: Sequence[Region]) -> Changes:
        """Return what changed since the last look, and where it did outside of all expected regions.

        What is small counts there with the second picture that shows it near the same place: rain and snow do not. Of the first
        picture, one of another size, and the first after a gap all has changed.
        """
        picture = np.asarray(cv2.blur(grey, SMOOTH), np.float32)
        step_s = float("inf") if self._newest is None else (at - self._newest).total_seconds()
        self._newest = at
        looked_at, before = self._looked_at, self._before
        self._before = picture
        if looked_at is None or before is None or looked_at.shape != picture.shape or not 0 <= step_s <= GAP_S:
            self._noise = np.full(picture.shape, LEAST_CHANGE / NOISES / 2, np.float32)
            self._fresh = np.zeros(picture.shape, np.uint8)
            self._looked_at = picture
            return Changes(True, (WHOLE,))
        changed = self._clusters(np.abs(picture - looked_at))
        self._learn(np.abs(picture - before), step_s)
        if not changed.any():
            self._fresh = changed
            return Changes(False)
        fresh = _without(changed, expected)
        was, self._fresh = self._fresh, fresh
        near = cv2.dilate(was, np.ones((REACH_PX, REACH_PX), np.uint8))
        if cv2.countNonZero(fresh) >= SURE_PIXELS or cv2.countNonZero(cv2.bitwise_and(near, fresh)):
            return Changes(True, _regions(fresh))
        return Changes(True)

    def looked(self) -> None:
        """Note that the newest picture is looked at: what comes is compared with it."""
        self._looked_at = self._before

    def _clusters(self, change: NDArray[np.float32]) -> NDArray[np.uint8]:
        limit = np.maximum(self._noise * NOISES, LEAST_CHANGE)
        over = np.asarray(cv2.compare(change, limit, cv2.CMP_GT), np.uint8)
        counts = cv2.boxFilter(over & 1, -1, CLUSTER, normalize=False, borderType=cv2.BORDER_CONSTANT)
        return np.where(counts >= CLUSTER_PIXELS, np.uint8(255), np.uint8(0))

    def _learn(self, change: NDArray[np.float32], step_s: float) -> None:
        """Learn how much each pixel changes from picture to picture; what moves is no noise, but what never rests is."""
        part = min(1.0, step_s / NOISE_S)
        over = np.asarray(cv2.compare(change, np.maximum(self._noise * NOISES, LEAST_CHANGE), cv2.CMP_GT), np.uint8)
        cv2.accumulateWeighted(change, self._noise, part, mask=cv2.bitwise_not(over))
        cv2.accumulateWeighted(change, self._noise, part / 4, mask=over)


def _without(changed: NDArray[np.uint8], regions: Sequence[Region]) -> NDArray[np.uint8]:
    """Return the changed pixels that lie in no region."""
    height_px, width_px = changed.shape
    left_over = changed.copy()
    for left, top, right, bottom in regions:
        x, y = max(0, int(left * width_px)), max(0, int(top * height_px))
        left_over[y : max(y, int(np.ceil(bottom * height_px))), x : max(x, int(np.ceil(right * width_px)))] = 0
    return left_over


def _regions(changed: NDArray[np.uint8]) -> tuple[Region, ...]:
    """Return the regions around what changed, grown by the reach within which it is the same thing."""
    height_px, width_px = changed.shape
    joined = cv2.dilate(changed, np.ones((REACH_PX, REACH_PX), np.uint8))
    outlines, _ = cv2.findContours(joined, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    found = []
    for x, y, width, height in map(cv2.boundingRect, outlines):
        found.append((x / width_px, y / height_px, (x + width) / width_px, (y + height) / height_px))
    return tuple(found)
