"""Actions: what an operator's action does to an alert, or why it is refused.

Two operators may act at once. What counts is what each had before them, `seen_revision`: an action is refused when another
person acted after it, and what takes an alert out of sight also when the alert has risen since. So the first one is done, and
the second one is told by whom.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, Generic, NamedTuple

from schemas.actions import Action, OperatorAction
from schemas.alerts import AlertState, Shelf
from schemas.categories import Priority
from streams.domain.alerts.lifecycle import HANDLED, ActionRefusal, L, Life, asked, in_state

VERDICTS: Final = ("true", "false", "test", "duplicate")
"""What a closing can say. Rules are judged by it, so a person says it in so many words, and nothing else stands for one."""
SHELF_AT_MOST: Final = timedelta(days=7)
"""ISA-18.2 wants a limit; a week [own] leaves what its cameras said well below the four weeks of Gemeentewet art. 151c."""
_OUT_OF_SIGHT: Final = frozenset({Action.CLOSE, Action.FALSE_ALARM, Action.SHELVE})
_SEEN: Final = frozenset({Action.ACKNOWLEDGE, Action.UNSHELVE})
"""Whoever does these has seen the alert."""


class Acted(NamedTuple, Generic[L]):
    """Acted: what an action did: the situation after it, or the summary, and why it was refused, empty when it was not."""

    after: L
    refused: str


def act(situation: L, action: OperatorAction, priority: Priority, now: datetime) -> Acted[L]:
    """Return what an action on one alert does. A refused one changes nothing. Whoever acts handles the alert.

    Args:
        situation: The alert that it is about, or a summary.
        action: Neither a merge nor a split, which concern two alerts (`merge_split.py`).
        priority: The alert's priority as its facts make it now.
        now: The time of the decision.
    """
    refused = refusal(situation, action)
    if refused:
        return Acted(situation, refused)
    state = asked(situation.state, action.action)
    assert isinstance(state, AlertState)  # or it would have been refused
    if action.action is Action.SHELVE:
        if priority is Priority.P1:
            return Acted(situation, "a P1 is never shelved")
        if action.until is None or action.until <= now or not action.reason:
            return Acted(situation, "shelving needs a reason and an end that lies ahead")
        if action.until > now + SHELF_AT_MOST:
            return Acted(
                situation, f"an alert is shelved for at most {SHELF_AT_MOST.days} days; longer is for the plan"
            )
    closing = verdict(action) if state is AlertState.CLOSED else ""
    if state is AlertState.CLOSED and not closing:
        *most, last = VERDICTS
        return Acted(situation, f"closing needs a verdict as its reason: {', '.join(most)} or {last}")
    changes: dict[str, Any] = {"handled_by": action.user}
    if action.action in _SEEN:
        changes["acknowledged_at"] = situation.acknowledged_at or now
    if action.action is Action.SHELVE:
        changes["shelf"] = Shelf(user=action.user, reason=action.reason, until=action.until)
    if state is AlertState.CLOSED:
        changes |= {"closing": closing, "ended_at": now}
    return Acted(marked(situation, in_state(situation, state).model_copy(update=changes), action.user), "")


def refusal(situation: Life, action: OperatorAction) -> str:
    """Return why an alert's state, or what somebody else did to it, does not allow an action; empty where they do."""
    outcome = asked(situation.state, action.action)
    if not isinstance(outcome, ActionRefusal) and situation.ended_at is not None:
        return f"it has ended ({situation.state.value})"
    acknowledged = situation.state is AlertState.RETURNED_TO_NORMAL and situation.acknowledged_at is not None
    if action.action is Action.ACKNOWLEDGE and acknowledged:
        outcome = HANDLED
    if isinstance(outcome, ActionRefusal):
        where = "" if situation.merged_into is None else f", merged into {situation.merged_into}"
        reason = outcome.reason.format(user=situation.handled_by or "somebody")
        return f"{reason} ({situation.state.value}{where})"
    return _outdated(situation, action)


def _outdated(situation: Life, action: OperatorAction) -> str:
    seen = action.seen_revision
    if seen > situation.revision:
        return f"revision {seen} was not made yet, the newest is {situation.revision}"
    if situation.acted_by not in (None, action.user) and situation.acted_revision > seen:
        return f"{situation.acted_by} acted on it at revision {situation.acted_revision}, and revision {seen} was seen"
    if action.action in _OUT_OF_SIGHT and situation.raised_revision > seen:
        return f"its priority rose at revision {situation.raised_revision}, and revision {seen} was seen"
    return ""


def verdict(action: OperatorAction) -> str:
    """Return the verdict that a closing action gives; empty where it gives none. A false alarm is one, whatever its reason."""
    if action.action is Action.FALSE_ALARM:
        return action.reason if action.reason in {"test", "duplicate"} else "false"
    return action.reason if action.reason in VERDICTS else ""


def marked(before: L, after: L, user: str) -> L:
    """Return a situation that a person changed, with who did; itself where nothing changed."""
    if after == before:
        return before
    return after.model_copy(update={"acted_by": user, "acted_revision": before.revision + 1})
