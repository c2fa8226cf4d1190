"""Audit: who did what to which object, told by those who did it on `audit`, and chained on `audit-chain`."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Identifier, Message, ShortText, Utc, derive_id

KEY = "audit"
"""The one key of both topics: there is one order, and one writer of the chain."""
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
"""SHA-256, in hexadecimal."""
Room = Annotated[str, Field(max_length=80, description="Control room that it was done in; empty where in none")]


class AuditEntry(Message):
    """Audit entry: who did what to which object, why, with which result; chained by the hash of the entry before it.

    `hash` is the SHA-256 of the entry's JSON without it, in the form of `streams/domain/audit/chain.py`. `told_at` is when the
    broker took the event, `event_id` its identity. No entry has free text: `reason` is a code, or a sentence of this software.
    """

    name: ClassVar[str] = "audit-entry"
    topics: ClassVar[tuple[str, ...]] = ("audit-chain",)
    time_field: ClassVar[str] = "at"

    sequence: Annotated[int, Field(ge=0)]
    event_id: Annotated[str, Field(max_length=200)] = ""
    actor: Identifier
    action: Identifier
    object_type: Identifier
    object_id: Annotated[str, Field(max_length=120)]
    control_room_id: Room = ""
    reason: ShortText = ""
    result: Annotated[str, Field(max_length=40)]
    at: Utc
    told_at: Utc
    previous_hash: Digest
    hash: Digest

    def message_id(self) -> str:
        """Return an identity derived from the entry's hash."""
        return derive_id("audit", self.hash)

    def key(self) -> str:
        """Return one key for all: there is one chaining writer."""
        return KEY


class AuditEvent(Message):
    """Audit event: who did what to which object, why, with which result, as told by the part that did it; not chained yet.

    The one writer of the chain, `toezicht worker audit`, makes an `audit-entry` of each.
    """

    name: ClassVar[str] = "audit-event"
    topics: ClassVar[tuple[str, ...]] = ("audit",)
    id_from: ClassVar[tuple[str, ...]] = ("action", "cause_id")
    time_field: ClassVar[str] = "at"

    cause_id: Annotated[Identifier, Field(description="The message that it answers: a repeat tells the same event")]
    actor: Identifier
    action: Identifier
    object_type: Identifier
    object_id: Annotated[str, Field(max_length=120)]
    control_room_id: Room = ""
    reason: ShortText = ""
    result: Annotated[str, Field(max_length=40)]
    at: Utc

    def key(self) -> str:
        """Return one key for all: there is one chaining writer."""
        return KEY
