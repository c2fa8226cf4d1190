"""The densest square and its ground, worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from streams.domain.geometry.visible_ground import LEAST_SQUARE_M2, VisibleGround, densest

WIDE = VisibleGround.of(box(-10, -10, 20, 20))
CORRIDOR = VisibleGround.of(box(0, -4, 1.8, 4))
GRID = [(x, y) for x in (0, 1.5, 3) for y in (0, 1.5, 3)]


def per_m2(feet: list[tuple[float, float]], ground: VisibleGround = WIDE) -> float:
    return densest(np.array(feet, np.float64).reshape(-1, 2), ground).per_m2


@pytest.mark.parametrize(
    ("feet", "persons"),
    [
        ([], 0),
        ([(1, 1)], 1),
        ([(float("nan"), float("nan"))], 0),
        ([(1, 1), (float("nan"), 1)], 1),
        ([(0, 0), (3, 0)], 2),
        ([(0, 0), (3.001, 0)], 1),
        ([(1, 1)] * 5, 5),
        (GRID, 9),
        ([*GRID, (-0.1, 0), (3.1, 3)], 9),
        # No person stands in a corner of the best square: its left side is one's, its lower side another's.
        ([(0, 1.5), (1.5, 0), (3, 1.5), (1.5, 3)], 4),
    ],
)
def test_the_densest_square(feet: list[tuple[float, float]], persons: int) -> None:
    """Nobody, one, without a place, a side apart and just beyond, on one spot, a grid, none in a corner."""
    assert per_m2(feet) == pytest.approx(persons / 9)


def test_large_numbers_of_the_map_keep_their_precision() -> None:
    ground = VisibleGround.of(box(118_850, 479_940, 118_870, 479_960))
    assert per_m2([(118_859.1, 479_949.2), (118_862.1, 479_952.2)], ground) == pytest.approx(2 / 9)


coordinates = st.floats(0, 12)


@given(st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=25), coordinates, coordinates)
def test_no_square_holds_more_than_the_densest(feet: list[tuple[float, float]], x: float, y: float) -> None:
    """Wherever a square is put, it holds at most as many; and some square with a person on its left and lower side as many."""
    best = round(per_m2(feet) * 9)

    def within(left: float, low: float) -> int:
        return sum(0 <= a - left <= 3 + 1e-6 and 0 <= b - low <= 3 + 1e-6 for a, b in feet)

    assert within(x, y) <= best
    assert best == max(within(a, b) for a, _ in feet for _, b in feet)


def plain(feet: np.ndarray, ground: VisibleGround) -> tuple[float, list[bool]]:
    """Return the densest square by looking at each with a person on its left and one on its lower side, in nine places."""
    found: list[tuple[float, float, list[bool]]] = []
    for left, _ in feet:
        for _, low in feet:
            held = [0 <= x - left <= 3 + 1e-6 and 0 <= y - low <= 3 + 1e-6 for x, y in feet]
            sides = (
                [x for (x, _), holds in zip(feet, held, strict=True) if holds],
                [y for (_, y), holds in zip(feet, held, strict=True) if holds],
            )
            if left not in sides[0] or low not in sides[1]:
                continue
            corner = np.array([left, low])
            room = np.minimum(np.array([max(side) for side in sides]) - 3, corner)
            places = [room + (a, b) * (corner - room) for a in (0, 0.5, 1) for b in (0, 0.5, 1)]
            ground_m2 = max(LEAST_SQUARE_M2, *(float(ground.square_m2(place)) for place in places))
            found.append((round(sum(held) / ground_m2, 6), sum(held) / ground_m2, held))
    _, per_m2, held = max(found, key=lambda each: each[0])
    return per_m2, held


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from([WIDE, CORRIDOR, VisibleGround.of(affinity.rotate(box(0, 0, 8, 5), 30))]),
    st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=20),
    st.sampled_from([0.2, 0.5, 1.0]),
)
def test_it_is_the_one_that_looking_at_all_finds(
    ground: VisibleGround, feet: list[tuple[float, float]], closer: float
) -> None:
    """The same square with the same persons, in few squares and in many; ground is added up in another order here."""
    places = np.array(feet) * closer
    found = densest(places, ground)
    per_m2, held = plain(places, ground)
    assert found.per_m2 == pytest.approx(per_m2, rel=1e-12)
    assert found.within.tolist() == held


def test_a_corridor_is_narrower_than_a_square() -> None:
    """Twenty persons on 1.8 x 3 m are 3.7 on a square metre, not the 2.2 of nine square metres."""
    feet = [(0.2 + 0.45 * x, 0.7 * y) for x in range(4) for y in range(5)]
    assert per_m2(feet, CORRIDOR) == pytest.approx(20 / 5.4, rel=0.01)


@pytest.mark.parametrize("place", [(0.01, 0.01), (9.99, 9.99), (0.01, 9.99), (5.0, 0.01)])
def test_one_in_a_corner_is_no_crowd(place: tuple[float, float]) -> None:
    """The square is put where it has the most ground, and still holds him."""
    assert per_m2([place], VisibleGround.of(box(0, 0, 10, 10))) == pytest.approx(1 / 9, rel=0.01)


@pytest.mark.parametrize("shape", [box(0, 0, 0.5, 30), box(0, 0, 1, 1)], ids=["a strip", "a spot"])
def test_too_little_ground_makes_no_crowd_of_one(shape: BaseGeometry) -> None:
    assert per_m2([(0.2, 0.2)], VisibleGround.of(shape)) == pytest.approx(1 / LEAST_SQUARE_M2)


def test_ground_of_squares_on_a_turned_zone() -> None:
    """Counted in cells, it is the area of what both cover."""
    shape = affinity.rotate(box(0, 0, 8, 5), 30)
    ground = VisibleGround.of(shape)
    corners = np.array([(0.5, 0.5), (3.0, 2.0), (-3.0, 4.0), (50.0, 50.0)])
    exact = [shape.intersection(box(x, y, x + 3, y + 3)).area for x, y in corners]
    assert ground.square_m2(corners) == pytest.approx(exact, abs=0.1)


def test_who_stands_in_the_square_is_known() -> None:
    found = densest(np.array([(0.0, 0.0), (9.0, 9.0), (np.nan, 0.0), (1.0, 1.0)]), WIDE)
    assert found.within.tolist() == [True, False, False, True]
