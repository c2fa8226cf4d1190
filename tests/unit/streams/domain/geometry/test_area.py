"""Areas, densities and horizons that were worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from streams.domain.geometry.area import (
    Corners,
    coarsest_m_per_px,
    edge_px,
    horizon_px,
    mirrored,
    visible_area_m2,
    zone_area_m2,
)
from streams.domain.geometry.projection import HomographyMap, TsaiMap
from tests.support.calibrations import FLAT, TILTED, calibrated_camera, looking_down, placed, surveyed

FROM_ABOVE = HomographyMap.fitted(surveyed(FLAT), "c1")
FROM_THE_SIDE = HomographyMap.fitted(surveyed(TILTED), "c1")
SQUARE = ((0, 0), (100, 0), (100, 100), (0, 100))
TRAPEZE = ((0, 100), (100, 100), (75, 50), (25, 50))
RIGHT_HALF = ((50, 0), (100, 0), (100, 100), (50, 100))
INNER = ((40, 40), (60, 40), (60, 60), (40, 60))
BOW_TIE = ((0, 0), (100, 100), (100, 0), (0, 100))
STAR = ((50, 0), (79.4, 90.5), (2.4, 34.5), (97.6, 34.5), (20.6, 90.5))


@pytest.mark.parametrize(
    ("hidden", "area_m2"),
    [
        ([], 100),
        ([RIGHT_HALF], 50),
        ([RIGHT_HALF, RIGHT_HALF], 50),
        ([INNER], 96),
        ([INNER, RIGHT_HALF], 48),
        ([SQUARE], 0),
        ([BOW_TIE], 50),
        ([((200, 200), (300, 200), (300, 300))], 100),
        ([((0, 0), (50, 0), (100, 0))], 100),
    ],
)
def test_what_is_hidden_is_no_ground(hidden: list[Corners], area_m2: float) -> None:
    """Nothing, half, twice the same, a hole, overlapping, all, crossing itself, elsewhere, without an area."""
    assert visible_area_m2(SQUARE, hidden, FROM_ABOVE) == pytest.approx(area_m2)


def test_what_a_mask_encloses_is_hidden_with_it() -> None:
    """The middle of a star drawn in one line is masked in the picture, so it is no ground either."""
    middle = ((45, 45), (55, 45), (55, 50), (45, 50))
    assert visible_area_m2(middle, [STAR], FROM_ABOVE) == 0


def test_a_square_of_ten_metres_seen_from_the_side_has_100_m2() -> None:
    """Its area in the picture says nothing."""
    assert visible_area_m2(TRAPEZE, [], FROM_THE_SIDE) == pytest.approx(100)
    assert visible_area_m2([(x, y) for x, y in reversed(TRAPEZE)], [], FROM_THE_SIDE) == pytest.approx(100)


def test_a_lens_bends_straight_edges() -> None:
    """Between its corners the edge of a square in the picture runs closer by than the straight line on the ground."""
    bent = TsaiMap(looking_down(0.1), placed())
    zone = ((120, 40), (520, 40), (520, 440), (120, 440))
    x, y = bent.to_ground(np.array(zone, np.float64)).T
    corners_m2 = abs(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2
    # A millimetre on the sensor is 2 m; the edge is at 1 mm, and Tsai's factor is 1 + 0.1 r². Four such sectors.
    samples = np.linspace(-1, 1, 20_001)
    factor = 1 + 0.1 * (1 + samples**2)
    along, across = samples * 2 * factor, 2 * factor
    exact_m2 = 4 * abs(np.sum(along[:-1] * across[1:] - along[1:] * across[:-1])) / 2
    assert visible_area_m2(zone, [], bent) == pytest.approx(exact_m2, rel=1e-3)
    assert exact_m2 < corners_m2 * 0.95


def test_a_zone_of_the_registry_is_without_masks_and_occluders() -> None:
    """Its quarter of 25 m² less a mask and an occluder of 1 m² each; NaN for a zone that reaches the horizon."""
    camera = calibrated_camera(
        masks={"version": "m1", "polygons": [[[50, 50], [60, 50], [60, 60], [50, 60]]]},
        occluders=[[[80, 80], [90, 80], [90, 90], [80, 90]]],
    )
    assert zone_area_m2(camera, camera.zones[0], FROM_ABOVE) == pytest.approx(23)
    assert np.isnan(visible_area_m2(SQUARE, [], FROM_THE_SIDE))


def test_an_edge_is_followed_in_small_steps() -> None:
    """Each corner is there, and no step is longer than four pixels."""
    edge = edge_px(SQUARE)
    assert {(x, y) for x, y in edge} >= set(SQUARE)
    assert np.linalg.norm(np.diff(edge, axis=0), axis=1).max() < 4.001


def test_how_much_ground_a_pixel_spans() -> None:
    """A tenth of a metre everywhere from above; from the side most at the far edge, 1000/49.5 - 1000/50.5 = 0.4."""
    assert coarsest_m_per_px(SQUARE, FROM_ABOVE) == pytest.approx(0.1)
    assert coarsest_m_per_px(((30, 50), (70, 50), (70, 90), (30, 90)), FROM_THE_SIDE) == pytest.approx(0.408, abs=0.002)


@pytest.mark.parametrize(
    ("ground", "rows"), [(FROM_ABOVE, (0, 0, 0)), (FROM_THE_SIDE, (1, 1, 1))], ids=["from above", "from the side"]
)
def test_where_the_ground_begins(ground: HomographyMap, rows: tuple[int, int, int]) -> None:
    """From above all is ground; from the side row 0 is the horizon itself."""
    assert horizon_px(ground, 100, 100) == rows


def test_a_column_without_ground_has_no_horizon() -> None:
    """A picture that ends above the horizon."""
    above = HomographyMap.fitted(
        surveyed(tuple(((x, y + 300), metres) for (x, y), metres in TILTED)), "horizon in row 300"
    )
    assert horizon_px(above, 100, 200) == (None, None, None)


def test_exchanged_coordinates_show_the_ground_from_below() -> None:
    """North is up on the map and y is down in the picture."""
    assert not mirrored(TRAPEZE, FROM_THE_SIDE)
    exchanged = tuple((pixel, (y, x)) for pixel, (x, y) in TILTED)
    assert mirrored(TRAPEZE, HomographyMap.fitted(surveyed(exchanged), "c1"))
