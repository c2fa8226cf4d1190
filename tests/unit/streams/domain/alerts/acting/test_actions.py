"""Operators' actions in every state, through the stage `decide` with rows in memory."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.actions import Action, OperatorAction
from schemas.alerts import AlertState, Change
from schemas.categories import Category
from schemas.decisions import DecisionLog
from schemas.evidence import Verdict
from streams import topics
from streams.domain.alerts.acting.actions import SHELF_AT_MOST
from streams.domain.alerts.lifecycle import TABLE, ActionRefusal, Cause
from tests.support.deciding import (
    ESCALATE_S,
    HOLD_S,
    LATER,
    NOW,
    OPEN_S,
    PLAN,
    Deciding,
    burglary,
    fact_of,
    in_state,
    update,
)
from tests.support.refusals import table_says
from tests.support.situations import (
    NOON,
    action,
    in_view,
    position,
    report,
    seconds,
    sighting,
)


@pytest.mark.parametrize(
    ("what", "reason", "state", "closing"),
    [
        (Action.ACKNOWLEDGE, "", AlertState.ACKNOWLEDGED, ""),
        (Action.ASSIGN, "", AlertState.NEW, ""),
        (Action.CLOSE, "true", AlertState.CLOSED, "true"),
        (Action.CLOSE, "duplicate", AlertState.CLOSED, "duplicate"),
        (Action.FALSE_ALARM, "true", AlertState.CLOSED, "false"),
    ],
)
def test_an_operator_acts(deciding: Deciding, what: Action, reason: str, state: AlertState, closing: str) -> None:
    """The alert says what was done and by whom."""
    opened = deciding.one(report())
    alert = deciding.one(action(opened.alert_id, what, reason))
    assert (alert.state, alert.change, alert.closing, alert.handled_by) == (state, Change.ACTION, closing, "operator-3")
    assert deciding.take(action(opened.alert_id, what, reason, number=2)) == []


def test_shelving_ends_by_itself(deciding: Deciding) -> None:
    """It needs a reason and an end; the alert comes back as it was."""
    opened = deciding.one(report(category=Category.WONINGINBRAAK))
    until = NOON + seconds(500)
    assert deciding.one(action(opened.alert_id, Action.SHELVE, "being_watched", until)).state is AlertState.SHELVED
    assert deciding.tick(400) == []
    [back] = deciding.tick(510)
    assert back.state is AlertState.NEW


@pytest.mark.parametrize(
    ("category", "reason", "until_s"),
    [(Category.STRAATROOF, "known", 500), (Category.WONINGINBRAAK, "", 500), (Category.WONINGINBRAAK, "known", 50)],
)
def test_shelving_is_refused(deciding: Deciding, category: Category, reason: str, until_s: float) -> None:
    """A P1 never; nothing without a reason, or until a time that has passed."""
    opened = deciding.one(report(category=category))
    assert deciding.take(action(opened.alert_id, Action.SHELVE, reason, NOON + seconds(until_s))) == []
    assert deciding.take(action(opened.alert_id, Action.UNSHELVE)) == []


@pytest.mark.parametrize("until", [NOW + SHELF_AT_MOST + seconds(1), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)])
def test_nothing_is_shelved_for_ever(deciding: Deciding, until: datetime) -> None:
    """A week is the most; who asks for more is told so."""
    opened = deciding.one(report(category=Category.WONINGINBRAAK))
    why = "an alert is shelved for at most 7 days; longer is for the plan"
    assert deciding.refused(action(opened.alert_id, Action.SHELVE, "being_watched", until)) == why
    kept = action(opened.alert_id, Action.SHELVE, "being_watched", NOW + SHELF_AT_MOST, number=2)
    assert deciding.one(kept).state is AlertState.SHELVED


@pytest.mark.parametrize("what", sorted(set(Action) - {Action.REOPEN}))
def test_actions_on_an_unknown_or_a_closed_alert_change_nothing(deciding: Deciding, what: Action) -> None:
    """The decision log names the action and says why it was refused."""
    assert deciding.refused(action("nowhere", what)) == "there is no such alert in this control room"
    opened = deciding.one(report())
    deciding.take(action(opened.alert_id, Action.CLOSE))
    assert deciding.refused(action(opened.alert_id, what, "why", NOON + seconds(900), 2)) == "it has ended (closed)"
    [output] = deciding.outputs
    assert isinstance(output.message, DecisionLog)
    assert (output.topic, output.message.action_id) == (topics.DECISION_LOG, "action-2")


BEYOND_THE_TABLE = {
    Action.RELEASE: "nobody has it in hand",
    Action.DETACH: "it stands under no cause",
    Action.ATTACH: "nobody took it from its cause",
}
"""What these alerts are refused in each state that would allow it."""


@pytest.mark.parametrize("what", list(Action))
@pytest.mark.parametrize("state", list(AlertState))
def test_every_action_in_every_state_does_what_the_table_says(state: AlertState, what: Action) -> None:
    """It leads to that state, or is refused with that reason, in the decision log, and changes nothing."""
    deciding, alert = in_state(state)
    far = next(each for each in deciding.alerts.values() if each.alert_id != alert.alert_id)
    asked: dict[str, Any] = {"other_alert_id": far.alert_id, "fact_id": fact_of(alert), "seen_revision": alert.revision}
    message = action(alert.alert_id, what, "true", LATER, note="called_back", **asked)
    outcome = TABLE[state, Cause(what.value)]
    now = max(alert.changed_at, NOON + seconds(200))
    if isinstance(outcome, ActionRefusal):
        assert deciding.refused(message, now) == table_says(outcome, state, alert.handled_by)
        assert deciding.alerts[alert.alert_id] == alert
    elif what in BEYOND_THE_TABLE and not (what is Action.RELEASE and alert.handled_by):
        assert deciding.refused(message, now) == BEYOND_THE_TABLE[what]
        assert deciding.alerts[alert.alert_id] == alert
    elif what is Action.SPLIT and state in {AlertState.RETURNED_TO_NORMAL, AlertState.CANCELLED}:
        assert deciding.refused(message, now) == "that report is cancelled, or that episode is over"
    else:
        deciding.take(message, now)
        after = deciding.alerts[alert.alert_id]
        expected = (
            AlertState.NEW if what is Action.MERGE and alert.state in {"cancelled", "returned_to_normal"} else outcome
        )
        reopened = expected is not outcome or what is Action.REOPEN
        assert (after.state, after.change is Change.REOPENED) == (expected, reopened)


def test_who_shelved_it_why_and_until_when_is_in_the_alert(deciding: Deciding) -> None:
    """And nothing of it after it came back, as new, for whoever is there then; its time to expire begins anew."""
    opened = deciding.one(burglary())
    until = NOON + seconds(2 * OPEN_S)
    alert = deciding.one(action(opened.alert_id, Action.SHELVE, "known_works", until))
    assert alert.shelf is not None
    assert (alert.shelf.user, alert.shelf.reason, alert.shelf.until) == ("operator-3", "known works", until)
    assert deciding.tick(OPEN_S + 500) == []
    [back] = deciding.tick(2 * OPEN_S + 10)
    assert (back.state, back.change, back.shelf, back.handled_by) == (AlertState.NEW, Change.BACK, None, None)
    assert back.back_at == back.changed_at
    [gone] = deciding.tick(3 * OPEN_S + 30)
    assert gone.state is AlertState.EXPIRED


def test_unshelving_by_hand_is_having_seen_it(deciding: Deciding) -> None:
    """It is in the hands of who took it from the shelf."""
    opened = deciding.one(burglary())
    deciding.take(action(opened.alert_id, Action.SHELVE, "being_watched", LATER))
    alert = deciding.one(action(opened.alert_id, Action.UNSHELVE, number=2))
    assert (alert.state, alert.handled_by, alert.shelf) == (AlertState.ACKNOWLEDGED, "operator-3", None)
    assert alert.acknowledged_at == alert.changed_at


def test_two_operators_who_acknowledge_at_once(deciding: Deciding) -> None:
    """The first has it; the second is told by whom."""
    opened = deciding.one(burglary())
    assert deciding.one(action(opened.alert_id, Action.ACKNOWLEDGE)).handled_by == "operator-3"
    second = action(opened.alert_id, Action.ACKNOWLEDGE, number=2, user="operator-4")
    assert deciding.refused(second) == "it is handled by operator-3 (acknowledged)"


@pytest.mark.parametrize("what", [Action.CLOSE, Action.FALSE_ALARM, Action.SHELVE, Action.ASSIGN])
def test_who_did_not_see_what_another_person_did_is_refused(deciding: Deciding, what: Action) -> None:
    """And may do it after having seen it; one's own doing does not count."""
    opened = deciding.one(burglary())
    deciding.take(action(opened.alert_id, Action.ACKNOWLEDGE))
    late = action(opened.alert_id, what, "true", LATER, number=2, user="operator-4")
    assert deciding.refused(late) == "operator-3 acted on it at revision 1, and revision 0 was seen"
    seen = action(opened.alert_id, what, "true", LATER, number=3, user="operator-4", seen_revision=1)
    assert deciding.one(seen).handled_by == "operator-4"


