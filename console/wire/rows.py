"""Rows: one line of the operators' list per alert."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from console.wire.base import Moment, WireAnswer
from schemas.alerts import AlertState, Change
from schemas.categories import Category, Priority
from schemas.evidence import Verdict


class Place(WireAnswer):
    """Place: WGS 84, and how exactly it is known (m)."""

    lat: float
    lon: float
    accuracy_m: float


class Counted(WireAnswer):
    """Counted: how many alerts of one priority and category stand under a summary."""

    priority: Priority
    category: Category
    open: int


class AlertRow(WireAnswer):
    """Alert row: an alert as one line of the list, in the language that was asked for.

    Of two rows of an alert the one with the higher `offset` is newer, in whatever order they arrive. `listed` says whether it
    stands on the list of what is open; then its order is that of `priority`, `score` (highest first), `opened_at`, `id`.
    `cameras_saw` of `cameras_looked` cameras that could look have seen something that speaks for it.
    """

    id: str
    offset: Annotated[int, Field(ge=0, description="Of the record on `alert-state`: it orders all changes of the room")]
    revision: int
    state: AlertState
    change: Change
    priority: Priority
    score: float
    category: Category
    what: Annotated[str, Field(description="The kind, in words")]
    title: Annotated[str, Field(description="What a report calls it, else as `what`")]
    where: Annotated[str, Field(description="In words; empty where nobody says it")]
    place: Place | None
    verdict: Verdict
    reports: int
    cameras_saw: int
    cameras_looked: int
    listed: bool
    asks: Annotated[bool, Field(description="Whether this change newly asks for attention")]
    handled_by: str | None
    handled_since: Moment | None
    opened_at: Moment
    changed_at: Moment
    back_at: Moment | None
    escalated_at: Moment | None
    unanswered_at: Annotated[Moment | None, Field(description="Since when no partner comes that was asked to")]
    until: Annotated[Moment | None, Field(description="Until when it is put aside or held back")]
    aside: Annotated[str, Field(description="Why it is put aside, held back, or was called false, in words")]
    closing: Annotated[str, Field(description="The verdict it was closed with; empty while it is open")]
    merged_into: str | None
    falls_to: Priority | None
    falls_at: Moment | None
    grouped_under: str | None
    under_cause: Annotated[str | None, Field(description="The cause that it stands under on the list")]
    symptoms: int
    summary: Annotated[tuple[Counted, ...] | None, Field(description="Of a summary: what stands under it")]
    next_step: Annotated[str, Field(description="What the rules recommend, in words; empty where nothing")]
    recipients: tuple[str, ...]
    found_by: Annotated[
        tuple[str, ...],
        Field(description="Ids that somebody may look it up by: its reports' at their source, its cameras'"),
    ] = ()


class FactorLine(WireAnswer):
    """Factor line: one line of the sum: a rule, its points, its reason in words."""

    rule_id: str
    points: float
    reason: str


class ReportLine(WireAnswer):
    """Report line: one partner's report within an alert."""

    incident_id: str
    source: str
    source_id: str
    category: Category
    what: str
    urgency: int
    source_priority: str
    cancelled: bool
    verdict: Verdict | None
    place: Place | None
    occurred_at: Moment
    reported_at: Moment
    notes: tuple[str, ...]


class CameraLine(WireAnswer):
    """Camera line: one camera near the situation: whether it could look, what it saw, and why not, in words."""

    camera_id: str
    name: str
    distance_m: float
    coverage: str
    verdict: Verdict
    explanation: str
    likelihood: Annotated[str, Field(description="How much more likely the sight is if the report is true, in words")]
    degraded: bool
    attention_until: Moment | None


class NoteLine(WireAnswer):
    """Note line: what an operator noted, in words of the list of notes."""

    text: str
    user: str
    at: Moment


class MovementLine(WireAnswer):
    """Movement line: people whom a camera saw run, leave or gather because of the situation, in words."""

    camera_id: str
    text: str


class DispatchLine(WireAnswer):
    """Dispatch line: one request to one partner, as it stands, in words."""

    dispatch_id: str
    partner: str
    state: str
    text: Annotated[str, Field(description="Who, how far, and why")]
    since: Moment
    deadline_at: Annotated[Moment | None, Field(description="Until when an answer is waited for; null once it is not")]
    check_in_at: Annotated[Moment | None, Field(description="By when a partner that comes is to be there")]
    overdue: bool
    escalate_to: Annotated[tuple[str, ...], Field(description="Who is asked next by itself, by name")]


class PartnerChoice(WireAnswer):
    """Partner choice: a partner of the alert, and how far a request to it is, in words; empty where it can be asked."""

    id: str
    name: str
    asked: str


class Detail(WireAnswer):
    """Detail: a whole alert in words: its row, and why, by whom, seen by which cameras, and what is to be done.

    `allowed` are the actions that its state and the user's role allow now; the page offers no other.
    """

    row: AlertRow
    factors: tuple[FactorLine, ...]
    capped: Annotated[str, Field(description="Which rule holds the priority, in words; empty where none does")]
    reports: tuple[ReportLine, ...]
    cameras: tuple[CameraLine, ...]
    notes: tuple[NoteLine, ...]
    next_step_reason: str
    cause_reason: str
    symptoms: tuple[str, ...]
    movements: Annotated[
        tuple[MovementLine, ...], Field(description="`detach` with the `camera_id` takes out what that camera saw")
    ]
    near_repeats: tuple[str, ...]
    split_from: str | None
    recurrence_of: str | None
    best_camera: Annotated[
        str | None, Field(description="The camera to ask for a picture first; null where none can look")
    ]
    picture_at: Annotated[Moment | None, Field(description="The reported second that the picture should show")]
    partners: Annotated[tuple[str, ...], Field(description="The alert's recipients, in the order of the rules")]
    askable: Annotated[tuple[PartnerChoice, ...], Field(description="The same by name, with who is asked already")]
    dispatches: Annotated[tuple[DispatchLine, ...], Field(description="Whom somebody asked to come, the oldest first")]
    exercise: bool
    allowed: tuple[str, ...]
    rules_version: str
    registry_version: str


class HistoryLine(WireAnswer):
    """History line: one change of an alert, or an action that was refused."""

    at: Moment
    revision: int | None
    change: str
    state: AlertState | None
    priority: Priority | None
    text: str
    user: str | None


class AlertPage(WireAnswer):
    """Alert page: some rows for a partner who polls, and where the next begin."""

    alerts: tuple[AlertRow, ...]
    next_cursor: str | None
    position: str
