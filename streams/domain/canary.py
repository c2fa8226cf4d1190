"""The canary: made-up reports and detections that go through the pipeline like real ones, and are never shown to anybody.

It has control rooms and cameras of its own, which no registry may have and no real report can reach: `locate` gives them
reports of the source `canary` alone, and what `decide` says of their alerts goes to a topic of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from schemas.actions import Action, OperatorAction
from schemas.alerts import Alert
from schemas.base import derive_id
from schemas.cameras import Box, DetectedObject, Detections, DetectorInfo, ObjectClass
from schemas.categories import Category
from schemas.geo import Position
from streams.domain.cameras.registry import Registry
from streams.domain.incidents.raw_report import RawReport
from streams.domain.normal.measure import Measure
from streams.domain.rules.cameras import Signal
from streams.domain.rules.rules import Rules

PREFIX: Final = "canary-"
"""How the names of its control rooms and cameras begin."""
SOURCE: Final = "canary"

_LAT, _LON = 53.0, 3.5
"""The middle of the North Sea."""
_SIDE: Final = 8
_STEP_DEGREES: Final = 0.05
"""Reports lie at one place after the other, some kilometres apart: none is about the same thing as one of the hour before."""
_WIDTH_PX, _HEIGHT_PX = 1_280, 720
_PERSONS_AT_MOST: Final = 40
_ROW: Final = 20
_FRAMES: Final = 3


@dataclass(frozen=True, slots=True)
class Asked:
    """Asked: what a canary reports, and how many persons its camera must show to fit it; None asks no camera."""

    category: Category
    persons: int | None


def is_canary(name: str) -> bool:
    """Return whether a control room or a camera is a canary's."""
    return name.startswith(PREFIX)


def asked_by(rules: Rules) -> Asked:
    """Return the category that the fewest persons fit by being there, whatever the rules are."""
    found = [
        (persons, rule.points, category)
        for category, rule in rules.categories.items()
        for signal in (rule.cameras.signals if rule.cameras else ())
        if (persons := _persons(signal)) and persons <= _PERSONS_AT_MOST
    ]
    if not found:
        return Asked(Category.OVERIG, None)
    persons, _, category = min(found)
    return Asked(category, persons)


def _persons(signal: Signal) -> int | None:
    """Return how many persons meet a signal by being there; None where it takes more, or something else."""
    if signal.measure is Measure.PERSONS:
        return round(signal.least or 0)
    return signal.persons if signal.model_dump(exclude_defaults=True).keys() == {"persons"} else None


def canary_registry(names: Sequence[tuple[str, str]]) -> Registry:
    """Return the canaries' control rooms, each with its camera, which may always be looked at and sees all places.

    Args:
        names: Of each control room and its camera.
    """
    rooms, cameras = [], []
    for number, (room, camera) in enumerate(names):
        lon = _LON + number * (_SIDE + 1) * _STEP_DEGREES
        far_lat, far_lon = _LAT + _SIDE * _STEP_DEGREES, lon + _SIDE * _STEP_DEGREES
        area = [
            {"lat": lat, "lon": each}
            for lat, each in ((_LAT, lon), (_LAT, far_lon), (far_lat, far_lon), (far_lat, lon))
        ]
        rooms.append({"id": room, "name": room, "area": area})
        cameras.append(_camera(camera, room, area))
    return Registry.model_validate({"version": SOURCE, "control_rooms": rooms, "cameras": cameras})


def _camera(camera: str, room: str, area: list[dict[str, float]]) -> dict[str, Any]:
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    return {
        "id": camera,
        "name": camera,
        "control_room": room,
        "position": area[0],
        "view_area": area,
        "width_px": _WIDTH_PX,
        "height_px": _HEIGHT_PX,
        "source": {"url": "none"},
        "legal": {
            "decision_ref": "no camera: made-up detections",
            "valid_from": date.min,
            "valid_until": date.max,
            "public_area": area,
            "viewing_windows": [{"days": days, "from": "00:00", "until": "00:00"}],
        },
        "masks": {"version": "none", "polygons": []},
        "zones": [
            {
                "id": "all",
                "name": "all",
                "polygon": [[0, 0], [_WIDTH_PX, 0], [_WIDTH_PX, _HEIGHT_PX], [0, _HEIGHT_PX]],
            }
        ],
    }


def report(number: int, canary: int, asked: Asked, now: datetime) -> RawReport:
    """Return a canary's report, as a source of reports would tell it: intake's rules make the incident of it.

    Args:
        number: Which round it is; the place goes round with it.
        canary: Which of them.
        asked: What it reports.
        now: When.
    """
    row, column = divmod(number % _SIDE**2, _SIDE)
    lat = _LAT + (row + 0.5) * _STEP_DEGREES
    lon = _LON + (canary * (_SIDE + 1) + column + 0.5) * _STEP_DEGREES
    return RawReport(
        source=SOURCE,
        source_id=f"{canary}-{number}",
        cancels=False,
        category=asked.category,
        category_source=SOURCE,
        category_known=True,
        source_priority="",
        place="",
        position=Position(lat=round(lat, 6), lon=round(lon, 6), accuracy_m=1),
        occurred_at=now,
        reported_at=now,
    )


def detections(camera: str, persons: int, now: datetime) -> list[Detections]:
    """Return what a canary's camera shows in the seconds up to now, one frame each: persons who stand side by side."""
    found = []
    for back in range(_FRAMES - 1, -1, -1):
        at = now - timedelta(seconds=back)
        found.append(
            Detections(
                camera_id=camera,
                frame_id=derive_id("canary", camera, at.isoformat()),
                captured_at=at,
                width_px=_WIDTH_PX,
                height_px=_HEIGHT_PX,
                detector=DetectorInfo(name=SOURCE, version="1"),
                track_epoch=SOURCE,
                objects=tuple(_person(number) for number in range(persons)),
            )
        )
    return found


def _person(number: int) -> DetectedObject:
    row, column = divmod(number, _ROW)
    left, top = 10.0 + 60 * column, 10.0 + 200 * row
    box = Box(x_min_px=left, y_min_px=top, x_max_px=left + 40, y_max_px=top + 120)
    return DetectedObject(object_class=ObjectClass.PERSON, score=1.0, box=box, track_id=number)


def closing(alert: Alert, now: datetime) -> OperatorAction:
    """Return the action that closes a canary's alert as a test."""
    return OperatorAction(
        action_id=derive_id("action", SOURCE, alert.alert_id),
        control_room_id=alert.control_room_id,
        alert_id=alert.alert_id,
        seen_revision=alert.revision,
        action=Action.CLOSE,
        user=SOURCE,
        verdict="test",
        acted_at=now,
    )
