"""The life of an alert through the stage: every state with every action, plans, recurrence, escalation, two operators."""

from __future__ import annotations

import json
from typing import Any

import pytest

from schemas.actions import Action
from schemas.alerts import AlertState, Change
from schemas.categories import Category, Priority
from schemas.evidence import Verdict
from schemas.incidents import Operation
from streams.domain.alerts.lifecycle import TABLE, ActionRefusal, Cause
from streams.domain.alerts.situation import Situation
from streams.domain.alerts.suppression import Plan
from streams.domain.rules.rules import Rules
from streams.stages.decide.stage import Decide
from streams.stages.row_versions import ROWS
from tests.support.deciding import (
    ESCALATE_S,
    EVENT,
    HOME,
    LATER,
    OPEN_S,
    PLAN,
    REOPEN_S,
    RULES,
    WORKS,
    Deciding,
    burglary,
    cancelled,
    closed,
    expired,
    fact_of,
    in_state,
    update,
)
from tests.support.situations import NOON, action, episode, in_view, position, report, seconds, sighting
from tests.support.state_rows import sample_file


@pytest.mark.parametrize("what", list(Action))
@pytest.mark.parametrize("state", list(AlertState))
def test_every_action_in_every_state_does_what_the_table_says(state: AlertState, what: Action) -> None:
    """It leads to that state, or is refused with that reason, in the decision log, and changes nothing."""
    deciding, alert = in_state(state)
    far = next(each for each in deciding.alerts.values() if each.alert_id != alert.alert_id)
    asked: dict[str, Any] = {"other_alert_id": far.alert_id, "fact_id": fact_of(alert), "seen_revision": alert.revision}
    message = action(alert.alert_id, what, "true", LATER, **asked)
    outcome = TABLE[state, Cause(what.value)]
    now = max(alert.changed_at, NOON + seconds(200))
    if isinstance(outcome, ActionRefusal):
        assert deciding.refused(message, now).startswith(outcome.reason.format(user="operator-3"))
        assert deciding.alerts[alert.alert_id] == alert
    elif what is Action.SPLIT and state in {AlertState.RETURNED_TO_NORMAL, AlertState.CANCELLED}:
        assert deciding.refused(message, now) == "that report is cancelled, or that episode is over"
    else:
        deciding.take(message, now)
        after = deciding.alerts[alert.alert_id]
        expected = (
            AlertState.NEW if what is Action.MERGE and alert.state in {"cancelled", "returned_to_normal"} else outcome
        )
        assert (after.state, after.change is Change.REOPENED) == (expected, expected is not outcome)


@pytest.mark.parametrize(
    "other",
    [AlertState.CLOSED, AlertState.EXPIRED, AlertState.SHELVED, AlertState.RETURNED_TO_NORMAL, AlertState.CANCELLED],
)
def test_an_alert_in_any_state_but_an_ended_one_can_be_merged_into_another(other: AlertState) -> None:
    """The table's row `merged`."""
    deciding, alert = in_state(other)
    far = next(each for each in deciding.alerts.values() if each.alert_id != alert.alert_id)
    message = action(far.alert_id, Action.MERGE, other_alert_id=alert.alert_id, number=3)
    outcome = TABLE[other, Cause.MERGED]
    if isinstance(outcome, ActionRefusal):
        assert deciding.refused(message).startswith(f"the other alert: {outcome.reason}")
    else:
        deciding.take(message)
        assert deciding.alerts[alert.alert_id].state is outcome


def test_who_shelved_it_why_and_until_when_is_in_the_alert(deciding: Deciding) -> None:
    """And nothing of it after it came back, as new, for whoever is there then; its time to expire begins anew."""
    opened = deciding.one(burglary())
    until = NOON + seconds(2 * OPEN_S)
    alert = deciding.one(action(opened.alert_id, Action.SHELVE, "roadworks", until))
    assert alert.shelf is not None
    assert (alert.shelf.user, alert.shelf.reason, alert.shelf.until) == ("operator-3", "roadworks", until)
    assert deciding.tick(OPEN_S + 500) == []
    [back] = deciding.tick(2 * OPEN_S + 10)
    assert (back.state, back.change, back.shelf, back.handled_by) == (AlertState.NEW, Change.BACK, None, None)
    assert back.back_at == back.changed_at
    [gone] = deciding.tick(3 * OPEN_S + 30)
    assert gone.state is AlertState.EXPIRED


