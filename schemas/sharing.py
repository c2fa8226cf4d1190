"""Sharing: what a partner gets of an alert, and of a dispatch: the least view that its file grants, with the ground for it."""

from __future__ import annotations

from typing import Annotated, ClassVar, Final

from pydantic import Field, StringConstraints

from schemas.alerts import AlertState
from schemas.base import PARTNER, PARTNER_ID, Identifier, Message, Part, ShortText, Utc, Word
from schemas.categories import Category, Priority
from schemas.evidence import MovementKind, Verdict
from schemas.geo import Position
from schemas.phrases.phrase import Phrase

PARTNER_TOPIC: Final = f"partner-{PARTNER}"
HEALTH_TOPIC: Final = f"partner-{PARTNER}-health"
ANSWERS_TOPIC: Final = f"partner-{PARTNER}-answers"
"""The topics of one partner; `{partner}` stands for its id."""

PartnerId = Annotated[str, StringConstraints(pattern=f"^{PARTNER_ID}$")]
"""A partner, as rules name it among `recipients`."""


class SharedField(Word):
    """Shared field: what a partner can be granted of an alert, by the name that it has in the view."""

    STATE = "state"
    PRIORITY = "priority"
    OCCURRED_AT = "occurred_at"
    PLACE = "place"
    POSITION = "position"
    REPORTS = "reports"
    VERDICT = "verdict"
    CAMERAS = "cameras"
    MOVEMENTS = "movements"


class SharedCamera(Part):
    """Shared camera: a camera near the situation and what it said; no words, no picture, no distance."""

    camera_id: Identifier
    verdict: Verdict


class SharedView(Part):
    """Shared view: what one partner may see of one alert; what it is not granted is null, or empty.

    `ground` is the code of the law or agreement by which it is given, in the file of partners of `partners_version`. Title, place
    and position are made of what is granted: `position` is the middle of a square of a fixed grid, in which the place lies, and
    `accuracy_m` is no less than the side of that square.
    """

    ground: Annotated[Identifier | None, Field(description="By what it is given; null of what is withdrawn")] = None
    partners_version: Annotated[str, Field(min_length=1, max_length=40)]
    category: Annotated[Category | None, Field(description="Null of what is withdrawn")] = None
    title: ShortText = ""
    title_phrase: Annotated[Phrase | None, Field(description="The title as a phrase")] = None
    state: AlertState | None = None
    closing: Annotated[
        str,
        Field(pattern="^(true|false|test|duplicate)?$", description="What a closed one turned out to be, with `state`"),
    ] = ""
    priority: Priority | None = None
    occurred_at: Utc | None = None
    place: Annotated[str, Field(max_length=120)] = ""
    position: Position | None = None
    reports: Annotated[int | None, Field(ge=0, description="How many sources reported it; never which")] = None
    verdict: Annotated[Verdict | None, Field(description="The best that any camera said")] = None
    cameras: Annotated[tuple[SharedCamera, ...], Field(max_length=100)] = ()
    movements: Annotated[
        tuple[MovementKind, ...], Field(max_length=10, description="What cameras saw people do that is unusual there")
    ] = ()


class PartnerAlert(SharedView, Message):
    """An alert as one partner may see it, whole each time that this view changes.

    Revisions that change nothing of the view are left out. One that is `withdrawn` is no longer theirs: forget it. What went on
    under another id has `merged_into`.
    """

    name: ClassVar[str] = "partner-alert"
    topics: ClassVar[tuple[str, ...]] = (PARTNER_TOPIC, HEALTH_TOPIC)
    id_from: ClassVar[tuple[str, ...]] = ("partner", "alert_id", "revision", "withdrawn")
    key_field: ClassVar[str] = "control_room_id"
    time_field: ClassVar[str] = "changed_at"

    partner: PartnerId
    control_room_id: Identifier
    alert_id: str
    revision: Annotated[int, Field(ge=0, description="The alert's own: keep the highest")]
    changed_at: Utc
    withdrawn: bool = False
    exercise: Annotated[bool, Field(description="Nothing of it is real")] = False
    merged_into: str | None = None

    def subject(self) -> str:
        """Return the alert's id."""
        return self.alert_id


