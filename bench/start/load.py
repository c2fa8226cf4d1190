"""Load of `bench start`: reports in squares of their own, answered, acknowledged and perhaps closed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from bench.flow.load import CATEGORIES, SOURCES, place
from schemas.actions import Action, OperatorAction
from schemas.base import Message, derive_id
from schemas.categories import Category
from schemas.evidence import CameraCoverage, Coverage, Evidence, ReportFact, SightingFact, Verdict
from schemas.geo import Position
from schemas.incidents import Incident, Operation, incident_identity
from streams import topics
from streams.kafka.partitioner import partition_of

ROOMS_PER_PARTITION: Final = 12
"""Each with a grid of squares of its own, so that no report joins another's alert."""
CLOSED_AFTER: Final = timedelta(minutes=10)

Life = Iterator[tuple[datetime, Message]]


@cache
def rooms() -> list[list[str]]:
    """Return the names of control rooms by the partition that their key leads to."""
    found: list[list[str]] = [[] for _ in range(topics.ROOM_PARTITIONS)]
    number = 0
    while any(len(names) < ROOMS_PER_PARTITION for names in found):
        name = f"room-{number}"
        names = found[partition_of(topics.EVIDENCE, name.encode())]
        if len(names) < ROOMS_PER_PARTITION:
            names.append(name)
        number += 1
    return found


def life(room: str, number: int, at: datetime, *, closed: bool) -> Life:
    """Yield what happens to one alert: a report, two cameras' answers, an acknowledgement, and perhaps its end."""
    report = report_evidence(room, number, at)
    yield at, report
    assert isinstance(report.fact, ReportFact)
    incident_id = report.fact.incident.incident_id
    for camera, verdict in enumerate((Verdict.CORROBORATED, Verdict.UNSEEN)):
        yield at + timedelta(seconds=20 + camera), _sighting(report, incident_id, f"camera-{camera}", verdict)
    alert_id = derive_id("alert", room, report.evidence_id)
    yield at + timedelta(minutes=1), _action(room, alert_id, Action.ACKNOWLEDGE, at)
    if closed:
        yield at + CLOSED_AFTER, _action(room, alert_id, Action.CLOSE, at)


def report_evidence(room: str, number: int, at: datetime) -> Evidence:
    """Return a report at a square of the room's grid, near two cameras."""
    lat, lon = place(number)
    source = SOURCES[number % len(SOURCES)]
    incident = Incident(
        incident_id=incident_identity(source, f"{room}-{number}-{at.timestamp():.0f}"),
        operation=Operation.CREATE,
        revision=0,
        source=source,
        source_id=f"{room}-{number}-{at.timestamp():.0f}",
        category=Category(CATEGORIES[number % len(CATEGORIES)]),
        category_source="bench",
        source_priority="P 2",
        urgency=2,
        summary=f"Straatroof, Plein {number} Amstelveen",
        position=Position(lat=lat, lon=lon, accuracy_m=30),
        place=f"Plein {number} Amstelveen",
        occurred_at=at,
        reported_at=at,
        received_at=at,
    )
    cameras = tuple(
        CameraCoverage(camera_id=f"camera-{camera}", distance_m=12.5, coverage=Coverage.IN_VIEW) for camera in range(2)
    )
    return Evidence(
        evidence_id=derive_id("evidence", "report", incident.incident_id, "0", room),
        control_room_id=room,
        category=incident.category,
        position=incident.position,
        camera_id=None,
        occurred_at=at,
        fact=ReportFact(incident=incident, cameras=cameras),
    )


def _sighting(report: Evidence, incident_id: str, camera_id: str, verdict: Verdict) -> Evidence:
    seen = verdict is Verdict.CORROBORATED
    return Evidence(
        evidence_id=derive_id("evidence", "sighting", camera_id, incident_id, verdict.value),
        control_room_id=report.control_room_id,
        category=report.category,
        position=None,
        camera_id=camera_id,
        occurred_at=report.occurred_at + timedelta(seconds=10),
        fact=SightingFact(
            incident_id=incident_id,
            verdict=verdict,
            zone_id="square" if seen else None,
            signal="persons" if seen else "none",
            value=3 if seen else 0,
            explanation="3 persons in zone square within 30 s of the report" if seen else "nobody in 12 seconds of 90",
        ),
    )


def _action(room: str, alert_id: str, action: Action, at: datetime) -> OperatorAction:
    return OperatorAction(
        action_id=derive_id("bench", alert_id, action.value),
        control_room_id=room,
        alert_id=alert_id,
        seen_revision=1,
        action=action,
        user="operator-3",
        verdict="true" if action is Action.CLOSE else "",
        acted_at=at,
    )