def test_a_shelved_alert_that_becomes_a_p1_comes_off_the_shelf_at_once(deciding: Deciding) -> None:
    """By evidence; a lesser change leaves it there."""
    opened = deciding.one(burglary())
    deciding.take(action(opened.alert_id, Action.SHELVE, "known", LATER))
    assert deciding.one(update(urgency=2)).state is AlertState.SHELVED
    alert = deciding.one(update(revision=2, urgency=0))
    assert (alert.priority, alert.state, alert.shelf, alert.change) == (Priority.P1, AlertState.NEW, None, Change.BACK)
    assert deciding.tick(110) == []


def test_unshelving_by_hand_is_having_seen_it(deciding: Deciding) -> None:
    """It is in the hands of who took it from the shelf."""
    opened = deciding.one(burglary())
    deciding.take(action(opened.alert_id, Action.SHELVE, "known", LATER))
    alert = deciding.one(action(opened.alert_id, Action.UNSHELVE, number=2))
    assert (alert.state, alert.handled_by, alert.shelf) == (AlertState.ACKNOWLEDGED, "operator-3", None)
    assert alert.acknowledged_at == alert.changed_at


def test_an_alert_that_returned_says_whether_it_was_acknowledged(deciding: Deciding) -> None:
    """Acknowledging it keeps its state, once; whether it was acknowledged or not, it is new when it comes back."""
    opened = deciding.one(episode())
    deciding.take(episode("end", "none", NOON + seconds(60)))
    seen = deciding.one(action(opened.alert_id, Action.ACKNOWLEDGE, seen_revision=1))
    assert (seen.state, seen.handled_by) == (AlertState.RETURNED_TO_NORMAL, "operator-3")
    again = action(opened.alert_id, Action.ACKNOWLEDGE, seen_revision=2, number=2)
    assert deciding.refused(again) == "it is handled by operator-3 (returned_to_normal)"
    back = deciding.one(episode(name="crowd-2", at=NOON + seconds(90)))
    assert (back.state, back.change, back.acknowledged_at) == (AlertState.NEW, Change.REOPENED, None)


@pytest.fixture
def deciding() -> Deciding:
    return Deciding()


@pytest.fixture
def planned() -> Deciding:
    return Deciding(PLAN)


def test_what_a_plan_covers_is_suppressed_and_comes_back_at_its_end(planned: Deciding) -> None:
    """With the plan's version, the entry, its reason and its end."""
    alert = planned.one(episode())
    assert (alert.state, alert.change, alert.revision) == (AlertState.SUPPRESSED, Change.OPENED, 0)
    assert alert.suppression is not None
    assert (alert.suppression.plan_version, alert.suppression.plan_id) == ("p1", "werk")
    until_s = (alert.suppression.until - NOON).total_seconds()
    assert planned.tick(until_s - 1) == []
    [back] = planned.tick(until_s + 10)
    assert (back.state, back.change, back.suppression) == (AlertState.NEW, Change.BACK, None)


def test_a_plan_without_an_end_holds_its_alerts_and_loses_none() -> None:
    """The last moment that a date can be is an end as any other."""
    never = WORKS | {"until": "9999-12-31T23:59:59Z"}
    planned = Deciding(Plan.model_validate({"version": "p1", "entries": [never]}))
    assert planned.one(episode()).state is AlertState.SUPPRESSED
    risen = planned.one(episode("change", "critical", NOON + seconds(30)))
    assert (risen.priority, risen.state) == (Priority.P1, AlertState.NEW)


def test_a_plan_never_holds_a_p1(planned: Deciding) -> None:
    """Neither one that is born so, nor one that becomes so; and it stays on the list when it falls again."""
    assert planned.one(episode(level="critical")).state is AlertState.NEW
    other = Deciding(PLAN)
    other.take(episode())
    risen = other.one(episode("change", "critical", NOON + seconds(30)))
    assert (risen.priority, risen.state, risen.change) == (Priority.P1, AlertState.NEW, Change.BACK)
    held = other.one(episode("change", "warn", NOON + seconds(60)))
    assert (held.priority, held.falls_to) == (Priority.P1, Priority.P3)
    [fallen] = other.tick(100 + RULES.damping.fall_after_s + 10)
    assert (fallen.priority, fallen.state) == (Priority.P3, AlertState.NEW)


