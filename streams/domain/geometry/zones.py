"""Zones: which zone an object stands in: its foot point against the zone's polygon, in pixels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import hypot
from typing import Final

import numpy as np

from schemas.cameras import Box, DetectedObject, ObjectClass, iou

VEHICLES: Final = frozenset({ObjectClass.CAR, ObjectClass.BUS, ObjectClass.TRUCK, ObjectClass.MOTORCYCLE})
RIDDEN: Final = frozenset({ObjectClass.BICYCLE, ObjectClass.MOTORCYCLE})
RIDER_IOU: Final = 0.1
"""A person whose box overlaps a bicycle's this much rides it or leads it: its speed says nothing about walking."""
OVERLAP_IOU: Final = 0.3
OVERLAP_SHARE: Final = 0.3
"""Above this share of persons whose boxes overlap this much, hidden persons are likely, so a count is a lower bound."""

_INSIDE_PX: Final = 0.01

Polygon = Sequence[tuple[float, float]]
Size = tuple[int, int]
"""Width and height in pixels."""


def foot_point(box: Box) -> tuple[float, float]:
    """Return where an object stands: the middle of its box's lower edge, (x, y) in pixels."""
    return (box.x_min_px + box.x_max_px) / 2, box.y_max_px


def inside(point: tuple[float, float], polygon: Polygon) -> bool:
    """Return whether a point lies in a polygon (even-odd rule); points on the left and upper edges count as inside."""
    x, y = point
    result = False
    previous_x, previous_y = polygon[-1]
    for corner_x, corner_y in polygon:
        if (corner_y > y) != (previous_y > y):
            crossing = corner_x + (y - corner_y) * (previous_x - corner_x) / (previous_y - corner_y)
            if x < crossing:
                result = not result
        previous_x, previous_y = corner_x, corner_y
    return result


def edge_distance_px(point: tuple[float, float], polygon: Polygon) -> float:
    """Return how far a point is from a polygon's edge, inside or outside, in pixels."""
    return min(
        segment_distance_px(point, first, second)
        for first, second in zip(polygon, (*polygon[1:], polygon[0]), strict=True)
    )


def segment_distance_px(point: tuple[float, float], first: tuple[float, float], second: tuple[float, float]) -> float:
    """Return how far a point is from the straight line between two others, in pixels."""
    along_x, along_y = second[0] - first[0], second[1] - first[1]
    length2 = along_x**2 + along_y**2
    x, y = point[0] - first[0], point[1] - first[1]
    share = min(1.0, max(0.0, (x * along_x + y * along_y) / length2)) if length2 else 0.0
    return hypot(x - share * along_x, y - share * along_y)


def standing_points(objects: Iterable[DetectedObject], size: Size, drawn_on: Size) -> list[tuple[float, float]]:
    """Return each object's foot point in the pixels of the picture that zones were drawn on, within that picture.

    A box that the picture's lower edge cuts off ends on that edge; its foot point is taken just inside, since a zone that
    reaches the edge means whoever stands there.

    Args:
        objects: Objects of one frame.
        size: Width and height of the frame in pixels.
        drawn_on: Width and height of the picture that zones were drawn on.
    """
    across, down = drawn_on[0] / size[0], drawn_on[1] / size[1]
    points = []
    for item in objects:
        x, y = foot_point(item.box)
        points.append((min(x * across, drawn_on[0] - _INSIDE_PX), min(y * down, drawn_on[1] - _INSIDE_PX)))
    return points


def crowded_boxes(persons: Sequence[DetectedObject]) -> bool:
    """Return whether so many boxes overlap that the count is a lower bound."""
    if len(persons) < 2:
        return False
    boxes = [item.box for item in persons]
    left, upper, right, lower = np.array([(b.x_min_px, b.y_min_px, b.x_max_px, b.y_max_px) for b in boxes]).T.copy()
    across = np.minimum(right[:, None], right) - np.maximum(left[:, None], left)
    down = np.minimum(lower[:, None], lower) - np.maximum(upper[:, None], upper)
    shared = np.maximum(across, 0) * np.maximum(down, 0)
    areas = (right - left) * (lower - upper)
    overlap = shared / (areas[:, None] + areas - shared)
    np.fill_diagonal(overlap, 0)
    return int((overlap > OVERLAP_IOU).any(axis=1).sum()) > OVERLAP_SHARE * len(persons)


def rides(person: DetectedObject, ridden: Iterable[DetectedObject]) -> bool:
    """Return whether a person is on one of these bicycles or motorcycles, or leads it."""
    return any(iou(person.box, item.box) > RIDER_IOU for item in ridden)