class PartnerDispatch(SharedView, Message):
    """A request to one partner that a person confirmed, with what that partner may see of its alert.

    Answer with a `dispatch-receipt` on the partner's own answers topic before `deadline_at`.
    """

    name: ClassVar[str] = "partner-dispatch"
    topics: ClassVar[tuple[str, ...]] = (PARTNER_TOPIC, HEALTH_TOPIC)
    id_field: ClassVar[str] = "dispatch_id"
    key_field: ClassVar[str] = "control_room_id"
    time_field: ClassVar[str] = "confirmed_at"

    dispatch_id: Identifier
    partner: PartnerId
    control_room_id: Identifier
    alert_id: str
    alert_revision: Annotated[int, Field(ge=0)]
    confirmed_at: Utc
    deadline_at: Annotated[Utc | None, Field(description="Until when an answer is waited for")] = None
    attempt: Annotated[
        int, Field(ge=1, description="How often this partner was asked for this alert, this one included")
    ] = 1
    exercise: Annotated[bool, Field(description="Nothing of it is real: send nobody")] = False

    def subject(self) -> str:
        """Return the alert's id."""
        return self.alert_id


class PartnerDispatchWithdrawn(Message):
    """That nobody waits for a partner's answer to a request any more: its alert is over. Nobody need come; forget the request.

    A request that was answered with `done`, refused or not answered in time ended by that, and is not told so.
    """

    name: ClassVar[str] = "partner-dispatch-withdrawn"
    topics: ClassVar[tuple[str, ...]] = (PARTNER_TOPIC, HEALTH_TOPIC)
    id_from: ClassVar[tuple[str, ...]] = ("partner", "dispatch_id")
    key_field: ClassVar[str] = "control_room_id"
    time_field: ClassVar[str] = "withdrawn_at"

    dispatch_id: Identifier
    partner: PartnerId
    control_room_id: Identifier
    alert_id: str
    withdrawn_at: Utc
    exercise: Annotated[bool, Field(description="Nothing of it is real")] = False

    def subject(self) -> str:
        """Return the alert's id."""
        return self.alert_id


class PartnerHit(Message):
    """That another partner has something where and when this one does, and whom to ask: never what.

    Ask the other partner by `hit_id`: it was told the same hit, with its own reference. There is nothing in it of what the other
    has: no category, no place, no time, no reference. One that is `withdrawn` holds no longer: forget it.
    """

    name: ClassVar[str] = "partner-hit"
    topics: ClassVar[tuple[str, ...]] = (PARTNER_TOPIC, HEALTH_TOPIC)
    id_from: ClassVar[tuple[str, ...]] = ("partner", "hit_id", "revision")
    key_field: ClassVar[str] = "control_room_id"
    time_field: ClassVar[str] = "changed_at"

    partner: PartnerId
    control_room_id: Annotated[Identifier, Field(description="Where this partner's own report belongs")]
    hit_id: Annotated[Identifier, Field(description="The handle by which both partners know it")]
    revision: Annotated[int, Field(ge=0, description="Keep the highest")]
    changed_at: Utc
    partners_version: Annotated[str, Field(min_length=1, max_length=40)]
    withdrawn: bool = False
    exercise: Annotated[bool, Field(description="Nothing of it is real")] = False
    your_reference: Annotated[
        str, Field(max_length=120, description="This partner's own id of its report; empty of what is withdrawn")
    ] = ""
    other: Annotated[PartnerId | None, Field(description="Who has something too; null of what is withdrawn")] = None
    other_name: ShortText = ""
    contact: Annotated[ShortText, Field(description="The other's desk to ask, and how")] = ""
    ground: Annotated[Identifier | None, Field(description="By what it is told; null of what is withdrawn")] = None
    expires_at: Annotated[Utc | None, Field(description="Forget it then, also when nothing more is heard")] = None

    def subject(self) -> str:
        """Return the hit's id."""
        return self.hit_id