@pytest.mark.parametrize(("what", "done"), [(Action.CLOSE, False), (Action.SHELVE, False), (Action.ACKNOWLEDGE, True)])
def test_what_rose_since_it_was_seen_does_not_go_out_of_sight(deciding: Deciding, what: Action, done: bool) -> None:
    """Other evidence since then is no reason to refuse."""
    opened = deciding.one(burglary(category=Category.CROWD_DENSITY, urgency=4))
    deciding.take(update(category=Category.CROWD_DENSITY, urgency=4, place="Stadsplein 1"))
    assert deciding.refused(action(opened.alert_id, Action.CLOSE, "test", number=9, seen_revision=2)) == (
        "revision 2 was not made yet, the newest is 1"
    )
    deciding.take(burglary("b", category=Category.CROWD_DENSITY, urgency=1))
    asked = action(opened.alert_id, what, "true", LATER, seen_revision=1)
    assert (deciding.refused(asked) == "") is done
    if not done:
        last = asked.model_copy(update={"seen_revision": 2, "action_id": "action-2"})
        assert deciding.one(last).state in {AlertState.CLOSED, AlertState.SHELVED}


def test_an_action_that_is_sent_twice_is_done_once_and_says_so(deciding: Deciding) -> None:
    """The second record in the log tells that it was decided before."""
    opened = deciding.one(burglary())
    asked = action(opened.alert_id, Action.ACKNOWLEDGE)
    assert len(deciding.take(asked)) == 1
    assert deciding.refused(asked) == "this action was decided on before"


