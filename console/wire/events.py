"""Events: what the stream of a room tells, each with its name; ids begin with `<alert-state offset>.<decision-log offset>`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from console.wire.base import Moment, WireAnswer
from console.wire.rows import AlertRow


class Decision(WireAnswer):
    """Decision: the answer to an action. `state` is `pending` while nobody decided.

    A refusal has its code, its values and its sentence; `handled_by` and `handled_since` where somebody else has the alert.
    """

    action_id: str
    alert_id: str
    state: Literal["pending", "done", "refused"]
    offset: int | None
    refused: Annotated[str, Field(description="Why it was refused, in words; empty where it was not")]
    code: Annotated[str, Field(description="The refusal's code; empty where it was not refused")]
    values: dict[str, str | int | float]


class StageState(WireAnswer):
    """Stage state: whether a part of the pipeline keeps up."""

    stage: str
    newest_at: Annotated[Moment | None, Field(description="Until when it has handled its inputs")]
    lag: Annotated[int | None, Field(description="Records that wait for it; null where nobody knows")]
    behind_s: float
    stands_still: bool


class UnreadableAlerts(WireAnswer):
    """Unreadable alerts: those of the room whose newest record the console cannot read: it shows an older state of them, or none.

    A damaged record does not always tell its room; it counts in each of this console's that it may be of.
    """

    count: Annotated[int, Field(ge=1)]
    since: Annotated[Moment, Field(description="Since when the one that waits longest is so")]


class Status(WireAnswer):
    """Status: the pulse of a room, every 2 s: the server's clock and what stands still.

    `ticks_at` is the newest recorded time of the room, `canary_at` when the newest test report came back.
    """

    server_at: Moment
    reading: Annotated[bool, Field(description="Whether the console itself reads the topics up to now")]
    ticks_at: Moment | None
    canary_at: Moment | None
    canary_late: bool
    stages: tuple[StageState, ...]
    cameras_total: int
    cameras_able: int
    alerts_hour: Annotated[
        int,
        Field(
            description="Alerts that asked for attention in the last 60 minutes, of the priorities that the budget counts"
        ),
    ]
    budget_hour: Annotated[int | None, Field(description="How many an hour the rules allow; null where not told")]
    unreadable: Annotated[UnreadableAlerts | None, Field(description="Null where the newest of each is read")] = None


class CameraNow(WireAnswer):
    """Camera now: where a camera hangs, what it views, and whether it can look."""

    camera_id: str
    name: str
    place: tuple[float, float] | None
    view: Annotated[tuple[tuple[float, float], ...], Field(description="Polygon of lat, lon; empty where not known")]
    state: Annotated[
        Literal["online", "degraded", "offline", "refused", "not_permitted", "unknown"],
        Field(description="`not_permitted`: its legal basis or viewing window forbids looking now"),
    ]
    reason: Annotated[str, Field(description="In words; empty where it can look")]
    since: Moment | None
    may_look_until: Moment | None
    unseen_reports: Annotated[int, Field(description="Reports of the last 24 h near it that it could not see")]


class ZoneNow(WireAnswer):
    """Zone now: how crowded one zone is. Density is null where the camera is not calibrated, never zero."""

    zone_id: Annotated[str, Field(description="Unique in the room: the camera and its zone, with a colon between")]
    camera_id: str
    name: str
    outline: Annotated[
        tuple[tuple[float, float], ...],
        Field(description="Polygon of lat, lon; empty where the camera is not calibrated"),
    ]
    at: Moment | None
    count: int | None
    per_m2: float | None
    error_per_m2: float | None
    lower_bound: bool
    rise_per_min: float | None
    level: str
    level_text: str


class Reset(WireAnswer):
    """Reset: what the page knows is too old, or it fell behind: load the list again."""

    reason: Literal["too_old", "slow", "restarted"]


class Bye(WireAnswer):
    """Bye: the stream ends on purpose: connect again, or log in."""

    reason: Literal["stopping", "session_ended"]


class StreamEvents(WireAnswer):
    """Stream events: what the data of each event is, by the event's name."""

    alert: AlertRow
    decision: Decision
    camera: CameraNow
    zone: ZoneNow
    status: Status
    reset: Reset
    bye: Bye
