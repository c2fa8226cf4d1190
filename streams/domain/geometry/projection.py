"""Projection: from pixels to metres on the ground and back: a plane fitted to surveyed points, or a full camera model.

Pixels are those of the registry's picture: x to the right, y down, (0, 0) in the upper left corner. Metres are RD New
(EPSG:28992): x eastwards, y northwards. Arrays of points have the shape (N, 2).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, radians, sin
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from streams.domain.cameras.registry import SurveyedPoint, TsaiCalibration
from streams.domain.geometry.tsai import TsaiModel

Points = NDArray[np.float64]
"""Points of shape (N, 2): (x, y) in pixels or in metres."""
Matrix = NDArray[np.float64]
"""A matrix of shape (3, 3) that maps homogeneous points of one plane to another."""

_AT_HORIZON: Final = 1e-6
"""Third coordinates are scaled so that the surveyed points (or the model's origin) are near 1, and it falls with distance: what
is a million times further away is taken for the horizon."""
_THIN: Final = 0.01
"""Points count as lying on one line when they spread across it by less than this share of their spread along it."""
_LEAST_POINTS: Final = 4
"""A homography has eight degrees of freedom, and each point fixes two."""


class GroundMap(Protocol):
    """Knows where on the ground each pixel lies."""

    @property
    def version(self) -> str:
        """Return the version of the calibration."""

    def to_ground(self, pixels: Points) -> Points:
        """Return where pixels (N, 2) lie on the ground (N, 2) in metres; NaN rows at or beyond the horizon."""

    def to_pixels(self, metres: Points) -> Points:
        """Return where points of the ground (N, 2) in metres lie in the picture; NaN rows for what it cannot show.

        A point beside the picture has pixels outside of it; one behind the camera has none.
        """


@dataclass(frozen=True, eq=False)
class HomographyMap:
    """A plane ground seen by a camera without lens distortion.

    Attributes:
        version: The calibration's version.
        matrix: From pixels to metres relative to `origin_m`.
        origin_m: (2,) The middle of the surveyed points, in metres: RD New has large numbers, and this keeps precision.
    """

    version: str
    matrix: Matrix
    origin_m: Points

    @classmethod
    def fitted(cls, points: Sequence[SurveyedPoint], version: str) -> HomographyMap:
        """Return the map that fits surveyed points best, in the least squares of the algebraic error.

        Normalised direct linear transformation: Hartley & Zisserman, "Multiple View Geometry in Computer Vision", 2nd
        edition, 2004, algorithm 4.2. Four points are met exactly.

        Raises:
            ValueError: There are too few points, two are the same, all but one lie on a line, one is not finite, or they
                lie on both sides of the horizon; one line that says which.
        """
        pixels, metres = _coordinates(points)
        _require_points(pixels, metres)
        origin_m = metres.mean(axis=0)
        from_px, to_m = _normalisation(pixels), _normalisation(metres - origin_m)
        a, b = _mapped(from_px, pixels)[:, :2], _mapped(to_m, metres - origin_m)[:, :2]
        ones, zeros = np.ones((len(a), 1)), np.zeros((len(a), 3))
        homogeneous = np.hstack((a, ones))
        equations = np.vstack(
            (
                np.hstack((homogeneous, zeros, -b[:, :1] * homogeneous)),
                np.hstack((zeros, homogeneous, -b[:, 1:] * homogeneous)),
            )
        )
        normalised = np.linalg.svd(equations)[2][-1].reshape(3, 3)
        matrix = _inverse(to_m) @ normalised @ from_px
        depth = _mapped(matrix, pixels)[:, 2]
        if not (np.all(depth > _AT_HORIZON) or np.all(depth < -_AT_HORIZON)):
            raise ValueError("the points lie on both sides of the horizon, so two of them may be exchanged")
        return cls(version, matrix / depth.mean(), origin_m)

    def to_ground(self, pixels: Points) -> Points:
        """Return where pixels lie on the ground; see `GroundMap`."""
        return _flat(_mapped(self.matrix, pixels)) + self.origin_m

    def to_pixels(self, metres: Points) -> Points:
        """Return where points of the ground lie in the picture; see `GroundMap`."""
        return _flat(_mapped(_inverse(self.matrix), np.asarray(metres, np.float64) - self.origin_m))


@dataclass(frozen=True, slots=True)
class FitError:
    """Fit error: how far surveyed points lie from where a calibration puts them, in metres on the ground.

    Four points are always met exactly, so their error says nothing; with more, each is also left out in turn and compared
    with what the others say of it. `left_out_*` is None for four points, and where the others do not suffice for any.
    """

    rms_m: float
    max_m: float
    left_out_rms_m: float | None
    left_out_max_m: float | None


def fit_error(points: Sequence[SurveyedPoint]) -> FitError:
    """Return the reprojection error of the homography that is fitted to these points.

    Raises:
        ValueError: See `HomographyMap.fitted`.
    """
    whole = _errors_m(HomographyMap.fitted(points, ""), points)
    left_out: list[float] = []
    for number in range(len(points) if len(points) > _LEAST_POINTS else 0):
        others = [*points[:number], *points[number + 1 :]]
        try:
            left_out.extend(_errors_m(HomographyMap.fitted(others, ""), points[number : number + 1]))
        except ValueError:
            continue  # the others lie on one line
    return FitError(
        rms_m=_rms(whole),
        max_m=max(whole),
        left_out_rms_m=_rms(left_out) if left_out else None,
        left_out_max_m=max(left_out) if left_out else None,
    )


class TsaiMap:
    """A camera of Tsai's model with one coefficient of radial distortion, and its place on the map.

    Tsai, "A versatile camera calibration technique for high-accuracy 3D machine vision metrology using off-the-shelf TV cameras
    and lenses", IEEE Journal of Robotics and Automation 3(4), 1987. The ground is the model's plane z = 0.

    Args:
        model: The camera model.
        placed: Where its axes lie on the map, and the calibration's version.

    Raises:
        ValueError: The camera lies in the ground plane, so that it sees no ground.
    """

    def __init__(self, model: TsaiModel, placed: TsaiCalibration) -> None:
        self._model = model
        translation = np.array([model.tx, model.ty, model.tz])
        rotation = _rotation(model)
        scale = float(np.linalg.norm(translation))
        to_ray = np.column_stack((rotation[:, 0], rotation[:, 1], translation))
        if scale == 0 or abs(float((rotation.T @ translation)[2])) < _AT_HORIZON * scale:
            raise ValueError("the camera lies in the ground plane z = 0, expected it above")
        self._to_ray: Matrix = to_ray / scale
        self._from_ray = _inverse(self._to_ray)
        bearing = radians(placed.bearing_deg)
        self._turn = np.array([[cos(bearing), -sin(bearing)], [sin(bearing), cos(bearing)]])
        self._unit_m = placed.unit_m
        self._origin_m = np.array([placed.origin_x_m, placed.origin_y_m])
        self.version = placed.version

    def to_ground(self, pixels: Points) -> Points:
        """Return where pixels lie on the ground; see `GroundMap`."""
        model = self._model
        offset = _points(pixels) - (model.cx_px, model.cy_px)
        sensor = offset * (model.dpx / model.sx, model.dpy)
        rays = _undistorted(sensor, model.kappa1) / model.focal
        ground = _flat(_mapped(self._from_ray, rays)) * self._unit_m
        return np.asarray(ground @ self._turn.T + self._origin_m, np.float64)

    def to_pixels(self, metres: Points) -> Points:
        """Return where points of the ground lie in the picture; see `GroundMap`."""
        model = self._model
        ground = (_points(metres) - self._origin_m) @ self._turn / self._unit_m
        sensor = _distorted(_flat(_mapped(self._to_ray, ground)) * model.focal, model.kappa1)
        return sensor * (model.sx / model.dpx, 1 / model.dpy) + (model.cx_px, model.cy_px)


def _rotation(model: TsaiModel) -> Matrix:
    """Return the rotation from the model's axes to the camera's: about x, then y, then z, as Willson's software does."""
    (cx, sx), (cy, sy), (cz, sz) = ((cos(a), sin(a)) for a in (model.rx_rad, model.ry_rad, model.rz_rad))
    about_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    return np.asarray(about_z @ about_y @ about_x, np.float64)


def _undistorted(sensor: Points, kappa1: float) -> Points:
    """Return ideal sensor coordinates from seen ones: times 1 + kappa1 r² (Tsai 1987).

    Where a negative coefficient makes the ideal radius fall again, the model says nothing: NaN.
    """
    squared = (sensor**2).sum(axis=1, keepdims=True)
    return np.where(1 + 3 * kappa1 * squared > 0, sensor * (1 + kappa1 * squared), np.nan)


def _distorted(ideal: Points, kappa1: float) -> Points:
    """Return seen sensor coordinates from ideal ones: the root of kappa1 r³ + r = ideal radius, in closed form.

    The hyperbolic (one real root) and the trigonometric solution of the depressed cubic; NaN where there is no root.
    """
    if kappa1 == 0:
        return ideal
    ideal_radius = np.linalg.norm(ideal, axis=1, keepdims=True)
    across = 1.5 * ideal_radius * np.sqrt(3 * abs(kappa1))
    with np.errstate(invalid="ignore", divide="ignore"):
        third = np.sinh(np.arcsinh(across) / 3) if kappa1 > 0 else np.sin(np.arcsin(across) / 3)
        shrunk = 2 * third / np.sqrt(3 * abs(kappa1)) / ideal_radius
    return ideal * np.where(ideal_radius > 0, shrunk, 1.0)


def _inverse(matrix: Matrix) -> Matrix:
    return np.asarray(np.linalg.inv(matrix), np.float64)


def _points(points: Points) -> Points:
    return np.asarray(points, np.float64).reshape(-1, 2)


def _mapped(matrix: Matrix, points: Points) -> NDArray[np.float64]:
    """Return homogeneous points (N, 3)."""
    flat = _points(points)
    return np.asarray(np.hstack((flat, np.ones((len(flat), 1)))) @ matrix.T, np.float64)


def _flat(homogeneous: NDArray[np.float64]) -> Points:
    """Return points (N, 2) from homogeneous ones (N, 3); NaN at or behind the horizon."""
    depth = homogeneous[:, 2:]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(depth > _AT_HORIZON, homogeneous[:, :2] / depth, np.nan)


def _coordinates(points: Iterable[SurveyedPoint]) -> tuple[Points, Points]:
    kept = list(points)
    pixels = _points(np.array([point.pixel for point in kept], np.float64))
    return pixels, _points(np.array([(point.x_m, point.y_m) for point in kept], np.float64))


def _require_points(pixels: Points, metres: Points) -> None:
    """Check that points fix a homography: four of them in general position, that is, not all but one on a line."""
    if len(pixels) < _LEAST_POINTS:
        raise ValueError(f"there are {len(pixels)} points, expected at least {_LEAST_POINTS}")
    for where, coordinates in (("in the picture", pixels), ("on the ground", metres)):
        if not np.isfinite(coordinates).all():
            number = int(np.argmin(np.isfinite(coordinates).all(axis=1)))
            raise ValueError(f"point {number + 1} has no finite place {where}")
        for number, point in enumerate(coordinates):
            same = np.flatnonzero((coordinates[:number] == point).all(axis=1))
            if same.size:
                raise ValueError(f"points {int(same[0]) + 1} and {number + 1} have the same place {where}")
        for number in range(len(coordinates)):
            if _on_a_line(np.delete(coordinates, number, axis=0)):
                raise ValueError(f"all points but number {number + 1} lie on one line {where}, expected two beside it")


def _on_a_line(points: Points) -> bool:
    along, across = np.linalg.svd(points - points.mean(axis=0), compute_uv=False)
    return bool(across < _THIN * along)


def _normalisation(points: Points) -> Matrix:
    """Return the similarity that moves points to the origin, at a mean distance of √2 (Hartley & Zisserman, 4.4.4)."""
    middle = points.mean(axis=0)
    scale = np.sqrt(2) / np.linalg.norm(points - middle, axis=1).mean()
    return np.array([[scale, 0, -scale * middle[0]], [0, scale, -scale * middle[1]], [0, 0, 1]])


def _errors_m(ground: GroundMap, points: Sequence[SurveyedPoint]) -> list[float]:
    """Return each point's distance from where it is put; infinite where it is put beyond the horizon."""
    pixels, metres = _coordinates(points)
    distances = np.linalg.norm(ground.to_ground(pixels) - metres, axis=1)
    return [float(distance) for distance in np.nan_to_num(distances, nan=np.inf)]


def _rms(values: Sequence[float]) -> float:
    return float(np.sqrt(np.mean(np.square(values))))
