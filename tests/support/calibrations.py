"""Calibrations whose figures can be worked out by hand."""

from __future__ import annotations

from typing import Any, Final

from streams.domain.cameras.registry import Camera, SurveyedPoint, TsaiCalibration
from streams.domain.geometry.tsai import TsaiModel
from tests.support.registry import registry_camera

FLAT: Final = (((0, 0), (0, 0)), ((100, 0), (10, 0)), ((100, 100), (10, -10)), ((0, 100), (0, -10)))
"""Straight from above: ten pixels are a metre, x_m = x / 10, y_m = -y / 10."""
TILTED: Final = (((0, 100), (0, 0)), ((100, 100), (10, 0)), ((75, 50), (10, 10)), ((25, 50), (0, 10)))
"""A square of 10 m seen from one side: x_m = 5 + 10 (x - 50) / y, y_m = 1000 / y - 10; the horizon is y = 0."""

Pairs = tuple[tuple[tuple[float, float], tuple[float, float]], ...]


def surveyed(pairs: Pairs, moved_m: tuple[float, float] = (0, 0)) -> list[SurveyedPoint]:
    """Return pairs of pixel and place as surveyed points, all places moved by a distance."""
    return [SurveyedPoint(pixel=pixel, x_m=x + moved_m[0], y_m=y + moved_m[1]) for pixel, (x, y) in pairs]


def section(pairs: Pairs) -> dict[str, Any]:
    """Return what stands under `calibration` in a registry."""
    points = [{"pixel": list(pixel), "x_m": float(x), "y_m": float(y)} for pixel, (x, y) in pairs]
    return {"method": "homography", "version": "c1", "date": "2026-11-24", "points": points}


def calibrated_camera(pairs: Pairs | None = FLAT, **changes: Any) -> Camera:
    """Return a camera of 100x100 pixels without masks, with one zone `plein` over its right lower quarter."""
    raw = registry_camera("cam-1", {"url": "stills"}) | {
        "width_px": 100,
        "height_px": 100,
        "masks": {"version": "m1", "polygons": []},
        "zones": [{"id": "plein", "name": "Plein", "polygon": [[50, 50], [100, 50], [100, 100], [50, 100]]}],
    }
    if pairs is not None:
        raw["calibration"] = section(pairs)
    return Camera.model_validate(raw | changes)


def looking_down(kappa1: float = 0.0) -> TsaiModel:
    """Return a camera 10 m above the origin that looks straight down: 100 pixels from (320, 240) are a metre."""
    return TsaiModel(
        width_px=640,
        height_px=480,
        dpx=0.005,
        dpy=0.005,
        focal=5,
        kappa1=kappa1,
        cx_px=320,
        cy_px=240,
        sx=1,
        tx=0,
        ty=0,
        tz=10_000,
        rx_rad=3.141592653589793,
        ry_rad=0,
        rz_rad=0,
    )


def placed(**changes: Any) -> TsaiCalibration:
    """Return a place on the map for a camera model in millimetres."""
    return TsaiCalibration.model_validate(
        {"method": "tsai", "version": "t1", "date": "2026-11-24", "file": "camera.xml"} | changes
    )
