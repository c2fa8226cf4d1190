"""Timed transitions of an alert: what time passing does to it, and when. Each is one cause of `lifecycle.TABLE`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from schemas.alerts import Change
from schemas.categories import Priority
from streams.domain.alerts.dispatch import lapsed, newest_news, next_lapse
from streams.domain.alerts.lifecycle import Cause, happens
from streams.domain.alerts.situation import Situation
from streams.domain.rules.rules import Rules

_FAR_AHEAD: Final = datetime(9999, 1, 1, tzinfo=UTC)
"""A plan may end "never", so near the last moment that a date can be: what is added to it must still be one."""


class TimedTransition(NamedTuple):
    """A situation after something that was due, and how its message names it."""

    situation: Situation
    change: Change


def due(situation: Situation, rules: Rules, now: datetime) -> TimedTransition | None:
    """Return what time does to a situation that has not ended, or None where nothing is due."""
    if expires_at(situation, rules) <= now:
        expired = happens(situation, Cause.EXPIRES)
        return TimedTransition(expired.model_copy(update={"ended_at": now}), Change.EXPIRED)
    if situation.shelf is not None and situation.shelf.until <= now:
        return TimedTransition(happens(situation, Cause.SHELF_ENDS), Change.BACK)
    if situation.suppression is not None and situation.suppression.until <= now:
        return TimedTransition(happens(situation, Cause.UNPLANNED), Change.BACK)
    if situation.dispatches and (told := lapsed(situation, situation.priority or Priority.P1, rules, now)) is not None:
        return TimedTransition(told.situation, told.change)
    escalates = _escalates_at(situation, rules)
    if escalates is not None and escalates <= now:
        escalated = happens(situation, Cause.UNANSWERED).model_copy(update={"escalated_at": now})
        return TimedTransition(escalated, Change.ESCALATED)
    down = fallen(situation, now)
    return None if down is situation else TimedTransition(down, Change.EVIDENCE)


def fallen(situation: Situation, now: datetime) -> Situation:
    """Return a situation whose hold is over, so that its score alone counts; itself where none is, or it goes on."""
    if situation.shown is None or situation.shown.falls_at is None or situation.shown.falls_at > now:
        return situation
    return situation.model_copy(update={"shown": None})


def next_due(situation: Situation, rules: Rules) -> datetime:
    """Return when a situation must be looked at again."""
    if situation.ended_at is not None:
        moments = [forgotten_at(situation.ended_at, rules)]
        if situation.indexed is not None and situation.indexed.cells and situation.merged_into is None:
            moments.append(recurs_until(situation.ended_at, rules))
        return min(moments)
    moments = [expires_at(situation, rules)]
    if situation.shelf is not None:
        moments.append(situation.shelf.until)
    if situation.suppression is not None:
        moments.append(situation.suppression.until)
    escalates = _escalates_at(situation, rules)
    if escalates is not None:
        moments.append(escalates)
    if situation.shown is not None and situation.shown.falls_at is not None:
        moments.append(situation.shown.falls_at)
    lapses = next_lapse(situation)
    if lapses is not None:
        moments.append(lapses)
    return min(moments)


def expires_at(situation: Situation, rules: Rules) -> datetime:
    """Return when an alert ends by itself: some time after it came on the list and its newest report, episode or dispatch news.

    What is put aside does not end there: its time begins when it comes back.
    """
    moments = [situation.opened_at, *(row.report.reported_at for row in situation.reports)]
    moments += [row.occurred_at for row in situation.episodes]
    moments += [at for at in (situation.back_at, _aside_until(situation), newest_news(situation)) if at is not None]
    return min(max(moments), _FAR_AHEAD) + timedelta(seconds=rules.lifetime.open_s)


def _aside_until(situation: Situation) -> datetime | None:
    aside = situation.shelf or situation.suppression
    return None if aside is None else aside.until


def forgotten_at(ended_at: datetime, rules: Rules) -> datetime:
    """Return when an ended alert is forgotten."""
    return ended_at + timedelta(seconds=rules.lifetime.forget_s)


def recurs_until(ended_at: datetime, rules: Rules) -> datetime:
    """Return until when the same thing again is told from something new."""
    return ended_at + timedelta(seconds=rules.lifetime.reopen_s)


def _escalates_at(situation: Situation, rules: Rules) -> datetime | None:
    """Return when a P1 that waits for somebody escalates; one whose score has fallen, and that is only held, does not."""
    held = situation.shown is not None and situation.shown.falls_at is not None
    if held or situation.critical_since is None or situation.escalated_at is not None:
        return None
    return situation.critical_since + timedelta(seconds=rules.lifetime.escalate_p1_s)
