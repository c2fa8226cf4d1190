"""Dispatch: a request to a partner that a person confirmed, and the partner's answers."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Identifier, Message, Part, ShortText, Utc, Word, derive_id
from schemas.categories import Category, Priority
from schemas.phrases.phrase import Phrase


class DispatchOutcome(Word):
    """Dispatch outcome: what a partner answers. `expired` is that it was not reached, or will not answer any more."""

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    EN_ROUTE = "en_route"
    ARRIVED = "arrived"
    DONE = "done"
    EXPIRED = "expired"


class DispatchState(Word):
    """Dispatch state: how far a request to one partner is. `withdrawn`: nobody waits for its answer any more."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    EN_ROUTE = "en_route"
    ARRIVED = "arrived"
    DONE = "done"
    REJECTED = "rejected"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class RejectionReason(Word):
    """Rejection reason: why a partner does not come: all that it can give. There is no free text: it would be about persons."""

    NO_UNIT = "no_unit"
    NOT_OURS = "not_ours"
    KNOWN_ALREADY = "known_already"
    TOO_LITTLE_KNOWN = "too_little_known"
    OTHER_REASON = "other_reason"


class DispatchRequest(Message):
    """A request to a partner that a person confirmed. `confirmed_by` has no default: none leaves without a person.

    `dispatch_id` follows from the alert, the partner and the attempt, so that a request that is sent again is the same one.
    Where a partner is asked since another did not answer or refused, `asked_after` names that one; the same person confirmed
    both beforehand.
    """

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
    requested_at: Annotated[
        Utc | None, Field(description="When it was asked; after `confirmed_at` where another was asked first")
    ] = None
    deadline_at: Annotated[Utc | None, Field(description="Until when an answer is waited for")] = None
    attempt: Annotated[int, Field(ge=1, description="How often this partner was asked about this alert")] = 1
    asked_after: Annotated[Identifier | None, Field(description="The partner that did not answer, or refused")] = None
    exercise: Annotated[bool, Field(description="Whether it is an exercise: nobody goes")] = False


class DispatchReceipt(Message):
    """A partner's answer to a dispatch request. A later stage says that the earlier ones were, whether they were told or not."""

    name: ClassVar[str] = "dispatch-receipt"
    topics: ClassVar[tuple[str, ...]] = ("dispatch-receipts", "partner-{partner}-answers")
    id_from: ClassVar[tuple[str, ...]] = ("dispatch_id", "outcome")
    key_field: ClassVar[str] = "control_room_id"
    time_field: ClassVar[str] = "answered_at"

    dispatch_id: Identifier
    control_room_id: Identifier
    alert_id: str
    recipient: Identifier
    outcome: DispatchOutcome
    reason_code: Annotated[
        str | None,
        Field(
            max_length=40,
            description=f"For rejected: {', '.join(RejectionReason)}; another code is read as other_reason",
        ),
    ] = None
    detail: Annotated[ShortText, Field(description="Never kept nor shown: it could be about persons")] = ""
    answered_at: Utc


def dispatch_identity(room: str, alert_id: str, recipient: str, attempt: int) -> str:
    """Return the identity of a request: the same alert, partner and attempt give the same one, however often it is sent."""
    return derive_id("dispatch", room, alert_id, recipient, str(attempt))


class AlertDispatch(Part):
    """Alert dispatch: one request to one partner as it stands: part of an alert, and of its state.

    `alert_id` is the alert that it was asked for: another one where that was merged into this. `check_in_at` is by when the
    partner is expected there, once it said that it comes; `overdue`, that it was not there by then. `escalate_to` are those
    that are asked in this order where this one does not come: the person who confirmed this confirmed them too.
    """

    dispatch_id: Identifier
    alert_id: str
    recipient: Identifier
    state: DispatchState
    attempt: Annotated[int, Field(ge=1)]
    asked_at: Utc
    asked_revision: Annotated[int, Field(ge=0, description="The revision of the alert that asked")]
    since: Annotated[Utc, Field(description="Since when it is in this state")]
    deadline_at: Annotated[Utc, Field(description="Until when an answer is, or was, waited for")]
    check_in_at: Utc | None = None
    overdue: bool = False
    answered_at: Annotated[Utc | None, Field(description="When the partner gave its newest answer, by its clock")] = (
        None
    )
    confirmed_by: Identifier
    confirmed_at: Utc
    escalate_to: tuple[Identifier, ...] = ()
    asked_after: Annotated[Identifier | None, Field(description="The partner that did not answer, or refused")] = None
    reason: Phrase
