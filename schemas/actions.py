"""Operators' actions: what a person did to an alert."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

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

    Some take a value: a number, a camera of the alert, or a partner that reported it (`streams/domain/alerts/notes.py`).
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


UnknownAction = Annotated[str, StringConstraints(max_length=40, pattern=r"^[a-z][a-z_]*$")]
"""The code of an action that a newer release sends: it is answered, not set aside, since a person waits for the answer."""


class OperatorAction(Message):
    """A person did something to an alert, having seen one revision of it.

    Shelving needs `reason` and `until`. Closing needs a `verdict` of true, false, test or duplicate; an older sender gives it as
    the `reason`. Assigning names the `assignee`; without one it is `user`, as older senders mean it. A note is a code of the list
    (`NoteCode`), some with a `note_value`. Merging takes the other alert into this one; splitting makes an alert of its own of
    one incident or episode of this one. Detaching takes it from the cause that it stands under for good, attaching puts it back.

    What cannot be done is refused with its reason on `decision-log`. So what a person may get wrong (a verdict that is none, a
    note that is text) can be read whatever stands there, and is never kept.
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
    reason: ShortText = ""
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
    acted_at: Utc
