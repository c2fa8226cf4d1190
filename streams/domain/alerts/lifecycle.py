"""The life of an alert after ISA-18.2, as data: what each cause does in each state.

`TABLE` is all of it. A cause leads to a state, which may be the same one, or is refused with a reason that a person can
read. What else an action must satisfy (a P1 is never shelved) stands with the action in `actions.py` and `merge_split.py`;
what priority and a plan cause by themselves in `revise.py`, what time does in `timers.py`. `docs/lifecycle.md` shows this
table, and a test compares them.

ISA-18.2 tells whether an alert that returned to normal was acknowledged. Here that is no state of its own: the alert
says `acknowledged_at`, before and after it returned.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final, TypeVar

from pydantic import Field

from schemas.actions import Action
from schemas.alerts import Alert, AlertState, Change, Shelf, Suppression
from schemas.base import Identifier, Part, Utc
from schemas.categories import Priority
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.operator_list import alert_state
from schemas.phrases.codes.refusals import (
    refused_ended,
    refused_handled,
    refused_merged_away,
    refused_not_on_shelf,
    refused_on_shelf,
    refused_open,
    refused_over,
    refused_planned,
    refused_where,
    refused_where_merged,
    refused_withdrawn,
)
from schemas.phrases.phrase import Phrase

STATES: Final = (
    AlertState.NEW,
    AlertState.ACKNOWLEDGED,
    AlertState.RETURNED_TO_NORMAL,
    AlertState.SHELVED,
    AlertState.SUPPRESSED,
    AlertState.CANCELLED,
    AlertState.CLOSED,
    AlertState.EXPIRED,
)
"""The columns of the table."""

ENDED: Final = frozenset({AlertState.CLOSED, AlertState.EXPIRED})
"""States in which actions but `reopen` are refused, and facts change nothing but by reopening."""
QUIET: Final = frozenset({AlertState.CANCELLED, AlertState.RETURNED_TO_NORMAL})
"""States in which nothing of the alert holds any more, and a fact that holds makes it new again."""


class Cause(StrEnum):
    """Cause: what can change an alert's state: what a person asks, under the same names as in `Action`, and what happens."""

    ACKNOWLEDGE = "acknowledge"
    RELEASE = "release"
    CONFIRM_DISPATCH = "confirm_dispatch"
    ASSIGN = "assign"
    SHELVE = "shelve"
    UNSHELVE = "unshelve"
    CLOSE = "close"
    FALSE_ALARM = "false_alarm"
    REOPEN = "reopen"
    NOTE = "note"
    MERGE = "merge"
    MERGED = "merged"
    SPLIT = "split"
    DETACH = "detach"
    ATTACH = "attach"
    HOLDS = "holds"
    WITHDRAWN = "withdrawn"
    OVER = "over"
    CRITICAL = "critical"
    UNANSWERED = "unanswered"
    PLANNED = "planned"
    UNPLANNED = "unplanned"
    SHELF_ENDS = "shelf_ends"
    NOBODY_COMES = "nobody_comes"
    NOT_THERE = "not_there"
    EXPIRES = "expires"
    RECURS = "recurs"


MEANING: Final[Mapping[Cause, str]] = {
    Cause.ACKNOWLEDGE: "an operator takes it",
    Cause.RELEASE: "an operator gives it back, and it waits for somebody as if nobody had had it",
    Cause.CONFIRM_DISPATCH: "an operator asks partners to come, and takes it: whoever asks has seen it",
    Cause.ASSIGN: "an operator puts a name to it, their own or another's, without acknowledging it",
    Cause.SHELVE: "an operator puts it aside, with a reason and an end",
    Cause.UNSHELVE: "an operator takes it from the shelf, and has seen it",
    Cause.CLOSE: "an operator closes it with a verdict",
    Cause.FALSE_ALARM: "an operator closes it as false",
    Cause.REOPEN: "an operator takes its verdict back, or opens what expired: it is new again, whatever a plan says",
    Cause.NOTE: "an operator notes something on it, by a code of a list",
    Cause.MERGE: "an operator merges another alert into this one",
    Cause.MERGED: "an operator merges this one into another alert, or its only report is placed anew, where another alert is",
    Cause.SPLIT: "an operator splits a report or an episode off",
    Cause.DETACH: "an operator takes it from the cause that it stands under, for good",
    Cause.ATTACH: "an operator undoes that",
    Cause.HOLDS: "a fact came, and something of the alert holds",
    Cause.WITHDRAWN: "its last report that held was cancelled, and no camera saw it",
    Cause.OVER: "what its cameras saw is over, and no report holds",
    Cause.CRITICAL: "its facts make it a P1",
    Cause.UNANSWERED: "a P1 was not acknowledged within `lifetime.escalate_p1_s`: it escalates",
    Cause.PLANNED: "it comes on the list, and a plan covers it",
    Cause.UNPLANNED: "the plan that covered it ended, or does not cover it any more",
    Cause.SHELF_ENDS: "the end that the operator gave has come",
    Cause.NOBODY_COMES: "no partner that was asked comes, and nobody else may be asked without a person",
    Cause.NOT_THERE: "a partner that said it comes was not there within `dispatch.arrive_s`",
    Cause.EXPIRES: "`lifetime.open_s` passed without news",
    Cause.RECURS: "after its end: something new of the same kind, place and time, or worse than was known",
}
"""What each cause is, for the documentation."""


