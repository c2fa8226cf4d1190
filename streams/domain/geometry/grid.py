"""A grid of metres on the ground as it runs through the picture, for a person to judge a calibration by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Final

import numpy as np

from streams.domain.geometry.area import Corners, edge_px
from streams.domain.geometry.projection import GroundMap, Points

SPACINGS_M: Final = (1, 2, 5, 10, 20, 50, 100)
MOST_LINES: Final = 60
"""More lines in one direction hide the picture: then the next wider spacing is taken."""
_STEPS_PER_CELL: Final = 8
_ROUNDING: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Grid:
    """Lines in pixels, with the metre that each stands for.

    Attributes:
        spacing_m: Distance between lines.
        lines: For each line its text and its points (N, 2) in pixels, in pieces where part of it cannot be seen.
    """

    spacing_m: int
    lines: tuple[tuple[str, Points], ...]


def ground_grid(zones: Sequence[Corners], ground: GroundMap) -> Grid:
    """Return the grid over the ground of some zones, along the map's axes.

    Raises:
        ValueError: A zone has a point without ground.
    """
    edges = ground.to_ground(np.vstack([edge_px(zone) for zone in zones]))
    if not np.isfinite(edges).all():
        raise ValueError("a zone reaches the horizon, expected zones on the ground")
    low, high = edges.min(axis=0), edges.max(axis=0)
    longest = float((high - low).max())
    spacing = next((s for s in SPACINGS_M if longest / s <= MOST_LINES + _ROUNDING), SPACINGS_M[-1])
    lines: list[tuple[str, Points]] = []
    for axis, name in enumerate("xy"):
        start, end = (float(bound[1 - axis]) for bound in (low, high))
        along = np.linspace(start, end, max(2, ceil((end - start) / spacing * _STEPS_PER_CELL)))
        for multiple in range(ceil(low[axis] / spacing - _ROUNDING), floor(high[axis] / spacing + _ROUNDING) + 1):
            across = np.full_like(along, multiple * spacing)
            metres = np.column_stack((across, along) if axis == 0 else (along, across))
            lines.extend((f"{name} {multiple * spacing}", piece) for piece in _pieces(ground.to_pixels(metres)))
    return Grid(spacing, tuple(lines))


def _pieces(points: Points) -> list[Points]:
    """Return the runs of a line's points that can be seen, each of two points or more."""
    seen = np.isfinite(points).all(axis=1)
    cuts = np.flatnonzero(np.diff(seen.astype(np.int8))) + 1
    return [piece for piece in np.split(points, cuts) if len(piece) > 1 and np.isfinite(piece).all()]
