"""The alert budget as a pure decision: who asks, what is shown, what is grouped, when a flood begins and ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.alerts import Alert, AlertState, Grouping
from schemas.categories import Category, Priority
from streams.config.files import load_rules
from streams.domain.alerts.situation import ListStanding
from streams.domain.budget.budget import (
    BudgetRow,
    asks,
    hidden,
    in_hand,
    may_be_grouped,
    micros,
    settled,
    take,
    used_share,
)
from streams.domain.rules.budget import BudgetRule
from tests.support.messages import NOON, example

_PRODUCT = load_rules().budget
assert _PRODUCT is not None
RULE: BudgetRule = _PRODUCT
ROOM = "amstelveen"
P1, P2, P3, P4 = Priority
NEW, ACKNOWLEDGED = AlertState.NEW, AlertState.ACKNOWLEDGED


def after(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def at_us(seconds: float) -> int:
    return micros(NOON + after(seconds))


def stood(state: AlertState = NEW, priority: Priority = P3) -> ListStanding:
    return ListStanding(state=state, priority=priority, category=Category.OVERIG)


def asked(*arrivals: tuple[float, Priority], rule: BudgetRule = RULE) -> tuple[BudgetRow, list[Grouping | None]]:
    """Return the row after alerts that asked at these seconds, and what became of each."""
    row, became = BudgetRow(), []
    for at_s, priority in arrivals:
        row, why = take(row, priority, True, at_us(at_s), rule, ROOM)
        became.append(why)
    return row, became


@pytest.mark.parametrize(
    ("before", "changes", "expected"),
    [
        (None, {}, True),
        (None, {"operator_list": False}, False),
        (None, {"state": AlertState.CANCELLED}, False),
        (None, {"state": AlertState.SUPPRESSED}, False),
        (stood(), {"priority": P3}, False),
        (stood(), {"priority": P4}, False),
        (stood(), {"priority": P2}, True),
        (stood(ACKNOWLEDGED), {"state": ACKNOWLEDGED, "priority": P1}, True),
        (stood(AlertState.RETURNED_TO_NORMAL), {}, True),
        (stood(AlertState.SHELVED), {}, True),
        (stood(AlertState.SHELVED), {"state": AlertState.SHELVED, "priority": P2}, False),
        (stood(AlertState.CANCELLED), {}, True),
        (stood(), {"state": AlertState.EXPIRED}, False),
        (stood(), {"state": AlertState.RETURNED_TO_NORMAL}, False),
    ],
)
def test_an_alert_asks_when_it_opens_comes_back_or_rises(
    before: ListStanding | None, changes: dict[str, Any], expected: bool
) -> None:
    """What falls, ends, waits on a shelf or is nobody's alarm does not."""
    assert asks(before, example(Alert, **{"priority": P3, "state": NEW, **changes})) is expected


@pytest.mark.parametrize(
    ("before", "changes", "expected"),
    [
        (None, {}, False),
        (stood(), {"handled_by": "operator-3"}, True),
        (stood(), {"state": ACKNOWLEDGED}, True),
        (stood(AlertState.SHELVED), {}, True),
        (stood(AlertState.RETURNED_TO_NORMAL), {}, False),
    ],
)
def test_what_an_operator_has_in_hand_is_known(
    before: ListStanding | None, changes: dict[str, Any], expected: bool
) -> None:
    """Acknowledged, assigned, or put off until now."""
    assert in_hand(before, example(Alert, **{"state": NEW, "handled_by": None, **changes})) is expected


@pytest.mark.parametrize(
    ("before", "changes", "expected"),
    [
        (None, {}, True),
        (stood(), {"priority": P2}, False),
        (stood(AlertState.RETURNED_TO_NORMAL), {}, False),
        (stood(AlertState.CANCELLED), {}, True),
        (stood(AlertState.SUPPRESSED), {}, True),
        (stood().model_copy(update={"grouped_under": "s"}), {"priority": P2}, True),
        (stood().model_copy(update={"grouped_under": "s"}), {"priority": P2, "handled_by": "operator-3"}, False),
        (stood(AlertState.SHELVED), {}, False),
    ],
)
def test_what_has_a_line_or_is_in_hand_is_not_grouped(
    before: ListStanding | None, changes: dict[str, Any], expected: bool
) -> None:
    """An alert that operators see does not vanish because it rises or comes back."""
    alert = example(Alert, **{"state": NEW, "handled_by": None, "priority": P3, **changes})
    assert may_be_grouped(before, alert) is expected


