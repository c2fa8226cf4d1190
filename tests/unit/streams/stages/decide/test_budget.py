"""The alert budget through the stage: a storm, what comes out of a summary, and what an operator does to it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.actions import Action
from schemas.alerts import Alert, AlertState, Change, Grouping
from schemas.base import Message
from schemas.categories import Category, Priority
from schemas.evidence import Evidence
from schemas.incidents import Operation
from streams import topics
from streams.config.files import load_rules
from streams.domain.alerts.suppression import Plan
from streams.domain.budget.budget import OFF_LIST, hidden
from streams.domain.rules.budget import BudgetRule
from streams.domain.rules.rules import Rules
from streams.runtime.in_memory import InMemory
from streams.stages.base import Output
from streams.stages.decide.budget import LOOK_S
from streams.stages.decide.stage import Decide
from tests.support.rows import FakeRows
from tests.support.situations import NOON, action, box, item, position, report, seconds, tick

RULES = load_rules()
_PRODUCT = RULES.budget
assert _PRODUCT is not None
BUDGET: BudgetRule = _PRODUCT
P1, P2, P3, P4 = Priority
CATEGORY = {
    P1: Category.STRAATROOF,
    P2: Category.VERWARD_PERSOON,
    P3: Category.FIETSDIEFSTAL,
    P4: Category.OVERIG,
}  # one that has each priority by itself


def said(number: int, priority: Priority, at: datetime = NOON, **changes: Any) -> Evidence:
    """Return a report of something of its own, so far from all others that nothing joins."""
    where = position(1_500 * (number % 20), 1_500 * (number // 20))
    known: dict[str, Any] = {"category": CATEGORY[priority], "position": where, "occurred_at": at, "reported_at": at}
    return report(str(number), **(known | changes))


class Room:
    """`decide` in memory, and the operator's list as anybody would keep it from the topic."""

    def __init__(self, rules: Rules = RULES) -> None:
        self.memory = InMemory([Decide(rules, "r1")])
        self.now = NOON
        self.sent: list[Alert] = []
        self.outputs: list[Output] = []
        self.newest: dict[str, Alert] = {}

    def give(self, message: Message, after_s: float = 0) -> list[Alert]:
        self.pass_time(after_s)
        return self._take(self.memory.give(message.topics[0], message, self.now))

    def storm(self, count: int, priority: Priority, first: int = 0) -> list[Alert]:
        return [self.give(said(first + number, priority, self.now))[-1] for number in range(count)]

    def pass_time(self, seconds_: float) -> list[Alert]:
        """Tick every second, and return what was told because of it."""
        told: list[Alert] = []
        for _ in range(int(seconds_)):
            self.now += timedelta(seconds=1)
            told += self._take(self.memory.tick(self.now))
        return told

    def jump(self, seconds_: float) -> list[Alert]:
        """Let time pass without a tick for each second."""
        self.now += timedelta(seconds=seconds_)
        return self._take(self.memory.tick(self.now))

    def summaries(self, ended: bool = False) -> list[Alert]:
        return [each for each in self.newest.values() if each.summary and (each.state in OFF_LIST) is ended]

    def shown(self) -> list[Alert]:
        """Return what stands on the list by itself."""
        summaries = frozenset(each.alert_id for each in self.summaries())
        return [each for each in self.newest.values() if each.state not in OFF_LIST and not hidden(each, summaries)]

    def under(self, summary_id: str) -> list[Alert]:
        return [
            each for each in self.newest.values() if each.grouped_under == summary_id and each.state not in OFF_LIST
        ]

    def _take(self, outputs: Sequence[Output]) -> list[Alert]:
        self.outputs += outputs
        alerts = [each.message for each in outputs if each.topic == topics.ALERTS and isinstance(each.message, Alert)]
        self.sent += alerts
        self.newest |= {alert.alert_id: alert for alert in alerts}
        return alerts


@pytest.fixture
def room() -> Room:
    return Room()


