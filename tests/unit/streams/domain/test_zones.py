"""Where an object stands decides its zone; the picture's own edges belong to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon

from schemas.cameras import Box, DetectedObject, ObjectClass
from streams.domain.zones import crowded_boxes, inside, standing_points

SQUARE = ((0.0, 0.0), (100.0, 0.0), (100.0, 50.0), (0.0, 50.0))
HOLLOW = ((0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (50.0, 20.0), (0.0, 100.0))


def standing(x: float, y: float, width: float = 10) -> DetectedObject:
    """Return a person whose foot point is (x, y)."""
    box = Box(x_min_px=x - width / 2, y_min_px=y - 20, x_max_px=x + width / 2, y_max_px=y)
    return DetectedObject(object_class=ObjectClass.PERSON, score=0.9, box=box)


@pytest.mark.parametrize(
    ("point", "polygon", "expected"),
    [
        ((50, 25), SQUARE, True),
        ((0, 0), SQUARE, True),
        ((100, 25), SQUARE, False),
        ((50, 50), SQUARE, False),
        ((-1, 25), SQUARE, False),
        ((50, 90), HOLLOW, False),
        ((10, 70), HOLLOW, True),
    ],
)
def test_inside(point: tuple[float, float], polygon: tuple[tuple[float, float], ...], expected: bool) -> None:
    """The left and upper borders belong to a zone, the others to its neighbour."""
    assert inside(point, polygon) is expected


@pytest.mark.parametrize(
    ("foot", "size", "drawn_on", "expected"),
    [
        ((50, 40), (100, 50), (100, 50), True),
        ((50, 50), (100, 50), (100, 50), True),
        ((100, 50), (100, 50), (100, 50), True),
        ((50, 100), (200, 100), (100, 50), True),
        ((50, 40), (100, 50), (200, 100), True),
    ],
)
def test_who_is_cut_off_by_the_picture_stands_in_the_zone_at_its_edge(
    foot: tuple[float, float], size: tuple[int, int], drawn_on: tuple[int, int], expected: bool
) -> None:
    """A box ends on the picture's lower edge; a picture of another size is scaled to the one that zones were drawn on."""
    zone = tuple((x * drawn_on[0] / 100, y * drawn_on[1] / 50) for x, y in SQUARE)
    [point] = standing_points([standing(*foot)], size, drawn_on)
    assert inside(point, zone) is expected


def test_nobody_stands_nowhere() -> None:
    """An empty picture has no points."""
    assert standing_points([], (100, 50), (100, 50)) == []


@given(
    st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), min_size=3, max_size=8),
    st.floats(-5, 105),
    st.floats(-5, 105),
)
def test_it_agrees_with_an_independent_library(corners: list[tuple[int, int]], x: float, y: float) -> None:
    """For polygons that do not cross themselves, away from their border."""
    polygon = Polygon(corners)
    point = Point(x, y)
    if polygon.is_valid and polygon.area and polygon.boundary.distance(point) > 1e-6:
        assert inside((x, y), corners) is polygon.contains(point)


@pytest.mark.parametrize(
    ("feet", "crowded"),
    [((), False), ((10,), False), ((10, 50, 90), False), ((10, 11, 12), True), ((10, 11, 50, 70, 90, 110, 130), False)],
)
def test_a_third_of_overlapping_boxes_makes_a_crowd(feet: tuple[float, ...], crowded: bool) -> None:
    """Nobody, one, apart, a heap, and a pair among many."""
    assert crowded_boxes([standing(x, 50) for x in feet]) is crowded
