"""A small control room and its messages, for tests of locate, corroborate and decide.

Everything lies around one square; places are given in metres east and north of it.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from pydantic_core import to_json

from schemas.actions import Action, OperatorAction, ShelveReason
from schemas.base import Message, derive_id
from schemas.cameras import DetectorInfo
from schemas.categories import Category
from schemas.dispatch import AlertDispatch, DispatchReceipt
from schemas.evidence import (
    CameraCoverage,
    Coverage,
    EpisodeFact,
    Evidence,
    Movement,
    ReportFact,
    SightingFact,
    Verdict,
)
from schemas.geo import Position
from schemas.incidents import CameraWatch, Incident, Operation, incident_identity
from schemas.observations import Observation
from schemas.ticks import Tick
from streams.config.files import load_rules
from streams.domain.cameras.registry import (
    Camera,
    CameraSource,
    ControlRoom,
    LegalBasis,
    MapPoint,
    Masks,
    Registry,
    ViewingWindow,
    Weekday,
    Zone,
)
from streams.domain.geometry.ground import GroundPoint, to_ground, to_lat_lon
from streams.domain.rules.cameras import AttentionRule
from streams.stages.base import Input

NOON: Final = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SQUARE: Final = to_ground(MapPoint(lat=52.306326, lon=4.857297))
ROOM: Final = "amstelveen"
SEEN_AT: Final = NOON + timedelta(seconds=30)
EAST_ROOM: Final = "ouder-amstel"
PICTURE: Final = ((0.0, 0.0), (640.0, 0.0), (640.0, 360.0), (0.0, 360.0))


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def place(east_m: float, north_m: float) -> MapPoint:
    lat, lon = to_lat_lon(GroundPoint(SQUARE.x_m + east_m, SQUARE.y_m + north_m))
    return MapPoint(lat=lat, lon=lon)


def position(east_m: float = 0, north_m: float = 0, accuracy_m: float = 10) -> Position:
    at = place(east_m, north_m)
    return Position(lat=at.lat, lon=at.lon, accuracy_m=accuracy_m)


def box(east_m: float, north_m: float, size_m: float) -> tuple[MapPoint, ...]:
    corners = ((0, 0), (size_m, 0), (size_m, size_m), (0, size_m))
    return tuple(place(east_m + x, north_m + y) for x, y in corners)


def camera(camera_id: str, east_m: float, north_m: float = 0, until: time = time(23, 59), room: str = ROOM) -> Camera:
    window = ViewingWindow.model_validate({"days": tuple(Weekday), "from": time(0, 0), "until": until})
    return Camera(
        id=camera_id,
        name=camera_id,
        control_room=room,
        position=place(east_m, north_m),
        view_area=box(east_m, north_m, 20),
        width_px=640,
        height_px=360,
        source=CameraSource(url="video.avi"),
        legal=LegalBasis(
            decision_ref="2026/1",
            valid_from=date(2026, 1, 1),
            valid_until=date(2027, 1, 1),
            public_area=box(-3_000, -3_000, 6_000),
            viewing_windows=(window,),
        ),
        masks=Masks(version="1", polygons=()),
        zones=(Zone(id="plein", name="square", polygon=PICTURE), Zone(id="rand", name="edge", polygon=PICTURE)),
    )


def registry(*cameras: Camera) -> Registry:
    """Return two rooms that share a border 1,000 m east of the square."""
    rooms = (
        ControlRoom(id=ROOM, name=ROOM, area=box(-1_000, -1_000, 2_000)),
        ControlRoom(id=EAST_ROOM, name=EAST_ROOM, area=box(1_000, -1_000, 2_000)),
    )
    return Registry(version="r1", control_rooms=rooms, cameras=cameras)


def incident(name: str = "a", **changes: Any) -> Incident:
    source = changes.pop("source", "politie-gms")
    known: dict[str, Any] = {
        "incident_id": incident_identity(source, name),
        "operation": Operation.CREATE,
        "revision": 0,
        "source": source,
        "source_id": name,
        "category": Category.STRAATROOF,
        "category_source": "bzdsbr",
        "source_priority": "",
        "urgency": 3,
        "summary": "Straatroof, Stadsplein",
        "position": position(),
        "place": "Stadsplein",
        "occurred_at": NOON,
        "reported_at": NOON + seconds(60),
        "received_at": NOON + seconds(61),
    }
    return Incident.model_validate(known | changes)


def in_view(*camera_ids: str) -> tuple[CameraCoverage, ...]:
    return tuple(CameraCoverage(camera_id=name, distance_m=5, coverage=Coverage.IN_VIEW) for name in camera_ids)


def report(name: str = "a", cameras: tuple[CameraCoverage, ...] = (), note: str = "", **changes: Any) -> Evidence:
    told = incident(name, **changes)
    return Evidence(
        evidence_id=derive_id("evidence", "report", told.incident_id, str(told.revision), ROOM),
        control_room_id=ROOM,
        category=told.category,
        position=told.position,
        camera_id=None,
        occurred_at=told.occurred_at,
        fact=ReportFact(incident=told, cameras=cameras, note=note),
    )


def sighting(
    name: str = "a",
    camera_id: str = "cam-1",
    verdict: Verdict = Verdict.CORROBORATED,
    at: datetime = SEEN_AT,
    source: str = "politie-gms",
    movements: tuple[Movement, ...] = (),
) -> Evidence:
    incident_id, moved = incident_identity(source, name), [each.model_dump_json() for each in movements]
    return Evidence(
        evidence_id=derive_id("evidence", "sighting", camera_id, incident_id, verdict.value, *moved),
        control_room_id=ROOM,
        category=Category.STRAATROOF,
        position=None,
        camera_id=camera_id,
        occurred_at=at,
        fact=SightingFact(
            incident_id=incident_id,
            verdict=verdict,
            zone_id="plein" if verdict is Verdict.CORROBORATED else None,
            signal="persons",
            value=2,
            explanation=f"{camera_id} {verdict.value}",
            movements=movements,
        ),
    )


def episode(
    phase: str = "begin", level: str = "warn", at: datetime = NOON, name: str = "crowd-1", east_m: float = 0
) -> Evidence:
    return Evidence(
        evidence_id=derive_id("evidence", name, phase, level, at.isoformat()),
        control_room_id=ROOM,
        category=Category.CROWD_DENSITY,
        position=position(east_m),
        camera_id="cam-1",
        occurred_at=at,
        fact=EpisodeFact(
            episode_id=name,
            phase=phase,
            zone_id="plein",
            signal=f"crowd.{level}",
            value=2.5,
            explanation=f"{level} crowd",
        ),
    )


def action(
    alert_id: str,
    what: Action,
    reason: str | None = None,
    until: datetime | None = None,
    number: int = 1,
    **changes: Any,
) -> OperatorAction:
    """Return what an operator does, as it is read from its topic.

    Who closes says that it was true, unless another reason is given; one that is no code is what an older sender gives.
    """
    coded = what is Action.SHELVE and reason in set(ShelveReason)
    known: dict[str, Any] = {
        "action_id": f"action-{number}",
        "control_room_id": ROOM,
        "alert_id": alert_id,
        "seen_revision": 0,
        "action": what,
        "user": "operator-3",
        "reason": ("true" if what is Action.CLOSE else "") if reason is None or coded else reason,
        "reason_code": reason if coded else None,
        "until": until,
        "acted_at": NOON,
    }
    return OperatorAction.model_validate_json(to_json(known | changes))


def receipt(dispatch: AlertDispatch, outcome: str, after_s: float = 100, **changes: Any) -> DispatchReceipt:
    """Return a partner's answer to a request, given so long after noon."""
    known: dict[str, Any] = {
        "dispatch_id": dispatch.dispatch_id,
        "control_room_id": ROOM,
        "alert_id": dispatch.alert_id,
        "recipient": dispatch.recipient,
        "outcome": outcome,
        "answered_at": NOON + seconds(after_s),
    }
    return DispatchReceipt.model_validate(known | changes)


