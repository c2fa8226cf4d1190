"""Files of partners with hits, and reports of partners, for tests."""

from __future__ import annotations

import copy
from typing import Any, Final

from schemas.categories import Category
from schemas.geo import Position
from schemas.incidents import Incident, incident_identity
from streams.domain.geometry.ground import GroundPoint, to_ground, to_lat_lon
from tests.support.messages import NOON, example
from tests.support.sharing import FILE as CONTENT

KINDS: Final = {
    "politie": "police", "brandweer": "fire", "ambulance": "ambulance", "ggd": "care", "hor": "municipality",
    "corporatie": "housing", "organisator": "organiser",
}  # fmt: skip
LINE: Final[dict[str, Any]] = {
    "categories": {"politie": ["brand", "straatroof"], "brandweer": ["brand", "straatroof"]},
    "ground": "refer", "near_m": 50, "within_s": 1_800, "expires_s": 3_600,
}  # fmt: skip
_REFER: Final[dict[str, Any]] = {
    "law": "an agreement", "text": {"nl": "een afspraak", "en": "an agreement"}, "hits": True, "health": True,
    "kinds": ["police", "fire", "ambulance", "care", "municipality"],
    "categories": ["brand", "straatroof", "medisch_onwel", "verward_persoon", "woonoverlast", "ondermijning_pand"],
}  # fmt: skip


def _grant(kind: str) -> dict[str, Any]:
    return {"categories": ["crowd_density"], "fields": ["state"], "ground": "law"} | (
        {} if kind != "police" else CONTENT["partners"]["politie"]["gets"][0]
    )


FILE: Final[dict[str, Any]] = {
    **CONTENT,
    "grounds": {**CONTENT["grounds"], "refer": _REFER, "refer-here": {**_REFER, "health": False}},
    "partners": {
        name: {"name": name.capitalize(), "kind": kind, "principal": name, "gets": [_grant(kind)]}
        for name, kind in KINDS.items()
    },
    "hits": {
        "partners": {
            "politie": {"sources": ["politie-gms", "politie"], "contact": "the desk of the police"},
            "brandweer": {"sources": ["brandweer-gms"], "contact": "the desk of the fire brigade"},
        },
        "pairs": [LINE],
    },
}  # fmt: skip
"""A file without faults: police and fire brigade learn of each other's fires and robberies."""
PLACE: Final = GroundPoint(119_040.0, 480_060.0)


def hits_file(lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the file with other lines."""
    found = copy.deepcopy(FILE)
    found["hits"]["pairs"] = copy.deepcopy(lines)
    return found


def at(east_m: float = 0.0, accuracy_m: float = 10.0) -> Position:
    """Return a position so far east of the place of these tests, which lies in the middle of its square of 100 m but for 10 m."""
    lat, lon = to_lat_lon(GroundPoint(PLACE.x_m + east_m, PLACE.y_m))
    found = Position(lat=lat, lon=lon, accuracy_m=accuracy_m)
    assert abs(to_ground(found).x_m - PLACE.x_m - east_m) < 0.1
    return found


def reported(name: str, source: str, category: Category | str = Category.BRAND, **changes: Any) -> Incident:
    """Return a report of a source, by name."""
    return example(
        Incident,
        **{
            "incident_id": incident_identity(source, name),
            "source": source,
            "source_id": name,
            "category": Category(category),
            "position": at(),
            "occurred_at": NOON,
            "revision": 0,
            **changes,
        },
    )