@pytest.mark.parametrize(
    ("arrivals", "expected"),
    [
        ([], []),
        ([(0, P4)] * 4, [None, None, None, Grouping.LONG_TERM]),
        ([(0, P3)] * 7, [None] * 6 + [Grouping.FULL]),
        ([(0, P4)] * 3 + [(1, P3)] * 4, [None] * 6 + [Grouping.FULL]),
        ([(0, P4)] * 50 + [(1, P3)], [None] * 3 + [Grouping.LONG_TERM] * 7 + [Grouping.FLOOD] * 40 + [None]),
        ([(0, P3)] * 5 + [(1, P2)] * 4, [None] * 8 + [Grouping.FULL]),
        ([(300 * number, P3) for number in range(12)], [None] * 12),
        ([(0, P2)] * 9, [None] * 8 + [Grouping.FULL]),
        ([(0, P1)] * 30, [None] * 30),
        ([(0, P1)] * 10 + [(1, P2), (1, P3), (1, P4), (1, P1)], [None] * 10 + [Grouping.FULL] + [Grouping.FLOOD] * 2 + [None]),
        ([(150 * number, P3) for number in range(24)] + [(3_599, P3), (3_600, P3)], [None] * 24 + [Grouping.LONG_TERM, None]),
        ([(0, P2)] * 8 + [(599, P2), (600, P2)], [None] * 8 + [Grouping.FULL, None]),
        ([(0, P3)] * 6 + [(-5, P3)], [None] * 6 + [Grouping.FULL]),
    ],
)  # fmt: skip
def test_what_is_shown_and_what_is_grouped(
    arrivals: list[tuple[float, Priority]], expected: list[Grouping | None]
) -> None:
    """The lowest first, a P1 never; a window's end frees places; a moment that goes back is taken for the newest."""
    assert asked(*arrivals)[1] == expected


def test_what_may_not_be_grouped_is_shown_beyond_the_budget() -> None:
    """An alert that an operator has in hand takes a place and keeps its own line."""
    row, _ = asked(*[(0, P3)] * 20)
    row, why = take(row, P4, False, at_us(0), RULE, ROOM)
    assert why is None
    assert len(row.shown_us) == RULE.flood.places[P3] + 1


@pytest.mark.parametrize(("count", "flood"), [(10, False), (11, True)])
def test_a_flood_begins_above_ten_in_ten_minutes(count: int, flood: bool) -> None:
    """What is grouped counts as what is shown: a flood is what comes, not what is seen."""
    row, _ = asked(*[(at, P4) for at in range(count)])
    assert (row.flood_since_us is not None) is flood
    row, _ = asked(*[(at * 60, P4) for at in range(count)])
    assert row.flood_since_us is None


def test_a_flood_ends_below_five_in_ten_minutes_and_no_sooner() -> None:
    """Between five and ten it goes on; the summary takes no more after it, and the next flood gets another."""
    row, _ = asked(*[(0, P4)] * 11, *[(60 * at, P4) for at in range(1, 12)])
    row = row.model_copy(update={"summary_id": "s", "summary_since_us": at_us(0)})
    assert settled(row, at_us(600), RULE, ROOM).flood_since_us == at_us(0)
    five_left = 60 * 7 + 599
    assert settled(row, at_us(five_left), RULE, ROOM).summary_id == "s"
    over = settled(row, at_us(five_left + 1), RULE, ROOM)
    assert (over.flood_since_us, over.summary_id) == (None, "")
    assert settled(over, at_us(five_left + 1), RULE, ROOM) == over
    again, why = take(over, P4, True, at_us(five_left + 2), RULE, ROOM)
    assert (again.flood_since_us, why) == (None, Grouping.LONG_TERM)


def test_a_flood_begins_with_a_summary_of_its_own() -> None:
    """One of an earlier hour, which somebody may have acknowledged, is left as it is; one of these minutes goes on."""
    row, _ = asked(*[(0, P4)] * 10)
    for age_s, kept in ((599, "hour"), (600, "")):
        known = row.model_copy(update={"summary_id": "hour", "summary_since_us": at_us(-age_s)})
        begun, _ = take(known, P4, True, at_us(0), RULE, ROOM)
        assert (begun.flood_since_us, begun.summary_id) == (at_us(0), kept)


@pytest.mark.parametrize(("flood", "age_s", "kept"), [(False, 3_599, True), (False, 3_600, False), (True, 3_600, True)])
def test_outside_a_flood_a_summary_takes_alerts_for_an_hour(flood: bool, age_s: float, kept: bool) -> None:
    """So that what is grouped all day asks every hour."""
    row = BudgetRow(summary_id="s", summary_since_us=at_us(0))
    if flood:
        came_us = tuple(at_us(age_s - 5 + at) for at in range(5))
        row = row.model_copy(update={"flood_since_us": at_us(0), "came_us": came_us})
    assert bool(settled(row, at_us(age_s), RULE, ROOM).summary_id) is kept


def test_two_operators_take_twice_as_much() -> None:
    """The numbers are per operator at work in a room."""
    rule = BudgetRule.model_validate({**RULE.model_dump(), "rooms": {ROOM: 2}})
    row, became = asked(*[(0, P4)] * 7, rule=rule)
    assert became == [None] * 6 + [Grouping.LONG_TERM]
    assert used_share(row, rule, ROOM) == 6 / (2 * RULE.long_term.shown_at_most[P3])
    row, _ = asked(*[(0, P4)] * 20, rule=rule)
    assert row.flood_since_us is None
    assert asked(*[(0, P4)] * 21, rule=rule)[0].flood_since_us is not None


