"""The summary alert: what stands under it, counted as it comes and goes, and what an operator does to it.

It keeps counts and a bounded list, never its alerts themselves, so that one alert costs the same under a summary of three as
under one of three thousand. An alert stands under it while it is on the operator's list and in nobody's hand.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any, Final, NamedTuple

from pydantic import Field

from schemas.actions import Action, OperatorAction
from schemas.alerts import Alert, AlertState, AlertSummary, Change, Factor, GroupedCount
from schemas.base import Identifier, Utc, derive_id
from schemas.categories import Category, Priority
from schemas.evidence import Verdict
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes import titles as says
from schemas.phrases.codes.common import with_commas
from schemas.phrases.codes.refusals import refused_not_for_a_summary
from schemas.phrases.phrase import Phrase
from streams.domain.alerts.acting.actions import Acted, act, refusal
from streams.domain.alerts.lifecycle import Cause, Life, as_told, happens, in_state
from streams.domain.alerts.situation import ListStanding
from streams.domain.rules.rules import Rules

SUMMARY_ACTIONS: Final = frozenset(
    {Action.ACKNOWLEDGE, Action.RELEASE, Action.ASSIGN, Action.CLOSE, Action.FALSE_ALARM}
)
"""What is done to a summary. It is never shelved, since its alerts would be out of sight."""

Member = tuple[Priority, str]
"""An alert that a summary names: as last told, and its id."""


class SummaryRow(Life):
    """A summary's working state: its life, and counts. `category` is as last told; `to_tell`, whether it changed since then."""

    alert_id: str
    control_room_id: Identifier
    priority: Priority
    category: Category
    counts: tuple[GroupedCount, ...] = ()
    members: tuple[Member, ...] = ()
    grouped: Annotated[int, Field(ge=0)] = 0
    oldest_at: Utc
    newest_at: Utc
    in_flood: bool
    to_tell: bool = False

    @property
    def open(self) -> int:
        """Return how many alerts stand under it."""
        return sum(count.open for count in self.counts)


def open_summary(alert: Alert, in_flood: bool, listed_at_most: int, now: datetime) -> SummaryRow:
    """Return the summary that an alert is the first to come under, identified by that alert and its revision."""
    row = SummaryRow(
        alert_id=derive_id("alert-summary", alert.control_room_id, alert.alert_id, str(alert.revision)),
        control_room_id=alert.control_room_id,
        priority=alert.priority,
        category=alert.category,
        opened_at=now,
        changed_at=now,
        oldest_at=now,
        newest_at=now,
        in_flood=in_flood,
    )
    return joined(row, alert, listed_at_most, now).model_copy(update={"to_tell": False})


def joined(row: SummaryRow, alert: Alert, listed_at_most: int, now: datetime, in_flood: bool = False) -> SummaryRow:
    """Return a summary with one more alert under it; a flood that began meanwhile makes it the flood's."""
    members = sorted([*row.members, (alert.priority, alert.alert_id)], key=_by_priority)
    told = {
        "counts": _counted(row.counts, alert.priority, alert.category, 1),
        "members": tuple(members[:listed_at_most]),
        "grouped": row.grouped + 1,
        "newest_at": max(row.newest_at, now),
        "in_flood": row.in_flood or in_flood,
        "to_tell": True,
    }
    return row.model_copy(update=told)


def left(row: SummaryRow, alert_id: str, standing: ListStanding) -> SummaryRow:
    """Return a summary without one of its alerts, which stood under it as told."""
    told = {
        "counts": _counted(row.counts, standing.priority, standing.category, -1),
        "members": tuple(member for member in row.members if member[1] != alert_id),
        "to_tell": True,
    }
    return row.model_copy(update=told)


def highest(row: SummaryRow) -> Priority:
    """Return the highest priority under a summary; where nothing is any more, what it was."""
    return min((count.priority for count in row.counts), default=row.priority)


class ToldSummary(NamedTuple):
    """A summary as it is told now, and whether it newly asks for attention."""

    row: SummaryRow
    asks: bool


