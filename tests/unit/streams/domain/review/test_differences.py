"""Two lists of alerts are matched by what they hold, and each difference is told once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from schemas.alerts import Alert
from schemas.categories import Category, Priority
from streams.domain.review.differences import Case, cases, compare, facts_of, summary
from tests.support.messages import NOON, example

P1, P2, P3, P4 = Priority


def case(name: str, priority: Priority, *facts: str, room: str = "west", at_s: float = 0) -> Case:
    opened_at = NOON + timedelta(seconds=at_s)
    return Case(name, room, Category.STRAATROOF, priority, opened_at, "", True, frozenset(facts))


@pytest.mark.parametrize(
    ("before", "after", "same", "found"),
    [
        ([], [], 0, []),
        ([case("a", P2, "1")], [case("b", P2, "1")], 1, []),
        ([case("a", P2, "1")], [case("a", P1, "1", "2")], 0, [("priority", "a", P2, P1, "a")]),
        ([case("a", P2, "1")], [], 0, [("vanishes", "a", P2, None, "")]),
        ([], [case("a", P4, "1")], 0, [("appears", "a", None, P4, "")]),
        (
            [case("a", P2, "1"), case("b", P3, "2")],
            [case("a", P2, "1", "2")],
            1,
            [("joined", "b", P3, None, "a")],
        ),
        (
            [case("a", P2, "1", "2", "3")],
            [case("x", P2, "1"), case("y", P2, "2", "3")],
            1,
            [("split", "x", None, P2, "a")],
        ),
        (
            [case("a", P2, "1")],
            [case("a", P2, "1", room="east")],
            0,
            [("appears", "a", None, P2, ""), ("vanishes", "a", P2, None, "")],
        ),
    ],
    ids=["nothing", "another identity", "priority", "vanishes", "appears", "joined", "split", "another room"],
)
def test_differences(before: list[Case], after: list[Case], same: int, found: list[tuple[object, ...]]) -> None:
    """What shares most is the same alert; the rest appears, vanishes, is joined or split."""
    compared = compare(before, after)
    told = [(each.kind, each.case.alert_id, each.before, each.after, each.other) for each in compared.differences]
    assert (compared.before, compared.after, compared.same, told) == (len(before), len(after), same, found)


def test_differences_stand_in_the_order_of_opening() -> None:
    """So a day reads as a day."""
    compared = compare([case("late", P2, "1", at_s=10), case("early", P2, "2")], [])
    assert [each.case.alert_id for each in compared.differences] == ["early", "late"]
    assert compared.differences[0].as_dict()["before"] == "P2"


def test_a_case_is_an_alert_over_its_whole_life() -> None:
    """Its most urgent priority, all facts of all versions, its newest closing; opened within the span, its end excluded."""
    first = example(Alert, revision=0, priority=P2, evidence_ids=("one",))
    last = example(Alert, revision=1, priority=P4, evidence_ids=("two",), closing="false", state="closed")
    [found] = cases([last, first], first.opened_at, first.opened_at + timedelta(seconds=1))
    assert (found.priority, found.closing) == (P2, "false")
    assert found.facts == {first.reports[0].incident_id, "one", "two"}
    assert cases([first], NOON, first.opened_at) == []


def test_an_alert_that_holds_nothing_stands_for_itself() -> None:
    """It is matched by its identity."""
    assert facts_of(example(Alert, reports=(), evidence_ids=())) == {"alert-1"}


def test_a_summary_counts_by_category_and_priority() -> None:
    """Both lists side by side."""
    assert summary([case("a", P1), case("b", P1)], [case("c", P2)]) == {"straatroof": {"P1": [2, 0], "P2": [0, 1]}}
