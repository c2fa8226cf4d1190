"""One valid example of each message, for tests that need a message and do not care which."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, TypeVar

from schemas.actions import Action, OperatorAction
from schemas.alerts import Alert, AlertCamera, AlertReport, AlertState, Change, Factor
from schemas.audit import AuditEntry, AuditEvent
from schemas.base import Message
from schemas.cameras import (
    Box,
    CameraState,
    CameraStatus,
    DetectedObject,
    Detections,
    DetectorInfo,
    FrameReference,
    ObjectClass,
    SparedPictures,
)
from schemas.cases import CaseOutcome, CaseReceipt, PartnerCase
from schemas.categories import Category, Priority
from schemas.dead_letters import DeadLetterReason, DeadLetterReference
from schemas.decisions import DecisionLog
from schemas.deletion import Deletion, DeletionGround, Hold, HoldState
from schemas.dispatch import DispatchReceipt, DispatchRequest
from schemas.evidence import CameraCoverage, Coverage, Evidence, ReportFact, Verdict
from schemas.geo import Position
from schemas.incidents import CameraWatch, Incident, Operation, incident_identity
from schemas.observations import Observation
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.cases import case_handed_over
from schemas.phrases.codes.common import own_words
from schemas.phrases.codes.titles import category_name, title_placed
from schemas.sharing import PartnerAlert, PartnerDispatch, PartnerDispatchWithdrawn, PartnerHit, SharedCamera
from schemas.snapshots import SnapshotReference, SnapshotRequest
from schemas.ticks import Tick
from schemas.trends import AreaName, Judgement, KnoxTest, NearRepeats, Trend, TrendTarget, TrendWeek

M = TypeVar("M", bound=Message)

NOON: Final = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PROMPT = own_words("Straatroof is prompt by itself")
STADSHART: Final = Position(lat=52.306326, lon=4.857297, accuracy_m=50)
DETECTOR: Final = DetectorInfo(name="yolo11n", version="int8")
ROOM: Final = "amstelveen"
CAMERA: Final = "stadshart-01"

INCIDENT: Final = Incident(
    incident_id=incident_identity("politie-gms", "2026-4711"),
    operation=Operation.CREATE,
    revision=0,
    source="politie-gms",
    source_id="2026-4711",
    category=Category.STRAATROOF,
    category_source="bzdsbr",
    source_priority="P 1",
    urgency=1,
    summary="Straatroof, Stadsplein, Amstelveen",
    position=STADSHART,
    place="Stadsplein, Amstelveen",
    occurred_at=NOON,
    reported_at=NOON + timedelta(seconds=40),
    received_at=NOON + timedelta(seconds=41),
)

_EXAMPLES: Final[tuple[Message, ...]] = (
    FrameReference(
        camera_id=CAMERA,
        epoch="20261124T120000Z",
        sequence=7,
        captured_at=NOON,
        width_px=768,
        height_px=576,
        mask_version="2026-1",
    ),
    CameraStatus(camera_id=CAMERA, state=CameraState.OFFLINE, reason="lost", detail="no picture", changed_at=NOON),
    Detections(
        camera_id=CAMERA,
        frame_id="frame-7",
        captured_at=NOON,
        width_px=768,
        height_px=576,
        detector=DETECTOR,
        track_epoch="20261124T120000Z",
        objects=(
            DetectedObject(
                object_class=ObjectClass.PERSON,
                score=0.91,
                box=Box(x_min_px=10, y_min_px=20, x_max_px=30.5, y_max_px=80),
                track_id=3,
            ),
        ),
    ),
    SparedPictures(camera_id=CAMERA, frame_id="frame-9", captured_at=NOON, spared=3),
    Observation(
        camera_id=CAMERA,
        zone_id="plein",
        control_room_id=ROOM,
        second=NOON,
        frames=5,
        count=4,
        count_max=5,
        vehicles=0,
        dwell_s=12.5,
        group_size=3,
        detector=DETECTOR,
        newest_frame_at=NOON + timedelta(milliseconds=800),
    ),
    INCIDENT,
    CameraWatch(
        incident_id=INCIDENT.incident_id,
        incident_revision=0,
        operation=Operation.CREATE,
        camera_id=CAMERA,
        control_room_id=ROOM,
        category=Category.STRAATROOF,
        distance_m=35.5,
        zones=("plein",),
        window_from=NOON - timedelta(minutes=2),
        window_until=NOON + timedelta(minutes=10),
        occurred_at=NOON,
    ),
    Evidence(
        evidence_id="evidence-1",
        control_room_id=ROOM,
        category=Category.STRAATROOF,
        position=STADSHART,
        camera_id=None,
        occurred_at=NOON,
        fact=ReportFact(
            incident=INCIDENT,
            cameras=(CameraCoverage(camera_id=CAMERA, distance_m=35.5, coverage=Coverage.IN_VIEW),),
        ),
    ),
    Tick(group="room", partition=2, at=NOON),
    Alert(
        alert_id="alert-1",
        control_room_id=ROOM,
        revision=1,
        state=AlertState.NEW,
        change=Change.EVIDENCE,
        priority=Priority.P1,
        score=82.5,
        factors=(
            Factor(rule_id="base-straatroof", points=60, reason=sentence(PROMPT), phrase=PROMPT),
            Factor(rule_id="of-an-older-release", points=0, reason="told as it is"),
        ),
        capped_by=None,
        category=Category.STRAATROOF,
        title="Straatroof, Stadsplein, Amstelveen",
        place="Stadsplein, Amstelveen",
        position=STADSHART,
        verdict=Verdict.CORROBORATED,
        reports=(
            AlertReport(
                incident_id=INCIDENT.incident_id,
                source=INCIDENT.source,
                source_id=INCIDENT.source_id,
                category=INCIDENT.category,
                source_priority=INCIDENT.source_priority,
                urgency=INCIDENT.urgency,
                revision=0,
                cancelled=False,
                position=STADSHART,
                occurred_at=INCIDENT.occurred_at,
                reported_at=INCIDENT.reported_at,
            ),
        ),
        cameras=(
            AlertCamera(
                camera_id=CAMERA,
                distance_m=35.5,
                coverage=Coverage.IN_VIEW,
                verdict=Verdict.CORROBORATED,
                zone_id="plein",
                explanation="5 persons where 2 are usual",
            ),
        ),
        evidence_ids=("evidence-1",),
        recipients=("politie",),
        operator_list=True,
        occurred_at=NOON,
        opened_at=NOON + timedelta(seconds=42),
        changed_at=NOON + timedelta(seconds=45),
        expires_at=NOON + timedelta(minutes=30),
        rules_version="1",
        registry_version="1",
    ),
    DecisionLog(
        control_room_id=ROOM,
        sequence=12,
        topic="evidence",
        partition=0,
        offset=99,
        input_id="evidence-1",
        now=NOON,
        alert_ids=("alert-1",),
        rules_version="1",
        registry_version="1",
    ),
    OperatorAction(
        action_id="action-1",
        control_room_id=ROOM,
        alert_id="alert-1",
        seen_revision=1,
        action=Action.SHELVE,
        user="operator-3",
        reason_code="planned_event",
        until=NOON + timedelta(hours=1),
        acted_at=NOON,
    ),
    DispatchRequest(
        dispatch_id="dispatch-1",
        control_room_id=ROOM,
        alert_id="alert-1",
        alert_revision=1,
        recipient="politie",
        priority=Priority.P1,
        category=Category.STRAATROOF,
        place="Stadsplein, Amstelveen",
        confirmed_by="operator-3",
        confirmed_at=NOON,
    ),
    DispatchReceipt(
        dispatch_id="dispatch-1",
        control_room_id=ROOM,
        alert_id="alert-1",
        recipient="politie",
        outcome="accepted",
        answered_at=NOON,
    ),
    PartnerAlert(
        partner="politie",
        control_room_id=ROOM,
        alert_id="alert-1",
        revision=1,
        changed_at=NOON + timedelta(seconds=45),
        ground="politiewet-3",
        partners_version="1",
        category=Category.STRAATROOF,
        title="street robbery, Stadsplein, Amstelveen",
        title_phrase=title_placed(category_name("straatroof"), "Stadsplein, Amstelveen"),
        state=AlertState.NEW,
        priority=Priority.P1,
        occurred_at=NOON,
        place="Stadsplein, Amstelveen",
        position=STADSHART,
        reports=1,
        verdict=Verdict.CORROBORATED,
        cameras=(SharedCamera(camera_id=CAMERA, verdict=Verdict.CORROBORATED),),
    ),
    PartnerDispatch(
        dispatch_id="dispatch-1",
        partner="politie",
        control_room_id=ROOM,
        alert_id="alert-1",
        alert_revision=1,
        confirmed_at=NOON,
        deadline_at=NOON + timedelta(seconds=60),
        ground="politiewet-3",
        partners_version="1",
        category=Category.STRAATROOF,
        title="street robbery, Stadsplein, Amstelveen",
        title_phrase=title_placed(category_name("straatroof"), "Stadsplein, Amstelveen"),
        state=AlertState.ACKNOWLEDGED,
        priority=Priority.P1,
        place="Stadsplein, Amstelveen",
        position=STADSHART,
    ),
    PartnerDispatchWithdrawn(
        dispatch_id="dispatch-1", partner="politie", control_room_id=ROOM, alert_id="alert-1", withdrawn_at=NOON
    ),
    Deletion(
        deletion_id="deletion-1",
        about="amstelveen",
        ground=DeletionGround.CASE,
        alert_ids=("alert-1",),
        fact_ids=("incident-1",),
        asked_by="privacy-officer",
        asked_at=NOON,
    ),
    Hold(
        hold_id="hold-1",
        alert_id="alert-1",
        control_room_id="amstelveen",
        requester="parket-amsterdam",
        ground="PL1300-2026-12345",
        until=NOON + timedelta(days=90),
        state=HoldState.HELD,
        records=41,
        changed_by="privacy-officer",
        changed_at=NOON,
    ),
    PartnerHit(
        partner="politie",
        control_room_id=ROOM,
        hit_id="hit-1",
        revision=0,
        changed_at=NOON,
        partners_version="1",
        your_reference="P-1",
        other="brandweer",
        other_name="Brandweer",
        contact="the desk of the fire brigade",
        ground="verwijs-meldkamer",
        expires_at=NOON + timedelta(hours=4),
    ),
    PartnerCase(
        handover_id="handover-1",
        partner="oov",
        control_room_id=ROOM,
        alert_id="alert-1",
        revision=0,
        changed_at=NOON,
        handed_at=NOON,
        answer_by=NOON + timedelta(days=4),
        ground="huisvestingswet",
        partners_version="1",
        category=Category.WOONFRAUDE_OVERBEWONING,
        title="housing fraud, Amstelveen",
        title_phrase=title_placed(category_name("woonfraude_overbewoning"), "Amstelveen"),
        place="Amstelveen",
        position=STADSHART,
        occurred_at=NOON,
        reason=sentence(case_handed_over()),
        reason_phrase=case_handed_over(),
    ),
    CaseReceipt(
        handover_id="handover-1",
        control_room_id=ROOM,
        alert_id="alert-1",
        recipient="oov",
        outcome=CaseOutcome.ACCEPTED,
        answered_at=NOON,
    ),
    SnapshotRequest(
        request_id="request-1",
        camera_id=CAMERA,
        alert_id="alert-1",
        user="operator-3",
        requested_at=NOON,
        moment=NOON - timedelta(seconds=5),
    ),
    SnapshotReference(
        request_id="request-1", camera_id=CAMERA, moment=NOON, captured_at=NOON, width_px=384, height_px=288
    ),
    Trend(
        control_room_id=ROOM,
        category=Category.WONINGINBRAAK,
        area_code="BU03620401",
        area_name="Stadshart",
        area_year=2026,
        week="2026-W48",
        revision=7,
        count=3,
        small=True,
        usual_per_week=0.5,
        weeks_known=40,
        judged=Judgement.SMALL_COUNT,
        computed_at=NOON,
    ),
    TrendTarget(
        control_room_id=ROOM,
        category=Category.WONINGINBRAAK,
        year=2026,
        below_per_year=350,
        count=290,
        since=date(2026, 1, 1),
        expected=314.5,
        plan_version="2026.1",
        computed_at=NOON,
    ),
    NearRepeats(
        control_room_id=ROOM,
        category=Category.WONINGINBRAAK,
        area_code="BU03620401",
        area_name="Stadshart",
        area_year=2026,
        week="2026-W48",
        revision=1,
        within_days=14,
        to_100_m=1,
        to_200_m=1,
        computed_at=NOON,
    ),
    TrendWeek(
        control_room_id=ROOM,
        week="2026-W48",
        known_since=date(2026, 2, 11),
        tested=31,
        areas=(AreaName(code="BU03620401", name="Stadshart"),),
        area_year=2026,
        knox=(KnoxTest(category=Category.WONINGINBRAAK, events=210, pairs=12, expected=6.4, probability=0.021),),
        computed_at=NOON,
    ),
    AuditEvent(
        cause_id="request-1",
        actor="operator-3",
        action="snapshot",
        object_type="camera",
        object_id=CAMERA,
        result="pixelated",
        at=NOON,
    ),
    AuditEntry(
        sequence=1,
        actor="operator-3",
        action="view",
        object_type="alert",
        object_id="alert-1",
        result="done",
        at=NOON,
        told_at=NOON,
        previous_hash="0" * 64,
        hash="a" * 64,
    ),
    DeadLetterReference(
        stage="locate",
        reason=DeadLetterReason.INVALID,
        detail="incident, field urgency: Input should be less than or equal to 4",
        topic="incidents",
        partition=0,
        offset=17,
        original_key="2026-4711",
        failed_at=NOON,
    ),
)


def example(model: type[M], **changes: Any) -> M:
    """Return a valid message of this type, with the fields in `changes` replaced and checked again."""
    found = next(message for message in _EXAMPLES if type(message) is model)
    assert isinstance(found, model)
    return model.model_validate(dict(found) | changes) if changes else found


def payload(model: type[Message]) -> bytes | None:
    """Return what the record of an example carries as its value, where that is not the message itself."""
    jpeg = b"\xff\xd8\xff\xd9"
    carried: dict[type[Message], bytes] = {FrameReference: jpeg, SnapshotReference: jpeg, DeadLetterReference: b"{"}
    return carried.get(model)
