"""A revision of an alert: what one change makes of its situation, and the alert that says so.

Pure: all that must be looked up is given. The score, and the priority that is shown, are reckoned once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from schemas.alerts import Alert, AlertState, Change, NearRepeat
from schemas.categories import Priority
from streams.domain.alerts.alert import alert_of, judge
from streams.domain.alerts.cause import explains, link_of
from streams.domain.alerts.dispatch import brought_back, let_go
from streams.domain.alerts.lifecycle import ENDED, QUIET, Cause, happens
from streams.domain.alerts.situation import Situation
from streams.domain.alerts.suppression import Plan
from streams.domain.rules.rules import Rules


@dataclass(frozen=True, slots=True)
class Policy:
    """Policy: the rules, the plan of what is expected, and the registry's version, which each alert names."""

    rules: Rules
    plan: Plan
    registry_version: str


class Revision(NamedTuple):
    """A situation to keep, and the alert to send; why is the alert's `change`."""

    situation: Situation
    alert: Alert


def revise(
    before: Situation | None,
    after: Situation,
    why: Change,
    repeats: Sequence[NearRepeat],
    policy: Policy,
    now: datetime,
    near: Sequence[Situation] = (),
) -> Revision:
    """Return the next revision of a situation that changed.

    Args:
        before: The situation before the change, None where it is new.
        after: It, with what changed: a fact, what a person did, or what was due.
        why: Which of these it was; a new one keeps its own.
        repeats: The earlier situations that it repeats now.
        policy: What it is decided by.
        now: The time of the decision.
        near: What may be its cause, as it stands.
    """
    rules, repeats = policy.rules, tuple(repeats)
    if repeats != after.near_repeats:
        after = after.model_copy(update={"near_repeats": repeats})
    judged = judge(after, rules, max(now, after.changed_at))
    after = let_go(placed(before, after, judged.shown.priority, policy.plan, rules, now), now)
    link = link_of(after, near, rules)
    if link != after.caused_by:
        after = after.model_copy(update={"caused_by": link})
    if after.symptoms and (link is not None or not explains(after)):  # what is a symptom itself explains nothing
        after = after.model_copy(update={"symptoms": ()})
    if before is not None:
        after = changed(before, after, why, now)
    if judged.shown is not after.shown:
        after = after.model_copy(update={"shown": judged.shown})
    return Revision(after, alert_of(after, judged, rules, policy.registry_version))


def placed(
    before: Situation | None, after: Situation, priority: Priority, plan: Plan, rules: Rules, now: datetime
) -> Situation:
    """Return a changed situation where its priority and the plan put it.

    A P1 comes off the shelf and out of a plan at once. A plan holds back what comes on the list, anew or again; it takes
    nothing away that stood there, nor what a person gives back or opens again, nor what comes back since no partner comes.

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
    elif (
        enters and not _by_hand(before, after) and not brought_back(before, after)
    ) or after.state is AlertState.SUPPRESSED:
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


def changed(before: Situation, after: Situation, change: Change, now: datetime) -> Situation:
    """Return a changed situation as its next revision; the first revision of an alert is 0."""
    if after.state is not before.state:
        if after.state is AlertState.CANCELLED:
            change = Change.CANCELLED
        elif after.state is AlertState.NEW and not _given_back(before, after):
            change = Change.REOPENED if before.state in QUIET | ENDED else Change.BACK
    told_at = {"change": change, "revision": before.revision + 1, "changed_at": max(now, before.changed_at)}
    return after.model_copy(update=told_at)


def _by_hand(before: Situation | None, after: Situation) -> bool:
    """Return whether a person put an alert on the list again: gave it back, or opened it."""
    if before is None or after.acted_revision != before.revision + 1:
        return False
    return before.state is AlertState.ACKNOWLEDGED or before.state in ENDED


def _given_back(before: Situation, after: Situation) -> bool:
    """Return whether a person gave an alert back: nothing else makes one new that somebody had."""
    return before.state is AlertState.ACKNOWLEDGED and _by_hand(before, after)
