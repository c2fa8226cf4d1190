"""Dispatch: a request to a partner that a person confirmed, and the partner's answer."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Identifier, Message, ShortText, Utc
from schemas.categories import Category, Priority


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
    deadline_at: Annotated[Utc | None, Field(description="Until when an answer is waited for")] = None
    attempt: Annotated[int, Field(ge=1, description="How often this partner was asked about this alert")] = 1
    exercise: Annotated[bool, Field(description="Whether it is an exercise: nobody goes")] = False


class DispatchReceipt(Message):
    """A partner's answer to a dispatch request."""

    name: ClassVar[str] = "dispatch-receipt"
    topics: ClassVar[tuple[str, ...]] = ("dispatch-receipts", "partner-{partner}-answers")
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