def flooded(room: Room) -> Alert:
    """Fill a room until it floods, and return the flood's summary as it stands after ten seconds."""
    room.storm(30, P4)
    room.pass_time(11)
    [summary] = [each for each in room.summaries() if each.summary and each.summary.in_flood]
    return summary


def counts(alert: Alert) -> dict[str, int]:
    assert alert.summary is not None
    return {count.priority.value: count.open for count in alert.summary.counts}


def test_the_first_alert_beyond_the_budget_opens_a_summary_before_it_is_grouped(room: Room) -> None:
    """Who reads the topic knows the summary before what is under it; both go to both topics, as one decision."""
    room.storm(3, P4)
    summary, grouped = room.give(said(3, P4))
    assert summary.summary is not None
    assert (summary.asks, summary.revision, summary.state, summary.priority) == (True, 0, AlertState.NEW, P4)
    assert (grouped.grouped_under, grouped.grouping, grouped.asks) == (summary.alert_id, Grouping.LONG_TERM, True)
    assert grouped.reports
    assert grouped.factors
    assert summary.summary.alert_ids == (grouped.alert_id,)
    assert [each.topic for each in room.outputs[-5:]] == [topics.ALERTS, topics.ALERT_STATE] * 2 + [topics.DECISION_LOG]
    decision = room.outputs[-1].message
    assert getattr(decision, "alert_ids", None) == (summary.alert_id, grouped.alert_id)


def test_a_storm_of_200_reports_in_ten_minutes(room: Room) -> None:
    """The list stays readable, every P1 is on it at once, and nothing is lost."""
    mix = [P1] * 2 + [P2] * 6 + [P3] * 52 + [P4] * 140
    order = [mix[(number * 77) % 200] for number in range(200)]
    began = len(room.sent)
    for number, priority in enumerate(order):
        [*_, alert] = room.give(said(number, priority, room.now), after_s=3)
        assert alert.priority is priority
        assert priority is not P1 or alert.grouped_under is None
    sent = room.sent[began:]
    room.pass_time(20)
    alone = [each for each in sent if each.asks and not each.grouped_under and not each.summary]
    assert Counter(each.priority for each in alone)[P1] == 2
    assert len(alone) <= BUDGET.flood.shown_at_most
    asked = [each for each in sent if each.asks and not each.grouped_under]
    assert len(asked) <= 10
    floods = [each for each in room.summaries() if each.summary and each.summary.in_flood]
    assert len(floods) == 1
    nothing_lost(room, 200)
    revisions = [each for each in sent if each.alert_id == floods[0].alert_id]
    assert len(revisions) <= 62  # one in ten seconds, the first, and at once when the first P3 comes under it


def nothing_lost(room: Room, count: int) -> None:
    """Check that what is on the list, and what its summaries count, is everything that is open."""
    single = [each for each in room.newest.values() if not each.summary]
    assert len(single) == count
    open_ = [each for each in single if each.state not in OFF_LIST]
    alone = [each for each in room.shown() if not each.summary]
    counted = 0
    for summary in room.summaries():
        assert summary.summary is not None
        under = room.under(summary.alert_id)
        assert counts(summary) == Counter(each.priority.value for each in under)
        assert set(summary.summary.alert_ids) <= {each.alert_id for each in under}
        assert summary.summary.not_listed == len(under) - len(summary.summary.alert_ids)
        assert summary.summary.open == len(under)
        assert len(summary.summary.alert_ids) <= BUDGET.listed_at_most
        counted += len(under)
    assert len(alone) + counted == len(open_)


def test_a_grouped_alert_that_rises_to_p1_comes_out_at_once(room: Room) -> None:
    """As its own next revision; the summary is one less with its next telling."""
    summary = flooded(room)
    before = counts(summary)["P4"]
    grouped = room.under(summary.alert_id)[0]
    number = int(grouped.reports[0].source_id)
    risen = said(number, P1, room.now, operation=Operation.UPDATE, revision=1, position=grouped.position)
    [alert] = room.give(risen)
    assert (alert.alert_id, alert.priority, alert.asks, alert.grouped_under) == (grouped.alert_id, P1, True, None)
    room.pass_time(11)
    assert counts(room.newest[summary.alert_id]) == {"P4": before - 1}
    nothing_lost(room, 30)


