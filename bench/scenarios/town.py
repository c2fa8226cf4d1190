"""A made town: eight cameras around a centre, and homes within two kilometres. No street of it exists."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi, sin, sqrt
from typing import Any, Final

import numpy as np

from streams.domain.geometry.ground import GroundPoint, to_lat_lon

VERSION: Final = "made-town-1"
"""Of the registry."""
ROOM: Final = "stad"
CENTRE: Final = GroundPoint(118_850.0, 479_900.0)
"""RD New, inside the sanity box of the fact sheet §6, with all of the town."""
RADIUS_M: Final = 2_000.0
VIEW_M: Final = 40.0
"""Side of what a camera sees."""
ZONE_M2: Final = 100.0
"""Ground of a zone; what the rules take for a zone that is not calibrated."""
PICTURE_PX: Final = (640, 480)


@dataclass(frozen=True, slots=True)
class MadeCamera:
    """A camera of the town.

    Attributes:
        name: Its id; each has one zone, `plein`.
        x_m: Middle of its view from the centre, to the east.
        y_m: To the north.
        passers_per_min: Who passes through its zone by day.
        vehicles_per_min: Cars that pass.
        calibrated: Whether it is surveyed, so that its zone tells densities.
        metres: Whether speeds and distances on its ground are known: surveyed, or fitted to walkers' boxes. Not where few walk.
        runs_per_hour: Who runs without any incident: 1.4 and 2.2 (as detected) in a quiet hall, three times that in busy streets,
            over 2 s held for 1 s (evidence.md, sections 2 and 4).
        bicycles_per_hour: Riders: 4.5 to 18 on a campus' 10 x 10 m (the same); others own.
        groups_per_hour: Groups that stand for some minutes, own.
        gatherings_per_hour: Many who come together and stand: 0 to 1.1 converging (the same).
        buses_per_hour: Of a stop in view.
        objects: Whether it looks for bags that were left.
    """

    name: str
    x_m: float
    y_m: float
    passers_per_min: float
    vehicles_per_min: float = 0.0
    calibrated: bool = False
    objects: bool = False
    metres: bool = True
    runs_per_hour: float = 1.0
    bicycles_per_hour: float = 0.0
    groups_per_hour: float = 0.0
    gatherings_per_hour: float = 0.0
    buses_per_hour: float = 0.0

    @property
    def middle(self) -> GroundPoint:
        """Return the middle of its view (RD New)."""
        return GroundPoint(CENTRE.x_m + self.x_m, CENTRE.y_m + self.y_m)


CAMERAS: Final = (
    MadeCamera(
        "plein-noord",
        0,
        60,
        4.0,
        calibrated=True,
        objects=True,
        runs_per_hour=4.0,
        groups_per_hour=1.0,
        gatherings_per_hour=0.4,
        bicycles_per_hour=1.0,
    ),
    MadeCamera("plein-zuid", 10, -50, 3.0, runs_per_hour=3.5, groups_per_hour=0.8, gatherings_per_hour=0.3),
    MadeCamera(
        "station",
        320,
        -120,
        3.0,
        calibrated=True,
        objects=True,
        runs_per_hour=3.0,
        groups_per_hour=0.5,
        bicycles_per_hour=2.0,
        buses_per_hour=4.0,
    ),
    MadeCamera("markt", -260, 140, 1.5, runs_per_hour=2.0, groups_per_hour=0.6, gatherings_per_hour=0.2),
    MadeCamera("uitgaan", -180, -230, 1.0, runs_per_hour=1.5, groups_per_hour=0.3, gatherings_per_hour=0.1),
    MadeCamera("park", 480, 420, 0.5, runs_per_hour=2.0, bicycles_per_hour=3.0, groups_per_hour=0.2),
    MadeCamera("campus", 900, 700, 0.7, runs_per_hour=1.4, bicycles_per_hour=18.0, gatherings_per_hour=0.1),
    MadeCamera(
        "winkelhof", -820, -640, 0.6, vehicles_per_min=0.5, metres=False, runs_per_hour=1.0, groups_per_hour=0.2
    ),
)
SQUARES: Final = ("plein-noord", "plein-zuid", "station", "markt")
"""Where crowds gather."""


def anywhere(chance: np.random.Generator) -> GroundPoint:
    """Return a place in the town, evenly."""
    distance_m, angle = RADIUS_M * sqrt(chance.random()), 2 * pi * chance.random()
    return GroundPoint(CENTRE.x_m + distance_m * cos(angle), CENTRE.y_m + distance_m * sin(angle))


def in_public(chance: np.random.Generator, in_view_share: float) -> tuple[GroundPoint, MadeCamera | None]:
    """Return a public place, and the camera that sees it: in a camera's view, or about the centre."""
    if chance.random() < in_view_share:
        weights = np.array([camera.passers_per_min for camera in CAMERAS])
        camera = CAMERAS[int(chance.choice(len(CAMERAS), p=weights / weights.sum()))]
        east, north = chance.uniform(-VIEW_M / 2, VIEW_M / 2, 2)
        return GroundPoint(camera.middle.x_m + float(east), camera.middle.y_m + float(north)), camera
    east, north = chance.normal(0, 450, 2)
    point = GroundPoint(CENTRE.x_m + float(east), CENTRE.y_m + float(north))
    return point, seeing(point)


