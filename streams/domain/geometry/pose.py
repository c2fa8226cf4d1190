"""Camera pose: how high a calibrated camera hangs and how it looks, from where its pixels lie on the ground.

What stands upright is seen above its place on the ground by so much as the camera looks at it from the side; the ground alone
does not tell that, the camera's place does.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from streams.domain.cameras.registry import SurveyedPoint
from streams.domain.geometry.projection import GroundMap, HomographyMap, Matrix, Points

_SAMPLES: Final = 9
_FOCAL_SHARES: Final = (0.2, 20.0)
_HEIGHTS_M: Final = (1.8, 200.0)
"""Focal lengths, in widths of the picture, and heights of cameras that look at persons from above; others are no pose."""


@dataclass(frozen=True, eq=False)
class CameraPose:
    """Camera pose: a pinhole above a plane ground, with square pixels and its axis in the middle of the picture.

    Attributes:
        matrix: (3, 4) from homogeneous (x, y, z, 1) in metres relative to `origin_m`, z upwards, to homogeneous pixels.
        origin_m: (2,) a point of the ground in the map's metres.
        camera_m: (2,) the point of the ground below the camera, in the map's metres.
        height_m: How high the camera hangs above the ground.
    """

    matrix: NDArray[np.float64]
    origin_m: Points
    camera_m: Points
    height_m: float

    @classmethod
    def of(cls, ground: GroundMap, width_px: float, height_px: float) -> CameraPose | None:
        """Return the pose of a calibrated camera; None where its ground does not tell it, as seen from straight above.

        The columns of the map from ground to picture are two axes of the camera's rotation, of equal length and at right
        angles, which gives the focal length: Zhang, "A flexible new technique for camera calibration", IEEE Transactions on
        Pattern Analysis and Machine Intelligence 22(11), 2000. Lens distortion is left out.
        """
        plane = _plane(ground, width_px, height_px)
        if plane is None:
            return None
        centred = np.array([[1, 0, -width_px / 2], [0, 1, -height_px / 2], [0, 0, 1]]) @ np.linalg.inv(plane.matrix)
        focal_px = _focal_px(centred)
        if focal_px is None or not _FOCAL_SHARES[0] <= focal_px / width_px <= _FOCAL_SHARES[1]:
            return None
        scale = np.array([1 / focal_px, 1 / focal_px, 1.0])
        axes = scale[:, None] * centred
        length = sqrt(float(np.linalg.norm(axes[:, 0]) * np.linalg.norm(axes[:, 1])))
        first, second, moved = (axes / length).T
        left, _, right = np.linalg.svd(np.column_stack((first, second, np.cross(first, second))))
        rotation = left @ right
        place = -rotation.T @ moved
        upwards = 1.0 if place[2] > 0 else -1.0  # x and y of the survey may be exchanged: persons stand up all the same
        height_m = abs(float(place[2]))
        if not _HEIGHTS_M[0] <= height_m <= _HEIGHTS_M[1]:
            return None
        up = (upwards * length) * rotation[:, 2] / scale
        up = np.array([[1, 0, width_px / 2], [0, 1, height_px / 2], [0, 0, 1]]) @ up
        flat = np.linalg.inv(plane.matrix)
        matrix = np.column_stack((flat[:, 0], flat[:, 1], up, flat[:, 2]))
        return cls(matrix, plane.origin_m, plane.origin_m + place[:2], height_m)

    def standing_px(self, feet_m: Points, height_m: float, width_m: float) -> NDArray[np.float64]:
        """Return the boxes (N, 4) of upright persons: left, upper, right and lower edge in pixels; NaN behind the camera.

        Args:
            feet_m: (N, 2) where they stand, in the map's metres.
            height_m: How tall they are.
            width_m: How wide.
        """
        feet = np.asarray(feet_m, np.float64).reshape(-1, 2) - self.origin_m
        low, high = (
            np.column_stack((feet, np.full(len(feet), z_m), np.ones(len(feet)))) @ self.matrix.T
            for z_m in (0.0, height_m)
        )
        low[(low[:, 2] <= 0) | (high[:, 2] <= 0)] = np.nan
        foot, head = low[:, :2] / low[:, 2:], high[:, :2] / high[:, 2:]
        # A person's width in pixels, by how large a metre is across the view at the feet.
        aside = feet + self._across(feet)
        beside = np.column_stack((aside, np.zeros(len(feet)), np.ones(len(feet)))) @ self.matrix.T
        half = width_m / 2 * np.linalg.norm(beside[:, :2] / beside[:, 2:] - foot, axis=1)
        middle = (foot[:, 0] + head[:, 0]) / 2
        return np.column_stack((middle - half, np.minimum(head[:, 1], foot[:, 1]), middle + half, foot[:, 1]))

    def _across(self, feet: Points) -> Points:
        """Return the unit vectors (N, 2) of the ground at right angles to the line from the camera."""
        away = feet - (self.camera_m - self.origin_m)
        away = away / np.maximum(np.linalg.norm(away, axis=1, keepdims=True), 1e-9)
        return np.column_stack((-away[:, 1], away[:, 0]))

    def shadow_m(self, place_m: Points, height_m: float) -> float:
        """Return how far the ground behind a person of this height is hidden who stands at a place (2,), in metres."""
        x_m, y_m = (float(value) for value in place_m - self.camera_m)
        return height_m * hypot(x_m, y_m) / max(self.height_m - height_m, 0.1)


def _plane(ground: GroundMap, width_px: float, height_px: float) -> HomographyMap | None:
    """Return the plane that fits a calibration best over the picture; None where it shows too little ground."""
    xs, ys = np.linspace(0, width_px, _SAMPLES), np.linspace(0, height_px, _SAMPLES)
    pixels = np.array([(x, y) for y in ys for x in xs])
    metres = ground.to_ground(pixels)
    seen = np.isfinite(metres).all(axis=1)
    if seen.any():  # what lies near the horizon has all the weight and none of the sense
        middle = np.median(metres[seen], axis=0)
        away = np.linalg.norm(metres - middle, axis=1)
        seen &= away <= 4 * np.median(away[seen])
    points = [
        SurveyedPoint(pixel=(float(x), float(y)), x_m=float(x_m), y_m=float(y_m))
        for (x, y), (x_m, y_m) in zip(pixels[seen], metres[seen], strict=True)
    ]
    try:
        return HomographyMap.fitted(points, ground.version)
    except ValueError:
        return None


def _focal_px(centred: Matrix) -> float | None:
    """Return the focal length of a map from ground to picture whose middle is (0, 0); None where nothing tells it."""
    (a, b, _), (c, d, _), (e, f, _) = centred
    across = np.array([a * b + c * d, a * a + c * c - b * b - d * d])
    along = np.array([e * f, e * e - f * f])
    whole = float(across @ across)
    inverse_square = -float(across @ along) / whole if whole > 0 else 0.0
    return 1 / sqrt(inverse_square) if inverse_square > 0 else None
