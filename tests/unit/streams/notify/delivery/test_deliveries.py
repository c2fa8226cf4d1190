"""Deliveries: order, retries, breaker, giving up, quiet hours and groups, by a simulated clock."""

from __future__ import annotations

import random
from collections import defaultdict
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.categories import Priority
from streams.notify.delivery.breaker import LONGEST_S, OPENS_AFTER
from streams.notify.delivery.deliveries import MOST_HELD, Deliveries, Delivery, Settled
from streams.notify.delivery.outcome import Outcome, OutcomeReason
from tests.support.notices import AT, notice_of, partner_alert, partner_dispatch

START_S = AT.timestamp()
RECEIVED = Outcome(OutcomeReason.RECEIVED)
DOWN = Outcome(OutcomeReason.UNREACHABLE)


def delivery(
    alert_id: str, revision: int, now_s: float = START_S, priority: Priority = Priority.P2, held_s: float = 0.0
) -> Delivery:
    """Return a message about an alert."""
    at = AT + timedelta(seconds=now_s - START_S)
    notice = notice_of(partner_alert(alert_id=alert_id, revision=revision, priority=priority, changed_at=at), at)
    return Delivery(notice, ("partner-politie", 0, revision), now_s, now_s, held_s)


def deliveries(at_once: int = 4, give_up_after_s: float = 3_600.0, per_minute: int | None = None) -> Deliveries:
    """Return what waits, with a jitter of always the longest wait."""
    return Deliveries(lambda: 1.0, at_once, give_up_after_s, per_minute)


class Partner:
    """A partner's server that takes each id once and remembers in which order revisions came."""

    def __init__(self) -> None:
        self.up = True
        self.ids: set[str] = set()
        self.twice = 0
        self.revisions: dict[str, list[int]] = defaultdict(list)

    def answer(self, batch: tuple[Delivery, ...]) -> Outcome:
        if not self.up:
            return DOWN
        for each in batch:
            self.twice += each.notice.id in self.ids
            if each.notice.id not in self.ids:
                self.ids.add(each.notice.id)
                self.revisions[each.notice.alert_id].append(each.notice.revision)
        return RECEIVED


def test_messages_about_one_alert_leave_one_at_a_time_in_their_order() -> None:
    """The next revision waits for the one before it, another alert does not."""
    waiting = deliveries()
    for each in (delivery("a", 0), delivery("a", 1), delivery("b", 0)):
        waiting.offer(each, START_S)
    first = waiting.due(START_S)
    assert sorted((b[0].notice.alert_id, b[0].notice.revision) for b in first) == [("a", 0), ("b", 0)]
    assert waiting.due(START_S) == []
    assert [each.delivered for each in waiting.settle(first[0], RECEIVED, START_S)] == [True]
    assert [b[0].notice.revision for b in waiting.due(START_S)] == [1]


