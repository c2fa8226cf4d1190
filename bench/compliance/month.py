"""Month: what cameras, operators and partners would leave on topics in so many days, made up and as large as asked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from schemas.alerts import Alert
from schemas.audit import AuditEvent
from schemas.base import Message, derive_id
from schemas.cameras import CameraState, CameraStatus
from schemas.categories import Category
from schemas.evidence import CameraCoverage, Coverage, Evidence, ReportFact, SightingFact, Verdict
from schemas.geo import Position
from schemas.incidents import Incident, Operation, incident_identity
from streams import topics
from streams.domain.audit.chain import HeadRow, next_entry
from streams.domain.rules.rules import Rules
from streams.runtime.in_memory import MemoryRows
from streams.stages.base import Input
from streams.stages.decide.stage import Decide

ROOM: Final = "amstelveen"
CHANGES_A_DAY: Final = 12
"""Changes that a camera tells a day: its hours begin and end, lost streams, bad light [own]."""
VIEWS_A_DAY: Final = 400
"""Entries of the audit a day: pictures and actions of a few operators [own]."""
APART_DEGREES: Final = 0.02
"""Between two places: more than a kilometre, so that no two reports are joined."""


def statuses(cameras: int, days: int, begin: datetime) -> Iterator[tuple[str, Message]]:
    """Yield what cameras told."""
    for day in range(days):
        for number in range(cameras):
            for step in range(CHANGES_A_DAY):
                online = step % 2 == 0
                yield (
                    topics.CAMERA_STATUS,
                    CameraStatus(
                        camera_id=f"camera-{number}",
                        state=CameraState.ONLINE if online else CameraState.REFUSED,
                        reason="streaming" if online else "outside_viewing_window",
                        changed_at=begin + timedelta(days=day, hours=step * 24 / CHANGES_A_DAY),
                    ),
                )


def entries(days: int, begin: datetime) -> Iterator[tuple[str, Message]]:
    """Yield the chain of the audit."""
    head: HeadRow | None = None
    for number in range(days * VIEWS_A_DAY):
        at = begin + timedelta(days=number / VIEWS_A_DAY)
        event = AuditEvent(
            cause_id=f"c-{number}", actor=f"operator-{number % 8}", action="view_snapshot", object_type="camera",
            object_id=f"camera-{number % 5}", control_room_id=ROOM, result="pixelated", at=at,
        )  # fmt: skip
        entry = next_entry(event, event.message_id(), at, head)
        head = HeadRow(sequence=entry.sequence, hash=entry.hash, offset=number, told_at=at)
        yield topics.AUDIT_CHAIN, entry


def cases(alerts: int, cameras: int, sights: int, begin: datetime, rules: Rules) -> Iterator[tuple[str, Message]]:
    """Yield reports, what cameras said of each, and the alerts that the stage makes of them."""
    for number in range(alerts):
        stage, rows = Decide(rules, "bench"), MemoryRows()
        at = begin + timedelta(minutes=number)
        facts = [_report(number, cameras, sights, at)]
        facts += [_sighting(number, each, cameras, at) for each in range(sights)]
        for offset, fact in enumerate(facts):
            yield topics.EVIDENCE, fact
            item = Input(fact, b"", topics.EVIDENCE, 0, offset, fact.evidence_id, at)
            for output in stage.handle(item, rows, at):
                if isinstance(output.message, Alert) and output.topic == topics.ALERTS:
                    yield topics.ALERTS, output.message


def _report(number: int, cameras: int, sights: int, at: datetime) -> Evidence:
    place = Position(lat=52.25, lon=4.0 + APART_DEGREES * (number % 100), accuracy_m=10)
    incident = Incident(
        incident_id=incident_identity("bench", str(number)), operation=Operation.CREATE, revision=0, source="bench",
        source_id=str(number), category=Category.STRAATROOF, category_source="bench", source_priority="", urgency=2,
        summary="Straatroof", position=place, place="Plein", occurred_at=at, reported_at=at, received_at=at,
    )  # fmt: skip
    near = tuple(
        CameraCoverage(camera_id=_camera(number, each, cameras), distance_m=10, coverage=Coverage.IN_VIEW)
        for each in range(sights)
    )
    fact = ReportFact(incident=incident, cameras=near)
    return _evidence(number, "report", None, place, at, fact)


def _sighting(number: int, each: int, cameras: int, at: datetime) -> Evidence:
    fact = SightingFact(
        incident_id=incident_identity("bench", str(number)), verdict=Verdict.CORROBORATED if each else Verdict.UNSEEN,
        zone_id=None, signal="persons", value=1, explanation="made up",
    )  # fmt: skip
    return _evidence(number, str(each), _camera(number, each, cameras), None, at + timedelta(seconds=each + 1), fact)


def _evidence(
    number: int, which: str, camera: str | None, place: Position | None, at: datetime, fact: ReportFact | SightingFact
) -> Evidence:
    return Evidence(
        evidence_id=derive_id("bench", str(number), which), control_room_id=ROOM, category=Category.STRAATROOF,
        position=place, camera_id=camera, occurred_at=at, fact=fact,
    )  # fmt: skip


def _camera(number: int, each: int, cameras: int) -> str:
    return f"camera-{(number + each) % cameras}"
