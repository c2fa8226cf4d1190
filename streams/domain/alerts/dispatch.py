"""Dispatches of an alert: whom a person asked to come, what each answered, and what time makes of it.

A request leaves only by a person's confirmation (domain fact sheet §1, demand 5), which names who is asked, and who may be
asked after them, in which order. So what happens by itself stays within what was confirmed: where a partner does not answer in
time, or refuses, the next of that order is asked at once; where there is none left and nobody else was asked that may still
come, the alert comes back to the operators.

An answer only ever goes forward: a later stage says that the earlier ones were. Of one partner one request at most is waited
for; one that it answers after all, although another one was made since, takes that one's place.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from schemas.alerts import Alert, Change
from schemas.categories import Priority
from schemas.dispatch import (
    AlertDispatch,
    DispatchOutcome,
    DispatchReceipt,
    DispatchRequest,
    DispatchState,
    RejectionReason,
    dispatch_identity,
)
from schemas.phrases.codes import dispatch as says
from schemas.phrases.phrase import Phrase
from streams.domain.alerts.lifecycle import QUIET, Cause, happens
from streams.domain.alerts.situation import Situation
from streams.domain.rules.rules import Rules

DISPATCHES_AT_MOST: Final = 20
"""Requests that one alert holds [own]: each of the eight partners twice, and 12 kB of a message."""
_PROGRESS: Final[Mapping[DispatchState, int]] = {
    DispatchState.ASKED: 0,
    DispatchState.ACCEPTED: 1,
    DispatchState.EN_ROUTE: 2,
    DispatchState.ARRIVED: 3,
    DispatchState.DONE: 4,
}
"""How far each state is; the others are ends without help."""
LIVE: Final = frozenset({DispatchState.ASKED, DispatchState.ACCEPTED, DispatchState.EN_ROUTE, DispatchState.ARRIVED})
"""States of a request that is waited for, or whose partner comes or is there."""
_ON_THE_WAY: Final = frozenset({DispatchState.ACCEPTED, DispatchState.EN_ROUTE})
_NO_HELP: Final = frozenset({DispatchOutcome.REJECTED, DispatchOutcome.EXPIRED})
_REASONS: Final = frozenset(RejectionReason)


class DispatchChange(NamedTuple):
    """Dispatch change: what an answer or the time made of dispatches, and how the message names that; or why nothing."""

    situation: Situation
    change: Change
    refused: Phrase | None = None


def live_of(situation: Situation, recipient: str) -> AlertDispatch | None:
    """Return the request to a partner that is waited for, or whose partner comes or is there; None where there is none."""
    return waited_for(situation.dispatches, recipient)


def waited_for(dispatches: Iterable[AlertDispatch], recipient: str) -> AlertDispatch | None:
    """Return of some requests the one to a partner that is waited for, as `live_of`."""
    mine = (each for each in dispatches if each.recipient == recipient and each.state in LIVE)
    return max(mine, key=lambda each: _PROGRESS[each.state], default=None)


def state_phrase(state: DispatchState) -> Phrase:
    """Return a state in words."""
    return says.dispatch_state(state.value)


def partner(recipient: str) -> Phrase:
    """Return a partner's name in words."""
    return says.the_partner(recipient)


def with_request(
    situation: Situation,
    recipient: str,
    escalate_to: tuple[str, ...],
    confirmed_by: str,
    confirmed_at: datetime,
    priority: Priority,
    rules: Rules,
    now: datetime,
    failed: str | None = None,
) -> Situation:
    """Return an alert that asks a partner with its next revision.

    Args:
        situation: The alert, with no request to this partner that is waited for.
        recipient: The partner.
        escalate_to: Who is asked after it, as a person confirmed it.
        confirmed_by: That person.
        confirmed_at: When they did.
        priority: The alert's, by which the rules say how long an answer is waited for.
        rules: The rules.
        now: The time of the decision.
        failed: The partner that was asked before and does not come.
    """
    attempt = 1 + max((each.attempt for each in situation.dispatches if each.recipient == recipient), default=0)
    until = now + timedelta(seconds=rules.dispatch.answer_s[priority])
    who = partner(recipient)
    made = AlertDispatch(
        dispatch_id=dispatch_identity(situation.control_room_id, situation.alert_id, recipient, attempt),
        alert_id=situation.alert_id,
        recipient=recipient,
        state=DispatchState.ASKED,
        attempt=attempt,
        asked_at=now,
        asked_revision=situation.revision + 1,
        since=now,
        deadline_at=until,
        confirmed_by=confirmed_by,
        confirmed_at=confirmed_at,
        escalate_to=escalate_to,
        asked_after=failed,
        reason=says.dispatch_asked(who, until)
        if failed is None
        else says.dispatch_asked_instead(who, partner(failed), until),
    )
    return situation.model_copy(update={"dispatches": (*situation.dispatches, made)})


