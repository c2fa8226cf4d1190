"""Actions: what an operator's action does to an alert, or why it is refused.

Two operators may act at once. What counts is what each had before them, `seen_revision`: an action is refused when another
person acted after it, and what takes an alert out of sight also when the alert has risen since. So the first one is done, and
the second one is told by whom.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, Final, Generic, NamedTuple

from schemas.actions import Action, OperatorAction
from schemas.alerts import AlertState, Shelf
from schemas.categories import Priority
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.refusals import (
    refused_acted_since,
    refused_assignee,
    refused_no_verdict,
    refused_nobody_assigned,
    refused_nobody_has_it,
    refused_p1_shelved,
    refused_revision_ahead,
    refused_rose_since,
    refused_shelf_incomplete,
    refused_shelf_too_long,
)
from schemas.phrases.phrase import Phrase
from streams.domain.alerts.acting.reasons import TESTS, reason_of, unknown_reason
from streams.domain.alerts.lifecycle import (
    HANDLED,
    HAS_ENDED,
    MERGED_AWAY,
    ActionRefusal,
    L,
    Life,
    asked,
    in_state,
)

VERDICTS: Final = ("true", "false", "test", "duplicate")
"""What a closing can say. Rules are judged by it, so a person says it in so many words, and nothing else stands for one."""
_NOT_TRUE: Final = frozenset(VERDICTS) - {"true"}
SHELF_AT_MOST: Final = timedelta(days=7)
"""ISA-18.2 wants a limit; a week [own] leaves what its cameras said well below the four weeks of Gemeentewet art. 151c."""
_OUT_OF_SIGHT: Final = frozenset({Action.CLOSE, Action.FALSE_ALARM, Action.SHELVE})
USER_AT_MOST: Final = 80
_USER: Final = re.compile(rf"[A-Za-z0-9][A-Za-z0-9._:-]{{0,{USER_AT_MOST - 1}}}")
"""`schemas.base.Identifier`."""
_SEEN: Final = frozenset({Action.ACKNOWLEDGE, Action.UNSHELVE})
"""Whoever does these has seen the alert."""


class Acted(NamedTuple, Generic[L]):
    """Acted: what an action did: the situation after it, or the summary, and why it was refused; None where it was not."""

    after: L
    refused: Phrase | None


def act(situation: L, action: OperatorAction, priority: Priority, now: datetime) -> Acted[L]:
    """Return what an action on one alert does. A refused one changes nothing.

    Whoever acts handles the alert, but for who gives it to somebody else, or back, or opens it again for whoever is there.

    Args:
        situation: The alert that it is about, or a summary.
        action: Neither a merge nor a split, which concern two alerts (`merge_split.py`), nor a note (`notes.py`).
        priority: The alert's priority as its facts make it now.
        now: The time of the decision.
    """
    refused = refusal(situation, action) or _unfit(situation, action, priority, now)
    if refused:
        return Acted(situation, refused)
    state = asked(situation.state, Action(action.action))
    assert isinstance(state, AlertState)  # or it would have been refused
    changes: dict[str, Any] = {"handled_by": action.user}
    if action.action in _SEEN:
        changes["acknowledged_at"] = situation.acknowledged_at or now
    elif action.action is Action.ASSIGN:
        changes["handled_by"] = action.user if action.assignee is None else action.assignee
    elif action.action is Action.RELEASE:
        changes = {"handled_by": None, "acknowledged_at": None}
    elif action.action is Action.REOPEN:
        changes = {}
    elif action.action is Action.SHELVE:
        said = reason_of(action)
        words = action.reason if said is None else sentence(said)
        changes["shelf"] = Shelf(user=action.user, reason=words, phrase=said, until=action.until)
    if state is AlertState.CLOSED:
        changes |= {"closing": verdict(action), "closing_reason": reason_of(action), "ended_at": now}
    return Acted(marked(situation, in_state(situation, state).model_copy(update=changes), action.user), None)


def refusal(situation: Life, action: OperatorAction) -> Phrase | None:
    """Return why an alert's state, or what somebody else did to it, does not allow an action; None where they do."""
    outcome = asked(situation.state, Action(action.action))
    if action.action is Action.REOPEN and situation.merged_into is not None:
        outcome = MERGED_AWAY
    elif action.action is not Action.REOPEN and situation.ended_at is not None:
        outcome = outcome if isinstance(outcome, ActionRefusal) else HAS_ENDED
    acknowledged = situation.state is AlertState.RETURNED_TO_NORMAL and situation.acknowledged_at is not None
    if action.action is Action.ACKNOWLEDGE and acknowledged:
        outcome = HANDLED
    if isinstance(outcome, ActionRefusal):
        return outcome.told(situation.state, situation.merged_into, situation.handled_by)
    return _outdated(situation, action)


def _unfit(situation: Life, action: OperatorAction, priority: Priority, now: datetime) -> Phrase | None:
    """Return why what an action says cannot be done, although its state allows such an action; None where it can."""
    match action.action:
        case Action.SHELVE:
            return _unshelvable(action, priority, now)
        case Action.CLOSE | Action.FALSE_ALARM:
            *most, last = VERDICTS
            return unknown_reason(action) if verdict(action) else refused_no_verdict(", ".join(most), last)
        case Action.RELEASE:
            return refused_nobody_has_it() if situation.handled_by is None else None
        case Action.ASSIGN if action.assignee is not None:
            if not action.assignee.strip():
                return refused_nobody_assigned()
            return None if _USER.fullmatch(action.assignee) else refused_assignee(USER_AT_MOST)
        case _:
            return None


def _unshelvable(action: OperatorAction, priority: Priority, now: datetime) -> Phrase | None:
    if priority is Priority.P1:
        return refused_p1_shelved()
    unknown = unknown_reason(action)
    if unknown is not None:
        return unknown
    if action.until is None or action.until <= now or not (action.reason_code or action.reason):
        return refused_shelf_incomplete()
    return refused_shelf_too_long(SHELF_AT_MOST.days) if action.until > now + SHELF_AT_MOST else None


def _outdated(situation: Life, action: OperatorAction) -> Phrase | None:
    seen = action.seen_revision
    if seen > situation.revision:
        return refused_revision_ahead(seen, situation.revision)
    if action.action is Action.NOTE:
        return None  # it overrides nothing that anybody did
    if situation.acted_by not in (None, action.user) and situation.acted_revision > seen:
        return refused_acted_since(situation.acted_by or "", situation.acted_revision, seen)
    if action.action in _OUT_OF_SIGHT and situation.raised_revision > seen:
        return refused_rose_since(situation.raised_revision, seen)
    return None


def verdict(action: OperatorAction) -> str:
    """Return the verdict that a closing action gives; empty where it gives none. A false alarm is one, whatever its reason.

    Of a test or an exercise it is `test`. A sender that does not know the verdict's own field gives it as the reason, which
    does not make up for a verdict that is none.
    """
    false_alarm = action.action is Action.FALSE_ALARM
    if action.verdict:
        return action.verdict if action.verdict in (_NOT_TRUE if false_alarm else VERDICTS) else ""
    if false_alarm and action.reason_code is not None:
        return "test" if action.reason_code in TESTS else "false"
    if false_alarm:
        return action.reason if action.reason in _NOT_TRUE else "false"
    return action.reason if action.reason in VERDICTS else ""


def marked(before: L, after: L, user: str) -> L:
    """Return a situation that a person changed, with who did; itself where nothing changed."""
    if after == before:
        return before
    return after.model_copy(update={"acted_by": user, "acted_revision": before.revision + 1})
