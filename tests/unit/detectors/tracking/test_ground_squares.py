"""Boxes become squares in metres around their foot points."""

from __future__ import annotations

import numpy as np
import pytest

from detectors.tracking.ground_squares import SIDE_M, Ground, Squares

FAR = Ground(lambda pixels: pixels / 100 + np.array([120_000.0, 480_000.0]), 640, 480)


def box(x: float, foot: float) -> tuple[float, float, float, float]:
    """Return centre, width and height of a box with a foot point."""
    return x, foot - 50, 40, 100


def test_a_square_stands_around_the_foot_point() -> None:
    """The first foot point is the origin, so that nothing is lost in 32 bits far from the grid's own."""
    squares = Squares(FAR)
    found, on_ground = squares.around(np.array([box(100, 200), box(101, 300)]), 640, 480)
    assert on_ground.tolist() == [True, True]
    assert found.astype(np.float32).tolist() == pytest.approx(
        np.array([[0, 0, SIDE_M, SIDE_M], [0.01, 1.0, SIDE_M, SIDE_M]]).astype(np.float32)
    )
    later, _ = squares.around(np.array([box(0, 200)]), 640, 480)
    assert later[0, :2].tolist() == pytest.approx([-1.0, 0.0], abs=1e-9)


@pytest.mark.parametrize(("size", "x"), [((640, 480), 100), ((320, 240), 50), ((1280, 960), 200)])
def test_a_picture_of_another_size_shows_the_same_places(size: tuple[int, int], x: float) -> None:
    """Points are scaled to the size for which the ground was made."""
    asked = []
    ground = Ground(lambda pixels: asked.append(pixels.tolist()) or pixels, 640, 480)  # type: ignore[func-returns-value]
    Squares(ground).around(np.array([box(x, 2 * x)]), *size)
    assert asked == [[[100.0, 200.0]]]


@pytest.mark.parametrize("places", [[], [[np.nan, np.nan]], [[np.nan, np.nan], [1.0, 2.0]], [[np.inf, 0.0]]])
def test_what_lies_beyond_the_horizon_has_no_square(places: list[list[float]]) -> None:
    """No boxes are no squares."""
    squares = Squares(Ground(lambda _: np.array(places), 640, 480))
    boxes = np.array([box(10, 100) for _ in places]).reshape(-1, 4)
    found, on_ground = squares.around(boxes, 640, 480)
    expected = [bool(np.isfinite(place).all()) for place in places]
    assert on_ground.tolist() == expected
    assert found.shape == (sum(expected), 4)


@pytest.mark.parametrize("size", [(640, 480), (320, 240)])
def test_a_step_is_how_far_a_pixel_is_on_the_ground(size: tuple[int, int]) -> None:
    """Across the picture and down it, in the pixels of the picture that is asked about; none where there is no ground."""
    ground = Ground(lambda pixels: pixels * np.array([0.02, 0.2]), 640, 480)
    larger = 640 / size[0]
    assert ground.step((100.0, 200.0), 8.0, size) == pytest.approx((0.02 * larger, 0.2 * larger))
    assert (
        Ground(lambda pixels: np.where(pixels[:, 1:] < 195, np.nan, pixels), 640, 480).step(
            (100.0, 200.0), 8.0, (640, 480)
        )
        is None
    )
