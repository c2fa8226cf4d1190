"""Confirming a dispatch: a person says whom to ask, and who may be asked after them. Nothing leaves without it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from schemas.actions import DRILL_USER, Action, OperatorAction
from schemas.alerts import AlertState
from schemas.categories import Priority
from schemas.phrases.codes.dispatch import (
    refused_all_asked,
    refused_already_asked,
    refused_dispatch_case,
    refused_dispatches_full,
    refused_drill_alone,
    refused_no_recipient,
)
from schemas.phrases.phrase import Phrase
from streams.domain.alerts.acting.actions import Acted, marked, refusal
from streams.domain.alerts.alert import recipients_of
from streams.domain.alerts.dispatch import DISPATCHES_AT_MOST, live_of, partner, state_phrase, with_request
from streams.domain.alerts.lifecycle import asked, in_state
from streams.domain.alerts.priority.score import is_case, lead_category
from streams.domain.alerts.situation import Situation, told
from streams.domain.rules.rules import Rules


def confirm(
    situation: Situation, action: OperatorAction, priority: Priority, rules: Rules, now: datetime
) -> Acted[Situation]:
    """Return an alert that asks the partners that a person names, or why it was refused, which changes nothing.

    Whom to ask is one of the alert's recipients, since only they have a ground to know of it; where none is named it is the first
    of them whom nobody asked, in the order of the rules. Whoever confirms handles the alert and has seen it. The drill's user is
    no person, and confirms exercises alone.

    Args:
        situation: The alert.
        action: `confirm_dispatch`.
        priority: The alert's, by which the rules say how long an answer is waited for.
        rules: The rules.
        now: The time of the decision.
    """
    known = recipients_of(situation, rules)
    free = [each for each in known if live_of(situation, each) is None]
    named = tuple(dict.fromkeys(action.recipients)) or tuple(free[:1])
    refused = refusal(situation, action) or _unaskable(situation, action, named, known, rules)
    if refused:
        return Acted(situation, refused)
    state = asked(situation.state, Action.CONFIRM_DISPATCH)
    assert isinstance(state, AlertState)  # or it would have been refused
    after, then = situation, tuple(dict.fromkeys(each for each in action.escalate_to if each not in named))
    for recipient in named:
        after = with_request(after, recipient, then, action.user, now, priority, rules, now)
    taken: dict[str, Any] = {
        "handled_by": action.user,
        "acknowledged_at": situation.acknowledged_at or now,
        "unanswered_at": None,
    }
    return Acted(marked(situation, in_state(after, state).model_copy(update=taken), action.user), None)


def _unaskable(
    situation: Situation, action: OperatorAction, named: tuple[str, ...], known: tuple[str, ...], rules: Rules
) -> Phrase | None:
    if action.user == DRILL_USER and not situation.exercise:
        return refused_drill_alone()
    reports, episodes = told(situation)
    if is_case(reports, rules.of(lead_category(reports, episodes, rules))):
        return refused_dispatch_case()
    if not {*named, *action.escalate_to} <= set(known):
        return refused_no_recipient(", ".join(known))
    if not named:
        return refused_all_asked()
    for recipient in named:
        waiting = live_of(situation, recipient)
        if waiting is not None:
            return refused_already_asked(partner(recipient), state_phrase(waiting.state))
    full = len(situation.dispatches) + len(named) > DISPATCHES_AT_MOST
    return refused_dispatches_full(DISPATCHES_AT_MOST) if full else None
