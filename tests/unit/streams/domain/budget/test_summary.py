"""What an operator does to a summary: by the table of an alert's life, its refusals and its verdicts."""

from __future__ import annotations

import pytest

from schemas.actions import Action
from schemas.alerts import Alert, AlertState, Change
from schemas.categories import Priority
from streams.config.files import load_rules
from streams.domain.alerts.lifecycle import TABLE, ActionRefusal, Cause
from streams.domain.budget.summary import (
    SUMMARY_ACTIONS,
    SummaryRow,
    act_on_summary,
    joined,
    open_summary,
    summary_alert,
    told,
)
from tests.support.messages import example
from tests.support.refusals import said, table_says
from tests.support.situations import NOON, action, seconds

NOW = NOON + seconds(60)
RULES = load_rules()


def grouped(name: str = "a", priority: Priority = Priority.P3) -> Alert:
    return example(Alert, alert_id=name, priority=priority)


@pytest.fixture
def row() -> SummaryRow:
    """Return a summary at revision 1, with two alerts under it, that nobody acted on."""
    return told(joined(open_summary(grouped(), True, 10, NOON), grouped("b"), 10, NOON), NOON).row


def with_state(row: SummaryRow, state: AlertState) -> SummaryRow:
    ended = NOON if state in {AlertState.CLOSED, AlertState.EXPIRED} else None
    return row.model_copy(update={"state": state, "ended_at": ended, "handled_by": "operator-3"})


@pytest.mark.parametrize("what", list(Action))
@pytest.mark.parametrize("state", [AlertState.NEW, AlertState.ACKNOWLEDGED, AlertState.CLOSED, AlertState.EXPIRED])
def test_every_action_in_every_state_does_what_the_table_says(row: SummaryRow, state: AlertState, what: Action) -> None:
    """But what is for single alerts: that is refused, and says so."""
    before = with_state(row, state)
    after, refused = act_on_summary(
        before, action(row.alert_id, what, user="operator-4", seen_revision=row.revision), NOW
    )
    outcome = TABLE[state, Cause(what.value)]
    if isinstance(outcome, ActionRefusal):
        assert said(refused) == table_says(outcome, state, "operator-3")
    elif what not in SUMMARY_ACTIONS:
        assert (
            said(refused) == f"a summary is acknowledged, released, assigned or closed; {what.value} is for its alerts"
        )
    else:
        assert (refused, after.state) == (None, outcome)
    assert (after is before) is (refused is not None)


def test_nothing_that_is_done_to_a_summary_puts_its_alerts_out_of_sight() -> None:
    """It is never shelved, held back or merged."""
    states = (AlertState.NEW, AlertState.ACKNOWLEDGED)
    found = {TABLE[state, Cause(what.value)] for what in SUMMARY_ACTIONS for state in states}
    assert {each for each in found if isinstance(each, AlertState)} == {*states, AlertState.CLOSED}


@pytest.mark.parametrize(
    ("what", "reason", "closing"),
    [
        (Action.CLOSE, "true", "true"),
        (Action.CLOSE, "test", "test"),
        (Action.CLOSE, "all clear", ""),
        (Action.CLOSE, "", ""),
        (Action.FALSE_ALARM, "true", "false"),
        (Action.FALSE_ALARM, "a cat", "false"),
    ],
)
def test_its_verdict_is_the_one_that_was_given(row: SummaryRow, what: Action, reason: str, closing: str) -> None:
    """As an alert's: no other word is one, and a false alarm is never true."""
    after, refused = act_on_summary(row, action(row.alert_id, what, reason, seen_revision=1), NOW)
    assert after.closing == closing
    assert (refused is None) is (after.state is AlertState.CLOSED) is (closing != "")


@pytest.mark.parametrize("what", sorted(SUMMARY_ACTIONS - {Action.ACKNOWLEDGE}))
def test_who_did_not_see_what_another_person_did_is_refused(row: SummaryRow, what: Action) -> None:
    """And may do it after having seen it."""
    first, _ = act_on_summary(row, action(row.alert_id, Action.ACKNOWLEDGE, seen_revision=1), NOW)
    late = action(row.alert_id, what, number=2, user="operator-4", seen_revision=1)
    after, refused = act_on_summary(first, late, NOW)
    assert (after, said(refused)) == (first, "operator-3 acted on it at revision 2, and revision 1 was seen")
    after, refused = act_on_summary(first, late.model_copy(update={"seen_revision": 2}), NOW)
    kept = None if what is Action.RELEASE else "operator-4"
    assert (refused, after.handled_by, after.acted_by) == (None, kept, "operator-4")


def test_of_two_who_acknowledge_at_once_the_second_is_told_by_whom(row: SummaryRow) -> None:
    """The first has it."""
    first, _ = act_on_summary(row, action(row.alert_id, Action.ACKNOWLEDGE, seen_revision=1), NOW)
    second = action(row.alert_id, Action.ACKNOWLEDGE, number=2, user="operator-4", seen_revision=1)
    assert said(act_on_summary(first, second, NOW).refused) == "it is handled by operator-3 (acknowledged)"


def test_what_was_not_made_yet_was_not_seen(row: SummaryRow) -> None:
    """A revision from elsewhere."""
    refused = act_on_summary(row, action(row.alert_id, Action.ASSIGN, seen_revision=9), NOW).refused
    assert said(refused) == "revision 9 was not made yet, the newest is 1"


@pytest.mark.parametrize(("what", "done"), [(Action.CLOSE, False), (Action.FALSE_ALARM, False), (Action.ASSIGN, True)])
def test_what_rose_since_it_was_seen_is_not_closed(row: SummaryRow, what: Action, done: bool) -> None:
    """More alerts of the same priority are no reason to refuse."""
    more = told(joined(row, grouped("c"), 10, NOON), NOON).row
    risen = told(joined(more, grouped("d", Priority.P2), 10, NOON), NOON).row
    assert act_on_summary(more, action(row.alert_id, what, seen_revision=1), NOW).refused is None
    refused = act_on_summary(risen, action(row.alert_id, what, seen_revision=2), NOW).refused
    assert said(refused) == ("" if done else "its priority rose at revision 3, and revision 2 was seen")


def test_what_is_so_already_is_not_told_again(row: SummaryRow) -> None:
    """As with an alert: no revision is made of it."""
    mine, _ = act_on_summary(row, action(row.alert_id, Action.ASSIGN, seen_revision=1), NOW)
    assert act_on_summary(mine, action(row.alert_id, Action.ASSIGN, number=2, seen_revision=2), NOW) == (mine, None)


def test_its_alert_says_what_was_done(row: SummaryRow) -> None:
    """Whoever acted, when, and as what change."""
    seen, _ = act_on_summary(row, action(row.alert_id, Action.ACKNOWLEDGE, seen_revision=1), NOW)
    alert = summary_alert(seen, False, True, RULES, "r1")
    assert (alert.state, alert.change, alert.revision) == (AlertState.ACKNOWLEDGED, Change.ACTION, 2)
    assert (alert.handled_by, alert.acknowledged_at, alert.changed_at) == ("operator-3", NOW, NOW)


def test_a_rise_asks_whoever_is_there_anew(row: SummaryRow) -> None:
    """Nobody has it any more."""
    mine, _ = act_on_summary(row, action(row.alert_id, Action.ACKNOWLEDGE, seen_revision=1), NOW)
    risen, asks = told(joined(mine, grouped("d", Priority.P2), 10, NOW), NOW)
    assert (asks, risen.state, risen.handled_by, risen.acknowledged_at) == (True, AlertState.NEW, None, None)
    assert risen.raised_revision == risen.revision == 3
