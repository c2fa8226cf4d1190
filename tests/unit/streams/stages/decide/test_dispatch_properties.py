"""Whatever people, partners and the clock do in whatever order: nothing is asked unconfirmed, twice, or forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.actions import Action
from schemas.alerts import Alert, AlertState
from schemas.base import Message
from schemas.categories import Category
from schemas.decisions import DecisionLog
from schemas.dispatch import DispatchOutcome, DispatchRequest, DispatchState
from streams.domain.alerts.dispatch import LIVE
from streams.domain.alerts.lifecycle import ENDED
from tests.support.deciding import Deciding
from tests.support.dispatches import PARTNERS, confirmation
from tests.support.situations import NOON, action, position, receipt, report, seconds, tick

STEPS_S: Final = (1, 30, 130, 1_000, 20_000)
ACTIONS: Final = (
    Action.ACKNOWLEDGE, Action.RELEASE, Action.SHELVE, Action.UNSHELVE, Action.CLOSE, Action.REOPEN, Action.MERGE, Action.SPLIT,
)  # fmt: skip
Step = tuple[str, int, int, int]
STEPS = st.tuples(
    st.sampled_from(
        ("report", "confirm", "confirm", "confirm", "answer", "answer", "answer", "action", "tick", "again")
    ),
    st.integers(0, 7),
    st.integers(0, 7),
    st.integers(0, 4),
)
AHEAD: Final = {
    DispatchState.ASKED: 0, DispatchState.ACCEPTED: 1, DispatchState.EN_ROUTE: 2, DispatchState.ARRIVED: 3, DispatchState.DONE: 4,
}  # fmt: skip


class Played:
    """Plays steps on fires and keeps every request, every version and every record of a decision."""

    def __init__(self) -> None:
        self.deciding = Deciding()
        self.given: list[Message] = []
        self.requests: list[DispatchRequest] = []
        self.versions: list[Alert] = []
        self.records: list[Message] = []
        self.confirmed: list[tuple[str, frozenset[str], datetime]] = []
        """Of each confirmation that was done: its alert, everybody whom it names, and when."""
        self.now = NOON

    def take(self, message: Message, now: datetime) -> None:
        self.now = now
        alerts = self.deciding.take(message, now)
        for request in self.deciding.requests:
            told = next(
                each for each in alerts if (each.alert_id, each.revision) == (request.alert_id, request.alert_revision)
            )
            mine = [each for each in told.dispatches if each.recipient == request.recipient and each.state in LIVE]
            assert [each.dispatch_id for each in mine] == [request.dispatch_id], (
                "a partner is asked although it is waited for"
            )
        if getattr(message, "action", None) is Action.CONFIRM_DISPATCH and alerts:
            named = {*getattr(message, "recipients"), *getattr(message, "escalate_to")}  # noqa: B009
            own = {each.recipient for each in self.deciding.requests}
            self.confirmed.append((getattr(message, "alert_id"), frozenset(named | own), now))  # noqa: B009
        self.requests += self.deciding.requests
        self.versions += alerts
        self.records += [each.message for each in self.deciding.outputs]
        self.given.append(message)

    def message(self, step: Step, now: datetime) -> Message:
        kind, one, two, three = step
        ids = sorted(self.deciding.alerts)
        if kind == "again" and self.given:
            return self.given[(one * 8 + two) % len(self.given)]
        if kind == "report" or not ids:
            place: dict[str, Any] = {"position": position(600 * (one % 3)), "occurred_at": now, "reported_at": now}
            return report(
                f"r{len(self.given)}", category=Category.BRAND, urgency=1 + two % 3, source=f"s{two}", **place
            )
        alert = self.deciding.alerts[ids[one % len(ids)]]
        if kind == "confirm":
            order = [PARTNERS[(two + each) % 3] for each in range(3)]
            return confirmation(
                alert, *order[: two % 3], then=tuple(order[three % 3 :]), number=1_000 + len(self.given)
            )
        if kind == "answer" and alert.dispatches:
            each = alert.dispatches[two % len(alert.dispatches)]
            outcome = list(DispatchOutcome)[three] if one < 6 else DispatchOutcome.EXPIRED
            return receipt(each, outcome.value, (now - NOON).total_seconds() - 40 * (one % 2))
        if kind == "action":
            fact = alert.reports[-1].incident_id
            what = ACTIONS[two]
            reason = "waiting_for_unit" if what is Action.SHELVE else None
            more = {"seen_revision": alert.revision, "other_alert_id": ids[three % len(ids)], "fact_id": fact}
            return action(alert.alert_id, what, reason, now + seconds(500), 1_000 + len(self.given), **more)
        return tick(at=now)


def play(steps: Iterable[Step]) -> Played:
    """Return what a series of steps brought, each some time after the one before."""
    played, now = Played(), NOON + seconds(100)
    for step in steps:
        now += seconds(STEPS_S[step[3]])
        played.take(played.message(step, now), now)
    return played


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, min_size=4, max_size=40))
def test_nobody_is_asked_unconfirmed_or_twice(steps: list[Step]) -> None:
    """Each request is of an earlier confirmation that names its partner, and has an identity of its own."""
    played = play(steps)
    for request in played.requests:
        named = [who for alert, who, at in played.confirmed if at == request.confirmed_at]
        assert any(request.recipient in who for who in named)
        assert request.deadline_at is not None
        assert request.requested_at is not None
        assert request.confirmed_at <= request.requested_at < request.deadline_at
    ids = [each.dispatch_id for each in played.requests]
    assert len(ids) == len(set(ids))
    for alert in played.versions:
        live = [each.recipient for each in alert.dispatches if each.state in LIVE]
        assert len(live) == len(set(live)), "two requests to one partner are waited for"


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, min_size=4, max_size=40))
def test_no_request_is_lost_and_none_goes_back(steps: list[Step]) -> None:
    """Each stands on an alert; what was answered only goes forward; and what waits in an open alert will be looked at."""
    played = play(steps)
    told = {each.dispatch_id for alert in played.deciding.alerts.values() for each in alert.dispatches}
    assert {each.dispatch_id for each in played.requests} <= told
    furthest: dict[str, int] = {}
    for alert in played.versions:
        for each in alert.dispatches:
            ahead = AHEAD.get(each.state)
            if ahead is not None and each.state is not DispatchState.ASKED:
                assert ahead >= furthest.get(each.dispatch_id, 0)
                furthest[each.dispatch_id] = ahead
            assert each.state is not DispatchState.ASKED or alert.state not in ENDED
    asked = [each for alert in played.deciding.alerts.values() for each in alert.dispatches]
    waiting = [each.deadline_at for each in asked if each.state is DispatchState.ASKED]
    at = max([played.now, *waiting]) + seconds(21)
    played.deciding.take(tick(at=at), at)
    for alert in played.deciding.alerts.values():
        for each in alert.dispatches:
            assert each.state is not DispatchState.ASKED or each.deadline_at > at, (
                "nobody looks whether it was answered"
            )
    later = at + seconds(10_000_000)
    played.deciding.take(tick(at=later), later)
    for alert in played.deciding.alerts.values():
        assert not any(each.state is DispatchState.ASKED for each in alert.dispatches)


@settings(max_examples=30, deadline=None)
@given(st.lists(STEPS, min_size=4, max_size=30))
def test_playing_again_gives_the_same_requests_and_records(steps: list[Step]) -> None:
    """A request depends on the rows, the input and the time alone; and each answer leaves one record that says what it did."""
    one, again = play(steps), play(steps)
    assert one.records == again.records
    assert one.deciding.rows.documents == again.deciding.rows.documents
    answers = [each for each in one.given if each.name == "dispatch-receipt"]
    told = [each for each in one.records if isinstance(each, DecisionLog) and each.dispatch_id]
    assert [each.dispatch_id for each in told] == [getattr(each, "dispatch_id") for each in answers]  # noqa: B009


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(PARTNERS), st.sampled_from(DispatchOutcome), st.integers(1, 200)), max_size=20)
)
def test_whatever_they_answer_an_alert_without_help_is_with_the_operators(
    answers: list[tuple[str, DispatchOutcome, int]],
) -> None:
    """It is new and says since when, exactly while nobody is waited for, on the way, there, or done."""
    deciding, now = Deciding(), NOON + seconds(100)
    alert = deciding.one(report("a", category=Category.BRAND, urgency=1))
    alert = deciding.one(confirmation(alert, "brandweer", then=("politie", "ambulance")), now)
    for number, (who, outcome, after_s) in enumerate(answers, 1):
        now += seconds(after_s)
        deciding.take(tick(at=now), now)
        alert = deciding.newest(alert)
        mine = [each for each in alert.dispatches if each.recipient == who]
        if mine:
            deciding.take(receipt(mine[0], outcome.value, (now - NOON).total_seconds() + number / 1_000), now)
        alert = deciding.newest(alert)
        helped = any(each.state in LIVE or each.state is DispatchState.DONE for each in alert.dispatches)
        live = any(each.state in LIVE for each in alert.dispatches)
        assert not (alert.unanswered_at is not None and live)
        assert helped or alert.unanswered_at is not None
        if alert.unanswered_at is not None:
            assert alert.state is AlertState.NEW