def test_a_summary_stands_at_the_highest_of_its_alerts_and_rises_at_once(room: Room) -> None:
    """A P2 that finds no place is not out of sight behind a P4 line, also where that was acknowledged."""
    summary = flooded(room)
    room.give(action(summary.alert_id, Action.ACKNOWLEDGE))
    room.storm(5, P2, first=100)
    risen, grouped = room.give(said(200, P2))
    assert (risen.alert_id, risen.priority, risen.asks, risen.state) == (summary.alert_id, P2, True, AlertState.NEW)
    assert (grouped.priority, grouped.grouping) == (P2, Grouping.FULL)
    assert risen.summary is not None
    assert risen.summary.alert_ids[0] == grouped.alert_id
    assert risen.score == RULES.thresholds.p2 == sum(factor.points for factor in risen.factors)


def test_an_alert_with_a_line_keeps_it_when_it_rises_in_a_flood(room: Room) -> None:
    """It asks again, and does not vanish."""
    first = room.give(said(0, P4))[0]
    room.storm(30, P4, first=1)
    risen = said(0, P3, room.now, operation=Operation.UPDATE, revision=1)
    [alert] = room.give(risen)
    assert (alert.alert_id, alert.priority, alert.asks, alert.grouped_under) == (first.alert_id, P3, True, None)


@pytest.mark.parametrize("what", [Action.ACKNOWLEDGE, Action.ASSIGN])
def test_an_operator_takes_an_alert_out_of_its_summary(room: Room, what: Action) -> None:
    """It asks for nothing by that: the operator has it already. It does not go back when it changes later."""
    summary = flooded(room)
    grouped = room.under(summary.alert_id)[0]
    [alert] = room.give(action(grouped.alert_id, what))
    assert (alert.grouped_under, alert.grouping, alert.asks) == (None, None, False)
    number = int(grouped.reports[0].source_id)
    [alert] = room.give(said(number, P3, room.now, operation=Operation.UPDATE, revision=1, position=grouped.position))
    assert (alert.priority, alert.asks, alert.grouped_under) == (P3, True, None)
    room.pass_time(11)
    nothing_lost(room, 30)


def test_a_shelved_alert_comes_back_by_itself(room: Room) -> None:
    """Who put it off until a moment sees it then, also in a flood."""
    summary = flooded(room)
    grouped = room.under(summary.alert_id)[0]
    [alert] = room.give(action(grouped.alert_id, Action.SHELVE, "known_works", room.now + seconds(60)))
    assert (alert.state, alert.grouped_under) == (AlertState.SHELVED, None)
    [back] = [each for each in room.pass_time(75) if each.alert_id == grouped.alert_id]
    assert (back.state, back.asks, back.grouped_under) == (AlertState.NEW, True, None)


def test_what_a_plan_held_back_comes_within_the_budget(room: Room) -> None:
    """The end of a fair is no flood of single lines; what became a P1 meanwhile was on the list at once."""
    area = [{"lat": each.lat, "lon": each.lon} for each in box(-9_000, -9_000, 60_000)]
    fair = {
        "id": "feest",
        "reason": "a fair",
        "control_room": "amstelveen",
        "area": area,
        "categories": ["fietsdiefstal"],
    }
    fair |= {"from": (NOON - seconds(60)).isoformat(), "until": (NOON + seconds(60)).isoformat()}
    plan = Plan.model_validate({"version": "1", "entries": [fair]})
    room.memory = InMemory([Decide(RULES, "r1", plan)])
    held = room.storm(30, P3)
    assert {alert.state for alert in held} == {AlertState.SUPPRESSED}
    back = room.pass_time(75)
    asked = [each for each in back if each.asks]
    assert len({each.alert_id for each in asked} - {each.alert_id for each in room.summaries()}) == 30
    assert len([each for each in asked if not each.grouped_under]) <= 10
    nothing_lost(room, 30)