def test_a_plan_lets_go_of_what_it_does_not_cover_any_more(planned: Deciding) -> None:
    """Somebody reports what only the camera under repair saw, outside the fair."""
    plan = Plan.model_validate({"version": "p2", "entries": [WORKS]})
    planned.stage = Decide(RULES, "r1", plan)
    assert planned.one(episode()).state is AlertState.SUPPRESSED
    alert = planned.one(report(category=Category.CROWD_DENSITY))
    assert (alert.state, alert.suppression) == (AlertState.NEW, None)


def test_a_plan_takes_nothing_from_the_list(planned: Deciding) -> None:
    """What stood there stays there when the plan begins."""
    before = Decide(RULES, "r1")
    active, planned.stage = planned.stage, before
    opened = planned.one(episode())
    planned.stage = active
    changed = planned.one(episode("change", "high", NOON + seconds(30)))
    assert (changed.alert_id, changed.state) == (opened.alert_id, AlertState.NEW)


def test_two_plans_one_after_the_other(planned: Deciding) -> None:
    """At the end of the first the second holds it."""
    short = WORKS | {"until": "2026-11-24T13:00:00Z"}
    longer = EVENT | {"from": "2026-11-24T12:30:00Z"}
    planned.stage = Decide(RULES, "r1", Plan.model_validate({"version": "p", "entries": [short, longer]}))
    planned.take(episode())
    [alert] = planned.tick(3_610)
    assert alert.suppression is not None
    assert (alert.state, alert.suppression.plan_id) == (AlertState.SUPPRESSED, "feest")


def test_a_p1_that_nobody_acknowledges_escalates_once(deciding: Deciding) -> None:
    """After its time; again only after it opened again."""
    opened = deciding.one(report())
    assert deciding.tick(100 + ESCALATE_S - 1) == []
    [alert] = deciding.tick(100 + ESCALATE_S + 10)
    assert (alert.alert_id, alert.change, alert.escalated_at) == (opened.alert_id, Change.ESCALATED, alert.changed_at)
    assert deciding.tick(100 + 3 * ESCALATE_S) == []
    deciding.take(report(revision=1, operation=Operation.CANCEL), NOON + seconds(1_000))
    again = deciding.one(report("b"), NOON + seconds(1_001))
    assert (again.change, again.escalated_at) == (Change.REOPENED, None)
    assert len(deciding.tick(1_001 + ESCALATE_S + 10)) == 1
    assert deciding.tick(OPEN_S + 1_000) == []
    [gone] = deciding.tick(OPEN_S + 1_020)
    assert gone.state is AlertState.EXPIRED


@pytest.mark.parametrize("what", [Action.ACKNOWLEDGE, Action.CLOSE])
def test_a_p1_that_somebody_has_does_not_escalate(deciding: Deciding, what: Action) -> None:
    """Nor does one that is no P1 any more; one to which somebody only put their name does."""
    opened = deciding.one(report())
    deciding.take(action(opened.alert_id, what))
    deciding.take(report("b", position=position(700)))
    deciding.take(report("b", position=position(700), revision=1, operation=Operation.UPDATE, category=HOME))
    assigned = deciding.one(report("c", position=position(-700)))
    deciding.take(action(assigned.alert_id, Action.ASSIGN, number=2))
    told = deciding.tick(100 + ESCALATE_S + 10)
    assert [alert.alert_id for alert in told if alert.change is Change.ESCALATED] == [assigned.alert_id]


def test_a_p1_counts_from_when_it_became_one(deciding: Deciding) -> None:
    """Not from when it was a lesser alert."""
    deciding.take(burglary())
    deciding.take(update(urgency=0), NOON + seconds(600))
    assert deciding.tick(600 + ESCALATE_S - 1) == []
    assert len(deciding.tick(600 + ESCALATE_S + 10)) == 1


