"""The alert budget of a control room: which alert that newly asks for attention is shown, and which is grouped.

An alert asks when it opens, comes back, or rises. What is asked is counted, never how long the list is, so that a decision
costs the same however many alerts are open. The numbers are those of the process industry (EEMUA 191, ISA-18.2; domain
fact sheet §4), as rules: applying them to a control room of cameras is an analogy.

The state is settled before it is used, by what time it is: a flood ends, and a summary takes no more, at the same moment
whether a tick or the next alert finds it so.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from schemas.alerts import Alert, AlertState, Grouping
from schemas.base import Part, Utc
from schemas.categories import Category, Priority
from streams.domain.budget_rules import BudgetRule

OFF_LIST: Final = frozenset({AlertState.CLOSED, AlertState.CANCELLED, AlertState.EXPIRED})
"""States in which an alert is not on the operator's list any more."""
_WAITING: Final = frozenset({AlertState.NEW, AlertState.RETURNED_TO_NORMAL, AlertState.SUPPRESSED})
"""States in which nobody has taken an alert in hand."""


class Standing(Part):
    """How an alert last stood on the operator's list, and under which summary, empty where it stands by itself."""

    state: AlertState
    priority: Priority
    category: Category
    grouped_under: str = ""
    grouping: Grouping | None = None


class BudgetRow(Part):
    """What a control room was asked lately: the newest moments only, as many as the limits can tell apart.

    `came` are the alerts that asked, shown or grouped; `shown` those that have a line of their own. Summaries are in neither:
    the limits leave room for them.
    """

    came: tuple[Utc, ...] = ()
    shown: tuple[Utc, ...] = ()
    flood_since: Utc | None = None
    summary_id: str = ""
    summary_since: Utc | None = None
    look_at: Utc | None = None


class Taken(NamedTuple):
    """The row after an alert that asked, and why it is grouped; None where it is shown."""

    row: BudgetRow
    grouping: Grouping | None


def asks(before: Standing | None, alert: Alert) -> bool:
    """Return whether an alert newly asks for attention: it opened, came back, or rose.

    Args:
        before: How it stood on the list; None where it was not on it.
        alert: The alert as it is now.
    """
    if not alert.operator_list or alert.state in OFF_LIST:
        return False
    if alert.state is AlertState.NEW and (before is None or before.state is not AlertState.NEW):
        return True
    risen = before is not None and alert.priority < before.priority  # as text, P1 < P4 is the higher priority
    return risen and alert.state in {AlertState.NEW, AlertState.ACKNOWLEDGED}


def in_hand(before: Standing | None, alert: Alert) -> bool:
    """Return whether an operator has taken an alert in hand, or put it off until now: such a one is never grouped."""
    put_off = before is not None and before.state is AlertState.SHELVED
    return put_off or alert.handled_by is not None or alert.state not in _WAITING


def settled(row: BudgetRow, now: datetime, rule: BudgetRule, room: str) -> BudgetRow:
    """Return the row as it stands now: without what is too old to count, the flood ended where it has ebbed away.

    A summary takes no more after its flood; outside of one it takes no more after the long-term window, so that what is
    grouped all day asks once in a window and not once for ever.
    """
    operators = rule.operators_in(room)
    came = _within(row.came, now, rule.flood.window_s)
    told: dict[str, object] = {
        "came": came,
        "shown": _within(row.shown, now, max(rule.flood.window_s, rule.long_term.window_s)),
    }
    ended = row.flood_since is not None and len(came) < rule.flood.ends_below * operators
    if ended:
        told["flood_since"] = None
    aged = row.summary_since is not None and now - row.summary_since >= timedelta(seconds=rule.long_term.window_s)
    if ended or (aged and row.flood_since is None):
        told |= {"summary_id": "", "summary_since": None}
    return row.model_copy(update=told)


def take(row: BudgetRow, priority: Priority, free: bool, now: datetime, rule: BudgetRule, room: str) -> Taken:
    """Return what the budget says to an alert that asks.

    A flood begins with a summary of its own, unless the one at hand is itself of these minutes.

    Args:
        row: The control room's row, settled or not.
        priority: The alert's.
        free: Whether it may be grouped: nobody has it in hand.
        now: When it asks; a moment before the newest is taken for that one.
        rule: The budget.
        room: The control room.
    """
    now = max([now, *row.came[-1:], *row.shown[-1:]])
    row = settled(row, now, rule, room)
    above = rule.flood.starts_above * rule.operators_in(room)
    came = (*row.came, now)[-(above + 1) :]
    told: dict[str, object] = {"came": came}
    if row.flood_since is None and len(came) > above:
        told["flood_since"] = now
        recent = row.summary_since is not None and now - row.summary_since < timedelta(seconds=rule.flood.window_s)
        if not recent:
            told |= {"summary_id": "", "summary_since": None}
    row = row.model_copy(update=told)
    grouping = _grouping(row, priority, now, rule, room) if free and priority is not Priority.P1 else None
    if grouping is None:
        kept = rule.operators_in(room) * max([rule.flood.shown_at_most, *rule.long_term.shown_at_most.values()])
        row = row.model_copy(update={"shown": (*row.shown, now)[-kept:]})
    return Taken(row, grouping)


def used_share(row: BudgetRow, rule: BudgetRule, room: str) -> float:
    """Return the share of the long-term budget that a settled row has used; it does not tell more than all of a flood's.

    The budget is the largest of its limits: where P3 is grouped.
    """
    return len(row.shown) / (rule.operators_in(room) * max(rule.long_term.shown_at_most.values(), default=1))


def hidden(alert: Alert, open_summaries: frozenset[str]) -> bool:
    """Return whether an alert stands under a summary that is on the list; where that has ended, its alerts stand alone."""
    return alert.grouped_under is not None and alert.grouped_under in open_summaries


def _grouping(row: BudgetRow, priority: Priority, now: datetime, rule: BudgetRule, room: str) -> Grouping | None:
    operators = rule.operators_in(room)
    if row.flood_since is not None and priority in rule.flood.groups:
        return Grouping.FLOOD
    if len(_within(row.shown, now, rule.flood.window_s)) >= rule.flood.shown_at_most * operators:
        return Grouping.FULL
    limit = rule.long_term.shown_at_most.get(priority)
    if limit is not None and len(_within(row.shown, now, rule.long_term.window_s)) >= limit * operators:
        return Grouping.LONG_TERM
    return None


def _within(moments: Sequence[datetime], now: datetime, window_s: float) -> tuple[datetime, ...]:
    since = now - timedelta(seconds=window_s)
    return tuple(moment for moment in moments if moment > since)
