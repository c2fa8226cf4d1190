"""The operator topic: one alert per situation, whole at each change, with its explanation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.base import AsItIs, Identifier, Message, Part, ShortText, Utc, Word
from schemas.categories import Category, Priority
from schemas.dispatch import AlertDispatch
from schemas.evidence import Coverage, Likelihood, MovementKind, Verdict
from schemas.geo import Position
from schemas.incidents import Notes
from schemas.phrases.phrase import Phrase


class AlertState(Word):
    """Life of an alert after ISA-18.2 (names as in docs/domain.md §4), with the ends that a control room knows."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    RETURNED_TO_NORMAL = "returned_to_normal"
    SHELVED = "shelved"
    SUPPRESSED = "suppressed"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Change(Word):
    """Change: why this message was sent. `back` is from the shelf, from a plan, or since no partner comes, by itself.

    `dispatch` is that a partner answered, or did not in time; `overdue`, that one who said it comes is not there.
    """

    OPENED = "opened"
    REOPENED = "reopened"
    EVIDENCE = "evidence"
    ACTION = "action"
    BACK = "back"
    DISPATCH = "dispatch"
    OVERDUE = "overdue"
    ESCALATED = "escalated"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class Grouping(Word):
    """Grouping: why an alert stands under a summary: a flood, no place left in these minutes, or the hour's budget is used."""

    FLOOD = "flood"
    FULL = "full"
    LONG_TERM = "long_term"


class Factor(Part):
    """One line of the score: a rule, its points, and the reason in words, and as a phrase."""

    rule_id: Annotated[str, Field(min_length=1, max_length=80)]
    points: Annotated[float, Field(ge=-100, le=100)]
    reason: ShortText
    phrase: Phrase | None = None


class AlertReport(Part):
    """One partner's report within an alert."""

    incident_id: str
    source: Identifier
    source_id: Annotated[str, Field(max_length=120)]
    category: Category
    source_priority: Annotated[str, Field(max_length=12)]
    urgency: Annotated[int, Field(ge=0, le=4)]
    revision: Annotated[int, Field(ge=0)]
    cancelled: bool
    position: Position | None
    occurred_at: Utc
    reported_at: Utc
    notes: Annotated[Notes, Field(description="What of it could not be read as it was meant")] = ()
    exercise: Annotated[bool, Field(description="Whether its source calls it an exercise")] = False


class NearRepeat(Part):
    """An earlier situation of the same kind nearby, as another alert tells it."""

    alert_id: str
    occurred_at: Utc
    distance_m: Annotated[float, Field(ge=0, description="To about 35 m: earlier places are kept no more exactly")]


class AlertCamera(Part):
    """One camera near the situation: what it could see, what it said, and why.

    `attention_until` is until when a report that holds asked it for more pictures and weaker boxes; null where none did.
    """

    camera_id: Identifier
    distance_m: Annotated[float, Field(ge=0)]
    coverage: Coverage
    verdict: Verdict
    zone_id: Identifier | None = None
    explanation: ShortText
    phrase: Annotated[Phrase | None, Field(description="The explanation as a phrase")] = None
    degraded: bool = False
    attention_until: Utc | None = None
    likelihood: Annotated[Likelihood | None, Field(description="Of what it saw; null where it does not tell")] = None


class AlertMovement(Part):
    """Alert movement: people who ran, left at once or gathered near the situation at its time: a symptom that has no alert.

    `distance_m` is how far the camera's view is from the place, 0 where it sees it; `reason` tells all of it.
    """

    camera_id: Identifier
    kind: MovementKind
    persons: Annotated[int, Field(ge=1, description="How many at once, at least")]
    at: Utc
    distance_m: Annotated[float, Field(ge=0)]
    reason: Phrase


class GroupedCount(Part):
    """Grouped count: how many alerts of one priority and category stand under a summary."""

    priority: Priority
    category: Category
    open: Annotated[int, Field(ge=1)]


class AlertSummary(Part):
    """Alert summary: what stands under a summary alert.

    Each of its alerts was sent whole, and names the summary in `grouped_under`.
    """

    open: Annotated[
        int, Field(ge=0, description="Alerts under it that are on the operator's list and in nobody's hand")
    ]
    grouped: Annotated[int, Field(ge=1, description="Alerts that ever came under it, each time")]
    counts: tuple[GroupedCount, ...]
    alert_ids: Annotated[tuple[str, ...], Field(description="Open ones, the highest priority first")]
    not_listed: Annotated[int, Field(ge=0, description="Open ones that `alert_ids` has no room for")]
    oldest_at: Annotated[Utc, Field(description="When the first came under it")]
    newest_at: Annotated[Utc, Field(description="When the newest came under it")]
    in_flood: Annotated[bool, Field(description="Whether a flood made it, and not the long-term budget")]
    taking: Annotated[bool, Field(description="Whether more alerts may come under it: the flood or the hour goes on")]


class Shelf(Part):
    """Shelf: who put an alert aside, why, and until when."""

    user: Identifier
    reason: ShortText
    phrase: Annotated[
        Phrase | None, Field(description="The reason as a phrase; null where an older sender gave words of its own")
    ] = None
    until: Utc


class Suppression(Part):
    """Suppression: which entry of which plan holds an alert back, why, and until when."""

    plan_version: Annotated[str, Field(min_length=1, max_length=40)]
    plan_id: Identifier
    reason: ShortText
    until: Utc


