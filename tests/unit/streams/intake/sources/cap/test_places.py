"""CAP places: latitude first, put right where it is not, and a radius that holds the whole area."""

from __future__ import annotations

import pytest

from schemas.geo import Position
from schemas.incidents import ReportNote
from streams.domain.geometry.ground import distance_m, to_ground
from streams.intake.sources.cap.places import MOST_POINTS, position_of

SQUARE = "52.3060,4.8568 52.3060,4.8578 52.3066,4.8578 52.3066,4.8568 52.3060,4.8568"


def placed(polygons: list[str], circles: list[str]) -> Position:
    """Return the position that there must be."""
    found = position_of(polygons, circles).value
    assert found is not None
    return found


def test_a_polygon_is_its_middle_with_the_distance_to_its_farthest_corner() -> None:
    """68 m by 67 m: half of the diagonal."""
    found = placed([SQUARE], [])
    assert (round(found.lat, 4), round(found.lon, 4)) == (52.3063, 4.8573)
    assert 46 < found.accuracy_m < 50


def test_a_circle_is_its_middle_and_radius() -> None:
    """Kilometres become metres; a circle without a radius is a point."""
    assert placed([], ["52.3063,4.8573 0.25"]).accuracy_m == 250
    assert placed([], ["52.3063,4.8573 0"]).accuracy_m == 10


def test_several_areas_are_held_by_one_radius() -> None:
    """Every corner and every circle lies within the accuracy."""
    found = placed([SQUARE], ["52.3100,4.8573 0.1", "52.3000,4.8500 0.2"])
    middle = to_ground(found)
    for lat, lon, radius_m in ((52.3060, 4.8568, 0), (52.3100, 4.8573, 100), (52.3000, 4.8500, 200)):
        spot = to_ground(Position(lat=lat, lon=lon, accuracy_m=1))
        assert distance_m(middle, spot) + radius_m <= found.accuracy_m + 0.1


def test_longitude_first_is_put_right() -> None:
    """With a note."""
    swapped = " ".join(",".join(reversed(pair.split(","))) for pair in SQUARE.split())
    found = position_of([swapped], [])
    assert found.value == placed([SQUARE], [])
    assert ReportNote.POSITION_SWAPPED in found.notes


@pytest.mark.parametrize(
    ("polygons", "circles"),
    [(["", "x"], []), (["0,0 0,0"], []), ([], ["52.3063;4.8573 1"]), ([], ["91,181 1"]), (["1e3,4 nan,4"], [])],
)
def test_what_is_no_place_is_left_out(polygons: list[str], circles: list[str]) -> None:
    """With a note; there is no position at the equator."""
    found = position_of(polygons, circles)
    assert found.value is None
    assert ReportNote.POSITION_LEFT_OUT in found.notes


def test_a_radius_that_cannot_be_read_is_the_usual_one() -> None:
    """With a note."""
    found = position_of([], ["52.3063,4.8573 ver"])
    assert found.value is not None
    assert (found.value.accuracy_m, found.notes) == (50, (ReportNote.ACCURACY_UNKNOWN,))


def test_more_corners_than_anybody_draws_are_not_read() -> None:
    """Neither in one polygon nor in many."""
    corner = "52.3060,4.8568"
    for polygons in ([" ".join([corner] * (MOST_POINTS + 1))], [corner] * (MOST_POINTS + 1)):
        assert position_of(polygons, []).notes == (ReportNote.POSITION_LEFT_OUT,)
