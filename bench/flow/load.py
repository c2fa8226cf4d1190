"""The load of `bench flow`: a square grid of cameras, what they showed, and reports at their places.

Every report lies in one camera's view, and that camera showed enough persons a moment ago to fit it, so each report
goes the whole way: incident, watch and evidence, sighting, and two versions of an alert.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from schemas.cameras import DetectorInfo
from schemas.observations import Measures, Observation
from streams.domain.cameras.registry import Registry

SIDE: Final = 50
"""Cameras along one side: 2,500 in all, more than any Dutch city has for public order."""
SHARES: Final = 5
"""Each round uses every fifth square, so that it does not find the alerts of the round before."""
STEP_M: Final = 450
"""Beyond the widest corroboration distance of the categories used, so that each report concerns one camera."""
LAT: Final = 52.2
LON: Final = 4.7
METRES_PER_DEGREE: Final = 111_320
CATEGORIES: Final = ("straatroof", "geweld_vechtpartij")
"""Categories that two persons in view fit, and of which cameras are asked."""
SOURCES: Final = ("politie-gms", "meldpunt", "signalen")


def place(number: int) -> tuple[float, float]:
    """Return the latitude and longitude of a camera's square."""
    row, column = divmod(number % SIDE**2, SIDE)
    lat = LAT + row * STEP_M / METRES_PER_DEGREE
    return lat, LON + column * STEP_M / (METRES_PER_DEGREE * math.cos(math.radians(lat)))


def registry() -> Registry:
    """Return the grid's registry: one control room, one zone per camera."""
    cameras = [camera_entry(number, place(number), "bench") for number in range(SIDE**2)]
    corners = [{"lat": lat, "lon": lon} for lat, lon in ((51, 4), (51, 6), (53, 6), (53, 4))]
    rooms = [{"id": "bench", "name": "bench", "area": corners}]
    return Registry.model_validate({"version": "bench", "control_rooms": rooms, "cameras": cameras})


def observations(now: datetime, share: int) -> Iterator[Observation]:
    """Yield what each camera of a round showed a few seconds ago: three persons."""
    for number in range(share % SHARES, SIDE**2, SHARES):
        second = now.replace(microsecond=0) - timedelta(seconds=20)
        yield Observation(
            camera_id=f"camera-{number}",
            zone_id="square",
            control_room_id="bench",
            second=second,
            frames=5,
            count=3,
            count_max=3,
            vehicles=0,
            dwell_s=90,
            group_size=2,
            lower_bound=False,
            detector=DetectorInfo(name="bench", version="1"),
            newest_frame_at=second,
            view=Measures(persons=3, longest_stay_s=90),
        )


def report_lines(count: int, run: str, share: int, seed: int = 1) -> list[bytes]:
    """Return recorded reports, as JSON lines, at random squares of a round."""
    chance = random.Random(seed)  # noqa: S311 - a load, not a secret
    lines = []
    for number in range(count):
        lat, lon = place(chance.randrange(share % SHARES, SIDE**2, SHARES))
        report: dict[str, Any] = {
            "source": chance.choice(SOURCES),
            "source_id": f"{run}-{number}",
            "category": chance.choice(CATEGORIES),
            "priority": chance.choice(("P 1", "P 2", "P 3")),
            "position": {"lat": lat, "lon": lon, "accuracy_m": chance.choice((15, 30, 60))},
            "place": {"street": f"Plein {number}", "town": "Amstelveen"},
            "occurred_before_s": chance.randrange(30),
        }
        lines.append(json.dumps(report).encode())
    return lines


def camera_entry(number: int, at: tuple[float, float], room: str) -> dict[str, Any]:
    """Return a camera of a registry that may always look, with one zone: its whole picture.

    Args:
        number: Its number, of which its id is made.
        at: Its latitude and longitude.
        room: Its control room.
    """
    lat, lon = at
    return {
        "id": f"camera-{number}",
        "name": f"camera {number}",
        "control_room": room,
        "position": {"lat": lat, "lon": lon},
        "view_area": _square(lat, lon, 20),
        "width_px": 640,
        "height_px": 360,
        "source": {"url": "none"},
        "legal": {
            "decision_ref": "bench",
            "valid_from": "2020-01-01",
            "valid_until": "2099-01-01",
            "public_area": _square(lat, lon, 40),
            "viewing_windows": [
                {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "until": "00:00"}
            ],
        },
        "masks": {"version": "1", "polygons": []},
        "zones": [{"id": "square", "name": "square", "polygon": [[0, 0], [640, 0], [640, 360], [0, 360]]}],
    }


def _square(lat: float, lon: float, half_m: float) -> list[dict[str, float]]:
    d_lat = half_m / METRES_PER_DEGREE
    d_lon = half_m / (METRES_PER_DEGREE * math.cos(math.radians(lat)))
    corners = ((-1, -1), (-1, 1), (1, 1), (1, -1))
    return [{"lat": round(lat + y * d_lat, 7), "lon": round(lon + x * d_lon, 7)} for y, x in corners]
