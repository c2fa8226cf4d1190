"""What changes an alert without a person: its priority, a plan, and time passing. Each is one cause of `lifecycle.TABLE`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.alerts import AlertState, Change
from schemas.categories import Priority
from streams.domain.alerts.alert import expires_at, fallen
from streams.domain.alerts.lifecycle import Cause, follows, in_state
from streams.domain.alerts.situation import Situation
from streams.domain.alerts.suppression import Plan
from streams.domain.rules.rules import Rules


class TimedTransition(NamedTuple):
    """A situation after something that was due, and how its message names it."""

    situation: Situation
    change: Change


def happens(situation: Situation, cause: Cause) -> Situation:
    """Return a situation after something that happens by itself."""
    return in_state(situation, follows(situation.state, cause))


def placed(
    before: Situation | None, after: Situation, priority: Priority, plan: Plan, rules: Rules, now: datetime
) -> Situation:
    """Return a changed situation where its priority and the plan put it.

    A P1 comes off the shelf and out of a plan at once. A plan holds back what comes on the list, anew or again; it takes
    nothing away that stood there.

    Args:
        before: The situation before the change, None where it is new.
        after: The situation after it.
        priority: What the facts after it are worth.
        plan: What is expected.
        rules: The rules.
        now: The time of the decision.
    """
    was = None if before is None else before.state
    enters = after.state is AlertState.NEW and was is not AlertState.NEW
    if priority is Priority.P1:
        after = happens(after, Cause.CRITICAL)
    elif enters or after.state is AlertState.SUPPRESSED:
        suppression = plan.covering(after, rules, now)
        after = happens(after, Cause.UNPLANNED if suppression is None else Cause.PLANNED)
        if suppression != after.suppression:
            after = after.model_copy(update={"suppression": suppression})
    waits = after.state is AlertState.NEW and priority is Priority.P1
    raised = before is not None and before.priority is not None and priority < before.priority  # as text, P1 < P2
    on_again = before is not None and after.state is AlertState.NEW and was is not AlertState.NEW
    stands = {
        "priority": priority,
        "raised_revision": after.revision + 1 if raised else after.raised_revision,
        "critical_since": (after.critical_since or now) if waits else None,
        "back_at": now if on_again else after.back_at,
    }
    changes = {name: value for name, value in stands.items() if value != getattr(after, name)}
    return after.model_copy(update=changes) if changes else after


def due(situation: Situation, rules: Rules, now: datetime) -> TimedTransition | None:
    """Return what time does to a situation that has not ended, or None where nothing is due."""
    if expires_at(situation, rules) <= now:
        expired = happens(situation, Cause.EXPIRES)
        return TimedTransition(expired.model_copy(update={"ended_at": now}), Change.EXPIRED)
    if situation.shelf is not None and situation.shelf.until <= now:
        return TimedTransition(happens(situation, Cause.SHELF_ENDS), Change.BACK)
    if situation.suppression is not None and situation.suppression.until <= now:
        return TimedTransition(happens(situation, Cause.UNPLANNED), Change.BACK)
    escalates = _escalates_at(situation, rules)
    if escalates is not None and escalates <= now:
        escalated = happens(situation, Cause.UNANSWERED).model_copy(update={"escalated_at": now})
        return TimedTransition(escalated, Change.ESCALATED)
    down = fallen(situation, now)
    return None if down is situation else TimedTransition(down, Change.EVIDENCE)


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
    return min(moments)


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
