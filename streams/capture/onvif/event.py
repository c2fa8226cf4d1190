"""Event: one message of a camera's rule engine (ONVIF Core, events in JSON over MQTT), read by a list of what may be read.

The topic is `PREFIX/onvif-ej/<event topic>/…`, the payload
`{"UtcTime", "PropertyOperation", "Source": {"Rule", …}, "Key": {"ObjectId"}, "Data": {…}}`. Nothing else of it is looked at, but
to count the attributes of persons and vehicles that are dropped with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from schemas.observations import SituationKind

EVENTS_IN: Final = "onvif-ej"
METADATA_IN: Final = "onvif-mj"
LARGEST_BYTES: Final = 65_536
DEEPEST: Final = 16
MOST_OBJECTS: Final = 1_000
LONGEST_NAME: Final = 120
_MARKS: Final = re.compile(r'"(?:[^"\\]|\\.)*"?|[\[\]{}]', re.DOTALL)

LOITERING: Final = "RuleEngine/LoiteringDetector/ObjectIsLoitering"
INSIDE: Final = "RuleEngine/FieldDetector/ObjectsInside"
CROSSED: Final = "RuleEngine/LineDetector/Crossed"
OCCUPANCY: Final = "RuleEngine/CountAggregation/OccupancyCounter"
ABANDONED: Final = "RuleEngine/ObjectAbandoned"
TELLS: Final[Mapping[str, frozenset[SituationKind | None]]] = {
    LOITERING: frozenset({SituationKind.DWELLING}),
    INSIDE: frozenset({None, SituationKind.CLOSED_ZONE}),
    CROSSED: frozenset({SituationKind.WRONG_DIRECTION, SituationKind.CLOSED_ZONE}),
    OCCUPANCY: frozenset({None}),
    ABANDONED: frozenset({SituationKind.OBJECT_LEFT}),
}
"""The event topics that are read, and the zone events that each may tell of; None: how many are there (domain fact sheet §3)."""
MOMENTARY: Final = frozenset({CROSSED})
"""Events that tell of a moment, and never of an end."""
_STATES: Final = ("State", "IsInside", "IsLoitering", "IsAbandoned")


class Attribute(StrEnum):
    """Attribute: what of persons and vehicles is dropped; a metric label."""

    FACE = "face"
    PLATE = "plate"
    AGE = "age"
    SEX = "sex"
    OTHER = "other"
    """Clothing, hair, colour, temperature, and names: what could tell one person from another."""


_ATTRIBUTES: Final[Mapping[Attribute, re.Pattern[str]]] = {
    Attribute.FACE: re.compile(r"face|mask|beard|glasses|recogni", re.IGNORECASE),
    Attribute.PLATE: re.compile(r"plate|licen[cs]e", re.IGNORECASE),
    Attribute.AGE: re.compile(r"(^|[^a-z])age|Age", 0),
    Attribute.SEX: re.compile(r"gender|(^|[^a-z])sex", re.IGNORECASE),
    Attribute.OTHER: re.compile(
        r"cloth|hair|color|colour|temperature|skin|race|ethnic|person(name|id)|human(body)?\b|emotion", re.IGNORECASE
    ),
}


class NotTaken(StrEnum):
    """Not taken: why a message is no event of ours; a metric label."""

    NOT_AN_EVENT = "not_an_event"
    METADATA = "metadata"
    PERSONAL = "personal"
    UNREADABLE = "unreadable"
    TOO_LARGE = "too_large"
    UNKNOWN_EVENT = "unknown_event"
    UNKNOWN_CAMERA = "unknown_camera"
    UNKNOWN_RULE = "unknown_rule"
    NOT_PERMITTED = "not_permitted"


@dataclass(frozen=True, slots=True)
class CameraEvent:
    """Camera event: what a camera's rule tells.

    Attributes:
        prefix: What stands before the event in its topic: which camera it is.
        event: One of `TELLS`.
        rule: The rule's name in the camera.
        at: When it happened by the camera's clock (UTC), or None where it does not say.
        holds: Whether what it tells begins or goes on; False where it ended.
        object_id: Which object, by the camera's own number; empty where it says none.
        count: How many are there, of a counter.
    """

    prefix: str
    event: str
    rule: str
    at: datetime | None
    holds: bool
    object_id: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True)
class EventReading:
    """Event reading: the event, or why there is none, and the attributes that were dropped with it."""

    event: CameraEvent | NotTaken
    dropped: tuple[Attribute, ...] = ()


def read_event(topic: str, payload: bytes) -> EventReading:
    """Return what a message tells. Never raises, whatever the bytes."""
    where = _where(topic)
    if isinstance(where, EventReading):
        return where
    said = _document(payload)
    if isinstance(said, NotTaken):
        return EventReading(said)
    return EventReading(_told(*where, said), _attributes(_keys(said)))


def _where(topic: str) -> tuple[str, str] | EventReading:
    """Return a topic's prefix and which of `TELLS` it is, or why it is none."""
    if f"/{METADATA_IN}/" in f"/{topic}":
        return EventReading(NotTaken.METADATA)
    prefix, found, rest = topic.partition(f"/{EVENTS_IN}/")
    if not found or not prefix or not topic.isprintable():
        return EventReading(NotTaken.NOT_AN_EVENT)
    event = next((each for each in TELLS if rest == each or rest.startswith(f"{each}/")), None)
    if event is not None:
        return prefix, event
    personal = _attributes((rest,))  # an event that is about a face or a plate, and nothing else
    return EventReading(NotTaken.PERSONAL if personal else NotTaken.UNKNOWN_EVENT, personal)