@dataclass(frozen=True, slots=True)
class ActionRefusal:
    """Action refusal: why an action cannot be done in a state, as what says so of the state; `handled` says by whom too."""

    says: Callable[[Phrase], Phrase] | None

    def told(self, state: AlertState, merged_into: str | None = None, user: str | None = None) -> Phrase:
        """Return it of an alert in a state, which may be merged, and which somebody handles."""
        name = alert_state(state.value)
        where = refused_where(name) if merged_into is None else refused_where_merged(name, merged_into)
        return self.says(where) if self.says is not None else refused_handled(user or "none", where)


HANDLED: Final = ActionRefusal(None)
HAS_ENDED: Final = ActionRefusal(refused_ended)
MERGED_AWAY: Final = ActionRefusal(refused_merged_away)
_WITHDRAWN: Final = ActionRefusal(refused_withdrawn)
_ON_SHELF: Final = ActionRefusal(refused_on_shelf)
_NOT_ON_SHELF: Final = ActionRefusal(refused_not_on_shelf)
_PLANNED: Final = ActionRefusal(refused_planned)
_OVER: Final = ActionRefusal(refused_over)
_OPEN: Final = ActionRefusal(refused_open)

Outcome = AlertState | ActionRefusal

_N: Final = AlertState.NEW
_A: Final = AlertState.ACKNOWLEDGED
_R: Final = AlertState.RETURNED_TO_NORMAL
_S: Final = AlertState.SHELVED
_P: Final = AlertState.SUPPRESSED
_W: Final = AlertState.CANCELLED
_C: Final = AlertState.CLOSED
_E: Final = AlertState.EXPIRED

_ROWS: Final[Mapping[Cause, tuple[Outcome, ...]]] = {
    # in the state:            new  acknowledged returned  shelved   suppressed  cancelled   closed  expired
    Cause.ACKNOWLEDGE: (_A, HANDLED, _R, _ON_SHELF, _A, _WITHDRAWN, HAS_ENDED, HAS_ENDED),
    Cause.RELEASE: (_N, _N, _R, _ON_SHELF, _P, _W, HAS_ENDED, HAS_ENDED),
    Cause.CONFIRM_DISPATCH: (_A, _A, _OVER, _ON_SHELF, _A, _WITHDRAWN, HAS_ENDED, HAS_ENDED),
    Cause.ASSIGN: (_N, _A, _R, _S, _P, _W, HAS_ENDED, HAS_ENDED),
    Cause.SHELVE: (_S, _S, _OVER, _ON_SHELF, _PLANNED, _WITHDRAWN, HAS_ENDED, HAS_ENDED),
    Cause.UNSHELVE: (
        _NOT_ON_SHELF,
        _NOT_ON_SHELF,
        _NOT_ON_SHELF,
        _A,
        _NOT_ON_SHELF,
        _NOT_ON_SHELF,
        HAS_ENDED,
        HAS_ENDED,
    ),
    Cause.CLOSE: (_C, _C, _C, _C, _C, _C, HAS_ENDED, HAS_ENDED),
    Cause.FALSE_ALARM: (_C, _C, _C, _C, _C, _C, HAS_ENDED, HAS_ENDED),
    Cause.REOPEN: (_OPEN, _OPEN, _OVER, _ON_SHELF, _PLANNED, _WITHDRAWN, _N, _N),
    Cause.NOTE: (_N, _A, _R, _S, _P, _W, HAS_ENDED, HAS_ENDED),
    Cause.MERGE: (_N, _A, _R, _S, _P, _W, HAS_ENDED, HAS_ENDED),
    Cause.MERGED: (_C, _C, _C, _C, _C, _C, HAS_ENDED, HAS_ENDED),
    Cause.SPLIT: (_N, _A, _R, _S, _P, _W, HAS_ENDED, HAS_ENDED),
    Cause.DETACH: (_N, _A, _R, _S, _P, _W, HAS_ENDED, HAS_ENDED),
    Cause.ATTACH: (_N, _A, _R, _S, _P, _W, HAS_ENDED, HAS_ENDED),
    Cause.HOLDS: (_N, _A, _N, _S, _P, _N, _C, _E),
    Cause.WITHDRAWN: (_W, _W, _R, _W, _W, _W, _C, _E),
    Cause.OVER: (_R, _R, _R, _R, _R, _W, _C, _E),
    Cause.CRITICAL: (_N, _A, _R, _N, _N, _W, _C, _E),
    Cause.UNANSWERED: (_N, _A, _R, _S, _P, _W, _C, _E),
    Cause.PLANNED: (_P, _A, _R, _S, _P, _W, _C, _E),
    Cause.UNPLANNED: (_N, _A, _R, _S, _N, _W, _C, _E),
    Cause.SHELF_ENDS: (_N, _A, _R, _N, _P, _W, _C, _E),
    Cause.NOBODY_COMES: (_N, _N, _R, _N, _N, _W, _C, _E),
    Cause.NOT_THERE: (_N, _A, _R, _N, _N, _W, _C, _E),
    Cause.EXPIRES: (_E, _E, _E, _E, _E, _W, _C, _E),
    Cause.RECURS: (_N, _A, _N, _S, _P, _N, _N, _N),
}

