"""Next step: what the rules recommend to do with an alert, as a phrase with its reason. A person decides."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from schemas.alerts import AlertCamera, AlertState
from schemas.categories import Category, Priority
from schemas.dispatch import DispatchState
from schemas.evidence import Coverage, Verdict
from schemas.phrases.codes.dispatch import (
    next_ask_other,
    next_await_answer,
    next_await_arrival,
    next_call_partner,
)
from schemas.phrases.codes.next_steps import (
    next_call_back,
    next_close,
    next_look,
    next_send,
    next_send_and_look,
    next_step_reason,
    next_wait,
    next_with_cause,
)
from schemas.phrases.phrase import Phrase
from streams.domain.alerts.dispatch import LIVE, partner
from streams.domain.alerts.facts import VERDICT_RANK
from streams.domain.alerts.situation import Situation
from streams.domain.rules.next_steps import NextStepRule, Step
from streams.domain.rules.rules import Rules

_IN_HAND: Final = frozenset({AlertState.NEW, AlertState.ACKNOWLEDGED})
"""States in which what a partner does is what an operator waits for."""


class NextStep(NamedTuple):
    """Next step: what to do, and why."""

    step: Phrase
    reason: Phrase


def next_step(
    situation: Situation,
    category: Category,
    priority: Priority,
    verdict: Verdict,
    cameras: Sequence[AlertCamera],
    rules: Rules,
) -> NextStep | None:
    """Return what is recommended: of the first rule that fits and can be done; None where there is none.

    Args:
        situation: The alert's facts and state.
        category: As it is told.
        priority: As it is shown.
        verdict: The best that any camera said.
        cameras: All near it.
        rules: The rules.
    """
    asked = _of_dispatches(situation, category, rules)
    if asked is not None:
        return asked
    state, camera_only = situation.state, not situation.live_reports
    for rule in rules.next_steps_of(state, priority, category, verdict, camera_only):
        step = _step(rule, situation, category, cameras, rules)
        if step is not None and rule.do is Step.WITH_CAUSE and situation.caused_by is not None:
            return NextStep(step, situation.caused_by.reason)
        if step is not None:
            said = "camera_only" if camera_only else verdict.value
            return NextStep(step, next_step_reason(priority.value, said, state.value))
    return None


def _of_dispatches(situation: Situation, category: Category, rules: Rules) -> NextStep | None:
    """Return what is next where a person asked partners to come: who else to ask, whom to call, what to wait for."""
    if not situation.dispatches or situation.state not in _IN_HAND:
        return None
    if situation.unanswered_at is not None:
        failed = max(situation.dispatches, key=lambda each: (each.since, each.asked_at, each.dispatch_id))
        tried = {each.recipient for each in situation.dispatches}
        other = next((each for each in rules.of(category).recipients if each not in tried), None)
        who = partner(failed.recipient)
        return NextStep(next_ask_other(who, partner(other)) if other else next_call_partner(who), failed.reason)
    late = next((each for each in situation.dispatches if each.overdue), None)
    if late is not None:
        return NextStep(next_call_partner(partner(late.recipient)), late.reason)
    live = [each for each in situation.dispatches if each.state in LIVE]
    if not live:
        return None
    waiting = [each for each in live if each.state is DispatchState.ASKED]
    if waiting:
        first = min(waiting, key=lambda each: (each.deadline_at, each.dispatch_id))
        return NextStep(next_await_answer(partner(first.recipient), first.deadline_at), first.reason)
    first = min(live, key=lambda each: (each.asked_at, each.dispatch_id))
    arrived = first.state is DispatchState.ARRIVED
    return NextStep(next_wait() if arrived else next_await_arrival(partner(first.recipient)), first.reason)


def _step(
    rule: NextStepRule, situation: Situation, category: Category, cameras: Sequence[AlertCamera], rules: Rules
) -> Phrase | None:
    match rule.do:
        case Step.SEND:
            who, camera_id = rules.of(category).recipients[0], _camera(cameras)
            return next_send_and_look(who, camera_id) if camera_id else next_send(who)
        case Step.LOOK:
            camera_id = _camera(cameras)
            return next_look(camera_id) if camera_id else None
        case Step.CALL_BACK:
            newest = max(situation.live_reports, key=lambda row: (row.report.reported_at, row.fact_id), default=None)
            return next_call_back(newest.report.source) if newest else None
        case Step.WITH_CAUSE:
            link = situation.caused_by
            return next_with_cause() if link is not None and link.under else None
        case Step.CLOSE:
            return next_close(rule.verdict)
        case Step.WAIT:
            return next_wait()


def _camera(cameras: Sequence[AlertCamera]) -> str | None:
    """Return the camera to look at: one that sees the place, of those what said most of it, then the nearest."""
    can_look = [
        each for each in cameras if each.coverage is Coverage.IN_VIEW and each.verdict is not Verdict.CAMERA_UNAVAILABLE
    ]
    best = min(can_look, key=lambda each: (VERDICT_RANK[each.verdict], each.distance_m, each.camera_id), default=None)
    return best.camera_id if best else None