def received(
    situation: Situation, receipt: DispatchReceipt, priority: Priority, rules: Rules, now: datetime
) -> DispatchChange:
    """Return what a partner's answer makes of an alert, or why it means nothing, which changes nothing.

    Args:
        situation: The alert that holds the request, as `receipt.alert_id` led to it.
        receipt: The answer.
        priority: The alert's, by which the rules say by when who comes is expected.
        rules: The rules.
        now: The time of the decision.
    """
    known = next((each for each in situation.dispatches if each.dispatch_id == receipt.dispatch_id), None)
    refused = says.refused_receipt_unknown() if known is None else _meaningless(situation, known, receipt)
    if known is None or refused is not None:
        return DispatchChange(situation, Change.DISPATCH, refused)
    match receipt.outcome:
        case DispatchOutcome.REJECTED:
            why = receipt.reason_code if receipt.reason_code in _REASONS else RejectionReason.OTHER_REASON.value
            reason = says.dispatch_rejected(partner(known.recipient), why or RejectionReason.OTHER_REASON.value)
            ended = _ended(known, DispatchState.REJECTED, reason, now, receipt.answered_at)
        case DispatchOutcome.EXPIRED:
            reason = says.dispatch_not_reached(partner(known.recipient))
            ended = _ended(known, DispatchState.EXPIRED, reason, now, receipt.answered_at)
        case _:
            return DispatchChange(_gone_forward(situation, known, receipt, priority, rules, now), Change.DISPATCH)
    return _failed(_with(situation, ended), ended, priority, rules, now)


def lapsed(situation: Situation, priority: Priority, rules: Rules, now: datetime) -> DispatchChange | None:
    """Return what time makes of an alert's requests: no answer in time, or not there in time; None where nothing is due."""
    after, change = situation, Change.DISPATCH
    for each in situation.dispatches:
        if each.state is DispatchState.ASKED and each.deadline_at <= now:
            reason = says.dispatch_expired(partner(each.recipient), each.deadline_at)
            ended = _ended(each, DispatchState.EXPIRED, reason, now, None)
            after, told, _ = _failed(_with(after, ended), ended, priority, rules, now)
            change = told if change is Change.DISPATCH else change
        elif (check_in_at := _check_in(each, situation)) is not None and check_in_at <= now:
            reason = says.dispatch_overdue(partner(each.recipient), check_in_at)
            late = each.model_copy(update={"overdue": True, "reason": reason})
            after, change = happens(_with(after, late), Cause.NOT_THERE), Change.OVERDUE
    return None if after is situation else DispatchChange(after, change)


def next_lapse(situation: Situation) -> datetime | None:
    """Return when time next makes something of an alert's requests; None where it does not."""
    moments = [each.deadline_at for each in situation.dispatches if each.state is DispatchState.ASKED]
    moments += [at for each in situation.dispatches if (at := _check_in(each, situation)) is not None]
    return min(moments, default=None)


def newest_news(situation: Situation) -> datetime | None:
    """Return when a request was made, or last changed; None where nobody was asked. It is news: an alert stays open with it."""
    return max((each.since for each in situation.dispatches), default=None)


def let_go(situation: Situation, now: datetime) -> Situation:
    """Return an alert that ended, without requests that wait for an answer: nobody is to come any more.

    Who said that it comes may still tell how that went.
    """
    waiting = [each for each in situation.dispatches if each.state is DispatchState.ASKED]
    if situation.ended_at is None or not waiting:
        return situation
    for each in waiting:
        reason = says.dispatch_withdrawn(partner(each.recipient), "ended")
        situation = _with(situation, _ended(each, DispatchState.WITHDRAWN, reason, now, each.answered_at))
    return situation


