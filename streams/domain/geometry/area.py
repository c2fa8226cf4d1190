"""The ground of a zone: how much of it can be seen, and where the horizon is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import shapely
from shapely.geometry import LinearRing, Polygon
from shapely.geometry.base import BaseGeometry

from streams.domain.cameras.registry import Camera, Zone
from streams.domain.geometry.projection import GroundMap, Points

Corners = Sequence[tuple[float, float]]
"""The corners (x, y) of a polygon in pixels, not closed."""

EDGE_STEP_PX: Final = 4.0
"""Edges are followed in steps of this length: straight in the picture, a lens bends them on the ground. In PETS2009's view 001
the 658 m² of the square are right to a millionth, by their corners alone they would be 2.4 % too many."""


def zone_area_m2(camera: Camera, zone: Zone, ground: GroundMap) -> float:
    """Return the ground of a zone that can be seen, in square metres: without privacy masks and occluders.

    NaN where a part of it lies at or beyond the horizon.
    """
    return visible_area_m2(zone.polygon, (*camera.masks.polygons, *camera.occluders), ground)


def visible_area_m2(polygon: Corners, hidden: Iterable[Corners], ground: GroundMap) -> float:
    """Return the area on the ground of a polygon of the picture without what is hidden; see `zone_area_m2`.

    Args:
        polygon: In pixels; it may not cross itself.
        hidden: Polygons in pixels. What one that crosses itself encloses is hidden too, as `detectors.privacy.masks` paints it.
        ground: The camera's calibration.
    """
    seen = Polygon(polygon).difference(shapely.union_all([_enclosed(corners) for corners in hidden]))
    parts = [part for part in shapely.get_parts(seen) if isinstance(part, Polygon) and not part.is_empty]
    areas = (_ring_m2(p.exterior, ground) - sum(_ring_m2(hole, ground) for hole in p.interiors) for p in parts)
    return float(sum(areas))


def visible_shape_m(polygon: Corners, hidden: Iterable[Corners], ground: GroundMap) -> BaseGeometry:
    """Return the ground of a polygon of the picture without what is hidden, as a shape in metres; see `visible_area_m2`."""
    seen = Polygon(polygon).difference(shapely.union_all([_enclosed(corners) for corners in hidden]))
    parts = [part for part in shapely.get_parts(seen) if isinstance(part, Polygon) and not part.is_empty]
    on_ground = [
        Polygon(ground.to_ground(_followed(p.exterior)), [ground.to_ground(_followed(hole)) for hole in p.interiors])
        for p in parts
    ]
    return shapely.union_all([shapely.make_valid(each) for each in on_ground])


def edge_px(polygon: Corners) -> Points:
    """Return points (N, 2) along the whole edge of a polygon of the picture, its corners among them."""
    return _followed(LinearRing(polygon))


def coarsest_m_per_px(polygon: Corners, ground: GroundMap) -> float:
    """Return how much ground a pixel spans where the zone's edge is furthest away, in metres; NaN at the horizon."""
    edge = edge_px(polygon)
    spans = [
        np.linalg.norm(ground.to_ground(edge + step) - ground.to_ground(edge - step), axis=1)
        for step in (np.array([0.5, 0.0]), np.array([0.0, 0.5]))
    ]
    return float(np.max(spans))


def horizon_px(ground: GroundMap, width_px: int, height_px: int) -> tuple[int | None, int | None, int | None]:
    """Return the uppermost row with ground at the left edge, the middle and the right edge of the picture.

    0 says that the horizon lies above the picture, None that this column shows no ground.
    """
    rows = np.arange(height_px, dtype=np.float64)
    found: list[int | None] = []
    for x in (0.0, width_px / 2, float(width_px)):
        seen = np.isfinite(ground.to_ground(np.column_stack((np.full(height_px, x), rows)))).all(axis=1)
        found.append(int(np.argmax(seen)) if seen.any() else None)
    return found[0], found[1], found[2]


def mirrored(polygon: Corners, ground: GroundMap) -> bool:
    """Return whether the ground would be seen from below: x and y of the surveyed points are exchanged, as a rule."""
    edge = edge_px(polygon)
    on_ground = ground.to_ground(edge)
    # y points down in the picture and northwards on the map, so that going round the other way is right.
    return bool(shapely.is_ccw(LinearRing(edge)) == shapely.is_ccw(LinearRing(on_ground)))


def _followed(ring: BaseGeometry) -> Points:
    coordinates = shapely.get_coordinates(shapely.segmentize(ring, EDGE_STEP_PX))[:-1]
    return np.asarray(coordinates, np.float64)


def _ring_m2(ring: BaseGeometry, ground: GroundMap) -> float:
    """Return the area that a ring of the picture encloses on the ground (the shoelace formula)."""
    x, y = ground.to_ground(_followed(ring)).T
    x, y = x - x[0], y - y[0]
    return float(abs(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2)


def _enclosed(corners: Corners) -> BaseGeometry:
    """Return everything that a polygon encloses, also where it crosses itself."""
    lines = shapely.union_all([LinearRing(corners)])
    faces = shapely.get_parts(shapely.polygonize([lines]))
    return shapely.union_all(faces)
