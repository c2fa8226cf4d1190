"""The load of `bench scale`: a square grid of cameras in control rooms, what they show each second, and reports among them.

What a camera shows is a message as `observe` writes it of a calibrated zone with persons in it: each measure is there. Nothing
of it is a situation or a crowd, so what is measured is what nearly all observations cost.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from bench.flow.load import CATEGORIES, LAT, LON, METRES_PER_DEGREE, SOURCES, STEP_M, camera_entry
from schemas.base import derive_id
from schemas.cameras import Box, CameraState, CameraStatus, DetectedObject, Detections, DetectorInfo, ObjectClass
from schemas.categories import Category
from schemas.geo import Position
from schemas.incidents import Incident, Operation, incident_identity
from schemas.observations import GroundMeasure, Measures, Observation
from streams.domain.cameras.registry import Registry

SEEN_BEFORE_S: Final = 2
"""How long before its report a camera's newest second is: it was seen, and told, just now."""
PERSONS: Final = 3
DETECTOR: Final = DetectorInfo(name="openvino-yolo11n", version="8.3.40 int8 2026.3")
ASPECTS: Final = ("stream", "view", "detector")


def registry(cameras: int, rooms: int) -> Registry:
    """Return a registry in which each control room has a strip of the grid, with one zone per camera.

    Args:
        cameras: How many.
        rooms: How many control rooms; each has a whole number of the grid's rows where that goes.
    """
    side, strips = grid_side(cameras), min(rooms, grid_side(cameras))
    heights = [side * number // strips for number in range(strips + 1)]
    columns = -(-rooms // strips)
    widths = [side * number // columns for number in range(columns + 1)]
    found = []
    for number in range(rooms):
        row, column = divmod(number, columns)
        south, west = _corner(heights[row], widths[column])
        north, east = _corner(heights[row + 1], widths[column + 1])
        area = [{"lat": lat, "lon": lon} for lat, lon in ((south, west), (south, east), (north, east), (north, west))]
        found.append({"id": room_name(number), "name": room_name(number), "area": area})
    room_at = _rooms(heights, widths)
    made = [camera_entry(number, place(number, side), room_at(number, side)) for number in range(cameras)]
    return Registry.model_validate({"version": "bench", "control_rooms": found, "cameras": made})


def grid_side(cameras: int) -> int:
    """Return how many cameras stand along one side of the square."""
    return math.isqrt(max(0, cameras - 1)) + 1


def room_name(number: int) -> str:
    """Return a control room's id."""
    return f"room-{number}"


def place(number: int, side: int) -> tuple[float, float]:
    """Return the latitude and longitude of a camera: the middle of its square."""
    row, column = divmod(number, side)
    lat = LAT + row * STEP_M / METRES_PER_DEGREE
    return lat, LON + column * STEP_M / (METRES_PER_DEGREE * math.cos(math.radians(LAT)))


def states(cameras: int, at: datetime) -> Iterator[CameraStatus]:
    """Yield that each camera can be relied on, as capture and `detect` tell it: three messages of each."""
    for number in range(cameras):
        for aspect in ASPECTS:
            yield CameraStatus(
                camera_id=f"camera-{number}",
                aspect=aspect,
                state=CameraState.ONLINE,
                reason="clear" if aspect == "view" else "connected",
                changed_at=at,
            )


def observation(number: int, room: str, second: datetime, persons: int = PERSONS) -> Observation:
    """Return what a camera's zone shows in a second, as `observe` tells it where the camera is calibrated."""
    measures = Measures(
        persons=persons, fastest_m_per_s=1.387, standing_together=persons - 1, dropped=0.0, longest_stay_s=41.2
    )
    return Observation(
        camera_id=f"camera-{number}",
        zone_id="square",
        control_room_id=room,
        second=second,
        frames=5,
        count=persons,
        count_max=persons,
        vehicles=0,
        dwell_s=41.2,
        group_size=2,
        density_per_m2=0.0094,
        detector=DETECTOR,
        newest_frame_at=second + timedelta(milliseconds=800),
        rise_per_min=0.0,
        persons_likely=persons,
        level_by="estimate",
        ground=GroundMeasure(
            calibration_version="2026-11-02",
            area_m2=318.5,
            densest_per_m2=0.2222,
            error_per_m2=0.0711,
            corrected_per_m2=0.2469,
            corrected_error_per_m2=0.079,
            speed_m_per_s=1.21,
            speed_drop=0.04,
            dispersal=0.33,
            estimated_per_m2=0.2511,
            estimated_error_per_m2=0.1004,
            crowd="walking",
        ),
        measures=measures,
        view=measures.model_copy(update={"running": 0}),
    )


def detections(camera: int, at: datetime, number: int, persons: int = PERSONS) -> Detections:
    """Return what `detect` found in a camera's picture of a number: persons who walk to the right."""
    objects = []
    for track in range(persons):
        x = 60.0 + 150 * track + 2 * number
        box = Box(x_min_px=x, y_min_px=120, x_max_px=x + 24, y_max_px=184)
        objects.append(DetectedObject(object_class=ObjectClass.PERSON, score=0.8125, box=box, track_id=track))
    return Detections(
        camera_id=f"camera-{camera}",
        frame_id=derive_id("frame", str(camera), str(at.timestamp())),
        captured_at=at,
        width_px=640,
        height_px=360,
        detector=DETECTOR,
        track_epoch="bench",
        objects=tuple(objects),
    )


def reports(count: int, cameras: int, run: str, at: datetime, seed: int = 1) -> Iterator[Incident]:
    """Yield reports of now at the places of random cameras: all are of categories that ask them, and are answered.

    Args:
        count: How many.
        cameras: Of how many cameras' places; each is taken once before one is taken again.
        run: Tells apart the reports of several calls.
        at: When they happened (UTC).
        seed: Chooses the places.
    """
    chance = random.Random(seed)  # noqa: S311 - a load, not a secret
    side, places = grid_side(cameras), list(range(cameras))
    chance.shuffle(places)
    for number in range(count):
        lat, lon = place(places[number % cameras], side)
        source, source_id = SOURCES[number % len(SOURCES)], f"{run}-{number}"
        urgency = 1 + number % 3
        yield Incident(
            incident_id=incident_identity(source, source_id),
            operation=Operation.CREATE,
            revision=0,
            source=source,
            source_id=source_id,
            category=Category(CATEGORIES[number % len(CATEGORIES)]),
            category_source="bench",
            source_priority=f"P {urgency}",
            urgency=urgency,
            summary=f"Melding, Plein {number} Amstelveen",
            position=Position(lat=lat, lon=lon, accuracy_m=30),
            place=f"Plein {number} Amstelveen",
            occurred_at=at,
            reported_at=at,
            received_at=at,
        )


def _rooms(heights: list[int], widths: list[int]) -> Any:
    def room_at(number: int, side: int) -> str:
        row, column = divmod(number, side)
        strip = next(each for each in range(len(heights) - 1) if row < heights[each + 1])
        part = next(each for each in range(len(widths) - 1) if column < widths[each + 1])
        return room_name(strip * (len(widths) - 1) + part)

    return room_at


def _corner(row: int, column: int) -> tuple[float, float]:
    """Return the corner between squares: half a step before the middle of the square of the same numbers."""
    lat = LAT + (row - 0.5) * STEP_M / METRES_PER_DEGREE
    return lat, LON + (column - 0.5) * STEP_M / (METRES_PER_DEGREE * math.cos(math.radians(LAT)))
