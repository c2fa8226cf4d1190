"""Operators' actions: what a person did to an alert."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Identifier, Message, ShortText, Utc


class Action(StrEnum):
    """Action: what an operator can do to an alert."""

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
