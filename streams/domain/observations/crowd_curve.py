"""Crowd curve: how many boxes a camera shows of crowds of known density: drawn once before it, by its own geometry.

Persons hide each other the more, the lower a camera hangs, and the further away and the closer they stand. So a box on a square
metre means another density before each camera. Crowds are drawn on the ground of a zone and of the camera's view area, and are
found with the recall under occlusion that was measured (`occlusion.py`). What is drawn depends on the geometry alone: the same
camera always has the same curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, sqrt
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from streams.domain.geometry.pose import CameraPose
from streams.domain.geometry.visible_ground import VisibleGround, densest
from streams.domain.observations.occlusion import recalls

PERSON_HEIGHT_M: Final = 1.72
PERSON_WIDTH_M: Final = 0.5
"""An upright person as boxes show him; mean stature, and shoulders in a coat [own]."""
DENSITIES_PER_M2: Final = np.array([0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5])
_CROWDS: Final = 5
_DRAWS: Final = 4
"""Crowds that are drawn of each density, and how often each is looked at."""
_JITTER: Final = 0.25
"""How far persons stand from an even grid, one standard deviation in its steps [own]: nobody stands in rows, nor on another."""
_WINDOW_M: Final = 6.0
_SHADOW_AT_MOST_M: Final = 8.0
"""A crowd is looked at in the middle of a zone, and drawn so far around it as somebody can hide what is looked at."""
_SEED: Final = 15


@dataclass(frozen=True, eq=False)
class CrowdCurve:
    """Crowd curve: what the densest square of a zone shows of crowds, and how densely they stand in theirs.

    Attributes:
        true_per_m2: (D + 1,) persons per square metre in the densest square, from 0 on; it never falls.
        shown_per_m2: (D + 1,) boxes per square metre in the densest square that is seen; it never falls.
        spread_per_m2: (D + 1,) one standard deviation of that between crowds and looks.
        least_step_per_m2: How much one box changes it.
    """

    true_per_m2: NDArray[np.float64]
    shown_per_m2: NDArray[np.float64]
    spread_per_m2: NDArray[np.float64]
    least_step_per_m2: float


def draw_curve(pose: CameraPose, ground: VisibleGround, standing: BaseGeometry | None) -> CrowdCurve | None:
    """Return the curve of a zone before a camera; None where its ground is not before it.

    Args:
        pose: How the camera hangs.
        ground: The ground of the zone that can be seen.
        standing: Where a crowd may stand, in the map's metres; None where nothing bounds it.
    """
    middle = shapely.point_on_surface(ground.shape)
    half = _WINDOW_M / 2
    window = ground.shape.intersection(box(middle.x - half, middle.y - half, middle.x + half, middle.y + half))
    if window.is_empty or window.area <= 0:
        return None
    around_m = min(_SHADOW_AT_MOST_M, pose.shadow_m(np.array([middle.x, middle.y]), PERSON_HEIGHT_M))
    x_min, y_min, x_max, y_max = window.bounds
    whole = np.array([(x_min - around_m, y_min - around_m), (x_max + around_m, y_max + around_m)])
    shapely.prepare(window)
    if standing is not None:
        shapely.prepare(standing)
    true, means, spreads = [0.0], [0.0], [0.0]
    for number, density_per_m2 in enumerate(DENSITIES_PER_M2):
        generator = np.random.default_rng([_SEED, number])
        looks = [
            _looks(pose, ground, window, _crowd(whole, float(density_per_m2), standing, generator), generator)
            for _ in range(_CROWDS)
        ]
        shown = [each for _, several in looks for each in several]
        true.append(float(np.mean([each for each, _ in looks])))
        means.append(float(np.mean(shown)))
        spreads.append(float(np.std(shown)))
    smooth = np.convolve(np.pad(spreads, 1, mode="edge"), np.full(3, 1 / 3), mode="valid")
    smooth[0] = 0.0
    square_m2 = float(ground.square_m2(np.array([[middle.x - 1.5, middle.y - 1.5]]))[0])
    return CrowdCurve(rising(true), rising(means), smooth, 1 / max(square_m2, 1.0))


def _looks(
    pose: CameraPose,
    ground: VisibleGround,
    window: BaseGeometry,
    crowd: NDArray[np.float64],
    generator: np.random.Generator,
) -> tuple[float, list[float]]:
    """Return how densely a crowd (N, 2) stands where it is densest in a window, and what is seen of that in each look, per m²."""
    corners = pose.standing_px(crowd, PERSON_HEIGHT_M, PERSON_WIDTH_M)
    before = np.isfinite(corners).all(axis=1)
    crowd, corners = crowd[before], corners[before]
    inside = np.asarray(shapely.contains_xy(window, crowd[:, 0], crowd[:, 1]), np.bool_)
    if not inside.any():
        return 0.0, [0.0] * _DRAWS
    near = (corners[:, 0] < corners[inside, 2].max()) & (corners[:, 2] > corners[inside, 0].min())
    near &= corners[:, 3] > corners[inside, 3].min()  # who stands behind hides nobody
    found = recalls(corners[near | inside], inside[near | inside])
    feet = crowd[inside]
    seen = [densest(feet[generator.random(len(feet)) < found], ground).per_m2 for _ in range(_DRAWS)]
    return densest(feet, ground).per_m2, seen


def _crowd(
    whole: NDArray[np.float64], density_per_m2: float, standing: BaseGeometry | None, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Return where the persons (N, 2) of a crowd stand in a rectangle: an even grid, turned and shaken."""
    step_m = sqrt(2 / (sqrt(3) * density_per_m2))
    middle = whole.mean(axis=0)
    many = int(hypot(*(whole[1] - whole[0])) / 2 / (step_m * 0.8)) + 3
    column, row = (each.ravel() for each in np.meshgrid(np.arange(-many, many + 1), np.arange(-many, many + 1)))
    grid = np.column_stack(((column + 0.5 * (row % 2)) * step_m, row * step_m * sqrt(3) / 2))
    angle = generator.random() * 2 * np.pi
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    places: NDArray[np.float64] = (
        grid @ turn.T + generator.random(2) * step_m + generator.normal(0, _JITTER * step_m, grid.shape) + middle
    )
    places = places[((places >= whole[0]) & (places <= whole[1])).all(axis=1)]
    if standing is None:
        return places
    return places[np.asarray(shapely.contains_xy(standing, places[:, 0], places[:, 1]), np.bool_)]


def rising(values: list[float]) -> NDArray[np.float64]:
    """Return the curve nearest to these values that never falls (pool adjacent violators; Barlow and others 1972)."""
    pools: list[tuple[float, int]] = []
    for value in values:
        pools.append((value, 1))
        while len(pools) > 1 and pools[-2][0] >= pools[-1][0]:
            (low, few), (high, more) = pools[-2:]
            pools[-2:] = [((low * few + high * more) / (few + more), few + more)]
    return np.array([value for value, width in pools for _ in range(width)])
