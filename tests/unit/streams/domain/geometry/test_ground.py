"""Metres on the ground, against the figures of the fact sheet."""

from __future__ import annotations

import pytest

from streams.domain.cameras.registry import MapPoint
from streams.domain.geometry.ground import (
    GroundPoint,
    distance_m,
    distance_to_area_m,
    in_polygon,
    to_ground,
    to_lat_lon,
    to_polygon,
)
from tests.support.situations import SQUARE, box


def test_stadshart_lies_where_the_fact_sheet_says() -> None:
    """Stadshart is (118859, 479949) in RD New (§6), to a metre."""
    point = to_ground(MapPoint(lat=52.306326, lon=4.857297))
    assert (point.x_m, point.y_m) == pytest.approx((118_859, 479_949), abs=1.0)


def test_there_and_back_ends_at_the_same_place() -> None:
    """The two directions belong together, to a centimetre."""
    lat, lon = to_lat_lon(to_ground(MapPoint(lat=52.30, lon=4.86)))
    assert (lat, lon) == pytest.approx((52.30, 4.86), abs=1e-7)


def test_the_grid_is_in_metres() -> None:
    """A hundredth of a degree of latitude is 1,113 m."""
    south, north = to_ground(MapPoint(lat=52.30, lon=4.86)), to_ground(MapPoint(lat=52.31, lon=4.86))
    assert distance_m(south, north) == pytest.approx(1_113, abs=2)


@pytest.mark.parametrize(
    ("east_m", "inside", "away_m"),
    [(10.0, True, 0.0), (20.0, True, 0.0), (20.5, False, 0.5), (120.0, False, 100.0)],
)
def test_distance_to_an_area_is_zero_within_and_on_its_border(east_m: float, inside: bool, away_m: float) -> None:
    """A border belongs to the area; outside, the nearest edge counts."""
    area = to_polygon(box(0, 0, 20))
    point = GroundPoint(SQUARE.x_m + east_m, SQUARE.y_m + 10)
    assert distance_to_area_m(point, area) == pytest.approx(away_m, abs=0.01)
    assert in_polygon(GroundPoint(SQUARE.x_m + east_m - 0.01, point.y_m), area) is inside
