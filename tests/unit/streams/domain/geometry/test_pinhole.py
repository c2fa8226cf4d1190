"""A pinhole above flat ground: its pixels on the ground and back, its horizon, and the boxes of people."""

from __future__ import annotations

from math import atan2, degrees, radians, tan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.geometry.pinhole import PERSON_HEIGHT_M, PERSON_WIDTH_M, Pinhole, PinholeMap

LEVEL = Pinhole(5.0, radians(30), 0.0, 600.0, 1200, 800)


def test_the_axis_meets_the_ground_straight_ahead() -> None:
    """At the height over the tangent of the tilt; the camera's foot is the origin."""
    assert LEVEL.on_level(np.array([[600.0, 400.0]]))[0] == pytest.approx((0, 5 / tan(radians(30))))
    down = Pinhole(5.0, radians(90), 0.0, 600.0, 1200, 800)
    assert down.on_level(np.array([[600.0, 400.0], [1200.0, 400.0]])) == pytest.approx(np.array([[0, 0], [5, 0]]))


def test_the_horizon_has_no_place() -> None:
    """Thirty degrees above the axis and higher."""
    row = 400 - 600 * tan(radians(30))
    places = LEVEL.on_level(np.array([[600.0, row - 1], [600.0, row + 5]]))
    assert np.isnan(places[0]).all()
    assert places[1][1] > 300


def test_a_rolled_camera_sees_what_a_level_one_sees_turned() -> None:
    """Clockwise, so that the picture turns the other way."""
    rolled = Pinhole(5.0, radians(30), radians(20), 600.0, 1200, 800)
    place = np.array([[2.0, 9.0, 0.0]])
    (x, y), (u, v) = LEVEL.shown(place)[0] - (600, 400), rolled.shown(place)[0] - (600, 400)
    assert degrees(atan2(y, x) - atan2(v, u)) == pytest.approx(20)
    assert rolled.on_level(rolled.shown(place)) == pytest.approx(place[:, :2])


def test_what_lies_behind_is_not_shown() -> None:
    """It has no pixels."""
    assert np.isnan(LEVEL.shown(np.array([[0.0, -20.0, 0.0]]))).all()


def test_a_persons_box_is_as_high_as_it_should_be() -> None:
    """Seen level from 5 m high: from the nearer side of the feet to the farther side of the head."""
    level = Pinhole(5.0, 1e-9, 0.0, 600.0, 1200, 800)
    left, upper, right, lower = level.boxes_around(np.array([[0.0, 10.0]]))[0]
    near, far = 10 - PERSON_WIDTH_M / 2, 10 + PERSON_WIDTH_M / 2
    assert lower == pytest.approx(400 + 600 * 5 / near, abs=1)
    assert upper == pytest.approx(400 + 600 * (5 - PERSON_HEIGHT_M) / far, abs=1)
    assert right - left == pytest.approx(600 * PERSON_WIDTH_M / 10, rel=0.05)


@given(
    st.floats(2, 40),
    st.floats(5, 90),
    st.floats(-90, 90),
    st.floats(300, 3000),
    st.tuples(st.floats(0, 1200), st.floats(0, 800)),
    st.floats(-180, 180),
)
def test_to_the_ground_and_back(
    height: float, tilt: float, roll: float, focal: float, pixel: tuple[float, float], bearing: float
) -> None:
    """What has a place on the ground is shown where it was, wherever the camera stands on the map."""
    pinhole = Pinhole(height, radians(tilt), radians(roll), focal, 1200, 800)
    ground = PinholeMap(pinhole, "w1", (118_000.0, 480_000.0), radians(bearing))
    place = ground.to_ground(np.array([pixel]))
    if np.isfinite(place).all():
        assert ground.to_pixels(place)[0] == pytest.approx(pixel, abs=0.1)


def test_the_bearing_is_where_it_looks() -> None:
    """Clockwise from north: to the east at ninety degrees."""
    ground = PinholeMap(LEVEL, "w1", (100.0, 200.0), radians(90))
    x, y = ground.to_ground(np.array([[600.0, 400.0]]))[0]
    assert (x - 100, y - 200) == pytest.approx((5 / tan(radians(30)), 0))
    assert ground.boxes_around(np.array([[x, y]])) == pytest.approx(
        LEVEL.boxes_around(np.array([[0.0, 5 / tan(radians(30))]]))
    )
