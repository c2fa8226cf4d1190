"""The alert budget of a control room: which alert that newly asks for attention is shown, and which is grouped.

An alert asks when it opens, comes back, or rises. What is asked is counted, never how long the list is, so that a decision
costs the same however many alerts are open. The numbers are those of the process industry (EEMUA 191, ISA-18.2; domain
fact sheet §4), as rules: applying them to a control room of cameras is an analogy.

The state is settled before it is used, by what time it is: a flood ends, and a summary takes no more, at the same moment
whether a tick or the next alert finds it so.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, NamedTuple, Protocol

from pydantic import Field

from schemas.alerts import Alert, AlertState, Change, Grouping
from schemas.base import Part
from schemas.categories import Priority
from streams.domain.alerts.situation import ListStanding
from streams.domain.rules.budget import BudgetRule

OFF_LIST: Final = frozenset({AlertState.CLOSED, AlertState.CANCELLED, AlertState.EXPIRED})
"""States in which an alert is not on the operator's list any more."""
_WAITING: Final = frozenset({AlertState.NEW, AlertState.RETURNED_TO_NORMAL, AlertState.SUPPRESSED})
"""States in which nobody has taken an alert in hand."""


Micros = Annotated[int, Field(ge=0, description="Microseconds since 1970 (UTC)")]
_SECOND: Final = 1_000_000


class BudgetRow(Part):
    """Budget row: what a control room was asked lately: the newest moments only, as many as the limits can tell apart.

    `came_us` are the alerts that asked, shown or grouped; `shown_us` those that have a line of their own. `alarms_came_us` and
    `alarms_shown_us` are the same of P1 to P3 alone, where the log is counted apart. Summaries are in none: the limits leave room
    for them. Moments are numbers, since the row is read and written for every alert that asks.
    """

    came_us: tuple[Micros, ...] = ()
    shown_us: tuple[Micros, ...] = ()
    alarms_came_us: tuple[Micros, ...] = ()
    alarms_shown_us: tuple[Micros, ...] = ()
    flood_since_us: Micros | None = None
    summary_id: str = ""
    summary_since_us: Micros | None = None
    look_at_us: Micros | None = None


class BudgetDecision(NamedTuple):
    """The row after an alert that asked, and why it is grouped; None where it is shown."""

    row: BudgetRow
    grouping: Grouping | None


class Grouped(Protocol):
    """Grouped: what may stand under a summary."""

    @property
    def grouped_under(self) -> str | None:
        """Return the summary's id."""


def asks(before: ListStanding | None, alert: Alert) -> bool:
    """Return whether an alert newly asks for attention: it opened, came back, rose, left its cause, or no partner comes.

    What stands under its cause is no entry of its own, and asks nothing.

    Args:
        before: How it stood on the list; None where it was not on it.
        alert: The alert as it is now.
    """
    if not alert.operator_list or alert.state in OFF_LIST or alert.under_cause:
        return False
    if before is not None and before.under_cause and alert.state is AlertState.NEW and alert.handled_by is None:
        return True
    if alert.change is Change.OVERDUE or (alert.change is Change.BACK and alert.unanswered_at == alert.changed_at):
        return True
    if alert.state is AlertState.NEW and (before is None or before.state is not AlertState.NEW):
        return True
    risen = before is not None and alert.priority < before.priority  # as text, P1 < P4 is the higher priority
    return risen and alert.state in {AlertState.NEW, AlertState.ACKNOWLEDGED}


def in_hand(before: ListStanding | None, alert: Alert) -> bool:
    """Return whether an operator has taken an alert in hand, or put it off until now: such a one is never grouped."""
    put_off = before is not None and before.state is AlertState.SHELVED
    return put_off or alert.handled_by is not None or alert.state not in _WAITING


def may_be_grouped(before: ListStanding | None, alert: Alert) -> bool:
    """Return whether an alert that asks may be grouped: in nobody's hand, and without a line of its own already.

    What operators see does not vanish because it rises. What a plan held back they have not seen. What a person takes from its
    cause is to be seen, and would go from under one line to under another.
    """
    unseen = OFF_LIST | {AlertState.SUPPRESSED}
    under = before is not None and (bool(before.grouped_under) or before.under_cause)
    has_line = before is not None and before.state not in unseen and not under
    taken_out = before is not None and before.under_cause and alert.change is Change.ACTION
    return not (has_line or taken_out or in_hand(before, alert))


def micros(moment: datetime) -> int:
    """Return a moment as the row keeps it."""
    return round(moment.timestamp() * _SECOND)


def settled(row: BudgetRow, now_us: int, rule: BudgetRule, room: str) -> BudgetRow:
    """Return the row as it stands now: without what is too old to count, the flood ended where it has ebbed away.

    A summary takes no more after its flood; outside of one it takes no more after the long-term window, so that what is
    grouped all day asks once in a window and not once for ever.
    """
    return row.model_copy(update=_settled(row, now_us, rule, room))