def test_what_recurs_after_it_was_closed_as_true_opens_it_again(deciding: Deciding) -> None:
    """As new, for whoever is there; the verdict is open again."""
    ended = closed(deciding)
    alert = deciding.one(burglary("c"))
    assert (alert.alert_id, alert.state, alert.change) == (ended.alert_id, AlertState.NEW, Change.REOPENED)
    assert (alert.closing, alert.handled_by, alert.back_at) == ("", None, alert.changed_at)
    assert len(alert.reports) == 3
    [gone] = deciding.tick(OPEN_S + 300)
    assert (gone.alert_id, gone.state) == (ended.alert_id, AlertState.EXPIRED)


@pytest.mark.parametrize("reason", ["false", "test", "duplicate"])
def test_what_recurs_after_another_verdict_is_a_new_alert_that_names_it(deciding: Deciding, reason: str) -> None:
    """The verdict stands: precision is counted by it."""
    opened = deciding.one(burglary())
    assert deciding.one(action(opened.alert_id, Action.CLOSE, reason)).closing == reason
    alert = deciding.one(burglary("b"))
    assert alert.alert_id != opened.alert_id
    assert (alert.change, alert.recurrence_of) == (Change.OPENED, opened.alert_id)


@pytest.mark.parametrize(("after_s", "again"), [(REOPEN_S - 1, True), (REOPEN_S, False), (REOPEN_S + 100, False)])
@pytest.mark.parametrize("ticking", [True, False])
def test_what_happens_long_after_is_something_new(
    deciding: Deciding, after_s: float, again: bool, ticking: bool
) -> None:
    """Measured by the time of the decisions, whether or not a tick came between."""
    ended = closed(deciding)
    at = ended.changed_at + seconds(after_s)
    if ticking:
        deciding.tick(100 + after_s)
    new = deciding.one(burglary("c", occurred_at=NOON + seconds(1_500)), at)
    assert (new.alert_id == ended.alert_id) is again
    assert new.recurrence_of is None


def test_an_open_alert_is_joined_before_a_closed_one_opens_again(deciding: Deciding) -> None:
    """Even when the closed one is nearer."""
    ended = closed(deciding)
    other = deciding.one(burglary("c", position=position(130)))
    assert other.alert_id != ended.alert_id
    assert deciding.one(burglary("d", position=position(40))).alert_id == other.alert_id


def test_facts_that_a_closed_alert_had_do_not_open_it(deciding: Deciding) -> None:
    """Nor their newer revisions, nor what a camera says of them later, nor a cancelled report, nor an episode that is over."""
    deciding.take(burglary("a", cameras=in_view("cam-1")))
    opened = deciding.one(burglary("b"))
    deciding.take(action(opened.alert_id, Action.CLOSE, seen_revision=1))
    assert deciding.take(burglary("a", cameras=in_view("cam-1"))) == []
    assert deciding.take(update("a", urgency=2)) == []
    assert deciding.take(sighting("a", verdict=Verdict.CORROBORATED)) == []
    assert deciding.take(cancelled("b")) == []
    assert deciding.take(cancelled("c")) == []
    crowd = deciding.one(episode(east_m=600))
    deciding.take(action(crowd.alert_id, Action.CLOSE, number=2))
    assert deciding.take(episode("change", "warn", NOON + seconds(30), east_m=600)) == []
    assert deciding.take(episode("end", "none", NOON + seconds(60), east_m=600)) == []
    assert deciding.take(episode("end", "none", NOON + seconds(60), "crowd-2", 600)) == []


@pytest.mark.parametrize("reason", ["true", "false"])
def test_a_closed_alert_that_gets_worse_opens_again_whatever_the_verdict(deciding: Deciding, reason: str) -> None:
    """A revision of its report, or a phase of its crowd, of a higher priority than it was closed with."""
    opened = deciding.one(burglary())
    deciding.take(action(opened.alert_id, Action.CLOSE, reason))
    alert = deciding.one(update(urgency=0))
    assert (alert.alert_id, alert.priority, alert.change) == (opened.alert_id, Priority.P1, Change.REOPENED)
    crowd = deciding.one(episode(east_m=600))
    deciding.take(action(crowd.alert_id, Action.CLOSE, reason, number=2))
    worse = deciding.one(episode("change", "critical", NOON + seconds(30), east_m=600))
    assert (worse.alert_id, worse.priority, worse.state) == (crowd.alert_id, Priority.P1, AlertState.NEW)


