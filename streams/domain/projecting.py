"""From pixels to metres on the ground: what a calibrated camera offers."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
"""Points of shape (N, 2): (x, y) in pixels or in metres."""


class GroundMap(Protocol):
    """Knows where on the ground each pixel lies."""

    @property
    def version(self) -> str:
        """Return the version of the calibration."""

    def to_ground(self, pixels: Points) -> Points:
        """Return where pixels (N, 2) lie on the ground (N, 2) in metres; NaN rows at or beyond the horizon."""

    def to_pixels(self, metres: Points) -> Points:
        """Return where points of the ground (N, 2) in metres lie in the picture."""
