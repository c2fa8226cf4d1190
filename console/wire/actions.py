"""Actions: what a person does on the page, and with what."""

from __future__ import annotations

from typing import Annotated

from pydantic import AwareDatetime, Field

from console.wire.base import Identifier, WireAnswer, WireBody
from schemas.actions import Action


class ActionAsked(WireBody):
    """Action asked: one action on one alert, with the revision that was on the screen. The same `action_id` is done once."""

    action_id: Identifier
    alert_id: Annotated[str, Field(min_length=1, max_length=80)]
    seen_revision: Annotated[int, Field(ge=0, le=2**53)]
    action: Annotated[Action, Field(strict=False)]
    verdict: Annotated[str, Field(max_length=20)] = ""
    reason: Annotated[str, Field(max_length=40, description="A code of the list of reasons")] = ""
    assignee: Identifier | None = None
    note: Annotated[str, Field(max_length=40)] = ""
    note_value: int | Annotated[str, Field(max_length=80)] | None = None
    until: Annotated[AwareDatetime | None, Field(strict=False)] = None
    other_alert_id: Annotated[str, Field(max_length=80)] = ""
    fact_id: Annotated[str, Field(max_length=80)] = ""
    camera_id: Annotated[
        str, Field(max_length=80, description="For detach, attach: whose movements are of something else")
    ] = ""
    recipients: Annotated[
        tuple[Identifier, ...],
        Field(strict=False, max_length=20, description="For confirm_dispatch: whom to ask; none is the first"),
    ] = ()
    escalate_to: Annotated[
        tuple[Identifier, ...],
        Field(
            strict=False,
            max_length=20,
            description="For confirm_dispatch: who may be asked next, in this order; none is nobody",
        ),
    ] = ()


class ReportAsked(WireBody):
    """Report asked: a report that an operator enters by hand, who heard or saw it. There is no free text."""

    report_id: Identifier
    category: Annotated[str, Field(min_length=1, max_length=40)]
    urgency: Annotated[int, Field(ge=0, le=4)]
    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    accuracy_m: Annotated[float, Field(gt=0, le=5_000)] = 50.0
    occurred_at: Annotated[AwareDatetime | None, Field(strict=False)] = None


class ListChoice(WireAnswer):
    """List choice: a code of a list, and its words."""

    code: str
    text: str
    takes: Annotated[
        str | None, Field(description="`number`, `camera`, `partner`: what value it takes; null for none")
    ] = None


class Choices(WireAnswer):
    """Choices: the lists that dialogs offer: verdicts, reasons, notes, categories, who is in the room."""

    verdicts: tuple[ListChoice, ...]
    shelve_reasons: tuple[ListChoice, ...]
    false_alarm_reasons: tuple[ListChoice, ...]
    notes: tuple[ListChoice, ...]
    categories: tuple[ListChoice, ...]
    users: tuple[ListChoice, ...]