def told(row: SummaryRow, now: datetime, lasting: bool = False) -> ToldSummary:
    """Return a summary's next revision: it expires when nothing is left under it, and asks again when it rises to P2.

    What is routine does not ask twice: a P3 under it changes its priority only. One that is `lasting` does not expire: its
    flood goes on, and has one summary.
    """
    if not row.counts and not lasting:
        ended = happens(row, Cause.EXPIRES).model_copy(update={"ended_at": max(now, row.changed_at)})
        return ToldSummary(_next(ended, Change.EXPIRED, now), False)
    priority = highest(row)
    rises = priority < row.priority  # as text, P1 < P4 is the higher priority
    stands: dict[str, Any] = {"priority": priority, "category": _most(row.counts) or row.category}
    if rises:
        stands["raised_revision"] = row.revision + 1
    asks = rises and priority <= Priority.P2
    after = in_state(row, AlertState.NEW).model_copy(update={"handled_by": None}) if asks else row
    return ToldSummary(_next(after.model_copy(update=stands), Change.EVIDENCE, now), asks)


def act_on_summary(row: SummaryRow, action: OperatorAction, now: datetime) -> Acted[SummaryRow]:
    """Return what an operator's action does to a summary: its next revision, or itself where nothing changed.

    It is acknowledged, assigned and closed as any alert. Closing it opens it: what stands under it stands by itself from then
    on, as nothing is closed unseen.
    """
    if action.action not in SUMMARY_ACTIONS:
        return Acted(row, refusal(row, action) or refused_not_for_a_summary(action.action))
    after, refused = act(row, action, row.priority, now)
    return Acted(row if after is row else _next(after, Change.ACTION, now), refused)


def _next(row: SummaryRow, change: Change, now: datetime) -> SummaryRow:
    told_at = {"change": change, "revision": row.revision + 1, "changed_at": max(now, row.changed_at), "to_tell": False}
    return row.model_copy(update=told_at)


def summary_alert(row: SummaryRow, asks: bool, taking: bool, rules: Rules, registry_version: str) -> Alert:
    """Return a summary as an alert: at the foot of its priority, with what stands under it."""
    points = {Priority.P1: rules.thresholds.p1, Priority.P2: rules.thresholds.p2, Priority.P3: rules.thresholds.p3}
    score = points.get(row.priority, 0.0)
    reason, title = says.summary_highest(row.priority.value), _title(row)
    return Alert(
        **as_told(row),
        alert_id=row.alert_id,
        control_room_id=row.control_room_id,
        priority=row.priority,
        score=score,
        factors=(Factor(rule_id="summary.highest", points=score, reason=sentence(reason), phrase=reason),),
        capped_by=None,
        category=row.category,
        title=sentence(title)[:300],
        title_phrase=title,
        place="",
        position=None,
        verdict=Verdict.NO_COVERAGE,
        reports=(),
        cameras=(),
        evidence_ids=(),
        recipients=(),
        operator_list=True,
        occurred_at=row.oldest_at,
        expires_at=row.newest_at + timedelta(seconds=rules.lifetime.open_s),
        asks=asks,
        summary=_summary(row, taking),
        rules_version=rules.version,
        registry_version=registry_version,
    )


def _summary(row: SummaryRow, taking: bool) -> AlertSummary:
    return AlertSummary(
        open=row.open,
        grouped=row.grouped,
        counts=row.counts,
        alert_ids=tuple(alert_id for _, alert_id in row.members),
        not_listed=row.open - len(row.members),
        oldest_at=row.oldest_at,
        newest_at=row.newest_at,
        in_flood=row.in_flood,
        taking=taking,
    )


def _title(row: SummaryRow) -> Phrase:
    """Return a line such as `23 grouped: 3 P3, 20 P4; 15 overig, 8 jeugdoverlast`; the topic has all categories."""
    priorities, categories = Counter[str](), Counter[str]()
    for count in row.counts:
        priorities[count.priority.value] += count.open
        categories[count.category.value] += count.open
    many = sorted(categories.items(), key=lambda each: (-each[1], each[0]))[:5]
    if not many:
        return says.grouped_none_left(row.grouped)
    first, *others = (says.counted(number, says.category_id(name)) for name, number in many)
    by_priority = ", ".join(f"{number} {name}" for name, number in sorted(priorities.items()))
    return says.grouped(row.open, by_priority, with_commas(first, *others))


def _most(counts: Sequence[GroupedCount]) -> Category | None:
    total = Counter[Category]()
    for count in counts:
        total[count.category] += count.open
    return min(total, key=lambda category: (-total[category], category.value), default=None)


def _by_priority(member: Member) -> Priority:
    return member[0]


def _counted(
    counts: Sequence[GroupedCount], priority: Priority, category: Category, change: int
) -> tuple[GroupedCount, ...]:
    known = {(count.priority, count.category): count.open for count in counts}
    known[priority, category] = known.get((priority, category), 0) + change
    return tuple(
        GroupedCount(priority=name[0], category=name[1], open=number)
        for name, number in sorted(known.items())
        if number > 0
    )
