"""The map of `bench faults`: control rooms, squares that lie too far apart for their reports to join, and a camera in some."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Any, Final

ROOMS: Final = ("room-0", "room-1", "room-2", "room-6")
"""Control rooms whose keys fall on the four partitions, one each."""
STEP_M: Final = 450
"""Beyond the widest distance at which reports join, and at which a camera is asked."""
COLUMNS: Final = 80
CAMERA_ROWS: Final = 6
CAMERAS_PER_ROOM: Final = CAMERA_ROWS**2
CAMERAS: Final = len(ROOMS) * CAMERAS_PER_ROOM
SQUARES_PER_ROOM: Final = 200 * COLUMNS
POSITIONED: Final = 24
"""Each so manieth report lies in a camera's view, until the cameras are used up: a camera is used once."""
LAST_WATCHED: Final = (CAMERAS - 1) * POSITIONED
NORTH: Final = 53.0
WEST: Final = 4.0
METRES_PER_DEGREE: Final = 111_320


@dataclass(frozen=True, slots=True)
class Square:
    """Square: where a report lies."""

    room: str
    lat: float
    lon: float
    camera: str | None


def square_of(number: int) -> Square:
    """Return the square of a report; beyond the map it starts again, which no run reaches."""
    room = number % len(ROOMS)
    if number % POSITIONED == 0 and number // POSITIONED < CAMERAS:
        return camera_square(number // POSITIONED)
    row, column = divmod(CAMERA_ROWS * COLUMNS + (number // len(ROOMS)) % SQUARES_PER_ROOM, COLUMNS)
    return _square(room, row, column, None)


def camera_square(camera: int) -> Square:
    """Return where a camera looks."""
    room, place = camera % len(ROOMS), camera // len(ROOMS)
    row, column = divmod(place, CAMERA_ROWS)
    return _square(room, row, column, f"camera-{camera}")


def registry_document() -> str:
    """Return the registry of the map, as a file that a worker reads (JSON is YAML)."""
    cameras = [_camera(number) for number in range(CAMERAS)]
    return json.dumps({"version": "faults", "control_rooms": [_room(k) for k in range(len(ROOMS))], "cameras": cameras})


def _square(room: int, row: int, column: int, camera: str | None) -> Square:
    lat = NORTH - row * STEP_M / METRES_PER_DEGREE
    east_m = (room * COLUMNS + column) * STEP_M
    lon = WEST + east_m / (METRES_PER_DEGREE * math.cos(math.radians(NORTH)))
    return Square(ROOMS[room], round(lat, 6), round(lon, 6), camera)


def _room(number: int) -> dict[str, Any]:
    west, east = _square(number, 0, 0, None).lon - 0.003, _square(number, 0, COLUMNS, None).lon - 0.003
    corners = ((50.5, west), (50.5, east), (53.5, east), (53.5, west))
    return {"id": ROOMS[number], "name": ROOMS[number], "area": [{"lat": lat, "lon": lon} for lat, lon in corners]}


def _camera(number: int) -> dict[str, Any]:
    place = camera_square(number)
    return {
        "id": f"camera-{number}",
        "name": f"camera {number}",
        "control_room": place.room,
        "position": {"lat": place.lat, "lon": place.lon},
        "view_area": _corners(place, 20),
        "width_px": 640,
        "height_px": 360,
        "source": {"url": "none"},
        "legal": {
            "decision_ref": "bench",
            "valid_from": "2020-01-01",
            "valid_until": "2099-01-01",
            "public_area": _corners(place, 40),
            "viewing_windows": [
                {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "until": "00:00"}
            ],
        },
        "masks": {"version": "1", "polygons": []},
        "zones": [{"id": "square", "name": "square", "polygon": [[0, 0], [640, 0], [640, 360], [0, 360]]}],
    }


def _corners(place: Square, half_m: float) -> list[dict[str, float]]:
    d_lat = half_m / METRES_PER_DEGREE
    d_lon = half_m / (METRES_PER_DEGREE * math.cos(math.radians(place.lat)))
    around = ((-1, -1), (-1, 1), (1, 1), (1, -1))
    return [{"lat": round(place.lat + y * d_lat, 7), "lon": round(place.lon + x * d_lon, 7)} for y, x in around]
