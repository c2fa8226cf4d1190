"""Curves from boxes to density: what must hold before any camera."""

from __future__ import annotations

import numpy as np
import pytest
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from streams.domain.geometry.pose import CameraPose
from streams.domain.geometry.visible_ground import VisibleGround
from streams.domain.observations.crowd_curve import CrowdCurve, draw_curve, rising
from streams.evaluation.density import Mast, camera_ground

MIDDLE = np.array([118_000.0, 480_000.0])


def curve(height_m: float, distance_m: float, standing: BaseGeometry | None = None, half_m: float = 1.5) -> CrowdCurve:
    pose = CameraPose.of(camera_ground(Mast(height_m, distance_m, (0.0, 1.0)), MIDDLE), 1280, 720)
    assert pose is not None
    x, y = MIDDLE
    drawn = draw_curve(pose, VisibleGround.of(box(x - half_m, y - half_m, x + half_m, y + half_m)), standing)
    assert drawn is not None
    return drawn


def test_a_curve_never_falls_and_shows_less_than_there_is() -> None:
    """Nobody shows nothing; the denser, the more are hidden."""
    drawn = curve(6.0, 12.0)
    assert (drawn.true_per_m2[0], drawn.shown_per_m2[0]) == (0.0, 0.0)
    assert (np.diff(drawn.shown_per_m2) >= 0).all()
    assert (np.diff(drawn.true_per_m2) > 0).all()
    share = drawn.shown_per_m2[1:] / drawn.true_per_m2[1:]
    assert share[0] > 0.7
    assert share[-1] < 0.4
    assert (drawn.spread_per_m2[1:] > 0).all()


def test_a_high_mast_shows_more_than_a_low_one_far_away() -> None:
    """So the same number of boxes means another density: why 85 boxes are right for one mast only."""
    high, far = curve(10.0, 12.0), curve(6.0, 25.0)
    assert np.interp(2.0, high.true_per_m2, high.shown_per_m2) > 1.4 * np.interp(2.0, far.true_per_m2, far.shown_per_m2)


def test_who_cannot_stand_before_a_zone_hides_nobody() -> None:
    """Between walls, as wide as the zone and as deep, more is seen."""
    x, y = MIDDLE
    alone = curve(6.0, 25.0, box(x - 1.5, y - 1.5, x + 1.5, y + 1.5))
    assert alone.shown_per_m2[-1] > 1.3 * curve(6.0, 25.0).shown_per_m2[-1]


def test_the_same_camera_has_the_same_curve() -> None:
    """To the last bit: a replay tells the same."""
    first, second = curve(4.0, 8.0, half_m=4.0), curve(4.0, 8.0, half_m=4.0)
    assert np.array_equal(first.shown_per_m2, second.shown_per_m2)
    assert np.array_equal(first.spread_per_m2, second.spread_per_m2)


@pytest.mark.parametrize(
    ("values", "curve"),
    [([], []), ([1.0], [1.0]), ([1.0, 3.0, 2.0], [1.0, 2.5, 2.5]), ([3.0, 2.0, 1.0], [2.0, 2.0, 2.0])],
)
def test_the_nearest_curve_that_never_falls(values: list[float], curve: list[float]) -> None:
    assert rising(values).tolist() == curve