TABLE: Final[Mapping[tuple[AlertState, Cause], Outcome]] = {
    (state, cause): outcome for cause, row in _ROWS.items() for state, outcome in zip(STATES, row, strict=True)
}
"""Every state with every cause: the state that follows, or why an action is refused."""


def asked(state: AlertState, action: Action) -> Outcome:
    """Return what an operator's action leads to."""
    return TABLE[state, Cause(action.value)]


def follows(state: AlertState, cause: Cause) -> AlertState:
    """Return the state after something that happens by itself.

    Raises:
        ValueError: The cause is an action, and is refused in this state.
    """
    outcome = TABLE[state, cause]
    if isinstance(outcome, ActionRefusal):
        raise ValueError(sentence(outcome.told(state)))  # noqa: TRY004
    return outcome


L = TypeVar("L", bound="Life")


class Life(Part):
    """An alert's state, who did what to it, and how it hangs together with other alerts.

    Attributes:
        revision: Counts what was sent.
        opened_at: When it came on the list first.
        back_at: When it last came on the list again.
        changed_at: When the newest revision was made.
        ended_at: When it stopped to take facts.
        priority: As it was last told; None in rows that do not know it yet.
        raised_revision: The last revision that raised the priority.
        acted_by: Who acted last on it, and `acted_revision` which revision that made.
        critical_since: Since when it is a P1 that waits for somebody.
        apart: Reports and episodes that a person split off: they never join it by themselves again.
    """

    revision: Annotated[int, Field(ge=0)] = 0
    state: AlertState = AlertState.NEW
    change: Change = Change.OPENED
    opened_at: Utc
    back_at: Utc | None = None
    changed_at: Utc
    ended_at: Utc | None = None
    priority: Priority | None = None
    raised_revision: Annotated[int, Field(ge=0)] = 0
    acted_by: Identifier | None = None
    acted_revision: Annotated[int, Field(ge=0)] = 0
    handled_by: Identifier | None = None
    acknowledged_at: Utc | None = None
    critical_since: Utc | None = None
    escalated_at: Utc | None = None
    closing: str = ""
    closing_reason: Phrase | None = None
    shelf: Shelf | None = None
    suppression: Suppression | None = None
    merged_into: str | None = None
    split_from: str | None = None
    recurrence_of: str | None = None
    apart: tuple[str, ...] = ()


_TOLD: Final = frozenset(Life.model_fields) & frozenset(Alert.model_fields) - {"priority"}


def as_told(life: Life) -> dict[str, Any]:
    """Return what an alert takes from its life as it stands there; its priority comes with the score."""
    known = life.__dict__
    return {name: known[name] for name in _TOLD}


def in_state(life: L, state: AlertState) -> L:
    """Return a life in a state, without what belonged to the state before. A new alert waits for somebody, anew."""
    if state is life.state:
        return life
    changes: dict[str, Any] = {"state": state}
    if state is not AlertState.SHELVED:
        changes["shelf"] = None
    if state is not AlertState.SUPPRESSED:
        changes["suppression"] = None
    if state is AlertState.NEW:
        anew = ("handled_by", "acknowledged_at", "critical_since", "escalated_at", "ended_at")
        changes |= dict.fromkeys((*anew, "closing_reason")) | {"closing": ""}
    return life.model_copy(update=changes)


def happens(life: L, cause: Cause) -> L:
    """Return a life after something that happens by itself."""
    return in_state(life, follows(life.state, cause))
