"""Events of the audit, and chains of entries, for tests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from schemas.audit import AuditEvent
from streams.domain.audit.chain import HeadRow, next_entry
from tests.support.situations import NOON


def audit_event(number: int = 0, **changes: Any) -> AuditEvent:
    """Return what was done in the nth second."""
    told: dict[str, Any] = {
        "cause_id": f"cause-{number}",
        "actor": f"operator-{number % 3}",
        "action": "acknowledge",
        "object_type": "alert",
        "object_id": f"alert-{number}",
        "control_room_id": "amstelveen",
        "result": "done",
        "at": NOON + timedelta(seconds=number),
    }
    return AuditEvent.model_validate(told | changes)


def chain_of(count: int) -> list[dict[str, Any]]:
    """Return a chain of so many entries, as documents."""
    head, found = None, []
    for number in range(count):
        event = audit_event(number)
        entry = next_entry(event, event.message_id(), event.at, head)
        head = HeadRow(sequence=entry.sequence, hash=entry.hash, offset=number, told_at=event.at)
        found.append(entry.model_dump(mode="json"))
    return found
