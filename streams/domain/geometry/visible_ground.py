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
_REACH_M: Final = SIDE_M + 1e-6
"""How far apart two may stand in one square: a side, and the rounding of coordinates of RD New."""
_SHARES: Final[NDArray[np.float64]] = np.array([(a, b) for a in (0.0, 0.5, 1.0) for b in (0.0, 0.5, 1.0)])
"""Where within its room a square is tried."""
_FEW: Final = 50
"""Squares that are looked at exactly at once: to choose among so many takes longer."""


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
        # All four corners of each square at once: of the few squares of a frame it is the calls that take long.
        last = np.array(self.sums_m2.shape) - 1
        sides = np.minimum(np.maximum(np.add.outer((0.0, SIDE_M / self.cell_m), low), 0), last)
        cells = np.minimum(sides.astype(np.intp), last - 1)
        beyond = sides - cells
        a, b = beyond[:, None, ..., 0], beyond[None, ..., 1]
        row = last[1] + 1
        at = cells[:, None, ..., 0] * row + cells[None, ..., 1]
        # The ground left of and below each corner (2, 2, …), linear between the cells' corners.
        lower = (1 - a) * self.sums_m2.take(at) + a * self.sums_m2.take(at + row)
        upper = (1 - a) * self.sums_m2.take(at + 1) + a * self.sums_m2.take(at + row + 1)
        below = (1 - b) * lower + b * upper
        return np.asarray(below[1, 1] + below[0, 0] - below[0, 1] - below[1, 0], np.float64)


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
    places = np.ascontiguousarray(feet[known].T)
    right, above = places[:, None, :] - places[:, :, None]
    across, along = (right >= 0) & (right <= _REACH_M), (above >= 0) & (above <= _REACH_M)
    # The person on the left side and the one on the lower side stand in the square themselves.
    left, lower = (across & along.T).nonzero()
    counts = (across.astype(np.float32) @ along.astype(np.float32).T)[left, lower]
    # One that has the least ground is no denser than one with the most persons that has all of its own, where it holds too few.
    likely = SIDE_M**2 * counts >= LEAST_SQUARE_M2 * counts.max()
    left, lower, counts = left[likely], lower[likely], counts[likely]
    corner = np.array((places[0, left], places[1, lower])).T
    if len(corner) > _FEW:
        # Put elsewhere a square has no less ground than here, and never more than its own size.
        at_most = counts / np.maximum(ground.square_m2(corner), LEAST_SQUARE_M2)
        likely = at_most >= counts.max() / SIDE_M**2 - 1e-6
        left, lower, corner = left[likely], lower[likely], corner[likely]
    held = across[left] & along[lower]
    furthest = np.where(held[:, None], places, -np.inf).max(axis=2)
    room = np.minimum(furthest - SIDE_M, corner)
    squares = room[:, None] + _SHARES * (corner - room)[:, None]
    ground_m2 = np.maximum(ground.square_m2(squares).max(axis=1), LEAST_SQUARE_M2)
    densities = held.sum(axis=1) / ground_m2
    best = int(densities.round(6).argmax())
    within[known] = held[best]
    return Densest(float(densities[best]), within)
