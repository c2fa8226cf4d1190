"""Persons on flat ground, at ten pixels to a metre."""

from __future__ import annotations

from schemas.cameras import Box
from streams.domain.geometry.projection import HomographyMap
from tests.support.calibrations import FLAT, surveyed

GROUND = HomographyMap.fitted(surveyed(FLAT), "c1")


def person(x_m: float, y_m: float) -> Box:
    """Return a box whose foot point stands at a place of the flat ground."""
    return Box(x_min_px=10 * x_m - 2, y_min_px=-10 * y_m - 15, x_max_px=10 * x_m + 2, y_max_px=-10 * y_m)
