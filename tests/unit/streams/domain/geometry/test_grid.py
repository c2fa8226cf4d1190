"""The grid of metres runs where the metres are."""

from __future__ import annotations

import numpy as np
import pytest

from streams.domain.geometry.grid import ground_grid
from streams.domain.geometry.projection import HomographyMap
from tests.support.calibrations import FLAT, TILTED, surveyed

SQUARE = ((0, 0), (100, 0), (100, 100), (0, 100))


def test_a_line_for_each_metre() -> None:
    """Ten metres both ways have eleven lines each; the line x = 3 m is the column 30."""
    grid = ground_grid([SQUARE], HomographyMap.fitted(surveyed(FLAT), "c1"))
    assert grid.spacing_m == 1
    assert [text for text, _ in grid.lines] == [f"x {m}" for m in range(11)] + [f"y {m}" for m in range(-10, 1)]
    lines = dict(grid.lines)
    assert np.allclose(lines["x 3"][:, 0], 30)
    assert np.allclose(lines["y -10"][:, 1], 100)


@pytest.mark.parametrize(("size_m", "spacing_m"), [(1, 1), (60, 1), (61, 2), (299, 5), (5_000, 100), (90_000, 100)])
def test_wide_ground_has_wider_spacing(size_m: float, spacing_m: int) -> None:
    """At most sixty lines, as long as that can be had."""
    pairs = tuple((pixel, (x * size_m / 10, y * size_m / 10)) for pixel, (x, y) in FLAT)
    assert ground_grid([SQUARE], HomographyMap.fitted(surveyed(pairs), "c1")).spacing_m == spacing_m


def test_lines_that_run_behind_the_camera_are_cut() -> None:
    """What no picture can show is left out, and a zone without ground is refused."""
    ground = HomographyMap.fitted(surveyed(TILTED), "c1")
    grid = ground_grid([((0, 30), (100, 30), (100, 2_000), (0, 2_000))], ground)
    assert all(np.isfinite(points).all() and len(points) > 1 for _, points in grid.lines)
    with pytest.raises(ValueError, match="a zone reaches the horizon"):
        ground_grid([SQUARE], ground)
