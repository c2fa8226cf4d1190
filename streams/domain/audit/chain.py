"""Chain: each audit entry has the hash of the one before it, and its own over all that it says (ADR 17).

The hash is SHA-256 over the entry's JSON without the field `hash`, in the form of RFC 8785 as far as that is needed here:
names in order, no white space, UTF-8; an entry holds strings and whole numbers alone, so no number has two forms. What is
hashed are the fields as they stand in the document, so that an older release verifies what a newer one wrote.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import Field

from schemas.audit import AuditEntry, AuditEvent, Digest
from schemas.base import Part, Utc

GENESIS: Final = "0" * 64
"""What the first entry of all has as the hash before it."""


class HeadRow(Part):
    """Head row: the newest entry of the chain: its sequence and hash, and which event it was made of: offset, broker's time."""

    sequence: Annotated[int, Field(ge=0)]
    hash: Digest
    offset: Annotated[int, Field(ge=0)]
    told_at: Utc

    def has(self, offset: int, told_at: datetime) -> bool:
        """Return whether an event is in the chain already: it stands before the newest, and was taken before it.

        A topic that was made anew begins its offsets again, with later times: its events are new.
        """
        return offset <= self.offset and told_at <= self.told_at


def canonical(document: Mapping[str, Any]) -> bytes:
    """Return a document as the bytes that are hashed."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def hash_of(document: Mapping[str, Any]) -> str:
    """Return the hash of an entry's document, its own field `hash` left out."""
    return hashlib.sha256(canonical({name: document[name] for name in document if name != "hash"})).hexdigest()


def next_entry(event: AuditEvent, event_id: str, told_at: datetime, head: HeadRow | None) -> AuditEntry:
    """Return the entry that an event makes.

    Args:
        event: What was done.
        event_id: Its identity on the topic.
        told_at: When the broker took it (UTC).
        head: The newest entry; None makes the first of all.
    """
    entry = AuditEntry(
        sequence=0 if head is None else head.sequence + 1,
        event_id=event_id[:200],
        actor=event.actor,
        action=event.action,
        object_type=event.object_type,
        object_id=event.object_id,
        control_room_id=event.control_room_id,
        reason=event.reason,
        result=event.result,
        at=event.at,
        told_at=told_at,
        previous_hash=GENESIS if head is None else head.hash,
        hash=GENESIS,
    )
    return entry.model_copy(update={"hash": hash_of(entry.model_dump(mode="json"))})
