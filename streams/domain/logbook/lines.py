"""Lines of the Logboek Dataverwerkingen: one of each view, action, snapshot and dispatch, with the fields of the standard.

The standard is Logius' *Logboek dataverwerkingen*, chapter "Component: Logboek" (working version of 2026): `trace_id`, `span_id`
(once `operation_id`), `status`, `name`, `start_time`, `end_time`, `resource`, and of the attributes
`dpl.core.processing_activity_id`. `dpl.core.data_subject_id` is never given: nobody on a street is identified here, and there is
no lawful key by which they could be. A line names no person: who acted stands in the audit under the same event.

A line's ids follow from the message, so that a line that is sent again is the same one: whoever keeps them drops the second.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple

from schemas.actions import OperatorAction
from schemas.audit import AuditEntry
from schemas.base import Message, Word
from schemas.dispatch import DispatchRequest
from schemas.snapshots import SnapshotRefusal
from streams.domain.canary import is_canary


class ProcessingKind(Word):
    """Processing kind: what was done, each of which is a processing activity of the municipality's register."""

    VIEW = "view"
    ACTION = "action"
    SNAPSHOT = "snapshot"
    DISPATCH = "dispatch"
    RETENTION = "retention"


class LogbookLine(NamedTuple):
    """Logbook line: one processing.

    Attributes:
        kind: What it was, and so its activity in the register.
        trace_id: What it belongs to, 32 digits in hexadecimal.
        span_id: Which it is, 16 digits in hexadecimal.
        name: What was done to what: bounded codes of this software.
        began_at: When it began (UTC).
        ended_at: When it was done (UTC), never before it began.
        failed: A bounded code where a fault of ours kept it from being done; empty where it was done.
    """

    kind: ProcessingKind
    trace_id: str
    span_id: str
    name: str
    began_at: datetime
    ended_at: datetime
    failed: str = ""


_AUDITED: Final[Mapping[tuple[str, str], ProcessingKind]] = {
    ("view_snapshot", "camera"): ProcessingKind.VIEW,
    ("view_alert", "alert"): ProcessingKind.VIEW,
    ("snapshot", "camera"): ProcessingKind.SNAPSHOT,
    ("report", "report"): ProcessingKind.ACTION,
    ("hit", "hit"): ProcessingKind.DISPATCH,
    ("delete", "case"): ProcessingKind.RETENTION,
    ("delete", "older"): ProcessingKind.RETENTION,
}
"""What the audit tells that is a processing, by action and object. Actions on alerts are not among it: `operator-actions` has
them from every program, the audit those of the console alone. Logins and accounts are about those who work here; a picture that
is asked for is a processing once it is made."""
_NOT_DONE: Final = frozenset(SnapshotRefusal) - {SnapshotRefusal.FAILED}
"""Answers without a picture: nothing of anybody was processed. One that failed was begun."""


def line_of(message: Message, event_id: str, taken_at: datetime, trace_id: str | None) -> LogbookLine | None:
    """Return the line that a message is; None where it tells of no processing.

    Args:
        message: A message of one of the topics `audit-chain`, `operator-actions` and `dispatch-requests`.
        event_id: Its identity.
        taken_at: When the broker took it (UTC): what it tells of was done by then.
        trace_id: The trace that its record is of; one that follows from the message where None.
    """
    match message:
        case AuditEntry():
            kind = _AUDITED.get((message.action, message.object_type))
            if kind is None or message.result in _NOT_DONE:
                return None
            failed = "failed" if message.result == SnapshotRefusal.FAILED else ""
            name = f"{message.action} {message.object_type}"
            return _line(kind, name, message.event_id or event_id, message.at, message.told_at, trace_id, failed)
        case OperatorAction():
            if is_canary(message.control_room_id):
                return None
            action = str(message.action)
            return _line(ProcessingKind.ACTION, f"{action} alert", event_id, message.acted_at, taken_at, trace_id)
        case DispatchRequest():
            began_at = message.requested_at or message.confirmed_at
            return _line(ProcessingKind.DISPATCH, "dispatch alert", event_id, began_at, taken_at, trace_id)
        case _:
            return None


def _line(
    kind: ProcessingKind,
    name: str,
    event_id: str,
    began_at: datetime,
    ended_at: datetime,
    trace_id: str | None,
    failed: str = "",
) -> LogbookLine:
    """Return a line; a sender's clock that is ahead of the broker's lets nothing end before it began."""
    trace_id = trace_id or _digits("trace", event_id)[:32]
    return LogbookLine(kind, trace_id, _digits("span", event_id)[:16], name, began_at, max(began_at, ended_at), failed)


def _digits(what: str, event_id: str) -> str:
    return hashlib.sha256(f"logboek\0{what}\0{event_id}".encode()).hexdigest()
