"""Receipts: what a partner answers in its response to a dispatch or a case, as the receipt that it would have sent itself."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.cases import CaseReceipt
from schemas.dispatch import DispatchReceipt
from streams.notify.notice import Notice


class _Answer(BaseModel):
    """An answer: its outcome; what else it says, such as words about people, is not taken."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)

    outcome: Annotated[str, Field(max_length=40)]
    reason_code: Annotated[str | None, Field(pattern=r"^[a-z_]{1,40}$")] = None
    refer_to: str | None = None
    dispatch_id: str | None = None
    handover_id: str | None = None


def read_receipt(body: bytes, notice: Notice, now: datetime) -> DispatchReceipt | CaseReceipt | None:
    """Return the receipt in a response to a dispatch or a case; None where it has none, or one about something else.

    Args:
        body: The response's JSON: `{"outcome": "accepted"}`, and `dispatch_id` or `handover_id` where it tells it; of a case
            also `{"outcome": "referred", "refer_to": "…"}`.
        notice: What was sent.
        now: When the response came (UTC).
    """
    if not (notice.dispatch_id or notice.handover_id) or notice.ending:
        return None
    try:
        answer = _Answer.model_validate_json(body, strict=True)
        if {answer.dispatch_id, answer.handover_id} - {None, notice.about}:
            return None
        values = {
            "control_room_id": notice.control_room_id,
            "alert_id": notice.alert_id,
            "recipient": notice.partner,
            "outcome": answer.outcome,
            "answered_at": now,
        }
        if notice.handover_id:
            own = {"handover_id": notice.handover_id, "refer_to": answer.refer_to}
            return CaseReceipt.model_validate(values | own)
        own = {"dispatch_id": notice.dispatch_id, "reason_code": answer.reason_code}
        return DispatchReceipt.model_validate(values | own)
    except ValidationError:
        return None
