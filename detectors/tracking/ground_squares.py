"""Boxes as squares on the ground, for a tracker that judges by overlap.

In the picture a person who stands behind another one overlaps him almost wholly, and whether two boxes of one person overlap
depends on how far away he walks. On the ground both are told apart by metres: of two squares with the side s whose centres
lie d metres apart along an axis, intersection over union is (s - d) / (s + d).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

SIDE_M: Final = 2.5
"""Side of the squares. ByteTrack takes a twentieth of it for the error of a foot point: .13 m, and on PETS2009 S2L1 half of them
are within .14 m. At 5 frames/s there, mean of the seven frames to begin with: IDF1 .811 with 2.5 m, .800 with 3 m, .736 on boxes
(docs/detection-speed.md)."""

ToGround = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""From (N, 2) x, y in pixels to (N, 2) x, y in metres; rows of NaN at or beyond the horizon."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Ground: where the points of a camera's pictures lie on the ground.

    Attributes:
        to_ground: Takes points of a picture of the size below.
        width_px: Width of the pictures that it was made for.
        height_px: Their height.
    """

    to_ground: ToGround
    width_px: int
    height_px: int

    def step(
        self, foot_px: tuple[float, float], reach_px: float, size_px: tuple[int, int]
    ) -> tuple[float, float] | None:
        """Return how many metres a pixel is at a foot point, across the picture and down it; None beyond the horizon.

        Args:
            foot_px: The point, in a picture of `size_px`, which may differ from the ground's.
            reach_px: How far from it the ground is asked: about how exactly the point is known.
            size_px: Width and height of that picture.
        """
        (x, y), reach = foot_px, max(1.0, reach_px)
        around = np.array([[x - reach, y], [x + reach, y], [x, y - reach], [x, y + reach]], np.float64)
        places = self.to_ground(around * (self.width_px / size_px[0], self.height_px / size_px[1]))
        if not np.isfinite(places).all():
            return None
        across, down = places[1] - places[0], places[3] - places[2]
        return float(np.hypot(*across)) / (2 * reach), float(np.hypot(*down)) / (2 * reach)


class Squares:
    """Makes squares of one camera's boxes, around an origin of its own.

    ByteTrack computes with 32 bits, in which places on the national grid are rounded to centimetres.
    """

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._origin: NDArray[np.float64] | None = None

    def around(
        self, xywh: NDArray[np.float64], width_px: int, height_px: int
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return the squares around the foot points of boxes, and which of the boxes have one.

        Args:
            xywh: (N, 4) centre, width and height of boxes in pixels.
            width_px: Width of the picture that they stand in, which may differ from the ground's.
            height_px: Its height.

        Returns:
            (M, 4) centre, width and height in metres, and (N,) whether the foot point lies on the ground: M of them do.
        """
        feet = np.column_stack([xywh[:, 0], xywh[:, 1] + xywh[:, 3] / 2])
        scale = np.array([self._ground.width_px / width_px, self._ground.height_px / height_px])
        places = self._ground.to_ground(feet * scale) if len(feet) else np.empty((0, 2))
        finite = np.isfinite(places)
        on_ground: NDArray[np.bool_] = finite[:, 0] & finite[:, 1]
        places = places[on_ground]
        if self._origin is None and len(places):
            self._origin = places[0]
        if self._origin is not None:
            places = places - self._origin
        squares: NDArray[np.float64] = np.column_stack([places, np.full((len(places), 2), SIDE_M)])
        return squares, on_ground