class AlertNote(Part):
    """Alert note: what an operator noted: a phrase of a bounded list, never words of their own."""

    phrase: Phrase
    user: Identifier
    noted_at: Utc


class Alert(Message):
    """The whole alert after one change. `revision` counts changes from 0; `alert_id` is derived from the first cause.

    `score` is the sum of the factors' points, held within 0 and 100; `capped_by` names the rule that held the priority
    below what the score would give, if one did. A priority that falls is held for a while: then `falls_to` is what the score
    gives, and `falls_at` when it will be shown. `verdict` is the best that any camera said. `back_at` is when it last came on
    the list again. A closed alert with `merged_into` went on under that id; one with `split_from` was a part of that alert, and
    one with `recurrence_of` is about the same thing as that closed alert.

    One of which all reports are exercises is one itself (`exercise`): its title says so, and nothing real is joined with it.

    An alert with `grouped_under` stands under that summary alert as long as the summary is on the list. One with `summary` is
    such a summary: it has no reports and cameras of its own.
    """

    name: ClassVar[str] = "alert"
    topics: ClassVar[tuple[str, ...]] = ("alerts", "alert-state", "canary", "canary-state", "shadow-alerts")
    id_from: ClassVar[tuple[str, ...]] = ("alert_id", "revision")
    time_field: ClassVar[str] = "changed_at"

    alert_id: str
    control_room_id: Identifier
    revision: Annotated[int, Field(ge=0)]
    state: AlertState
    change: Change
    priority: Priority
    score: Annotated[float, Field(ge=0, le=100)]
    factors: tuple[Factor, ...]
    capped_by: str | None
    falls_to: Priority | None = None
    falls_at: Utc | None = None
    near_repeats: tuple[NearRepeat, ...] = ()
    category: Category
    title: ShortText
    title_phrase: Annotated[
        Phrase | None, Field(description="The title as a phrase; null where a sender gave its report words of its own")
    ] = None
    place: Annotated[str, Field(max_length=120)]
    place_phrase: Annotated[
        Phrase | None, Field(description="The place of what only a camera saw; null where a report names it")
    ] = None
    position: Position | None
    verdict: Verdict
    report_verdicts: Annotated[
        Mapping[str, Verdict],
        Field(description="By incident id, of each report that holds: the best that any camera said"),
        AsItIs(),
    ] = {}
    reports: tuple[AlertReport, ...]
    cameras: tuple[AlertCamera, ...]
    evidence_ids: tuple[str, ...]
    recipients: tuple[Identifier, ...]
    operator_list: Annotated[bool, Field(description="False for a case of its recipients that is no operator's work")]
    occurred_at: Utc
    opened_at: Utc
    changed_at: Utc
    expires_at: Utc
    handled_by: Identifier | None = None
    acknowledged_at: Utc | None = None
    back_at: Utc | None = None
    escalated_at: Utc | None = None
    shelf: Shelf | None = None
    suppression: Suppression | None = None
    closing: Annotated[str, Field(pattern="^(true|false|test|duplicate)?$")] = ""
    closing_reason: Annotated[Phrase | None, Field(description="Why it was a false alarm, where that was said")] = None
    asks: Annotated[
        bool, Field(description="Whether this change newly asks for attention: opened, came back, rose")
    ] = False
    grouped_under: Annotated[str | None, Field(description="The summary alert that it stands under")] = None
    grouping: Annotated[Grouping | None, Field(description="Why it does")] = None
    summary: AlertSummary | None = None
    merged_into: str | None = None
    split_from: str | None = None
    recurrence_of: str | None = None
    next_step: Annotated[Phrase | None, Field(description="What the rules recommend; a person decides")] = None
    next_step_reason: Phrase | None = None
    caused_by: Annotated[str | None, Field(description="The alert that explains this one: it is a symptom of it")] = (
        None
    )
    cause_reason: Annotated[Phrase | None, Field(description="Why: categories, distance and time")] = None
    under_cause: Annotated[
        bool, Field(description="Whether it stands under its cause on the list, and is no entry of its own: never a P1")
    ] = False
    symptoms: Annotated[tuple[str, ...], Field(description="Alerts that this one explains")] = ()
    movements: Annotated[
        tuple[AlertMovement, ...],
        Field(description="What cameras saw of people that this explains, the nearest first; no alerts of their own"),
    ] = ()
    notes: Annotated[tuple[AlertNote, ...], Field(description="What operators noted, the oldest first")] = ()
    dispatches: Annotated[
        tuple[AlertDispatch, ...],
        Field(description="Whom a person asked to come, and how far that is, the oldest first"),
    ] = ()
    unanswered_at: Annotated[
        Utc | None,
        Field(description="Since when no partner comes that was asked, and nobody else may be asked unasked"),
    ] = None
    exercise: Annotated[bool, Field(description="Whether it is an exercise: nothing of it is real")] = False
    rules_version: Annotated[str, Field(min_length=1, max_length=40)]
    registry_version: Annotated[str, Field(min_length=1, max_length=40)]

    def key(self) -> str:
        """Return the control room; the alert id travels in the header `ce_subject`."""
        return self.control_room_id

    def subject(self) -> str:
        """Return the alert's id, which stays the same over all changes."""
        return self.alert_id