def test_a_partner_that_is_down_for_ten_minutes_misses_nothing_and_gets_nothing_twice() -> None:
    """300 alerts of 4 revisions, half of them while it is down: each once, in order, and all within two minutes of its return."""
    chance = random.Random(7)
    waiting = Deliveries(chance.random, 4, 6 * 3_600.0)
    partner, now_s, sent, done = Partner(), START_S, 0, []
    flying: list[tuple[float, tuple[Delivery, ...]]] = []
    attempts_while_down = 0
    while (sent < 1_200 or len(waiting)) and now_s < START_S + 2_000:
        at_s = now_s - START_S
        partner.up = not 120 <= at_s < 720
        while sent < 1_200 and sent <= at_s:
            waiting.offer(delivery(f"a{sent % 300}", sent // 300, now_s), now_s)
            sent += 1
        for batch in waiting.due(now_s):
            attempts_while_down += not partner.up
            flying.append((now_s + 0.2, batch))
        for ends_s, batch in [each for each in flying if each[0] <= now_s]:
            flying.remove((ends_s, batch))
            done += waiting.settle(batch, partner.answer(batch), now_s)
        assert waiting.expire(now_s) == []
        if 720 + LONGEST_S + 90 < at_s < 1_200:  # 600 messages, 8 a second at this step of the clock
            assert len(waiting) < 5
        now_s += 0.25
    assert len(partner.ids) == len(done) == 1_200
    assert all(each.delivered for each in done)
    assert partner.twice == 0
    assert all(revisions == sorted(revisions) for revisions in partner.revisions.values())
    assert attempts_while_down < 150  # the breaker asks with one message, and not with all


def test_after_its_return_the_most_pressing_leaves_first() -> None:
    """The message that asks whether a target is back is the most pressing one, then all leave at once."""
    waiting = deliveries(at_once=1)
    for number in range(OPENS_AFTER):
        waiting.offer(delivery(f"c{number}", 0, priority=Priority.P3), START_S)
    now_s = START_S
    while not waiting.breaker.open:
        for batch in waiting.due(now_s):
            waiting.settle(batch, DOWN, now_s)
        now_s += 100
    waiting.offer(delivery("p1", 0, now_s, Priority.P1), now_s)
    assert waiting.due(now_s + LONGEST_S)[0][0].notice.alert_id == "p1"


def test_a_target_that_asks_to_wait_is_not_asked_before() -> None:
    """`Retry-After` is longer than the wait of our own."""
    waiting = deliveries()
    waiting.offer(delivery("a", 0), START_S)
    (batch,) = waiting.due(START_S)
    waiting.settle(batch, Outcome(OutcomeReason.TOO_MANY_REQUESTS, retry_after_s=120.0), START_S)
    assert waiting.due(START_S + 119.9) == []
    assert waiting.wake_s(START_S) == 120.0
    assert len(waiting.due(START_S + 120.0)) == 1


def test_what_is_refused_for_what_it_says_holds_nothing_up() -> None:
    """It is set aside at once, and the next revision leaves."""
    waiting = deliveries()
    for revision in (0, 1):
        waiting.offer(delivery("a", revision), START_S)
    (batch,) = waiting.due(START_S)
    assert waiting.settle(batch, Outcome(OutcomeReason.MESSAGE_REFUSED), START_S) == [
        Settled(batch[0], False, OutcomeReason.MESSAGE_REFUSED)
    ]
    assert [b[0].notice.revision for b in waiting.due(START_S)] == [1]


def test_what_cannot_be_delivered_is_given_up_with_its_last_reason() -> None:
    """After the time that the file gives, and not before this process tried for ten minutes."""
    waiting = deliveries(give_up_after_s=3_600.0)
    old = delivery("a", 0)
    old.taken_s = START_S - 7_200.0  # it came while this process was away
    waiting.offer(old, START_S)
    now_s = START_S
    while now_s < START_S + 599:
        for batch in waiting.due(now_s):
            waiting.settle(batch, Outcome(OutcomeReason.TIMEOUT), now_s)
        assert waiting.expire(now_s) == []
        now_s += 10
    assert [each.reason for each in waiting.expire(START_S + 600)] == [OutcomeReason.TIMEOUT]
    assert len(waiting) == 0


def test_what_waits_behind_an_open_breaker_is_given_up_too() -> None:
    """It had no attempt of its own: the target was asked with others."""
    waiting = deliveries(at_once=1, give_up_after_s=600.0)
    for number in range(8):
        waiting.offer(delivery(f"a{number}", 0), START_S)
    now_s, given_up = START_S, []
    while len(waiting) and now_s < START_S + 1_000:
        for batch in waiting.due(now_s):
            waiting.settle(batch, DOWN, now_s)
        given_up += waiting.expire(now_s)
        now_s += 5
    assert len(given_up) == 8
    assert {each.reason for each in given_up} == {OutcomeReason.UNREACHABLE}
    assert now_s <= START_S + 610


def test_quiet_hours_hold_and_what_presses_takes_what_was_held_along() -> None:
    """A P1 about the same alert does not wait, and does not overtake what came before it."""
    waiting = deliveries()
    waiting.offer(delivery("a", 0, priority=Priority.P3, held_s=START_S + 3_600), START_S)
    waiting.offer(delivery("b", 0, priority=Priority.P3, held_s=START_S + 3_600), START_S)
    assert waiting.due(START_S) == []
    assert waiting.held(START_S) == 2
    assert waiting.oldest_s(START_S) is None
    waiting.offer(delivery("a", 1, priority=Priority.P1), START_S)
    (batch,) = waiting.due(START_S)
    assert (batch[0].notice.alert_id, batch[0].notice.revision) == ("a", 0)
    waiting.settle(batch, RECEIVED, START_S)
    assert [b[0].notice.revision for b in waiting.due(START_S)] == [1]
    assert [b[0].notice.alert_id for b in waiting.due(START_S + 3_600)] == ["b"]


def test_more_than_may_be_held_leaves_in_spite_of_quiet_hours() -> None:
    """So the topics are read on, and no P1 stands behind them."""
    waiting = deliveries(at_once=32)
    for number in range(MOST_HELD + 5):
        waiting.offer(delivery(f"a{number}", 0, priority=Priority.P4, held_s=START_S + 3_600), START_S)
    assert waiting.held(START_S) == MOST_HELD
    assert len(waiting.due(START_S)) == 5
    assert not waiting.full


def test_over_its_rate_a_target_gets_a_group_and_a_p1_by_itself_at_once() -> None:
    """Six a minute: six leave, what comes then leaves as one when the next may; nothing is dropped."""
    waiting = deliveries(at_once=32, per_minute=6)
    for number in range(6):
        waiting.offer(delivery(f"a{number}", 0), START_S)
    for batch in waiting.due(START_S):
        assert len(batch) == 1
        waiting.settle(batch, RECEIVED, START_S)
    assert len(waiting) == 0
    for number in range(9):
        waiting.offer(delivery(f"b{number % 5}", number // 5), START_S + 1)
    waiting.offer(delivery("p", 0, priority=Priority.P1), START_S + 1)
    (pressing,) = waiting.due(START_S + 1)
    assert [each.notice.alert_id for each in pressing] == ["p"]
    (group,) = waiting.due(START_S + 11)
    assert len(group) == 9
    for alert in range(4):
        assert [each.notice.revision for each in group if each.notice.alert_id == f"b{alert}"] == [0, 1]
    assert len(waiting.settle(group, RECEIVED, START_S + 11)) == 9


def test_a_group_that_is_refused_comes_apart() -> None:
    """Which of them it refuses shows when each comes by itself; the others are delivered."""
    waiting = deliveries(at_once=32, per_minute=60)
    waiting._rate.tokens = 1.0
    for number in range(3):
        waiting.offer(delivery(f"a{number}", 0), START_S)
    (group,) = waiting.due(START_S)
    assert len(group) == 3
    assert waiting.settle(group, Outcome(OutcomeReason.MESSAGE_REFUSED), START_S) == []
    alone = waiting.due(START_S + 10)
    assert [len(each) for each in alone] == [1, 1, 1]


def test_a_dispatch_is_never_held_nor_grouped() -> None:
    """Its deadline runs, whatever its priority."""
    waiting = deliveries(per_minute=1)
    waiting._rate.tokens = 0.0
    notice = notice_of(partner_dispatch(priority=Priority.P3))
    waiting.offer(Delivery(notice, ("partner-politie", 0, 0), START_S, START_S), START_S)
    assert [len(each) for each in waiting.due(START_S)] == [1]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 4), st.sampled_from(Priority), st.floats(0, 30), st.booleans()),
        min_size=1,
        max_size=40,
    ),
    st.randoms(use_true_random=False),
    st.sampled_from([None, 6, 600]),
)
def test_whatever_fails_everything_is_delivered_once_in_order_and_no_p1_is_held(
    offers: list[tuple[int, Priority, float, bool]], chance: random.Random, per_minute: int | None
) -> None:
    """Any messages, failures, rate and quiet hours: each is settled once, revisions in order, and nothing holds a P1."""
    waiting = Deliveries(chance.random, 3, 1e9, per_minute)
    counts: dict[int, int] = defaultdict(int)
    now_s, seen, order = START_S, 0, defaultdict(list)
    for alert, priority, wait_s, held in offers:
        now_s += wait_s
        until_s = now_s + 500 if held and priority is not Priority.P1 else 0.0
        waiting.offer(delivery(f"a{alert}", counts[alert], now_s, priority, until_s), now_s)
        counts[alert] += 1
        if priority is Priority.P1 and not waiting.breaker.open:
            queue = waiting._queues[f"a{alert}"]
            assert all(each.held_until_s == 0.0 for each in queue)
        for batch in waiting.due(now_s):
            outcome = RECEIVED if chance.random() < 0.5 else DOWN
            for each in waiting.settle(batch, outcome, now_s):
                seen += 1
                order[each.delivery.notice.alert_id].append(each.delivery.notice.revision)
    for _ in range(10_000):
        if not len(waiting):
            break
        now_s += 5
        for batch in waiting.due(now_s):
            for each in waiting.settle(batch, RECEIVED if chance.random() < 0.5 else DOWN, now_s):
                seen += 1
                order[each.delivery.notice.alert_id].append(each.delivery.notice.revision)
    assert seen == len(offers)
    assert len(waiting) == waiting.under_way == 0
    assert all(revisions == list(range(len(revisions))) for revisions in order.values())
