"""Sharing: what a partner gets of an alert, and of a dispatch: the least view that its file grants, with the ground for it."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from schemas.alerts import AlertState
from schemas.base import Identifier, Message, Part, Utc
from schemas.categories import Category, Priority
from schemas.evidence import Verdict
from schemas.geo import Position


class SharedView(Part):
    """Shared view: what one partner may see of one alert; what it is not granted is null, or empty."""

    ground: Identifier | None = None
    partners_version: Annotated[str, Field(min_length=1, max_length=40)]
    category: Category | None = None
    state: AlertState | None = None
    closing: Annotated[str, Field(pattern="^(true|false|test|duplicate)?$")] = ""
    priority: Priority | None = None
    occurred_at: Utc | None = None
    place: Annotated[str, Field(max_length=120)] = ""
    position: Position | None = None
    verdict: Verdict | None = None


class PartnerAlert(SharedView, Message):
    """An alert as one partner may see it, whole each time that its view changes. One that is `withdrawn` is no longer theirs."""

    name: ClassVar[str] = "partner-alert"
    topics: ClassVar[tuple[str, ...]] = ()
    id_from: ClassVar[tuple[str, ...]] = ("partner", "alert_id", "revision", "withdrawn")
    key_field: ClassVar[str] = "control_room_id"
    time_field: ClassVar[str] = "changed_at"

    partner: Identifier
    control_room_id: Identifier
    alert_id: str
    revision: Annotated[int, Field(ge=0)]
    changed_at: Utc
    withdrawn: bool = False
    exercise: bool = False


class PartnerDispatch(SharedView, Message):
    """A request to one partner that a person confirmed, with what that partner may see of its alert."""

    name: ClassVar[str] = "partner-dispatch"
    topics: ClassVar[tuple[str, ...]] = ()
    id_field: ClassVar[str] = "dispatch_id"
    key_field: ClassVar[str] = "control_room_id"
    time_field: ClassVar[str] = "confirmed_at"

    dispatch_id: Identifier
    partner: Identifier
    control_room_id: Identifier
    alert_id: str
    alert_revision: Annotated[int, Field(ge=0)]
    confirmed_at: Utc
    deadline_at: Utc | None = None
    attempt: Annotated[int, Field(ge=1)] = 1
    exercise: bool = False
