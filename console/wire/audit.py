"""Audit: what was done and seen, as the chain tells it."""

from __future__ import annotations

from console.wire.base import Moment, WireAnswer


class AuditLine(WireAnswer):
    """Audit line: who did what to which object, why, with which result."""

    sequence: int
    at: Moment
    actor: str
    action: str
    object_type: str
    object_id: str
    reason: str
    result: str


class AuditPage(WireAnswer):
    """Audit page: some lines, the newest first, and whether the chain holds as far as it was read."""

    lines: tuple[AuditLine, ...]
    next_before: int | None
    chain_holds: bool
