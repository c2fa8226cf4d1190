"""Reports of incidents, normalised, and their hand-over to cameras."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from schemas.base import Identifier, Message, ShortText, Utc, Word, derive_id
from schemas.categories import Category
from schemas.geo import Position


class Operation(Word):
    """Operation: what a message does to the report it is about."""

    CREATE = "create"
    UPDATE = "update"
    CANCEL = "cancel"


class ReportNote(Word):
    """Report note: what of a report could not be read as it was meant, and what was done about it; safe as a metric label.

    A note never stands for a value: it repeats nothing of what the source wrote.
    """

    POSITION_SWAPPED = "position_swapped"
    """Its coordinates stood in the wrong order, and were put right."""
    POSITION_CONVERTED = "position_converted"
    """Its coordinates stood in the fields of another system (RD New in degrees), and were converted."""
    POSITION_LEFT_OUT = "position_left_out"
    """Its position cannot be read, or lies outside the country."""
    ACCURACY_UNKNOWN = "accuracy_unknown"
    """Its position's accuracy cannot be read: the source's usual one stands in for it."""
    NUMBER_REPAIRED = "number_repaired"
    """A number was written in another way, such as with a decimal comma."""
    TIME_OF_ARRIVAL = "time_of_arrival"
    """Its time cannot be read or is no time (a zero): the moment of arrival stands in for it."""
    ZONE_ASSUMED = "zone_assumed"
    """Its time names no zone: it was read in the configured one."""
    CLOCK_OFF = "clock_off"
    """Its time lies ahead, or years back: a clock at the source is wrong, and the moment of arrival stands in for it."""
    PLACE_LEFT_OUT = "place_left_out"
    """Its street or town cannot be read."""
    PLACE_UNCERTAIN = "place_uncertain"
    """What it says of the place fits more than one, or contradicts itself."""
    PRIORITY_UNKNOWN = "priority_unknown"
    """Its priority is not one that we know: as if none were said."""
    UNKNOWN_KIND = "unknown_kind"
    """No table explains what it is about."""
    FIELD_LEFT_OUT = "field_left_out"
    """Another optional field cannot be read."""
    TEXT_REPAIRED = "text_repaired"
    """Bytes of its text are no characters and were replaced."""
    INCOMPLETE = "incomplete"
    """A part of it did not come, such as the second half of a long pager message."""
    ID_HASHED = "id_hashed"
    """Its source's id is longer than ours may be: `source_id` is a digest of it."""


Notes = Annotated[tuple[ReportNote, ...], Field(max_length=len(ReportNote))]
"""Each at most once, in the order of the list above."""


def ordered_notes(notes: Iterable[ReportNote]) -> tuple[ReportNote, ...]:
    """Return notes as a message has them: each once, in the order of their list."""
    found = set(notes)
    return tuple(note for note in ReportNote if note in found) if found else ()


class Incident(Message):
    """One report of one source, without names, free text or house numbers.

    `incident_id` is derived from the source and the source's own id, so a report that is sent again keeps its identity;
    `revision` counts the changes, from 0. A report without a position has `position` null.
    """

    name: ClassVar[str] = "incident"
    topics: ClassVar[tuple[str, ...]] = ("incidents",)
    id_from: ClassVar[tuple[str, ...]] = ("incident_id", "revision")
    key_field: ClassVar[str] = "incident_id"
    time_field: ClassVar[str] = "occurred_at"

    incident_id: str
    operation: Operation
    revision: Annotated[int, Field(ge=0)]
    source: Annotated[Identifier, Field(description="The partner and feed, such as p2000 or politie-gms")]
    source_id: Annotated[str, Field(min_length=1, max_length=120, description="The source's own id of the report")]
    category: Category
    category_source: Annotated[str, Field(max_length=80, description="The source's own code or word for the category")]
    source_priority: Annotated[
        str, Field(max_length=12, description="As the source says it: A1, P 2, high; may be empty")
    ]
    urgency: Annotated[
        int, Field(ge=0, le=4, description="Source priority on one scale: 0 highest (A0) … 4, 3 if unsaid")
    ]
    summary: Annotated[
        ShortText, Field(description="Built from the category and the place, never the reporter's words")
    ]
    position: Position | None
    place: Annotated[str, Field(max_length=120, description="Street or square and town, no house number; may be empty")]
    occurred_at: Annotated[Utc, Field(description="When it happened, as far as the source says; else reported_at")]
    reported_at: Annotated[Utc, Field(description="When the source reported this revision")]
    received_at: Annotated[Utc, Field(description="When intake read it")]
    notes: Annotated[Notes, Field(description="What of it could not be read as it was meant")] = ()
    exercise: Annotated[bool, Field(description="Whether its source calls it an exercise: nothing of it is real")] = (
        False
    )


def incident_identity(source: str, source_id: str) -> str:
    """Return the identity of a report: the same source and source id give the same incident id."""
    return derive_id("incident", source, source_id)


class CameraWatch(Message):
    """A report handed to one camera that could see its place: look back and ahead within the window.

    With `attention_until` it also asks capture for more pictures of this camera, and detection for weaker boxes, until then.
    """

    name: ClassVar[str] = "camera-watch"
    topics: ClassVar[tuple[str, ...]] = ("camera-watches",)
    id_from: ClassVar[tuple[str, ...]] = ("camera_id", "incident_id", "incident_revision")
    key_field: ClassVar[str] = "camera_id"
    time_field: ClassVar[str] = "occurred_at"

    incident_id: str
    incident_revision: Annotated[int, Field(ge=0)]
    operation: Operation
    camera_id: Identifier
    control_room_id: Identifier
    category: Category
    distance_m: Annotated[float, Field(ge=0, description="From the reported place to the camera's view area")]
    zones: tuple[Identifier, ...]
    window_from: Utc
    window_until: Utc
    occurred_at: Utc
    attention_until: Annotated[
        Utc | None,
        Field(description="More attention is asked for until then, by the broker's clock; null asks for none"),
    ] = None
    in_view: Annotated[
        float, Field(ge=0, le=1, description="The chance that the place reported lies in this camera's view")
    ] = 1.0
    in_views: Annotated[
        float, Field(ge=0, description="How many of the cameras that are asked have it in view, to be expected")
    ] = 1.0

    @model_validator(mode="after")
    def _ordered(self) -> CameraWatch:
        if self.window_until < self.window_from:
            raise ValueError(f"window_until {self.window_until} lies before window_from {self.window_from}")
        return self
