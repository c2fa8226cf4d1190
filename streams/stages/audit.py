"""The stage `audit`: what is told to the audit, one by one, to entries of a chain of hashes.

One topic with one partition goes in, so that there is one order: whoever takes an event again after a crash makes the same
entry of it, byte by byte. The newest entry is a row of the stage's state.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from schemas.audit import AuditEvent
from streams import topics
from streams.domain.audit.chain import HeadRow, next_entry
from streams.stages.base import Input, Output, Rows

HEAD = "head"
"""The name of the row with the newest entry; `toezicht audit verify` reads it from the changelog."""


class Audit:
    """Chains what is told to the audit."""

    name: str = "audit"
    inputs: tuple[str, ...] = (topics.AUDIT,)
    stateful: bool = True
    max_late: timedelta | None = None
    ticks: str | None = None

    def handle(self, item: Input, rows: Rows, now: datetime) -> Sequence[Output]:
        """Return the entry that an event makes; none for one that is in the chain, however long ago it was put there."""
        event = item.message
        if not isinstance(event, AuditEvent):
            raise TypeError(f"expected an audit-event, got a {event.name}")
        head = rows.get(HEAD, HeadRow)
        if head is not None and head.has(item.offset, now):
            return []
        entry = next_entry(event, item.event_id, now, head)
        told_at = now if head is None else max(now, head.told_at)
        rows.put(HEAD, HeadRow(sequence=entry.sequence, hash=entry.hash, offset=item.offset, told_at=told_at))
        return [Output(topics.AUDIT_CHAIN, entry)]
