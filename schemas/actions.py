"""Operators' actions: what a person did to an alert."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Final

from pydantic import Field, StringConstraints, ValidationInfo, field_validator

from schemas.base import Identifier, Message, ShortText, Utc, Word


class Action(Word):
    """Action: what an operator can do to an alert."""

    ACKNOWLEDGE = "acknowledge"
    RELEASE = "release"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    ASSIGN = "assign"
    FALSE_ALARM = "false_alarm"
    CONFIRM_DISPATCH = "confirm_dispatch"
    CLOSE = "close"
    REOPEN = "reopen"
    NOTE = "note"
    MERGE = "merge"
    SPLIT = "split"
    DETACH = "detach"
    ATTACH = "attach"


class NoteCode(Word):
    """Note code: all that a person can note on an alert. There is no free text: it would be about persons sooner or later.

    Some take a value: a number, a camera of the alert, or a partner that reported it (`streams/domain/alerts/acting/notes.py`).
    """

    CALLED_BACK = "called_back"
    NO_ANSWER = "no_answer"
    CAMERA_CHECKED = "camera_checked"
    NOTHING_ON_CAMERA = "nothing_on_camera"
    PERSONS_ON_CAMERA = "persons_on_camera"
    POLICE_INFORMED = "police_informed"
    FIRE_SERVICE_INFORMED = "fire_service_informed"
    AMBULANCE_INFORMED = "ambulance_informed"
    ENFORCEMENT_INFORMED = "enforcement_informed"
    HELP_ON_SCENE = "help_on_scene"
    WAITING_FOR_PARTNER = "waiting_for_partner"
    OVER_IN_MINUTES = "over_in_minutes"
    HANDED_OVER = "handed_over"


class ShelveReason(Word):
    """Shelve reason: why an alert is put aside: all that a person can give. There is no free text, as for notes."""

    WAITING_FOR_UNIT = "waiting_for_unit"
    WAITING_FOR_PARTNER = "waiting_for_partner"
    BEING_WATCHED = "being_watched"
    PLANNED_EVENT = "planned_event"
    KNOWN_WORKS = "known_works"
    CAMERA_FAULT = "camera_fault"
    OTHER_REASON = "other_reason"


class FalseAlarmReason(Word):
    """False alarm reason: why an alert was about nothing: all that a person can give."""

    NOTHING_THERE = "nothing_there"
    CAMERA_MISTAKEN = "camera_mistaken"
    REPORTER_MISTAKEN = "reporter_mistaken"
    TEST = "test"
    KNOWN_EXERCISE = "known_exercise"
    KNOWN_WORKS = "known_works"
    OTHER_REASON = "other_reason"


REASON_CODES: Final[Mapping[Action, tuple[str, ...]]] = {
    Action.SHELVE: tuple(ShelveReason),
    Action.FALSE_ALARM: tuple(FalseAlarmReason),
}
"""The reasons that an action takes."""

DRILL_USER: Final = "toezicht-drill"
"""The user of `toezicht drill`: no person, so that it confirms exercises alone."""

UnknownAction = Annotated[str, StringConstraints(max_length=40, pattern=r"^[a-z][a-z_]*$")]
"""The code of an action that a newer release sends: it is answered, not set aside, since a person waits for the answer."""


class OperatorAction(Message):
    """A person did something to an alert, having seen one revision of it.

    Shelving needs a `reason_code` (`ShelveReason`) and `until`; a false alarm may have one (`FalseAlarmReason`). Closing needs a
    `verdict` of true, false, test or duplicate. Assigning names the `assignee`; without one it is `user`, as older senders mean
    it. A note is a code of the list (`NoteCode`), some with a `note_value`. Merging takes the other alert in; splitting
    makes an alert of its own of one incident or episode of this one. Detaching takes it from the cause that it stands under for
    good, attaching puts it back; with a `camera_id` what that camera saw people do is taken from this alert, or put back.
    Confirming a dispatch names whom to ask (`recipients`; the alert's first where none is named), and who may be asked after
    them without a person (`escalate_to`).

    What cannot be done is refused with its reason on `decision-log`. So what a person may get wrong (a verdict that is none, a
    note or a reason that is text) is read whatever stands there, and is never kept.

    Older senders know neither `reason_code` nor `verdict` and give both as the `reason`, in words of their own. Theirs are read
    and mean what they meant; none is made with such words any more.
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
    action: Annotated[Action | UnknownAction, Field(union_mode="left_to_right")]
    user: Identifier
    reason: Annotated[
        ShortText,
        Field(
            description="What older senders gave as a reason or a verdict; no longer written",
            json_schema_extra={"deprecated": True},
        ),
    ] = ""
    reason_code: Annotated[
        str | None,
        Field(
            description=f"For shelve: {', '.join(ShelveReason)}. For false_alarm: {', '.join(FalseAlarmReason)}. "
            "Null where none is given"
        ),
    ] = None
    verdict: Annotated[str, Field(description="For close: true, false, test or duplicate")] = ""
    assignee: Annotated[
        str | None, Field(description="For assign: who is to handle it; null is `user`, empty is nobody and refused")
    ] = None
    note: Annotated[str, Field(description="For note: a code of the list of notes")] = ""
    note_value: Annotated[
        int | str | None, Field(description="For note: a number, a camera or a partner, where the code takes one")
    ] = None
    until: Utc | None = None
    other_alert_id: Annotated[str, Field(max_length=80, description="For merge: the alert that goes into this one")] = (
        ""
    )
    fact_id: Annotated[
        str, Field(max_length=80, description="For split: the incident_id or episode_id that is another situation")
    ] = ""
    camera_id: Annotated[
        str, Field(max_length=80, description="For detach, attach: the camera whose movements are of something else")
    ] = ""
    recipients: Annotated[
        tuple[str, ...],
        Field(
            description="For confirm_dispatch: which of the alert's recipients to ask; none is its first that can be"
        ),
    ] = ()
    escalate_to: Annotated[
        tuple[str, ...],
        Field(
            description="For confirm_dispatch: who is asked next, in this order, where one does not answer in time or refuses; "
            "none is nobody: it comes back to the operators"
        ),
    ] = ()
    acted_at: Utc

    @field_validator("reason")
    @classmethod
    def _no_words_of_their_own(cls, reason: str, info: ValidationInfo) -> str:
        """Refuse to make what only older senders' messages have; those are read from JSON."""
        if reason and info.mode != "json":
            allowed = "; ".join(f"for {action} {', '.join(codes)}" for action, codes in REASON_CODES.items())
            raise ValueError(f"reason is no longer written: expected a verdict, or a reason_code: {allowed}")
        return reason
