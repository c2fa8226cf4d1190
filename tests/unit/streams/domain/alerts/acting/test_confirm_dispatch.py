"""Confirming a dispatch: whom a person can ask, in which state, and what it means for the alert."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.actions import DRILL_USER, Action
from schemas.alerts import AlertState
from schemas.categories import Category, Priority
from tests.support.deciding import Deciding, in_state
from tests.support.dispatches import confirmation, confirmed, fire, states
from tests.support.situations import NOON, action, report, seconds


def test_whoever_confirms_has_the_alert_in_hand(deciding: Deciding) -> None:
    """It is acknowledged at that moment, by that person; a P1 does not escalate meanwhile."""
    alert = confirmed(deciding)
    assert (alert.state, alert.handled_by, alert.acknowledged_at) == (
        AlertState.ACKNOWLEDGED,
        "operator-3",
        alert.changed_at,
    )
    assert (alert.escalated_at, alert.priority) == (None, Priority.P1)


def test_the_drill_confirms_exercises_alone(deciding: Deciding) -> None:
    """It is no person: nobody is asked to come to what is real."""
    real = fire(deciding, "real")
    assert deciding.refused(confirmation(real, "politie", user=DRILL_USER)) == (
        "this alert is no exercise: only a person can confirm it"
    )
    assert states(deciding.one(confirmation(fire(deciding, "drill", exercise=True), "politie", user=DRILL_USER))) == [
        ("politie", "asked", 1)
    ]


def test_partners_are_asked_in_the_order_in_which_they_are_named(deciding: Deciding) -> None:
    """Each once, however often it is named; who is asked is not asked next as well."""
    alert = deciding.one(
        confirmation(fire(deciding), "politie", "brandweer", "politie", then=("politie", "ambulance", "ambulance"))
    )
    assert states(alert) == [("politie", "asked", 1), ("brandweer", "asked", 1)]
    assert {each.escalate_to for each in alert.dispatches} == {("ambulance",)}


def test_without_a_name_it_is_the_first_whom_nobody_asked(deciding: Deciding) -> None:
    """In the order of the rules, until all are asked."""
    alert = fire(deciding)
    for expected in ("brandweer", "politie", "ambulance"):
        alert = deciding.one(confirmation(alert))
        assert [each.recipient for each in deciding.requests] == [expected]
    assert deciding.refused(confirmation(alert)) == "all partners of this alert are asked already"


@pytest.mark.parametrize(
    ("recipients", "then"),
    [(("hor",), ()), (("brandweer", "hor"), ()), ((), ("hor",)), (("Jan Jansen, 06-12345678",), ()), (("",), ())],
)
def test_only_who_is_to_know_of_it_is_asked(deciding: Deciding, recipients: Any, then: Any) -> None:
    """A partner without a ground is none to send to, neither first nor next; what was written is not repeated."""
    alert = fire(deciding)
    told = deciding.refused(confirmation(alert, *recipients, then=then))
    assert told == "whom to ask must be one of the partners of this alert: brandweer, politie, ambulance"
    assert deciding.requests == []


def test_a_partner_that_is_waited_for_is_not_asked_again(deciding: Deciding) -> None:
    """By nobody, and nothing of such a confirmation is done."""
    alert = confirmed(deciding, "politie")
    told = deciding.refused(confirmation(alert, "brandweer", "politie", user="operator-4"))
    assert told == "the police is asked already (asked)"
    assert deciding.requests == []
    assert states(deciding.newest(alert)) == [("politie", "asked", 1)]


@pytest.mark.parametrize("state", sorted(AlertState))
def test_it_is_refused_where_nothing_holds_or_it_is_out_of_sight(state: AlertState) -> None:
    """With the reason that the table of the alert's life gives."""
    deciding, alert = in_state(state)
    told = deciding.refused(confirmation(alert, number=200))
    asked = state in {AlertState.NEW, AlertState.ACKNOWLEDGED, AlertState.SUPPRESSED}
    assert (told == "") is asked
    assert bool(deciding.requests) is asked


def test_another_person_who_acted_meanwhile_comes_first(deciding: Deciding) -> None:
    """As for any action: two operators do not ask two partners without knowing of each other."""
    alert = fire(deciding)
    deciding.take(action(alert.alert_id, Action.ACKNOWLEDGE, number=80, user="operator-4"))
    told = deciding.refused(confirmation(alert, "politie"))
    assert told.startswith("operator-4 acted on it")


def test_a_case_is_handed_over_and_not_dispatched(deciding: Deciding) -> None:
    """Nobody drives to a home since a file about it came; a P4 of the operators' list may be asked for."""
    case = deciding.one(report("a", category=Category.WOONFRAUDE_OVERBEWONING, urgency=4))
    assert deciding.refused(confirmation(case)).startswith("it is a case of its recipients")
    low = deciding.one(report("b", category=Category.DEMONSTRATIE, urgency=4, occurred_at=NOON - seconds(60)))
    assert (low.priority, deciding.refused(confirmation(low))) == (Priority.P4, "")
