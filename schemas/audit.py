"""Audit: who did what to which object, told by those who did it, and chained."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Identifier, Message, ShortText, Utc, derive_id
from schemas.phrases.phrase import Phrase


class AuditEntry(Message):
    """Audit entry: who did what to which object, why, with which result; chained by the hash of the entry before it."""

    name: ClassVar[str] = "audit-entry"
    topics: ClassVar[tuple[str, ...]] = ("audit",)
    time_field: ClassVar[str] = "at"

    sequence: Annotated[int, Field(ge=0)]
    actor: Identifier
    action: Identifier
    object_type: Identifier
    object_id: Annotated[str, Field(max_length=120)]
    reason: ShortText = ""
    phrase: Annotated[Phrase | None, Field(description="The reason as a phrase")] = None
    result: Annotated[str, Field(max_length=40)]
    at: Utc
    previous_hash: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
    hash: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

    def message_id(self) -> str:
        """Return an identity derived from the entry's hash."""
        return derive_id("audit", self.hash)

    def key(self) -> str:
        """Return one key for all: there is one chaining writer."""
        return "audit"


class AuditEvent(Message):
    """Audit event: who did what to which object, why, with which result, as told by the part that did it; not chained yet.

    The one writer of the chain makes an `audit-entry` of each.
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
    reason: ShortText = ""
    phrase: Annotated[Phrase | None, Field(description="The reason as a phrase")] = None
    result: Annotated[str, Field(max_length=40)]
    at: Utc

    def key(self) -> str:
        """Return one key for all: there is one chaining writer."""
        return "audit"
