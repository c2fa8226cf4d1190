"""Writes a small camera registry for tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from streams.domain.cameras.registry import Registry

SQUARE = [[0, 0], [32, 0], [32, 32], [0, 32]]


def _places(*points: tuple[float, float]) -> list[dict[str, float]]:
    return [{"lat": lat, "lon": lon} for lat, lon in points]


def registry_camera(camera_id: str, source: dict[str, Any], **legal: Any) -> dict[str, Any]:
    """Return a camera of 64x48 pixels that masks its left part and may be looked at at any time until 2099."""
    return {
        "id": camera_id,
        "name": camera_id,
        "control_room": "room",
        "position": {"lat": 52.302, "lon": 4.852},
        "view_area": _places((52.302, 4.852), (52.304, 4.852), (52.304, 4.854)),
        "width_px": 64,
        "height_px": 48,
        "source": source,
        "legal": {
            "decision_ref": "B-1",
            "valid_from": "2020-01-01",
            "valid_until": "2099-01-01",
            "public_area": _places((52.30, 4.85), (52.31, 4.85), (52.31, 4.86), (52.30, 4.86)),
            "viewing_windows": [
                {"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "00:00", "until": "00:00"}
            ],
            **legal,
        },
        "masks": {"version": "m1", "polygons": [SQUARE]},
        "zones": [{"id": "plein", "name": "Plein", "polygon": SQUARE}],
    }


def registry_of(*cameras: dict[str, Any]) -> Registry:
    """Return a registry with these cameras and one control room."""
    return Registry.model_validate(_registry(*cameras))


def write_registry(path: Path, *cameras: dict[str, Any]) -> Path:
    """Write a registry with these cameras and one control room."""
    path.write_text(yaml.safe_dump(_registry(*cameras)))
    return path


def _registry(*cameras: dict[str, Any]) -> dict[str, Any]:
    room = {"id": "room", "name": "Room", "area": _places((52.2, 4.8), (52.4, 4.8), (52.4, 4.9))}
    return {"version": "t1", "control_rooms": [room], "cameras": list(cameras)}