def joined(one: Situation, other: Situation, now: datetime) -> dict[str, Any]:
    """Return the requests of two alerts that become one, and whether nobody comes, as fields of it.

    Of two requests to one partner the one that is further is waited for, of two that are as far the one that was made first. Of
    more than an alert holds the oldest ones that are over go.
    """
    if not other.dispatches:
        return {}
    known = sorted([*one.dispatches, *other.dispatches], key=lambda each: (each.asked_at, each.dispatch_id))
    for recipient in dict.fromkeys(each.recipient for each in known):
        mine = [each for each in known if each.recipient == recipient and each.state in LIVE]
        kept = max(mine, key=lambda each: _PROGRESS[each.state], default=None)
        known = [_superseded(each, now) if each in mine and each is not kept else each for each in known]
    over = [each for each in known if each.state not in LIVE]
    dropped = {each.dispatch_id for each in over[: max(0, len(known) - DISPATCHES_AT_MOST)]}
    dispatches = tuple(each for each in known if each.dispatch_id not in dropped)
    somebody = any(each.state in LIVE for each in dispatches)
    return {"dispatches": dispatches, "unanswered_at": None if somebody else one.unanswered_at or other.unanswered_at}


def brought_back(before: Situation | None, after: Situation) -> bool:
    """Return whether a change brought an alert back to the operators since nobody comes, or not in time.

    What a person waits for then, no plan holds back.
    """
    if before is None or before.dispatches is after.dispatches:
        return False
    was = {each.dispatch_id: each.overdue for each in before.dispatches}
    late = any(each.overdue and not was.get(each.dispatch_id, False) for each in after.dispatches)
    return late or (after.unanswered_at is not None and after.unanswered_at != before.unanswered_at)


def requests_of(alert: Alert) -> Iterable[DispatchRequest]:
    """Yield the requests that a revision of an alert makes, and no other one made."""
    for each in alert.dispatches:
        if (each.alert_id, each.asked_revision) != (alert.alert_id, alert.revision):
            continue
        yield DispatchRequest(
            dispatch_id=each.dispatch_id,
            control_room_id=alert.control_room_id,
            alert_id=alert.alert_id,
            alert_revision=alert.revision,
            recipient=each.recipient,
            priority=alert.priority,
            category=alert.category,
            place=alert.place,
            confirmed_by=each.confirmed_by,
            confirmed_at=each.confirmed_at,
            requested_at=each.asked_at,
            deadline_at=each.deadline_at,
            attempt=each.attempt,
            asked_after=each.asked_after,
            exercise=alert.exercise,
        )


def _meaningless(situation: Situation, known: AlertDispatch, receipt: DispatchReceipt) -> Phrase | None:
    """Return why an answer to a known request means nothing; None where it does."""
    if receipt.recipient != known.recipient:
        return says.refused_receipt_not_theirs()
    if receipt.outcome in _NO_HELP:
        return _no_end(known, receipt)
    return _no_progress(situation, known, receipt)


def _no_end(known: AlertDispatch, receipt: DispatchReceipt) -> Phrase | None:
    """Return why a partner that does not come tells nothing new: it is there, or never was waited for, or said so before."""
    state, told = known.state, state_phrase(known.state)
    accepted = state in _ON_THE_WAY
    if state.value == receipt.outcome.value or state is DispatchState.ARRIVED:
        return says.refused_receipt_known(told)
    if state not in LIVE:
        return says.refused_receipt_over(told)
    if accepted and receipt.outcome is DispatchOutcome.EXPIRED:
        return says.refused_receipt_known(told)
    return says.refused_receipt_outdated(told) if accepted and _older(known, receipt) else None