def _told(prefix: str, event: str, said: Mapping[str, Any]) -> CameraEvent | NotTaken:
    source, key, data = (_part(said, name) for name in ("Source", "Key", "Data"))
    rule = _name(source.get("Rule")) or _name(source.get("RuleName"))
    count = data.get("Count") if event == OCCUPANCY else None
    counted = isinstance(count, int) and not isinstance(count, bool) and 0 <= count <= MOST_OBJECTS
    if not rule or (event == OCCUPANCY and not counted):
        return NotTaken.UNREADABLE
    return CameraEvent(
        prefix=prefix,
        event=event,
        rule=rule,
        at=_moment(said.get("UtcTime")),
        holds=_holds(said.get("PropertyOperation"), data),
        object_id=_name(key.get("ObjectId", data.get("ObjectId"))),
        count=count,
    )


def _document(payload: bytes) -> dict[str, Any] | NotTaken:
    if len(payload) > LARGEST_BYTES:
        return NotTaken.TOO_LARGE
    try:
        text = payload.decode("utf-8")
        said = None if _too_deep(text) else json.loads(text)
    except (ValueError, RecursionError):
        said = None
    return said if isinstance(said, dict) else NotTaken.UNREADABLE


def _too_deep(text: str) -> bool:
    depth = 0
    for match in _MARKS.finditer(text):
        mark = match.group()
        depth += (mark in "[{") - (mark in "]}")
        if depth > DEEPEST:
            return True
    return False


def _part(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = said.get(name)
    return part if isinstance(part, dict) else {}


def _name(value: Any) -> str:
    """Return a short printable name; a number is one too."""
    if isinstance(value, bool) or not isinstance(value, str | int) or (isinstance(value, int) and abs(value) > 2**63):
        return ""
    name = str(value).strip()
    return name if len(name) <= LONGEST_NAME and name.isprintable() else ""


def _holds(operation: Any, data: Mapping[str, Any]) -> bool:
    """Return whether what is told goes on: it is not deleted, and no state says that it is over."""
    if operation == "Deleted":
        return False
    states = [data[name] for name in _STATES if name in data]
    return all(state in (True, 1, "true", "1") for state in states)


def _moment(value: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(value) if isinstance(value, str) and len(value) < 40 else None
        return None if at is None else (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _keys(said: Any) -> Iterator[str]:
    """Yield all names in a document, and the types that it gives to objects."""
    if isinstance(said, dict):
        for name, value in said.items():
            yield name
            if name in {"Type", "ClassType", "ObjectType", "#text"} and isinstance(value, str):
                yield value[:LONGEST_NAME]
            yield from _keys(value)
    elif isinstance(said, list):
        for each in said:
            yield from _keys(each)


def _attributes(names: Iterable[str]) -> tuple[Attribute, ...]:
    """Return the kinds of attributes that stand in names, each once."""
    found = {kind for name in names for kind, pattern in _ATTRIBUTES.items() if pattern.search(name)}
    return tuple(kind for kind in Attribute if kind in found)
