"""The table of an alert's life: whole, and as its documentation shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from schemas.actions import Action
from schemas.alerts import AlertState
from streams.domain.alerts.lifecycle import ENDED, MEANING, QUIET, STATES, TABLE, ActionRefusal, Cause, asked, follows
from tests.docs.lifecycle_table import table_lines

DOC = Path(__file__).parents[5] / "docs" / "lifecycle.md"
ACTIONS = {Cause(action.value) for action in Action} | {Cause.MERGED}


def test_every_state_and_cause_is_in_the_table() -> None:
    """All states, each once; all actions are causes; every cause is explained."""
    assert sorted(STATES) == sorted(AlertState)
    assert TABLE.keys() == {(state, cause) for state in AlertState for cause in Cause}
    assert MEANING.keys() == set(Cause)
    assert {action.value for action in Action} <= {cause.value for cause in Cause}


@pytest.mark.parametrize("state", sorted(ENDED))
@pytest.mark.parametrize("cause", sorted(Cause))
def test_what_has_ended_only_reopens(state: AlertState, cause: Cause) -> None:
    """By a person or by a recurrence; each other action is refused, and nothing else that happens changes anything."""
    outcome = TABLE[state, cause]
    if cause is Cause.REOPEN:
        assert outcome is AlertState.NEW
    elif cause in ACTIONS:
        assert isinstance(outcome, ActionRefusal)
    else:
        assert outcome is (AlertState.NEW if cause is Cause.RECURS else state)


@pytest.mark.parametrize("state", STATES)
def test_only_actions_are_refused(state: AlertState) -> None:
    """What happens by itself always has a state that follows, and an action has a state or a reason."""
    for cause in Cause:
        if cause in ACTIONS:
            assert isinstance(TABLE[state, cause], (AlertState, ActionRefusal))
        else:
            assert follows(state, cause) is TABLE[state, cause]
    for action in Action:
        assert asked(state, action) == TABLE[state, Cause(action.value)]


@pytest.mark.parametrize("state", STATES)
def test_partners_are_asked_where_something_holds_and_that_is_in_sight(state: AlertState) -> None:
    """Whoever asks them has the alert in hand; in the other states it is refused with the state's own reason."""
    outcome = asked(state, Action.CONFIRM_DISPATCH)
    holds = state in {AlertState.NEW, AlertState.ACKNOWLEDGED, AlertState.SUPPRESSED}
    assert (outcome is AlertState.ACKNOWLEDGED) is holds
    assert holds or outcome == asked(state, Action.SHELVE)


@pytest.mark.parametrize("cause", [Cause.NOBODY_COMES, Cause.NOT_THERE])
def test_what_no_partner_comes_to_is_in_sight(cause: Cause) -> None:
    """From the shelf and out of a plan it comes back; what is over, or has ended, stays."""
    for state in (AlertState.SHELVED, AlertState.SUPPRESSED):
        assert follows(state, cause) is AlertState.NEW
    for state in QUIET | ENDED:
        assert follows(state, cause) is state


def test_what_happens_by_itself_is_no_action() -> None:
    """Asking for a refused action's state is an error that names both."""
    with pytest.raises(ValueError, match=r"it has ended \(closed\)"):
        follows(AlertState.CLOSED, Cause.SHELVE)


def test_every_state_can_be_reached_and_a_p1_is_never_out_of_sight() -> None:
    """From new; and whatever makes an alert critical takes it off the shelf and out of a plan."""
    reached = {AlertState.NEW}
    for _ in STATES:
        found = [TABLE[state, cause] for state in reached for cause in Cause]
        reached |= {outcome for outcome in found if isinstance(outcome, AlertState)}
    assert reached == set(AlertState)
    assert follows(AlertState.SHELVED, Cause.CRITICAL) is AlertState.NEW
    assert follows(AlertState.SUPPRESSED, Cause.CRITICAL) is AlertState.NEW
    assert {follows(state, Cause.HOLDS) for state in QUIET} == {AlertState.NEW}


def test_the_documentation_shows_this_table() -> None:
    """Line by line; `python -m tests.docs.lifecycle_table` prints it."""
    text = DOC.read_text(encoding="utf-8")
    missing = [line for line in table_lines() if line not in text.splitlines()]
    assert missing == []