def test_an_expired_alert_opens_again_only_when_it_gets_worse(deciding: Deciding) -> None:
    """And can be joined again afterwards."""
    ended = expired(deciding)
    late = NOON + seconds(OPEN_S + 300)
    assert deciding.take(update(urgency=2), late) == []
    alert = deciding.one(update(revision=2, urgency=0), late)
    assert (alert.alert_id, alert.state) == (ended.alert_id, AlertState.NEW)
    assert deciding.one(burglary("c"), late).alert_id == ended.alert_id


def test_a_p1_that_expired_opens_again_with_any_news(deciding: Deciding) -> None:
    """Nobody judged it; the same again is no news, and its cancellation opens nothing."""
    opened = deciding.one(report())
    deciding.tick(OPEN_S + 200)
    assert deciding.alerts[opened.alert_id].state is AlertState.EXPIRED
    late = NOON + seconds(OPEN_S + 300)
    assert deciding.take(report(), late) == []
    alert = deciding.one(report(revision=1, operation=Operation.UPDATE), late)
    assert (alert.alert_id, alert.priority, alert.state) == (opened.alert_id, Priority.P1, AlertState.NEW)
    deciding.tick(2 * OPEN_S + 600)
    assert deciding.take(report(revision=2, operation=Operation.CANCEL), late + seconds(OPEN_S + 400)) == []


def test_a_cancelled_alert_that_was_put_away_opens_again_when_its_report_holds_again(deciding: Deciding) -> None:
    """A later revision takes the cancellation back."""
    opened = deciding.one(burglary())
    deciding.take(cancelled())
    deciding.tick(OPEN_S + 200)
    alert = deciding.one(update(revision=2), NOON + seconds(OPEN_S + 300))
    assert (alert.alert_id, alert.state, alert.change) == (opened.alert_id, AlertState.NEW, Change.REOPENED)


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
    opened = deciding.one(burglary(category=Category.CROWD_DENSITY))
    deciding.take(update(category=Category.CROWD_DENSITY, place="Stadsplein 1"))
    assert deciding.refused(action(opened.alert_id, Action.CLOSE, "test", number=9, seen_revision=2)) == (
        "revision 2 was not made yet, the newest is 1"
    )
    deciding.take(burglary("b", category=Category.CROWD_DENSITY, urgency=0))
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


def test_rules_that_put_an_end_to_reopening(deciding: Deciding) -> None:
    """With 0 s what was closed stays closed; a longer time than an alert is remembered is refused."""
    content = RULES.model_dump(mode="json")
    content["lifetime"]["reopen_s"] = 0
    deciding.stage = Decide(Rules.model_validate(content), "r1")
    ended = closed(deciding)
    assert deciding.one(burglary("c")).alert_id != ended.alert_id
    content["lifetime"]["reopen_s"] = content["lifetime"]["forget_s"] + 1
    with pytest.raises(ValueError, match="reopen_s is 86401, expected at most forget_s, 86400"):
        Rules.model_validate(content)


def test_alerts_of_the_release_before_live_on(deciding: Deciding) -> None:
    """Their rows know neither their priority nor where they stand in the index; who shelved one was not kept."""
    rows: dict[str, str] = json.loads(sample_file("alert", 1).read_text())
    for key, raw in rows.items():
        row = ROWS.read(key, raw.encode(), Situation)
        assert (row.priority, row.indexed) == (None, None)
        deciding.rows.put(key, row)
        asked = action(row.alert_id, Action.ASSIGN, seen_revision=row.revision, user="operator-9")
        if row.ended_at is not None:
            assert deciding.refused(asked).startswith("it has ended")
            continue
        after = deciding.one(asked)
        assert (after.revision, after.handled_by) == (row.revision + 1, "operator-9")
        written = deciding.rows.get(key, Situation)
        assert written is not None
        assert written.indexed is not None
        assert (written.indexed.rules_version, bool(written.indexed.cells)) == (RULES.version, True)
    shelved_row = {**json.loads(raw), "state": "shelved", "shelved_until": "2026-11-24T13:00:00Z", "handled_by": None}
    upgraded = ROWS.read(key, json.dumps(shelved_row).encode(), Situation)
    assert upgraded.shelf is not None
    assert (upgraded.shelf.user, upgraded.shelf.reason) == ("unknown", "not kept")
