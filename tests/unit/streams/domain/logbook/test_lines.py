"""Lines of the Logboek: which message is one, and that it is the same one whenever it is made."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from schemas.actions import OperatorAction
from schemas.alerts import Alert
from schemas.audit import AuditEntry
from schemas.base import Message
from schemas.dispatch import DispatchRequest
from schemas.snapshots import SnapshotRefusal
from streams.domain.logbook.lines import LogbookLine, ProcessingKind, line_of
from tests.support.messages import NOON, example

TAKEN = NOON + timedelta(milliseconds=40)


def entry(action: str, object_type: str, result: str = "pixelated") -> AuditEntry:
    """Return an entry of the audit."""
    return example(
        AuditEntry,
        event_id=f"{action}-1",
        action=action,
        object_type=object_type,
        result=result,
        at=NOON,
        told_at=TAKEN,
    )


def made(message: Message, event_id: str = "e1", trace_id: str | None = None) -> LogbookLine | None:
    """Return a message's line."""
    return line_of(message, event_id, TAKEN, trace_id)


DISPATCH: Any = example(DispatchRequest, confirmed_at=NOON, requested_at=None)
ACTION: Any = example(OperatorAction, acted_at=NOON)


@pytest.mark.parametrize(
    ("message", "kind", "name"),
    [
        (entry("view_snapshot", "camera"), ProcessingKind.VIEW, "view_snapshot camera"),
        (entry("view_alert", "alert", "shown"), ProcessingKind.VIEW, "view_alert alert"),
        (entry("snapshot", "camera", "unblurred"), ProcessingKind.SNAPSHOT, "snapshot camera"),
        (entry("report", "report", "sent"), ProcessingKind.ACTION, "report report"),
        (entry("hit", "hit", "told"), ProcessingKind.DISPATCH, "hit hit"),
        (entry("delete", "case", "decide/1: 4 rows"), ProcessingKind.RETENTION, "delete case"),
        (ACTION, ProcessingKind.ACTION, f"{ACTION.action} alert"),
        (DISPATCH, ProcessingKind.DISPATCH, "dispatch alert"),
    ],
)
def test_each_processing_is_a_line_with_its_time_and_without_anybodys_name(
    message: Message, kind: ProcessingKind, name: str
) -> None:
    """It began when it was done, and was done when the broker had it."""
    line = made(message)
    assert line is not None
    assert (line.kind, line.name, line.began_at, line.ended_at, line.failed) == (kind, name, NOON, TAKEN, "")
    assert (len(line.trace_id), len(line.span_id)) == (32, 16)
    document = message.model_dump()
    people = {document[field] for field in ("actor", "user", "confirmed_by") if document.get(field)}
    assert people
    assert not [who for who in people if who in str(line)]


@pytest.mark.parametrize(
    "message",
    [
        entry("acknowledge", "alert", "sent"), entry("login", "account"), entry("ask_snapshot", "camera", "asked"),
        example(Alert),
        *(entry("snapshot", "camera", reason) for reason in SnapshotRefusal if reason is not SnapshotRefusal.FAILED),
        ACTION.model_copy(update={"control_room_id": "canary-0"}),
    ],
)  # fmt: skip
def test_what_is_told_elsewhere_or_is_of_nobody_is_no_line(message: Message) -> None:
    """An action is read where every program writes it, else it would be there twice; a refusal shows nothing of anybody."""
    assert made(message) is None


def test_a_fault_of_ours_is_an_error() -> None:
    """A picture that could not be made was begun."""
    line = made(entry("snapshot", "camera", "failed"))
    assert line is not None
    assert line.failed == "failed"


def test_a_message_is_the_same_line_whenever_it_is_made_and_another_message_another() -> None:
    """By its identity alone, and of the trace that its record is of."""
    first = made(ACTION, "e1")
    assert first == made(ACTION, "e1")
    assert first is not None
    other, traced = made(ACTION, "e2"), made(ACTION, "e1", "ab" * 16)
    assert other is not None
    assert traced is not None
    assert len({first.span_id, other.span_id}) == len({first.trace_id, other.trace_id}) == 2
    assert (traced.span_id, traced.trace_id) == (first.span_id, "ab" * 16)


def test_nothing_ends_before_it_began() -> None:
    """Where a sender's clock is ahead of the broker's."""
    ahead = TAKEN + timedelta(seconds=2)
    line = made(ACTION.model_copy(update={"acted_at": ahead}))
    assert line is not None
    assert line.began_at == line.ended_at == ahead
