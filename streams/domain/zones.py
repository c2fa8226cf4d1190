"""Which zone an object stands in: its foot point against the zone's polygon, in pixels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from schemas.cameras import Box, DetectedObject, ObjectClass, iou

VEHICLES: Final = frozenset({ObjectClass.CAR, ObjectClass.BUS, ObjectClass.TRUCK, ObjectClass.MOTORCYCLE})
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
    overlapping = {
        index
        for first in range(len(persons))
        for second in range(first + 1, len(persons))
        if iou(persons[first].box, persons[second].box) > OVERLAP_IOU
        for index in (first, second)
    }
    return len(overlapping) > OVERLAP_SHARE * len(persons)


def _area(box: Box) -> float:
    return (box.x_max_px - box.x_min_px) * (box.y_max_px - box.y_min_px)