def test_a_row_stays_small() -> None:
    """As many moments as the limits can tell apart, whatever comes."""
    row, _ = asked(*[(0, P1)] * 500)
    assert (len(row.came_us), len(row.shown_us)) == (11, 24)
    assert (len(row.alarms_came_us), len(row.alarms_shown_us)) == (11, 24)
    settled_ = settled(row, at_us(3_600), RULE, ROOM)
    assert settled_.shown_us == settled_.alarms_shown_us == settled_.alarms_came_us == ()


def test_rules_that_do_not_count_the_log_apart_decide_as_before() -> None:
    """A flood of P4 makes one of P3 too, as rules up to 2026.4 say."""
    before = BudgetRule.model_validate({**RULE.model_dump(), "log_apart": False})
    assert asked(*[(0, P4)] * 50, (1, P3), rule=before)[1][-1] is Grouping.FLOOD
    assert asked(*[(0, P4)] * 50, (1, P3))[1][-1] is None


ARRIVALS = st.lists(st.tuples(st.floats(0, 120), st.sampled_from(Priority)), max_size=150)


@settings(max_examples=100, deadline=None)
@given(ARRIVALS)
def test_a_p1_is_always_shown_and_the_rest_stays_within_the_budget(gaps: list[tuple[float, Priority]]) -> None:
    """In any ten minutes no more than ten less the summary's two, in any hour no more P3 and P4 than theirs."""
    at_s, arrivals = 0.0, []
    for gap_s, priority in gaps:
        at_s += gap_s
        arrivals.append((at_s, priority))
    _, became = asked(*arrivals)
    shown = [arrival for arrival, why in zip(arrivals, became, strict=True) if why is None]
    assert [arrival for arrival in arrivals if arrival[1] is P1] == [each for each in shown if each[1] is P1]
    for number, (at_s, priority) in enumerate(shown, 1):
        minutes = [each for each in shown[:number] if each[0] > at_s - RULE.flood.window_s]
        hour = [each for each in shown[:number] if each[0] > at_s - RULE.long_term.window_s]
        assert priority is P1 or len(minutes) <= RULE.flood.shown_at_most
        counted = hour if priority is P4 else [each for each in hour if each[1] is not P4]
        assert len(counted) <= RULE.long_term.shown_at_most.get(priority, len(counted))


@settings(max_examples=50, deadline=None)
@given(ARRIVALS, st.lists(st.floats(0, 20_000), max_size=20))
def test_when_it_is_looked_at_does_not_change_what_is_decided(
    gaps: list[tuple[float, Priority]], looks: list[float]
) -> None:
    """A tick between two alerts settles the row as the next alert would: a replay without it decides the same."""
    moments = sorted([(gap_s * 20, priority) for gap_s, priority in gaps], key=lambda each: each[0])
    row, became = BudgetRow(), []
    for at_s, priority in moments:
        for look in (each for each in sorted(looks) if each <= at_s):
            row = settled(row, max([at_us(look), *row.came_us[-1:]]), RULE, ROOM)
        row, why = take(row, priority, True, at_us(at_s), RULE, ROOM)
        became.append(why)
    assert became == asked(*moments)[1]


@pytest.mark.parametrize(
    ("under", "summaries", "expected"),
    [(None, {"s"}, False), ("s", {"s"}, True), ("s", set(), False), ("s", {"t"}, False)],
)
def test_an_alert_is_out_of_sight_only_under_a_summary_that_is_on_the_list(
    under: str | None, summaries: set[str], expected: bool
) -> None:
    """Where the summary has ended, or was never seen, the alert stands by itself."""
    assert hidden(example(Alert, grouped_under=under), frozenset(summaries)) is expected


@pytest.mark.parametrize(
    ("section", "change"),
    [
        ("flood", {"groups": ["P1", "P4"]}),
        ("flood", {"ends_below": 11}),
        ("flood", {"shown_at_most": 0}),
        ("flood", {"window_s": 0}),
        ("long_term", {"shown_at_most": {"P1": 6}}),
        ("long_term", {"shown_at_most": {"P2": 6}}),
        ("long_term", {"shown_at_most": {"P3": 3, "P4": 6}}),
        ("chattering", {"activations": 1}),
        ("operators", 0),
    ],
)
def test_rules_that_contradict_the_budget_are_refused(section: str, change: Any) -> None:
    """Above all those that would group a P1."""
    content = RULE.model_dump(mode="json")
    content[section] = {**content[section], **change} if isinstance(change, dict) else change
    with pytest.raises(ValidationError):
        BudgetRule.model_validate(content)
