"""Metres on the ground: WGS 84 to RD New (EPSG:28992) and back, distances, areas. Metres begin here.

RD New is the Dutch national grid; without its grid files pyproj uses the seven-parameter transformation, good to about
a metre, which is far below the accuracy of any report.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from math import hypot
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:  # each is loaded where it is needed first: a worker whose files have no area is back sooner
    from pyproj import Transformer
    from shapely.geometry import Polygon

WGS84 = 4326
RD_NEW = 28992


class LatLon(Protocol):
    """Anything with a WGS 84 latitude and longitude in degrees."""

    @property
    def lat(self) -> float:
        """Return the latitude."""

    @property
    def lon(self) -> float:
        """Return the longitude."""


class GroundPoint(NamedTuple):
    """A point in RD New, in metres: x eastwards, y northwards."""

    x_m: float
    y_m: float


@lru_cache(maxsize=2)
def _transformer(source: int, target: int) -> Transformer:
    from pyproj import Transformer

    return Transformer.from_crs(source, target, always_xy=True)


def to_ground(place: LatLon) -> GroundPoint:
    """Return a place in RD New."""
    return _to_ground(place.lat, place.lon)


@lru_cache(maxsize=4_096)
def _to_ground(lat: float, lon: float) -> GroundPoint:
    """Return a place in RD New; an event asks for those of a few situations, each of them several times."""
    x_m, y_m = _transformer(WGS84, RD_NEW).transform(lon, lat)
    return GroundPoint(float(x_m), float(y_m))


def to_lat_lon(point: GroundPoint) -> tuple[float, float]:
    """Return a point's WGS 84 latitude and longitude, in degrees."""
    lon, lat = _transformer(RD_NEW, WGS84).transform(point.x_m, point.y_m)
    return float(lat), float(lon)


def distance_m(one: GroundPoint, other: GroundPoint) -> float:
    """Return the distance between two points, in metres on the map grid."""
    return hypot(one.x_m - other.x_m, one.y_m - other.y_m)


def to_polygon(area: Iterable[LatLon]) -> Polygon:
    """Return an area on the map as a polygon in RD New, in metres. Its corners are joined by straight lines."""
    from shapely.geometry import Polygon

    corners = (to_ground(place) for place in area)
    return Polygon([(corner.x_m, corner.y_m) for corner in corners])


def distance_to_area_m(point: GroundPoint, area: Polygon) -> float:
    """Return how far a point is from an area, in metres; 0 inside and on its border."""
    from shapely.geometry import Point

    return float(area.distance(Point(point.x_m, point.y_m)))


def in_polygon(point: GroundPoint, area: Polygon) -> bool:
    """Return whether a point lies in an area or on its border."""
    from shapely import intersects_xy

    return bool(intersects_xy(area, point.x_m, point.y_m))