def _no_progress(situation: Situation, known: AlertDispatch, receipt: DispatchReceipt) -> Phrase | None:
    """Return why how far a partner is tells nothing new; one that comes after all does while nobody else of it comes."""
    state, told = known.state, state_phrase(known.state)
    target = _PROGRESS[DispatchState(receipt.outcome.value)]
    if state in _PROGRESS:
        return says.refused_receipt_known(told) if target <= _PROGRESS[state] else None
    if situation.ended_at is not None:
        return says.refused_receipt_ended()
    if _older(known, receipt):
        return says.refused_receipt_outdated(told)
    other = live_of(situation, known.recipient)
    further = other is not None and _PROGRESS[other.state] >= target
    return says.refused_receipt_other_request() if further else None


def _older(known: AlertDispatch, receipt: DispatchReceipt) -> bool:
    """Return whether a partner gave an answer before the newest one that is known, by its own clock."""
    return known.answered_at is not None and receipt.answered_at <= known.answered_at


def _gone_forward(
    situation: Situation,
    known: AlertDispatch,
    receipt: DispatchReceipt,
    priority: Priority,
    rules: Rules,
    now: datetime,
) -> Situation:
    state = DispatchState(receipt.outcome.value)
    say = says.dispatch_answered if known.state in LIVE else says.dispatch_answered_late
    comes = state in _ON_THE_WAY
    expected = known.check_in_at or now + timedelta(seconds=rules.dispatch.arrive_s[priority])
    changes = {
        "state": state,
        "since": now,
        "answered_at": max(receipt.answered_at, known.answered_at or receipt.answered_at),
        "check_in_at": expected if comes else None,
        "overdue": known.overdue and comes,
        "reason": say(partner(known.recipient), state_phrase(state)),
    }
    other = live_of(situation, known.recipient)
    if other is not None and other.dispatch_id != known.dispatch_id:
        situation = _with(situation, _superseded(other, now))
    return _with(situation, known.model_copy(update=changes)).model_copy(update={"unanswered_at": None})


def _failed(
    situation: Situation, ended: AlertDispatch, priority: Priority, rules: Rules, now: datetime
) -> DispatchChange:
    """Return an alert after one of its requests brought no help: the next partner is asked, or it comes back.

    Of an alert of which nothing holds any more nobody needs to come: it stays as it is.
    """
    if situation.ended_at is not None or situation.state in QUIET:
        return DispatchChange(situation, Change.DISPATCH)
    asked = {each.recipient for each in situation.dispatches if each.confirmed_at == ended.confirmed_at}
    for number, recipient in enumerate(ended.escalate_to, 1):
        if len(situation.dispatches) >= DISPATCHES_AT_MOST:
            break
        if recipient in asked or live_of(situation, recipient) is not None:
            continue
        rest, who, when = ended.escalate_to[number:], ended.confirmed_by, ended.confirmed_at
        after = with_request(situation, recipient, rest, who, when, priority, rules, now, ended.recipient)
        return DispatchChange(after, Change.DISPATCH)
    if any(each.state in LIVE for each in situation.dispatches):
        return DispatchChange(situation, Change.DISPATCH)
    back = happens(situation, Cause.NOBODY_COMES).model_copy(update={"unanswered_at": now})
    return DispatchChange(back, Change.BACK)


def _check_in(dispatch: AlertDispatch, situation: Situation) -> datetime | None:
    """Return by when a partner is to be there before operators are told; None where that is not asked, or was told."""
    if situation.state in QUIET or dispatch.overdue or dispatch.state not in _ON_THE_WAY:
        return None
    return dispatch.check_in_at


def _ended(
    known: AlertDispatch, state: DispatchState, reason: Phrase, now: datetime, answered_at: datetime | None
) -> AlertDispatch:
    told = {"state": state, "since": now, "check_in_at": None, "overdue": False, "reason": reason}
    return known.model_copy(update=told | {"answered_at": answered_at or known.answered_at})


def _superseded(known: AlertDispatch, now: datetime) -> AlertDispatch:
    reason = says.dispatch_withdrawn(partner(known.recipient), "other_request")
    return _ended(known, DispatchState.WITHDRAWN, reason, now, known.answered_at)


def _with(situation: Situation, changed: AlertDispatch) -> Situation:
    """Return an alert with one of its requests changed."""
    mine = tuple(changed if each.dispatch_id == changed.dispatch_id else each for each in situation.dispatches)
    return situation.model_copy(update={"dispatches": mine})
