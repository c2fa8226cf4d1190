"""Frozen picture: the same one again, although its source goes on; a living sensor always has noise."""

from __future__ import annotations

from statistics import median
from typing import Final

import numpy as np

from detectors.opencv import cv2
from detectors.view.thumbnail import Grey, Shown

LEAST_NOISE: Final = 0.15
"""Change from second to second, in grey levels, of a camera that is known to have noise."""
SAME: Final = 0.02
"""Change of equal pictures: less than one pixel in fifty by one level, in every block."""
COPIED: Final = 0.3
COPIED_PART: Final = 0.25
COPIED_MOST: Final = 1.0
"""Change of copies that were encoded again: in grey levels, as a part of the camera's usual change, and at most in any block.
Somebody who passes, or a lamp that goes on and lets the noise fall, changes more."""
NOISE_PART: Final = 0.05
KNOWN_AFTER: Final = 10
"""Pictures after which the usual change is known."""
_BLOCKS: Final = (8, 6)


def is_same(usual: float, most: float, noise: float) -> bool:
    """Return whether two pictures are the same one.

    Args:
        usual: Median over the blocks of their mean absolute difference in grey levels; who passes changes few blocks.
        most: Largest of any block.
        noise: What `usual` is on average for the camera; 0 where it is not known.
    """
    copied = noise >= LEAST_NOISE and usual <= min(COPIED, COPIED_PART * noise) and most <= COPIED_MOST
    return most <= SAME or copied


class Sameness:
    """For how long a camera has given the same picture."""

    def __init__(self, shown: Shown) -> None:
        self.same_s = 0.0
        self._shown = shown
        self._blocks = cv2.resize((shown > 0).astype(np.float32), _BLOCKS, interpolation=cv2.INTER_AREA) >= 0.5
        self._before: Grey | None = None
        self._noise = 0.0
        self._known = 0
        self._was_same = False

    @property
    def noisy(self) -> bool:
        """Return whether the camera is known to have noise, so that equal pictures mean a frozen one."""
        return self._known >= KNOWN_AFTER and self._noise >= LEAST_NOISE

    def look(self, grey: Grey, step_s: float | None) -> None:
        """Take the next picture, `step_s` after the one before; None for the first after a gap."""
        before, self._before = self._before, grey
        if before is None or step_s is None or not self._blocks.any():
            self.same_s = 0.0
            return
        change = np.asarray(cv2.bitwise_and(cv2.absdiff(before, grey), self._shown), np.float32)
        blocks = cv2.resize(change, _BLOCKS, interpolation=cv2.INTER_AREA)[self._blocks]
        usual = median(blocks.tolist())
        most, noise = float(blocks.max()), self._noise if self.noisy else 0.0
        same = is_same(usual, most, noise)
        # A key frame shows a copy anew, once; a living camera with noise has no two pictures that are the same.
        if same or (self.same_s > 0 and self._was_same and usual <= noise and most <= COPIED_MOST):
            self.same_s += step_s
            self._was_same = same
            return
        self.same_s = 0.0
        self._known += 1
        # A jump of the light is one large change, and no noise.
        likely = usual if self._known <= KNOWN_AFTER else min(usual, 2 * self._noise + SAME)
        self._noise += max(NOISE_PART, 1 / self._known) * (likely - self._noise)
