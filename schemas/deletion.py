"""Deletion and holds: what the stages that keep rows are to forget; and what is kept longer, and who demands it."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import Identifier, Message, Utc, Word, derive_id

REPORTS = "reports"
"""The key of deletions for the stages that keep reports of all control rooms in one partition."""


class DeletionGround(Word):
    """Deletion ground: why something is deleted before its time: somebody asked for one case, or all that is so old goes."""

    CASE = "case"
    OLDER = "older"


class Deletion(Message):
    """Deletion: what a stage is to forget of one control room, one camera, or of all reports.

    Of a case each stage deletes its rows, and what it keeps of its inputs that names one of the ids; an alert that is still
    open is left as it is. By age it deletes what it keeps of inputs that caused nothing since `before`. It has ids alone, and
    each stage tells the audit how many rows it deleted.
    """

    name: ClassVar[str] = "deletion"
    topics: ClassVar[tuple[str, ...]] = ("room-deletions", "camera-deletions", "report-deletions")
    id_from: ClassVar[tuple[str, ...]] = ("deletion_id", "about")
    key_field: ClassVar[str] = "about"
    time_field: ClassVar[str] = "asked_at"

    deletion_id: Identifier
    about: Annotated[Identifier, Field(description="The key of the state: a control room, a camera, or `reports`")]
    ground: DeletionGround
    alert_ids: Annotated[
        tuple[Annotated[str, Field(max_length=80)], ...],
        Field(
            max_length=50,
            description="The alert and those that were merged into it; empty where all that is older goes",
        ),
    ] = ()
    fact_ids: Annotated[
        tuple[Annotated[str, Field(max_length=80)], ...],
        Field(max_length=500, description="The reports and episodes of the alert; empty where all that is older goes"),
    ] = ()
    before: Annotated[
        Utc | None, Field(description="Where all that is older goes: what was caused since then is kept")
    ] = None
    asked_by: Identifier
    asked_at: Utc


class HoldState(Word):
    """Hold state: whether what is held is still there."""

    HELD = "held"
    RELEASED = "released"


class Hold(Message):
    """Hold: one case that is kept longer than its time, because of a criminal case: on whose demand, on what ground, until when.

    The records themselves stand on the same topic, as copies, each under `<hold>/<topic>/<partition>/<offset>`: their value and
    headers are the original's. A release, or a hold that is past its end, deletes them.
    """

    name: ClassVar[str] = "hold"
    topics: ClassVar[tuple[str, ...]] = ("holds",)
    time_field: ClassVar[str] = "changed_at"

    hold_id: Identifier
    alert_id: Annotated[str, Field(max_length=80)]
    control_room_id: Identifier
    requester: Annotated[
        Identifier, Field(description="Which office demands it, such as `parket-amsterdam`; no person")
    ]
    ground: Annotated[Identifier, Field(description="The number of the case or the demand, by which it can be found")]
    until: Utc
    state: HoldState
    records: Annotated[int, Field(ge=0, description="How many records are held")]
    changed_by: Identifier
    changed_at: Utc

    def key(self) -> str:
        """Return the hold's own name: the newest state of each is kept."""
        return self.hold_id

    def message_id(self) -> str:
        """Return an identity of this state of the hold."""
        return derive_id("hold", self.hold_id, self.state.value, self.changed_at.isoformat())
