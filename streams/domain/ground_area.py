"""How much ground a zone shows, and how close together persons stand on it."""

from __future__ import annotations

import numpy as np
from shapely import segmentize, transform
from shapely.geometry import Polygon
from shapely.ops import unary_union

from streams.domain.projecting import GroundMap, Points
from streams.domain.registry import Camera, Zone


def zone_area_m2(camera: Camera, zone: Zone, ground: GroundMap) -> float:
    """Return the ground of a zone that can be seen, without masks and occluders, in m²."""
    hidden = unary_union([Polygon(polygon) for polygon in (*camera.masks.polygons, *camera.occluders)])
    seen = segmentize(Polygon(zone.polygon).difference(hidden), 10)
    return float(transform(seen, ground.to_ground).area)


def densest_per_m2(feet_m: Points, side_m: float = 3.0) -> float:
    """Return the largest density in any axis-parallel square; `feet_m` has the shape (N, 2)."""
    most = 0
    for left in feet_m[:, 0]:
        column = np.sort(feet_m[(feet_m[:, 0] >= left) & (feet_m[:, 0] <= left + side_m), 1])
        most = max(most, int((np.searchsorted(column, column + side_m, "right") - np.arange(len(column))).max()))
    return most / side_m**2