def observation(
    at: datetime = NOON, count: int = 0, zone_id: str = "plein", camera_id: str = "cam-1", **changes: Any
) -> Observation:
    known: dict[str, Any] = {
        "camera_id": camera_id,
        "zone_id": zone_id,
        "control_room_id": ROOM,
        "second": at,
        "frames": 5,
        "count": count,
        "count_max": count,
        "vehicles": 0,
        "dwell_s": 0.0,
        "group_size": 0,
        "detector": DetectorInfo(name="yolo11n", version="int8"),
        "newest_frame_at": at + seconds(0.8),
    }
    return Observation.model_validate(known | changes)


def watch(name: str = "a", category: Category = Category.STRAATROOF, **changes: Any) -> CameraWatch:
    known: dict[str, Any] = {
        "incident_id": incident_identity("politie-gms", name),
        "incident_revision": 0,
        "operation": Operation.CREATE,
        "camera_id": "cam-1",
        "control_room_id": ROOM,
        "category": category,
        "distance_m": 0,
        "zones": ("plein",),
        "window_from": NOON - seconds(30),
        "window_until": NOON + seconds(60),
        "occurred_at": NOON,
    }
    return CameraWatch.model_validate(known | changes)


def attention_rule(**changes: Any) -> AttentionRule:
    known = load_rules().attention
    assert known is not None
    return known.model_copy(update=changes)


def tick(group: str = "room", at: datetime = NOON) -> Tick:
    return Tick(group=group, partition=0, at=at)


def item(message: Message, offset: int = 0, partition: int = 2) -> Input:
    return Input(
        message=message,
        payload=b"",
        topic=message.topics[0],
        partition=partition,
        offset=offset,
        event_id=message.message_id(),
        entered_at=NOON,
    )