def test_a_summary_changes_at_most_once_in_ten_seconds(room: Room) -> None:
    """However many alerts come under it and leave it."""
    flooded(room)
    told = [room.give(said(100 + number, P4)) for number in range(50)]
    assert all(len(each) == 1 for each in told)
    told = [room.give(said(200 + number, P4), after_s=1) for number in range(40)]
    assert len([each for alerts in told for each in alerts if each.summary]) == 0
    revisions = [each for each in room.sent if each.summary and each.summary.in_flood]
    moments = [each.changed_at for each in revisions[1:]]
    assert all(later - earlier >= seconds(10) for earlier, later in pairwise(moments))


def test_a_summary_ends_when_nothing_is_left_under_it_and_is_forgotten(room: Room) -> None:
    """Cancelled, closed and expired alerts leave it; then nothing of the budget is kept."""
    summary = flooded(room)
    first, second, *_ = room.under(summary.alert_id)
    room.give(action(first.alert_id, Action.FALSE_ALARM))
    assert room.newest[first.alert_id].state is AlertState.CLOSED
    number = int(second.reports[0].source_id)
    room.give(said(number, P4, room.now, operation=Operation.CANCEL, revision=1))
    assert room.newest[second.alert_id].grouped_under == summary.alert_id
    room.pass_time(11)
    assert counts(room.newest[summary.alert_id]) == {"P4": len(room.under(summary.alert_id))}
    room.jump(RULES.lifetime.open_s + 20)
    room.jump(20)
    ended = room.newest[summary.alert_id]
    assert (ended.state, ended.change, ended.asks) == (AlertState.EXPIRED, Change.EXPIRED, False)
    assert ended.summary is not None
    assert (ended.summary.open, ended.summary.taking, ended.summary.alert_ids) == (0, False, ())
    assert room.summaries() == []
    room.jump(RULES.lifetime.forget_s + 60)
    room.jump(20)
    kept = [name for prefix in ("budget/", "summary/") for name, _ in room.memory.rows["decide"].scan(prefix, Alert)]
    assert kept == []


def test_a_flood_has_one_summary_also_when_nothing_is_left_under_it_for_a_while(room: Room) -> None:
    """It stays as an empty line, takes the next alert, and ends after the flood."""
    summary = flooded(room)
    for number, grouped in enumerate(room.under(summary.alert_id)):
        room.give(action(grouped.alert_id, Action.FALSE_ALARM, number=number))
    room.pass_time(11)
    empty = room.newest[summary.alert_id]
    assert (empty.state, counts(empty), empty.title) == (AlertState.NEW, {}, "none left of 27 grouped")
    assert room.give(said(300, P4, room.now))[-1].grouped_under == summary.alert_id
    room.give(action(room.under(summary.alert_id)[0].alert_id, Action.CLOSE, number=99))
    room.pass_time(BUDGET.flood.window_s + LOOK_S + 30)
    assert room.newest[summary.alert_id].state is AlertState.EXPIRED
    assert [each.asks for each in room.sent if each.alert_id == summary.alert_id].count(True) == 1


def test_a_tick_that_looks_at_a_budget_is_a_decision(room: Room) -> None:
    """It is in the log, since the next look depends on it; a tick with nothing due is not."""
    room.give(said(0, P4))
    assert [each.topic for each in room.memory.tick(room.now + seconds(30))] == []
    assert [each.topic for each in room.memory.tick(room.now + seconds(LOOK_S + 10))] == [topics.DECISION_LOG]


def test_closing_a_summary_puts_its_alerts_on_the_list(room: Room) -> None:
    """Nothing is closed unseen: they stand by themselves, and the next that is grouped opens another summary."""
    summary = flooded(room)
    under = room.under(summary.alert_id)
    [closed] = room.give(action(summary.alert_id, Action.CLOSE))
    assert (closed.state, closed.closing, closed.handled_by) == (AlertState.CLOSED, "true", "operator-3")
    assert {each.alert_id for each in under} <= {each.alert_id for each in room.shown()}
    again, grouped = room.give(said(99, P4))
    assert again.summary is not None
    assert again.alert_id not in {summary.alert_id}
    assert grouped.grouped_under == again.alert_id
    [alert] = room.give(action(under[0].alert_id, Action.ACKNOWLEDGE, number=2))
    assert alert.grouped_under is None
    nothing_lost(room, 31)


