"""What people and the system itself say: actions, dispatch, time, audit, dead letters."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Identifier, Message, ShortText, Utc, derive_id
from schemas.categories import Category, Priority


class Action(StrEnum):
    """What an operator can do to an alert."""

    ACKNOWLEDGE = "acknowledge"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    ASSIGN = "assign"
    FALSE_ALARM = "false_alarm"
    CONFIRM_DISPATCH = "confirm_dispatch"
    CLOSE = "close"
    MERGE = "merge"
    SPLIT = "split"


class OperatorAction(Message):
    """A person did something to an alert, having seen one revision of it.

    Shelving needs `reason` and `until`. Closing takes a `reason` of true, false, test or duplicate as its verdict. Merging takes
    the other alert into this one; splitting makes an alert of its own of one incident or episode of this one.
    """

    name: ClassVar[str] = "operator-action"
    topics: ClassVar[tuple[str, ...]] = ("operator-actions",)
    id_field: ClassVar[str] = "action_id"
    key_field: ClassVar[str] = "control_room_id"
    time_field: ClassVar[str] = "acted_at"

    action_id: Identifier
    control_room_id: Identifier
    alert_id: str
    seen_revision: Annotated[int, Field(ge=0)]
    action: Action
    user: Identifier
    reason: ShortText = ""
    until: Utc | None = None
    other_alert_id: Annotated[str, Field(max_length=80, description="For merge: the alert that goes into this one")] = (
        ""
    )
    fact_id: Annotated[
        str, Field(max_length=80, description="For split: the incident_id or episode_id that is another situation")
    ] = ""
    acted_at: Utc


class DispatchRequest(Message):
    """A request to a partner that a person confirmed. `confirmed_by` has no default: none leaves without a person."""

    name: ClassVar[str] = "dispatch-request"
    topics: ClassVar[tuple[str, ...]] = ("dispatch-requests",)
    id_field: ClassVar[str] = "dispatch_id"
    key_field: ClassVar[str] = "control_room_id"
    time_field: ClassVar[str] = "confirmed_at"

    dispatch_id: Identifier
    control_room_id: Identifier
    alert_id: str
    alert_revision: Annotated[int, Field(ge=0)]
    recipient: Identifier
    priority: Priority
    category: Category
    place: Annotated[str, Field(max_length=120)]
    confirmed_by: Identifier
    confirmed_at: Utc


class DispatchReceipt(Message):
    """A partner's answer to a dispatch request."""

    name: ClassVar[str] = "dispatch-receipt"
    topics: ClassVar[tuple[str, ...]] = ("dispatch-receipts",)
    id_from: ClassVar[tuple[str, ...]] = ("dispatch_id", "outcome")
    key_field: ClassVar[str] = "control_room_id"
    time_field: ClassVar[str] = "answered_at"

    dispatch_id: Identifier
    control_room_id: Identifier
    alert_id: str
    recipient: Identifier
    outcome: Annotated[str, Field(pattern="^(accepted|rejected|expired)$")]
    detail: ShortText = ""
    answered_at: Utc


class Tick(Message):
    """Recorded time for one partition: what lets a stage act on time passing, and a replay repeat it."""

    name: ClassVar[str] = "tick"
    topics: ClassVar[tuple[str, ...]] = ("camera-ticks", "room-ticks")
    id_from: ClassVar[tuple[str, ...]] = ("group", "partition", "at")
    time_field: ClassVar[str] = "at"

    group: Annotated[str, Field(pattern="^(camera|room)$")]
    partition: Annotated[int, Field(ge=0)]
    at: Utc

    def key(self) -> str:
        """Return the partition's number: ticks are sent to their partition explicitly."""
        return str(self.partition)


class AuditEntry(Message):
    """Who did what to which object, why, with which result; chained by the hash of the entry before it."""

    name: ClassVar[str] = "audit-entry"
    topics: ClassVar[tuple[str, ...]] = ("audit",)
    time_field: ClassVar[str] = "at"

    sequence: Annotated[int, Field(ge=0)]
    actor: Identifier
    action: Identifier
    object_type: Identifier
    object_id: Annotated[str, Field(max_length=120)]
    reason: ShortText = ""
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
    """Who did what to which object, why, with which result, as told by the part that did it; not chained yet.

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
    result: Annotated[str, Field(max_length=40)]
    at: Utc

    def key(self) -> str:
        """Return one key for all: there is one chaining writer."""
        return "audit"


class DeadLetterReason(StrEnum):
    """Why a message could not be handled; safe as a metric label."""

    NOT_JSON = "not_json"
    INVALID = "invalid"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_VERSION = "unknown_version"
    WRONG_KEY = "wrong_key"
    FROM_THE_FUTURE = "from_the_future"
    TOO_LATE = "too_late"
    OUTSIDE_COUNTRY = "outside_country"
    UNREADABLE_REPORT = "unreadable_report"
    UNREADABLE_PICTURE = "unreadable_picture"
    UNKNOWN_CAMERA = "unknown_camera"
    HANDLER_FAILED = "handler_failed"
    TOO_LARGE = "too_large"


class DeadLetterReference(Message):
    """Why and from where a message was set aside. It travels in the header `dead-letter`; the value is the original."""

    name: ClassVar[str] = "dead-letter"
    topics: ClassVar[tuple[str, ...]] = ("dead-letters",)
    # the key tells apart what two runs of intake read at the same line: intake puts a digest of the line there
    id_from: ClassVar[tuple[str, ...]] = ("stage", "topic", "partition", "offset", "original_key")
    key_field: ClassVar[str] = "original_key"
    time_field: ClassVar[str] = "failed_at"

    stage: Identifier
    reason: DeadLetterReason
    detail: Annotated[
        ShortText, Field(description="One line naming the field, the kind of fault and what was expected")
    ]
    topic: Annotated[str, Field(max_length=249, description="Where it stood; for intake, the name of the source")]
    partition: Annotated[int, Field(ge=-1)]
    offset: Annotated[int, Field(ge=-1, description="For intake, the line or record number")]
    original_key: Annotated[str, Field(max_length=200)] = ""
    original_bytes: Annotated[
        int | None, Field(ge=0, description="Size of the original; larger than the value where that holds a part only")
    ] = None
    failed_at: Utc