def test_what_is_held_as_p1_cannot_be_shelved(deciding: Deciding) -> None:
    """What the list shows counts; once it fell it can."""
    alert = deciding.one(report(cameras=in_view("cam-1")))
    deciding.take(sighting(verdict=Verdict.CONTRADICTED))
    shelve = action(alert.alert_id, Action.SHELVE, "being_watched", NOON + seconds(5_000))
    assert deciding.take(shelve) == []
    deciding.tick(100 + HOLD_S)
    again = action(alert.alert_id, Action.SHELVE, "being_watched", NOON + seconds(5_000), number=2)
    assert deciding.one(again, NOW + seconds(HOLD_S)).state is AlertState.SHELVED


def test_what_is_given_back_waits_for_somebody_again(deciding: Deciding) -> None:
    """As if nobody had had it: it asks, and a P1 escalates anew."""
    opened = deciding.one(report())
    deciding.take(action(opened.alert_id, Action.ACKNOWLEDGE), NOON + seconds(100))
    given = action(opened.alert_id, Action.RELEASE, number=2, user="operator-4", seen_revision=1)
    back = deciding.one(given, NOON + seconds(500))
    assert (back.state, back.change, back.handled_by, back.acknowledged_at) == (
        AlertState.NEW,
        Change.ACTION,
        None,
        None,
    )
    assert back.asks
    assert deciding.refused(action(opened.alert_id, Action.RELEASE, number=3, user="operator-4", seen_revision=2)) == (
        "nobody has it in hand"
    )
    [escalated] = deciding.tick(500 + ESCALATE_S + 10)
    assert escalated.change is Change.ESCALATED


def test_what_returned_to_normal_is_on_the_list_again_when_it_is_given_back() -> None:
    """Its state is that of its facts; that somebody saw it is taken back."""
    deciding, alert = in_state(AlertState.RETURNED_TO_NORMAL)
    deciding.take(action(alert.alert_id, Action.ACKNOWLEDGE, seen_revision=alert.revision))
    back = deciding.one(action(alert.alert_id, Action.RELEASE, number=2, seen_revision=alert.revision + 1))
    assert (back.state, back.acknowledged_at, back.handled_by) == (AlertState.RETURNED_TO_NORMAL, None, None)


@pytest.mark.parametrize(
    ("assignee", "why"),
    [
        ("", "assigning needs somebody: name a user"),
        ("  ", "assigning needs somebody: name a user"),
        ("Jan Jansen", "a user is letters, digits and . _ : -, at most 80"),
        ("x" * 10_000, "a user is letters, digits and . _ : -, at most 80"),
    ],
)
def test_nothing_is_assigned_to_nobody(deciding: Deciding, assignee: str, why: str) -> None:
    """Nor to what cannot be a user; the alert stays as it was."""
    opened = deciding.one(report())
    assert deciding.refused(action(opened.alert_id, Action.ASSIGN, assignee=assignee)) == why
    assert deciding.newest(opened).handled_by is None


