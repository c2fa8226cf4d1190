"""Pinhole: a camera above flat ground, without lens distortion: what its pixels and upright persons of it look like.

Ground axes: x to the camera's right, y the way it looks, in metres from the point below it. Camera axes: x to the right, y down,
z the way it looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, radians, sin
from typing import Final

import numpy as np
from numpy.typing import NDArray

from streams.domain.cameras.registry import WalkersCalibration
from streams.domain.geometry.projection import Matrix, Points

PERSON_HEIGHT_M: Final = 1.7
"""Of somebody who walks, a little bent, between most women and most men; what fits says which speed people then walk at [own]."""
PERSON_WIDTH_M: Final = 0.5
"""Of somebody with arms and stride; from before less, from the side more [own]; little is made of it."""
_LEAST_DEPTH: Final = 1e-3
"""The share of a ray that goes down, or forward, below which it meets no ground that counts: a thousand camera heights away."""
_ROUND: Final = np.linspace(0, 2 * np.pi, 8, endpoint=False)
_RING: Final = np.column_stack((np.cos(_ROUND), np.sin(_ROUND))) * PERSON_WIDTH_M / 2


@dataclass(frozen=True, slots=True)
class Pinhole:
    """Pinhole: where a camera stands and looks.

    Attributes:
        height_m: Its height above the ground.
        tilt_rad: How far down it looks.
        roll_rad: How far it is turned clockwise about its own axis.
        focal_px: Its focal length.
        width_px: The picture's width; the axis meets it in its middle.
        height_px: The picture's height.
    """

    height_m: float
    tilt_rad: float
    roll_rad: float
    focal_px: float
    width_px: float
    height_px: float

    @property
    def axes(self) -> Matrix:
        """Return the camera's axes as rows (3, 3), in ground axes with z up."""
        right = np.array([1.0, 0.0, 0.0])
        down = np.array([0.0, -sin(self.tilt_rad), -cos(self.tilt_rad)])
        forward = np.array([0.0, cos(self.tilt_rad), -sin(self.tilt_rad)])
        turned = cos(self.roll_rad), sin(self.roll_rad)
        return np.array([turned[0] * right + turned[1] * down, turned[0] * down - turned[1] * right, forward])

    def on_level(self, pixels: Points, level_m: float = 0.0) -> Points:
        """Return where pixels (N, 2) lie on a level above the ground, NaN at or above its horizon."""
        away = (np.asarray(pixels, np.float64).reshape(-1, 2) - self._middle) / self.focal_px
        rays = np.column_stack((away, np.ones(len(away)))) @ self.axes
        below = -rays[:, 2:] / np.linalg.norm(rays, axis=1, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            met = rays[:, :2] * (self.height_m - level_m) / -rays[:, 2:]
        return np.where(below > _LEAST_DEPTH, met, np.nan)

    def shown(self, places: NDArray[np.float64]) -> Points:
        """Return where places (N, 3) are in the picture (N, 2), NaN behind the camera."""
        seen = (places - (0.0, 0.0, self.height_m)) @ self.axes.T
        with np.errstate(divide="ignore", invalid="ignore"):
            pixels = seen[..., :2] / seen[..., 2:] * self.focal_px + self._middle
        return np.where(seen[..., 2:] > _LEAST_DEPTH, pixels, np.nan)

    def boxes_around(self, places: Points) -> NDArray[np.float64]:
        """Return the boxes (N, 4: left, upper, right, lower, in pixels) of upright persons who stand at places (N, 2)."""
        rims = np.asarray(places, np.float64)[:, None, :] + _RING
        levels = [np.concatenate((rims, np.full((*rims.shape[:2], 1), z)), 2) for z in (0.0, PERSON_HEIGHT_M)]
        outline = self.shown(np.concatenate(levels, 1))
        return np.concatenate((outline.min(axis=1), outline.max(axis=1)), 1)

    @property
    def _middle(self) -> tuple[float, float]:
        return self.width_px / 2, self.height_px / 2


class PinholeMap:
    """The ground of a pinhole, placed on the map.

    Args:
        pinhole: The camera.
        version: The calibration's version.
        origin_m: Where it stands on the map.
        bearing_rad: In which direction it looks, clockwise from the map's y axis.
    """

    def __init__(
        self, pinhole: Pinhole, version: str, origin_m: tuple[float, float] = (0.0, 0.0), bearing_rad: float = 0.0
    ) -> None:
        self.version = version
        self.pinhole = pinhole
        self._origin_m = np.array(origin_m)
        turn = cos(bearing_rad), sin(bearing_rad)
        self._turn = np.array([[turn[0], turn[1]], [-turn[1], turn[0]]])

    @classmethod
    def of(cls, calibration: WalkersCalibration) -> PinholeMap:
        """Return the map of a calibration."""
        pinhole = Pinhole(
            calibration.height_m,
            radians(calibration.tilt_deg),
            radians(calibration.roll_deg),
            calibration.focal_px,
            calibration.width_px,
            calibration.height_px,
        )
        origin_m = (calibration.origin_x_m, calibration.origin_y_m)
        return cls(pinhole, calibration.version, origin_m, radians(calibration.bearing_deg))

    def boxes_around(self, metres: Points) -> NDArray[np.float64]:
        """Return the boxes of upright persons who stand at points of the ground (N, 2); see `Pinhole.boxes_around`."""
        return self.pinhole.boxes_around((np.asarray(metres, np.float64) - self._origin_m) @ self._turn)

    def to_ground(self, pixels: Points) -> Points:
        """Return where pixels lie on the ground; see `GroundMap`."""
        return np.asarray(self.pinhole.on_level(pixels) @ self._turn.T + self._origin_m, np.float64)

    def to_pixels(self, metres: Points) -> Points:
        """Return where points of the ground lie in the picture; see `GroundMap`."""
        ground = (np.asarray(metres, np.float64).reshape(-1, 2) - self._origin_m) @ self._turn
        return self.pinhole.shown(np.column_stack((ground, np.zeros(len(ground)))))
