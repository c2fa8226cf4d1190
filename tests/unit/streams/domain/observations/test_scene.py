"""The ground of a zone and its curve: drawn once, and bounded by where the camera sees that one can walk."""

from __future__ import annotations

import numpy as np
from shapely.geometry import box

from streams.domain.cameras.registry import Camera
from streams.domain.geometry.ground import GroundPoint, to_lat_lon
from streams.domain.observations.scene import CameraScene
from streams.evaluation.density import Mast, camera_ground
from tests.support.zones import AMSTERDAM, CALIBRATED, CAMERA, RULES, camera

MIDDLE = np.array([118_000.0, 480_000.0])
GROUND = camera_ground(Mast(6.0, 25.0, (0.0, 1.0)), MIDDLE)


def watching(half_m: float, away_m: float = 0.0) -> CameraScene:
    """Return a camera of one zone of 3 x 3 m whose view area is a square of this half side, so far away."""
    zone = GROUND.to_pixels(np.array(box(-1.5, -1.5, 1.5, 1.5).exterior.coords[:-1]) + MIDDLE)
    area = np.array(box(-half_m, -half_m, half_m, half_m).exterior.coords[:-1]) + MIDDLE + (away_m, 0.0)
    places = [to_lat_lon(GroundPoint(x_m, y_m)) for x_m, y_m in area.tolist()]
    seen: Camera = camera(
        width_px=1280,
        height_px=720,
        zones=[{"id": "area", "name": "area", "polygon": zone.tolist()}],
        view_area=[{"lat": lat, "lon": lon} for lat, lon in places],
    )
    return CameraScene.of(seen, RULES.episodes.crowd, AMSTERDAM, GROUND)


def shown_of_two(scene: CameraScene) -> float:
    """Return how many boxes are shown of 2 persons, both on a square metre."""
    ground = scene.zone_ground(scene.camera.zones[0])
    assert ground is not None
    assert ground.curve is not None
    return float(np.interp(2.0, ground.curve.true_per_m2, ground.curve.shown_per_m2))


def test_a_crowd_stands_where_the_camera_sees_ground() -> None:
    """In a narrow view area fewer stand before the zone; one that lies elsewhere bounds nothing."""
    narrow, wide, elsewhere = watching(1.6), watching(20.0), watching(20.0, away_m=500.0)
    assert shown_of_two(narrow) > 1.3 * shown_of_two(wide)
    assert shown_of_two(elsewhere) == shown_of_two(wide)


def test_a_zone_is_drawn_once() -> None:
    scene = watching(20.0)
    zone = scene.camera.zones[0]
    assert scene.zone_ground(zone) is scene.zone_ground(zone)


def test_without_a_calibration_or_a_height_there_is_no_curve() -> None:
    """Levels then go by boxes, as they did."""
    zone = CAMERA.zones[0]
    assert CameraScene.of(CAMERA, RULES.episodes.crowd, AMSTERDAM, None).zone_ground(zone) is None
    from_above = CALIBRATED.zone_ground(zone)
    assert from_above is not None
    assert from_above.curve is None
