"""ONVIF for tests: events as cameras send them, a registry with their zones, and the file of which rule tells of which."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from streams.capture.onvif.zones import RuleZones, ZonesOfRules
from streams.config.registry import load_registry
from tests.support.registry import SQUARE, registry_camera, write_registry

NOW = datetime(2026, 11, 29, 12, 0, 30, tzinfo=UTC)
LOITERING = "RuleEngine/LoiteringDetector/ObjectIsLoitering"
INSIDE = "RuleEngine/FieldDetector/ObjectsInside"
CROSSED = "RuleEngine/LineDetector/Crossed"
OCCUPANCY = "RuleEngine/CountAggregation/OccupancyCounter"
ABANDONED = "RuleEngine/ObjectAbandoned"
RULES = [
    {"rule": "Bank", "event": LOITERING, "zone": "plein", "tells": "dwelling"},
    {"rule": "Hek", "event": INSIDE, "zone": "plein", "tells": "closed_zone"},
    {"rule": "Lijn", "event": CROSSED, "zone": "plein", "tells": "wrong_direction"},
    {"rule": "Telling", "event": OCCUPANCY, "zone": "plein"},
    {"rule": "Tas", "event": ABANDONED, "zone": "hoek", "tells": "object_left"},
]


def topic(event: str = LOITERING, prefix: str = "gemeente/plein-1", sources: str = "&1/Bank") -> str:
    """Return a topic as cameras write it."""
    return f"{prefix}/onvif-ej/{event}/{sources}"


def payload(rule: str = "Bank", at: datetime | str | None = NOW, object_id: Any = 5, **data: Any) -> bytes:
    """Return an event; `operation` in `data` is the property's."""
    operation = data.pop("operation", "Changed")
    said = {
        "UtcTime": at.isoformat().replace("+00:00", "Z") if isinstance(at, datetime) else at,
        "PropertyOperation": operation,
        "Source": {"VideoSource": "1", "AnalyticsConfiguration": "1", "Rule": rule},
        "Key": {"ObjectId": object_id},
        "Data": data,
    }
    return json.dumps(said).encode()


def registry_file(folder: Path, **legal: Any) -> Path:
    """Write a registry with one camera of two zones."""
    camera = registry_camera("plein-1", {"url": "rtsp://camera/1"}, **legal)
    camera["zones"].append({"id": "hoek", "name": "Hoek", "polygon": SQUARE})
    return write_registry(folder / "cameras.yaml", camera)


def zones_document(**changes: Any) -> dict[str, Any]:
    """Return a file of rules and zones."""
    return {"version": "1", "cameras": [{"camera": "plein-1", "prefix": "gemeente/plein-1", "rules": RULES} | changes]}


def zones(folder: Path, **legal: Any) -> ZonesOfRules:
    """Return the zones of the rules above."""
    registry = load_registry(registry_file(folder, **legal))
    return ZonesOfRules(RuleZones.model_validate(zones_document()), registry, "onvif.yaml")
