"""Where an object stands decides its zone; the picture's own edges belong to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon

from schemas.cameras import Box, DetectedObject, ObjectClass, iou
from streams.domain.geometry.zones import (
    OVERLAP_IOU,
    OVERLAP_SHARE,
    crowded_boxes,
    edge_distance_px,
    inside,
    rides,
    segment_distance_px,
    standing_points,
)

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


@pytest.mark.parametrize(
    ("point", "expected"),
    [((50, 25), 25), ((50, 0), 0), ((-3, 25), 3), ((103, 54), 5), ((100, 50), 0), ((99, 1), 1)],
)
def test_how_far_a_point_is_from_an_edge(point: tuple[float, float], expected: float) -> None:
    """Inside and outside, at a corner, on it."""
    assert edge_distance_px(point, SQUARE) == pytest.approx(expected)


def test_a_line_without_length_is_a_point() -> None:
    """The distance to it."""
    assert segment_distance_px((3, 4), (0, 0), (0, 0)) == 5


@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(1, 40), st.integers(1, 40)),
        min_size=0,
        max_size=12,
    )
)
def test_crowded_boxes_agree_with_the_overlap_of_each_pair(places: list[tuple[int, int, int, int]]) -> None:
    """The same as comparing them one by one."""
    boxes = [Box(x_min_px=x, y_min_px=y, x_max_px=x + w, y_max_px=y + h) for x, y, w, h in places]
    overlapping = {
        index
        for index, box in enumerate(boxes)
        if any(other is not box and iou(box, other) > OVERLAP_IOU for other in boxes)
    }
    persons = [DetectedObject(object_class=ObjectClass.PERSON, score=0.9, box=box) for box in boxes]
    assert crowded_boxes(persons) is (len(overlapping) > OVERLAP_SHARE * len(boxes))


@pytest.mark.parametrize(("bicycle_x", "on_it"), [(50, True), (56, True), (80, False)])
def test_who_rides_overlaps_a_bicycle(bicycle_x: float, on_it: bool) -> None:
    """By a tenth of both boxes."""
    bicycle = standing(bicycle_x, 50, width=20).model_copy(update={"object_class": ObjectClass.BICYCLE})
    assert rides(standing(50, 50), [bicycle]) is on_it
    assert not rides(standing(50, 50), [])
