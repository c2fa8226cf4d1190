"""Rooms: a control room, its outlines, the crowd in its zones over time, and a shift as a whole."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from console.wire.base import Moment, WireAnswer
from schemas.categories import Priority


class RoomInfo(WireAnswer):
    """Room info: a control room: its name, town, map and limits."""

    room: str
    name: str
    town: Annotated[str, Field(description="Left out of places on the list")]
    outlines: Annotated[dict[str, Any] | None, Field(description="GeoJSON of areas; null where none are configured")]
    centre: tuple[float, float] | None
    tiles: Annotated[bool, Field(description="Whether background tiles come from /tiles")]
    attribution: str
    alerts_per_hour: int | None
    picture_by_itself: Annotated[
        bool, Field(description="Whether the page asks for the picture of a P1 that a camera covers by itself")
    ] = True


class SeriesPoint(WireAnswer):
    """Series point: a zone in one step of time; null where nobody looked."""

    at: Moment
    count: float | None
    per_m2: float | None
    error_per_m2: float | None
    lower_bound: bool


class Threshold(WireAnswer):
    """Threshold: where a level of crowding begins."""

    level: str
    text: str
    per_m2: float


class Series(WireAnswer):
    """Series: one zone over time, with the thresholds of its levels."""

    zone_id: str
    calibrated: bool
    step_s: int
    points: tuple[SeriesPoint, ...]
    thresholds: tuple[Threshold, ...]


class BlindTime(WireAnswer):
    """Blind time: how long a camera could not look."""

    camera_id: str
    seconds: float
    reason: str


class Handover(WireAnswer):
    """Handover: a period of a room for the next shift. No names of reporters, no words of theirs."""

    from_at: Moment
    to_at: Moment
    came: dict[Priority, int]
    open_ids: tuple[str, ...]
    aside_ids: tuple[str, ...]
    grouped: int
    closed: dict[str, int]
    longest_unanswered_s: float | None
    longest_unanswered_id: str | None
    cameras_blind: tuple[BlindTime, ...]
