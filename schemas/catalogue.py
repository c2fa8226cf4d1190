"""Every message there is, by its CloudEvents type."""

from __future__ import annotations

from typing import Final

from schemas.actions import OperatorAction
from schemas.alerts import Alert
from schemas.audit import AuditEntry, AuditEvent
from schemas.base import FORMER_TYPE_PREFIX, Message
from schemas.cameras import CameraStatus, Detections, FrameReference, SparedPictures
from schemas.cases import CaseReceipt, PartnerCase
from schemas.dead_letters import DeadLetterReference
from schemas.decisions import DecisionLog
from schemas.deletion import Deletion, Hold
from schemas.dispatch import DispatchReceipt, DispatchRequest
from schemas.evidence import Evidence
from schemas.incidents import CameraWatch, Incident
from schemas.observations import Observation
from schemas.sharing import PartnerAlert, PartnerDispatch, PartnerDispatchWithdrawn, PartnerHit
from schemas.snapshots import SnapshotReference, SnapshotRequest
from schemas.ticks import Tick
from schemas.trends import NearRepeats, Trend, TrendTarget, TrendWeek

MESSAGES: Final[tuple[type[Message], ...]] = (
    FrameReference,
    CameraStatus,
    Detections,
    SparedPictures,
    Observation,
    Incident,
    CameraWatch,
    Evidence,
    Tick,
    Alert,
    DecisionLog,
    OperatorAction,
    DispatchRequest,
    DispatchReceipt,
    PartnerAlert,
    PartnerDispatch,
    PartnerDispatchWithdrawn,
    PartnerHit,
    PartnerCase,
    CaseReceipt,
    SnapshotRequest,
    SnapshotReference,
    Trend,
    TrendTarget,
    NearRepeats,
    TrendWeek,
    AuditEvent,
    AuditEntry,
    DeadLetterReference,
    Deletion,
    Hold,
)

BY_TYPE: Final[dict[str, type[Message]]] = {
    event_type: message
    for message in MESSAGES
    for event_type in (f"{FORMER_TYPE_PREFIX}.{message.name}.v{message.version}", message.ce_type())
}
"""By the type as it is written, and as it was before: recordings, dead letters, saved rows and other senders have that."""

NAMES: Final[frozenset[str]] = frozenset(message.name for message in MESSAGES)

IN_HEADER: Final[dict[type[Message], str]] = {
    FrameReference: "frame",
    SnapshotReference: "snapshot",
    DeadLetterReference: "dead-letter",
}
"""Messages whose record value is something else (a picture, the original bytes), by the header that carries them."""