def take(row: BudgetRow, priority: Priority, free: bool, now_us: int, rule: BudgetRule, room: str) -> BudgetDecision:
    """Return what the budget says to an alert that asks.

    A flood begins with a summary of its own, unless the one at hand is itself of these minutes.

    Args:
        row: The control room's row, settled or not.
        priority: The alert's.
        free: Whether it may be grouped, as `may_be_grouped` tells.
        now_us: When it asks; a moment before the newest is taken for that one.
        rule: The budget.
        room: The control room.
    """
    now_us = max([now_us, *row.came_us[-1:], *row.shown_us[-1:]])
    told = _settled(row, now_us, rule, room)
    operators = rule.operators_in(room)
    above = rule.flood.starts_above * operators
    told["came_us"] = (*told["came_us"], now_us)[-(above + 1) :]
    if told["flood_since_us"] is None and len(told["came_us"]) > above:
        told["flood_since_us"] = now_us
        since_us = told["summary_since_us"]
        if since_us is None or now_us - since_us >= rule.flood.window_s * _SECOND:
            told |= {"summary_id": "", "summary_since_us": None}
    alarm = rule.log_apart and priority is not Priority.P4
    in_flood = told["flood_since_us"] is not None
    hourly = "alarms_shown_us" if alarm else "shown_us"
    if alarm:
        told["alarms_came_us"] = (*told["alarms_came_us"], now_us)[-(above + 1) :]
        in_flood = len(told["alarms_came_us"]) > above
    grouping = None
    if free and priority is not Priority.P1:
        grouping = _grouping(told["shown_us"], told[hourly], in_flood, priority, now_us, rule, operators)
    if grouping is None:
        kept = operators * max([rule.flood.shown_at_most, *rule.long_term.shown_at_most.values()])
        for name in dict.fromkeys(("shown_us", hourly)):
            told[name] = (*told[name], now_us)[-kept:]
    return BudgetDecision(row.model_copy(update=told), grouping)


def used_share(row: BudgetRow, rule: BudgetRule, room: str) -> float:
    """Return the share of the long-term budget that a settled row has used; 1 is where the last priority is grouped.

    The row keeps no more moments than its limits need, so the share is held there.
    """
    return len(row.shown_us) / (rule.operators_in(room) * max(rule.long_term.shown_at_most.values(), default=1))


def hidden(alert: Grouped, open_summaries: frozenset[str]) -> bool:
    """Return whether an alert stands under a summary that is on the list; where that has ended, its alerts stand alone."""
    return alert.grouped_under is not None and alert.grouped_under in open_summaries


def _settled(row: BudgetRow, now_us: int, rule: BudgetRule, room: str) -> dict[str, Any]:
    """Return what a settled row says, apart from when to look at it."""
    came_us = _within(row.came_us, now_us, rule.flood.window_s)
    longest_s = max(rule.flood.window_s, rule.long_term.window_s)
    flood_since_us = row.flood_since_us
    if len(came_us) < rule.flood.ends_below * rule.operators_in(room):
        flood_since_us = None
    ended = row.flood_since_us is not None and flood_since_us is None
    since_us = row.summary_since_us
    aged = since_us is not None and now_us - since_us >= rule.long_term.window_s * _SECOND
    kept = not ended and (not aged or flood_since_us is not None)
    return {
        "came_us": came_us,
        "shown_us": _within(row.shown_us, now_us, longest_s),
        "alarms_came_us": _within(row.alarms_came_us, now_us, rule.flood.window_s),
        "alarms_shown_us": _within(row.alarms_shown_us, now_us, longest_s),
        "flood_since_us": flood_since_us,
        "summary_id": row.summary_id if kept else "",
        "summary_since_us": since_us if kept else None,
    }


def _grouping(
    shown_us: Sequence[int],
    hourly_us: Sequence[int],
    in_flood: bool,
    priority: Priority,
    now_us: int,
    rule: BudgetRule,
    operators: int,
) -> Grouping | None:
    """Return why an alert is grouped, or None. Of the list's length every line counts, of the hour's share those of its kind."""
    if in_flood and priority in rule.flood.groups:
        return Grouping.FLOOD
    places = min(rule.flood.shown_at_most, rule.flood.places.get(priority, rule.flood.shown_at_most))
    if len(_within(shown_us, now_us, rule.flood.window_s)) >= places * operators:
        return Grouping.FULL
    limit = rule.long_term.shown_at_most.get(priority)
    if limit is not None and len(_within(hourly_us, now_us, rule.long_term.window_s)) >= limit * operators:
        return Grouping.LONG_TERM
    return None


def _within(moments_us: Sequence[int], now_us: int, window_s: float) -> tuple[int, ...]:
    """Return the moments of a window; they are in order."""
    return tuple(moments_us[bisect_right(moments_us, now_us - window_s * _SECOND) :])