def test_an_alert_is_assigned_to_somebody_else(deciding: Deciding) -> None:
    """Who did it is not who has it, and is the one whom the other's late action is told of."""
    opened = deciding.one(report())
    assert deciding.one(action(opened.alert_id, Action.ASSIGN, assignee="operator-7")).handled_by == "operator-7"
    late = action(opened.alert_id, Action.CLOSE, number=2, user="operator-7")
    assert deciding.refused(late) == "operator-3 acted on it at revision 1, and revision 0 was seen"


def test_a_person_opens_what_was_closed(deciding: Deciding) -> None:
    """The verdict is taken back, and it is new for whoever is there; only what has ended can be opened."""
    opened = deciding.one(report())
    closed = deciding.one(action(opened.alert_id, Action.CLOSE, "false"))
    late = action(opened.alert_id, Action.REOPEN, number=2, user="operator-4")
    assert deciding.refused(late) == "operator-3 acted on it at revision 1, and revision 0 was seen"
    again = deciding.one(action(opened.alert_id, Action.REOPEN, number=3, seen_revision=closed.revision))
    assert (again.state, again.change, again.closing, again.handled_by) == (
        AlertState.NEW,
        Change.REOPENED,
        "",
        None,
    )
    assert again.asks
    assert deciding.refused(action(opened.alert_id, Action.REOPEN, number=4, seen_revision=2)) == (
        "it is open, there is nothing to open again (new)"
    )
    [gone] = deciding.tick(OPEN_S + 500)
    assert gone.state is AlertState.EXPIRED


def test_what_was_merged_is_not_opened_again_by_hand(deciding: Deciding) -> None:
    """Its facts are in the other alert: they are split off there."""
    one = deciding.one(burglary("a"))
    other = deciding.one(burglary("b", position=position(400)))
    deciding.take(action(one.alert_id, Action.MERGE, other_alert_id=other.alert_id))
    why = deciding.refused(action(other.alert_id, Action.REOPEN, number=2, seen_revision=1))
    assert why == (
        "it went on in another alert: what is another situation is split off there "
        f"(closed, merged into {one.alert_id})"
    )


@pytest.mark.parametrize("what", [Action.RELEASE, Action.REOPEN])
def test_a_plan_does_not_take_away_what_a_person_puts_on_the_list(what: Action) -> None:
    """Who gives it back, or opens it, wants somebody to look."""
    deciding = Deciding(PLAN)
    opened = deciding.one(burglary(category=Category.JEUGDOVERLAST))
    assert opened.state is AlertState.SUPPRESSED
    first = Action.ACKNOWLEDGE if what is Action.RELEASE else Action.CLOSE
    deciding.take(action(opened.alert_id, first))
    assert deciding.one(action(opened.alert_id, what, number=2, seen_revision=1)).state is AlertState.NEW


def test_an_action_of_a_newer_release_is_answered(deciding: Deciding) -> None:
    """Whoever waits for it is told, and the alert stays as it was."""
    opened = deciding.one(report())
    known = action(opened.alert_id, Action.NOTE).model_dump(mode="json")
    read = OperatorAction.model_validate_json(json.dumps(known | {"action": "beam_up"}))
    assert deciding.refused(read) == "this release does not know the action beam_up"
    assert deciding.newest(opened) == opened


@pytest.mark.parametrize("verdict", ["perhaps", "True", "x" * 10_000])
@pytest.mark.parametrize("what", [Action.CLOSE, Action.FALSE_ALARM])
def test_a_verdict_that_is_none_is_refused(deciding: Deciding, what: Action, verdict: str) -> None:
    """Whatever stands beside it as a reason; nothing stands in for it."""
    opened = deciding.one(report())
    message = action(opened.alert_id, what, "true", verdict=verdict)
    assert deciding.refused(message) == "closing needs a verdict: true, false, test or duplicate"
    assert deciding.newest(opened) == opened


def test_the_verdict_has_its_own_field(deciding: Deciding) -> None:
    """It goes before a reason."""
    opened = deciding.one(report())
    assert deciding.one(action(opened.alert_id, Action.CLOSE, "all clear", verdict="test")).closing == "test"
