"""The visible ground of a zone, and how densely people stand where they stand closest."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

SIDE_M: Final = 3.0
"""The side of the square that density is told of: a person crosses it in two or three seconds, and some ten fit in it."""
LEAST_SQUARE_M2: Final = SIDE_M * 1.0
"""Ground that a square is taken to have at least: a strip narrower than a metre is no place for a crowd, and would make one of
each single person."""
_CELL_M: Final = 0.1
_MOST_CELLS: Final = 400
_SAME_PLACE_M: Final = 1e-6
"""Rounding of coordinates of RD New; two persons exactly a side apart stand in one square."""


class Densest(NamedTuple):
    """Densest: persons per square metre in the square where they stand closest, and who (N,) stands in it."""

    per_m2: float
    within: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class VisibleGround:
    """Visible ground: how much of it each square along the map's axes has.

    Attributes:
        shape: The ground in the map's metres.
        corner_m: (2,) its lower left corner.
        cell_m: The side of the cells that it is counted in.
        sums_m2: (X + 1, Y + 1) the ground left of and below each corner of a cell.
    """

    shape: BaseGeometry
    corner_m: NDArray[np.float64]
    cell_m: float
    sums_m2: NDArray[np.float64]

    @classmethod
    def of(cls, shape: BaseGeometry) -> VisibleGround:
        """Return the ground of a shape in metres, counted in cells of .1 m, or a 400th of its extent."""
        x_min, y_min, x_max, y_max = shape.bounds
        cell_m = max(_CELL_M, (x_max - x_min) / _MOST_CELLS, (y_max - y_min) / _MOST_CELLS)
        xs = x_min + cell_m * (np.arange(max(1, ceil((x_max - x_min) / cell_m - 1e-9))) + 0.5)
        ys = y_min + cell_m * (np.arange(max(1, ceil((y_max - y_min) / cell_m - 1e-9))) + 0.5)
        shapely.prepare(shape)
        cells = shapely.contains_xy(shape, *(grid.ravel() for grid in np.meshgrid(xs, ys, indexing="ij")))
        sums = np.zeros((len(xs) + 1, len(ys) + 1))
        sums[1:, 1:] = cells.reshape(len(xs), len(ys)).cumsum(axis=0).cumsum(axis=1) * cell_m**2
        return cls(shape, np.array([x_min, y_min]), cell_m, sums)

    def square_m2(self, corners_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return how much ground the squares with these lower left corners (…, 2) have."""
        low = (corners_m - self.corner_m) / self.cell_m
        high = low + SIDE_M / self.cell_m
        (left, lower), (right, upper) = np.moveaxis(low, -1, 0), np.moveaxis(high, -1, 0)
        both = self._below(right, upper) + self._below(left, lower)
        return both - self._below(left, upper) - self._below(right, lower)

    def _below(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the ground left of and below points in cells, linear between the cells' corners."""
        columns, rows = (size - 1 for size in self.sums_m2.shape)
        x, y = np.clip(x, 0, columns), np.clip(y, 0, rows)
        i, j = np.minimum(x.astype(np.intp), columns - 1), np.minimum(y.astype(np.intp), rows - 1)
        a, b = x - i, y - j
        lower = (1 - a) * self.sums_m2[i, j] + a * self.sums_m2[i + 1, j]
        upper = (1 - a) * self.sums_m2[i, j + 1] + a * self.sums_m2[i + 1, j + 1]
        return np.asarray((1 - b) * lower + b * upper, np.float64)


def densest(feet_m: NDArray[np.float64], ground: VisibleGround) -> Densest:
    """Return where people stand closest, of all squares of `SIDE_M` along the map's axes: persons by the square's visible ground.

    A square that holds the same persons can stand in several places; it is put where it has the most ground, so that who stands
    in a corner of a zone is no crowd. A square that holds the most can be moved until a person stands on its left and one
    on its lower side, so only those squares are tried. Persons without a place (NaN) stand in none; nobody gives 0.

    Args:
        feet_m: (N, 2) where persons stand, in metres.
        ground: The ground that can be seen.
    """
    feet = np.asarray(feet_m, np.float64).reshape(-1, 2)
    known = np.isfinite(feet).all(axis=1)
    within = np.zeros(len(feet), np.bool_)
    if not known.any():
        return Densest(0.0, within)
    places = feet[known]
    away = places[None, :, :] - places[:, None, :]
    beside = (away >= 0) & (away <= SIDE_M + _SAME_PLACE_M)
    # The person on the left side and the one on the lower side stand in the square themselves.
    left, lower = np.nonzero(beside[:, :, 0] & beside[:, :, 1].T)
    corner = np.column_stack((places[left, 0], places[lower, 1]))
    counts = (beside[:, :, 0].astype(np.float32) @ beside[:, :, 1].astype(np.float32).T)[left, lower]
    # Put elsewhere a square has no less ground than here, and never more than its own size: so only few can be the densest.
    at_most = counts / np.maximum(ground.square_m2(corner), LEAST_SQUARE_M2)
    likely = at_most >= counts.max() / SIDE_M**2 - 1e-6
    left, lower, corner = left[likely], lower[likely], corner[likely]
    held = beside[left, :, 0] & beside[lower, :, 1]
    furthest = np.stack([np.where(held, places[:, axis], -np.inf).max(axis=1) for axis in (0, 1)], axis=1)
    room = np.minimum(furthest - SIDE_M, corner)
    share = np.array([(a, b) for a in (0.0, 0.5, 1.0) for b in (0.0, 0.5, 1.0)])
    squares = room[:, None] + share * (corner - room)[:, None]
    ground_m2 = np.maximum(ground.square_m2(squares).max(axis=1), LEAST_SQUARE_M2)
    densities = held.sum(axis=1) / ground_m2
    best = int(np.argmax(np.round(densities, 6)))
    within[np.flatnonzero(known)[held[best]]] = True
    return Densest(float(densities[best]), within)