def test_what_stands_alone_since_its_summary_was_closed_keeps_its_line(room: Room) -> None:
    """An operator had it put on the list: a rise does not take it away again."""
    summary = flooded(room)
    grouped = room.under(summary.alert_id)[0]
    room.give(action(summary.alert_id, Action.CLOSE))
    number = int(grouped.reports[0].source_id)
    risen = said(number, P3, room.now, operation=Operation.UPDATE, revision=1, position=grouped.position)
    [alert] = room.give(risen)
    assert (alert.alert_id, alert.priority, alert.grouped_under) == (grouped.alert_id, P3, None)
    nothing_lost(room, 30)


@pytest.mark.parametrize(
    ("what", "state"),
    [
        (Action.ACKNOWLEDGE, AlertState.ACKNOWLEDGED),
        (Action.ASSIGN, AlertState.NEW),
        (Action.FALSE_ALARM, AlertState.CLOSED),
        (Action.SHELVE, None),
        (Action.UNSHELVE, None),
        (Action.CONFIRM_DISPATCH, None),
    ],
)
def test_what_an_operator_can_do_to_a_summary(room: Room, what: Action, state: AlertState | None) -> None:
    """Done once, however often it is replayed; what is refused changes nothing."""
    summary = flooded(room)
    asked = action(summary.alert_id, what, "reden", room.now + seconds(60))
    told = room.give(asked)
    assert [each.state for each in told] == ([] if state is None else [state])
    assert room.give(asked) == []
    if state is AlertState.CLOSED:
        assert room.give(action(summary.alert_id, Action.ACKNOWLEDGE, number=2)) == []
    if state is AlertState.ACKNOWLEDGED:
        assert room.give(action(summary.alert_id, Action.ACKNOWLEDGE, number=2)) == []


def test_after_a_flood_its_alerts_stay_under_the_summary(room: Room) -> None:
    """The end of a flood is no second one: it is told once, and the next alert has a line of its own again."""
    summary = flooded(room)
    asked = len([each for each in room.sent if each.asks])
    told = room.pass_time(BUDGET.flood.window_s + LOOK_S + 20)
    assert [each.alert_id for each in told if each.alert_id == summary.alert_id] == [summary.alert_id]
    over = room.newest[summary.alert_id]
    assert over.summary is not None
    assert (over.summary.taking, over.state) == (False, AlertState.NEW)
    assert len([each for each in room.sent if each.asks]) == asked
    assert len(room.under(summary.alert_id)) == over.summary.open > 0
    [alert] = room.give(said(300, P2, room.now))
    assert (alert.asks, alert.grouped_under) == (True, None)
    room.jump(3_600)
    [alert] = room.give(said(301, P4, room.now))
    assert alert.grouped_under is None


def test_without_a_budget_every_alert_stands_by_itself() -> None:
    """`budget: none`; also what was grouped by the rules before comes out with its next change that asks."""
    none = Rules.model_validate({**RULES.model_dump(mode="json", by_alias=True), "budget": "none"})
    room = Room(none)
    room.storm(40, P4)
    assert room.summaries() == []
    assert len(room.shown()) == 40
    before = Room()
    summary = flooded(before)
    grouped = before.under(summary.alert_id)[0]
    rows = before.memory.rows["decide"]
    stage = Decide(none, "r2")
    number = int(grouped.reports[0].source_id)
    risen = said(number, P2, NOON, operation=Operation.UPDATE, revision=1, position=grouped.position)
    [alert, *_] = [each.message for each in stage.handle(item(risen), rows, before.now)]
    assert isinstance(alert, Alert)
    assert (alert.alert_id, alert.grouped_under, alert.asks) == (grouped.alert_id, None, True)
    stage.handle(item(tick(at=before.now + seconds(90))), rows, before.now + seconds(90))
    assert rows.get(f"budget/{alert.control_room_id}", Alert) is None