def seeing(point: GroundPoint) -> MadeCamera | None:
    """Return the camera whose view holds a place, or None."""
    for camera in CAMERAS:
        middle = camera.middle
        if abs(point.x_m - middle.x_m) <= VIEW_M / 2 and abs(point.y_m - middle.y_m) <= VIEW_M / 2:
            return camera
    return None


def registry() -> dict[str, Any]:
    """Return the camera registry, as it is written to YAML."""
    area = _square(CENTRE, 2.2 * RADIUS_M)
    room = {"id": ROOM, "name": "Control room", "area": area}
    return {"version": VERSION, "control_rooms": [room], "cameras": [_camera(camera) for camera in CAMERAS]}


def _camera(made: MadeCamera) -> dict[str, Any]:
    width, height = PICTURE_PX
    corners = [[0, 0], [width, 0], [width, height], [0, height]]
    always = {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "until": "00:00"}
    legal = {
        "decision_ref": f"made decision {made.name}",
        "valid_from": "2020-01-01",
        "valid_until": "2099-12-31",
        "public_area": _square(made.middle, 2 * VIEW_M),
        "viewing_windows": [always],
    }
    zone: dict[str, Any] = {"id": "plein", "name": "The whole picture", "polygon": corners}
    if made.objects:
        zone["situations"] = {"object_left_s": 60}
    camera: dict[str, Any] = {
        "id": made.name,
        "name": made.name,
        "control_room": ROOM,
        "position": _place(made.middle),
        "view_area": _square(made.middle, VIEW_M),
        "width_px": width,
        "height_px": height,
        "source": {"url": f"rtsp://camera.invalid/{made.name}"},
        "legal": legal,
        "masks": {"version": "m1", "polygons": []},
        "zones": [zone],
    }
    if made.calibrated:
        half_m = sqrt(ZONE_M2) / 2
        signs = ((-1, 1), (1, 1), (1, -1), (-1, -1))
        ground = [(made.middle.x_m + half_m * east, made.middle.y_m + half_m * north) for east, north in signs]
        points = [
            {"pixel": pixel, "x_m": round(x_m, 2), "y_m": round(y_m, 2)}
            for pixel, (x_m, y_m) in zip(corners, ground, strict=True)
        ]
        camera["calibration"] = {"method": "homography", "version": "c1", "date": "2026-01-01", "points": points}
    return camera


def _square(middle: GroundPoint, side_m: float) -> list[dict[str, float]]:
    half_m = side_m / 2
    signs = ((-1, -1), (-1, 1), (1, 1), (1, -1))
    return [_place(GroundPoint(middle.x_m + half_m * x, middle.y_m + half_m * y)) for x, y in signs]


def _place(point: GroundPoint) -> dict[str, float]:
    lat, lon = to_lat_lon(point)
    return {"lat": round(lat, 6), "lon": round(lon, 6)}
