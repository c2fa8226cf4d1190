"""Drawn shapes: what was drawn on a camera's picture, and which parts of its entry in the registry change by it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

MOST_SHAPES: Final = 200
LEAST_POINTS: Final = 4
"""Points that a plane ground needs, no three of them on one line."""

Pixel = tuple[
    Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)],
    Annotated[float, Field(ge=0, le=100_000, allow_inf_nan=False)],
]
Corners = Annotated[tuple[Pixel, ...], Field(min_length=3, max_length=200)]
Metres = Annotated[float, Field(ge=-1e7, le=1e7, allow_inf_nan=False)]


class _Drawn(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DrawnLine(_Drawn):
    """Drawn line: two points, and the direction that is forbidden across it."""

    points: tuple[Pixel, Pixel]
    forbidden: Literal["left_to_right", "right_to_left"]


class DrawnZone(_Drawn):
    """Drawn zone: its id and name, where it lies, and its line if it has one."""

    id: Annotated[str, Field(min_length=1, max_length=80)]
    name: Annotated[str, Field(max_length=300)]
    polygon: Corners
    line: DrawnLine | None = None


class DrawnPoint(_Drawn):
    """Drawn point: a place in the picture and where it was measured on the ground (RD New, metres)."""

    pixel: Pixel
    x_m: Metres
    y_m: Metres


class DrawnShapes(_Drawn):
    """Drawn shapes: all that is on the picture when somebody saves. Pixels of the camera's own picture, from its top left."""

    masks: Annotated[tuple[Corners, ...], Field(max_length=MOST_SHAPES)]
    zones: Annotated[tuple[DrawnZone, ...], Field(min_length=1, max_length=MOST_SHAPES)]
    points: Annotated[tuple[DrawnPoint, ...], Field(max_length=MOST_SHAPES)] = ()


def shapes_of(camera: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a camera's entry has, as the page draws it."""
    calibration = camera.get("calibration") or {}
    return {
        "masks": camera["masks"]["polygons"],
        "zones": [
            {
                "id": zone["id"],
                "name": zone["name"],
                "polygon": zone["polygon"],
                "line": (zone.get("situations") or {}).get("line"),
            }
            for zone in camera["zones"]
        ],
        "points": calibration.get("points", []) if calibration.get("method") == "homography" else [],
    }


def changed_parts(camera: Mapping[str, Any], drawn: DrawnShapes, version: str, today: date) -> dict[str, Any]:
    """Return the parts of a camera's entry that are to be replaced; none where nothing was changed.

    What is not drawn stays: how long somebody must stay in a zone, its other situations, and a calibration by another method as
    long as no point is drawn.

    Args:
        camera: Its entry, as the file has it.
        drawn: All that is on the picture.
        version: Of masks and calibration that are new.
        today: Date of a new calibration.
    """
    before = shapes_of(camera)
    after = drawn.model_dump(mode="json")
    parts: dict[str, Any] = {}
    if _rounded(after["masks"]) != _rounded(before["masks"]):
        parts["masks"] = {"version": version, "polygons": _rounded(after["masks"])}
    if _rounded(after["zones"]) != _rounded(before["zones"]):
        known = {zone["id"]: zone for zone in camera["zones"]}
        parts["zones"] = [_zone(known.get(zone["id"], {}), _rounded(zone)) for zone in after["zones"]]
    if after["points"] and _rounded(after["points"]) != _rounded(before["points"]):
        parts["calibration"] = {
            "method": "homography",
            "version": version,
            "date": today.isoformat(),
            "points": [{**point, "pixel": _rounded(point["pixel"])} for point in after["points"]],
        }
    return parts


def _zone(before: Mapping[str, Any], drawn: Mapping[str, Any]) -> dict[str, Any]:
    situations = {name: value for name, value in (before.get("situations") or {}).items() if name != "line"}
    situations |= {"line": drawn["line"]} if drawn["line"] else {}
    zone = {**before, "id": drawn["id"], "name": drawn["name"], "polygon": drawn["polygon"]}
    zone.pop("situations", None)
    return {**zone, **({"situations": situations} if situations else {})}


def _rounded(value: Any) -> Any:
    """Return numbers as whole pixels where they are that, so that 640.0 and 640 are one; ground metres keep theirs."""
    if isinstance(value, Mapping):
        return {name: each if name in ("x_m", "y_m") else _rounded(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(each) for each in value]
    if isinstance(value, float):
        near = round(value, 1)
        return int(near) if near == int(near) else near
    return value