def test_a_case_is_no_business_of_the_budget(room: Room) -> None:
    """What is not on the operator's list is neither counted nor grouped."""
    for number in range(30):
        [alert] = room.give(said(number, P4, category=Category.WOONFRAUDE_OVERBEWONING))
        assert (alert.asks, alert.grouped_under) == (False, None)


def test_the_cost_of_an_alert_does_not_grow_with_what_is_grouped() -> None:
    """The same rows are read and written under a summary of a few and of hundreds, and none of them has grown."""
    stage, rows = Decide(RULES, "r1"), FakeRows()
    costs: list[tuple[int, int, int]] = []
    for number in range(400):
        reads, writes = rows.reads, rows.writes
        stage.handle(item(said(number, P4), number), rows, NOON + seconds(100))
        size = max(len(rows.documents[name]) for name in rows.names("summary/") or rows.names("alert/"))
        costs.append((rows.reads - reads, rows.writes - writes, size))
    assert costs[60][:2] == costs[399][:2]
    assert costs[399][2] <= costs[60][2] + 10


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 90), st.sampled_from(Priority)), min_size=20, max_size=120))
def test_in_any_ten_minutes_the_lines_and_the_summaries_stay_within_the_budget(
    arrivals: list[tuple[int, Priority]],
) -> None:
    """Eight alerts with lines of their own beside P1, and three times a summary at the very most; the rest is counted."""
    room = Room()
    for number, (gap_s, priority) in enumerate(arrivals):
        room.jump(gap_s)
        room.give(said(number, priority, room.now))
    room.jump(15)
    room.jump(15)
    nothing_lost(room, len(arrivals))
    asked = [each for each in room.sent if each.asks and not each.grouped_under]
    assert sum(each.priority is P1 for each in asked) == sum(priority is P1 for _, priority in arrivals)
    for last in asked:
        window = [each for each in asked if last.changed_at - seconds(600) < each.changed_at <= last.changed_at]
        assert sum(1 for each in window if not each.summary and each.priority is not P1) <= BUDGET.flood.shown_at_most
        assert sum(1 for each in window if each.summary) <= 3


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("report", "cancel", "rise", "act", "wait")),
        st.integers(0, 40),
        st.sampled_from(Priority),
        st.sampled_from((Action.ACKNOWLEDGE, Action.CLOSE, Action.ASSIGN, Action.SHELVE)),
        st.integers(0, 90),
    ),
    max_size=60,
)


def played(steps: Sequence[tuple[str, int, Priority, Action, int]]) -> tuple[Room, int]:
    """Return a room after steps, and how many different reports it was told of before any cancellation."""
    room, revisions = Room(), Counter[int]()
    for count, (what, number, priority, act, wait_s) in enumerate(steps):
        if what == "wait":
            room.jump(wait_s * wait_s)
        elif what == "act" and room.newest:
            known = sorted(room.newest)[number % len(room.newest)]
            seen = room.newest[known].revision
            room.give(action(known, act, "true", room.now + seconds(600), number=count, seen_revision=seen))
        elif what == "report" or number in revisions:
            operation = Operation.CANCEL if what == "cancel" else Operation.UPDATE
            operation = operation if number in revisions else Operation.CREATE
            revisions[number] += number in revisions
            room.give(said(number, priority, room.now, operation=operation, revision=revisions[number]))
            revisions.setdefault(number, 0)
    room.jump(15)
    room.jump(15)
    return room, len([each for each in room.newest.values() if not each.summary])


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_whatever_happens_no_p1_is_grouped_and_nothing_is_lost(
    steps: list[tuple[str, int, Priority, Action, int]],
) -> None:
    """Reports, rises, cancellations, actions and time in any order; and the same once more gives the same."""
    room, count = played(steps)
    assert not [each for each in room.sent if each.priority is P1 and each.grouped_under and each.state not in OFF_LIST]
    nothing_lost(room, count)
    assert played(steps)[0].sent == room.sent
