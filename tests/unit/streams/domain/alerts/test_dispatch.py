"""Dispatches: requests, answers in any order, deadlines, escalation and arrival, through the stage `decide`."""

from __future__ import annotations

from itertools import permutations

import pytest

from schemas.actions import Action
from schemas.alerts import Alert, AlertState, Change
from schemas.categories import Category, Priority
from schemas.dispatch import DispatchState, RejectionReason
from schemas.incidents import Operation
from schemas.phrases.catalogue import sentence
from schemas.phrases.language import Language
from streams.domain.alerts.dispatch import DISPATCHES_AT_MOST
from streams.domain.alerts.suppression import Plan
from tests.support.deciding import ESCALATE_S, EVENT, LATER, NOW, OPEN_S, RULES, Deciding
from tests.support.dispatches import answer, confirmation, confirmed, fire, refused_answer, states
from tests.support.situations import NOON, action, position, receipt, report, seconds

ANSWER_S = RULES.dispatch.answer_s[Priority.P1]
ARRIVE_S = RULES.dispatch.arrive_s[Priority.P1]
LAPSED_S = 100 + ANSWER_S + 11
"""Seconds after noon at which a tick finds that nobody answered what was confirmed at 100 s."""


def test_a_confirmed_dispatch_is_one_request_to_the_first_partner(deciding: Deciding) -> None:
    """With what the alert says, who confirmed it and when, and until when an answer is waited for."""
    alert = confirmed(deciding)
    [request] = deciding.requests
    [dispatch] = alert.dispatches
    assert (request.recipient, request.attempt, request.asked_after) == ("brandweer", 1, None)
    assert (request.alert_id, request.alert_revision, request.dispatch_id) == (
        alert.alert_id,
        alert.revision,
        dispatch.dispatch_id,
    )
    assert (request.priority, request.category, request.place) == (alert.priority, alert.category, alert.place)
    assert (request.confirmed_by, request.confirmed_at, request.requested_at) == ("operator-3", NOW, NOW)
    assert request.deadline_at == dispatch.deadline_at == NOW + seconds(ANSWER_S)
    assert (dispatch.state, dispatch.since, dispatch.alert_id) == (DispatchState.ASKED, NOW, alert.alert_id)
    assert sentence(dispatch.reason) == "the fire service: asked, answer expected before 12:03:40 UTC"
    assert sentence(dispatch.reason, Language.NL) == "de brandweer: gevraagd, antwoord verwacht voor 13:03:40"
    assert alert.next_step is not None
    assert sentence(alert.next_step) == "wait for an answer of the fire service, until 12:03:40 UTC"


def test_what_comes_after_a_request_does_not_ask_again(deciding: Deciding) -> None:
    """Neither evidence, nor another action, nor the same confirmation again."""
    alert = confirmed(deciding)
    assert len(deciding.requests) == 1
    deciding.one(report("b", category=Category.BRAND, source="meldpunt"))
    assert deciding.requests == []
    deciding.take(action(alert.alert_id, Action.NOTE, number=40, note="called_back", seen_revision=alert.revision))
    assert deciding.requests == []
    deciding.take(confirmation(alert, number=1))
    assert deciding.requests == []


def test_each_stage_is_told_and_arrival_ends_the_wait(deciding: Deciding) -> None:
    """Accepted, on the way, there, done: each a revision, with the moment since when it is so."""
    [dispatch] = confirmed(deciding).dispatches
    for number, outcome in enumerate(("accepted", "en_route", "arrived", "done")):
        alert = answer(deciding, dispatch, outcome, 150 + number)
        [now] = alert.dispatches
        assert (alert.change, alert.state, alert.asks) == (Change.DISPATCH, AlertState.ACKNOWLEDGED, False)
        assert (now.state, now.since) == (outcome, alert.changed_at)
        assert (now.check_in_at is None) is (number > 1)
    assert deciding.tick(150 + ARRIVE_S + 30) == []


@pytest.mark.parametrize("order", sorted(permutations(("accepted", "en_route", "arrived", "done"))))
def test_answers_in_any_order_end_at_the_furthest(deciding: Deciding, order: tuple[str, ...]) -> None:
    """A later stage says that the earlier ones were; what was said or implied already is refused with that reason."""
    [dispatch] = confirmed(deciding).dispatches
    furthest = -1
    for outcome in (*order, *order):
        rank = ("accepted", "en_route", "arrived", "done").index(outcome)
        told = refused_answer(deciding, dispatch, outcome)
        assert told.startswith("that is known already") is (rank <= furthest)
        furthest = max(furthest, rank)
    [newest] = deciding.alerts.values()
    assert states(newest) == [("brandweer", "done", 1)]


def test_no_answer_in_time_asks_the_next_partner_that_was_confirmed(deciding: Deciding) -> None:
    """By itself, in the confirmed order, with the same person and moment of confirmation; when nobody is left it comes back."""
    confirmed(deciding, "brandweer", then=("politie",))
    assert deciding.tick(LAPSED_S - 20) == []
    [alert] = deciding.tick(LAPSED_S)
    [request] = deciding.requests
    assert states(alert) == [("brandweer", "expired", 1), ("politie", "asked", 1)]
    assert (request.recipient, request.asked_after) == ("politie", "brandweer")
    assert (request.confirmed_by, request.confirmed_at, request.requested_at) == ("operator-3", NOW, alert.changed_at)
    assert (alert.change, alert.state, alert.handled_by) == (Change.DISPATCH, AlertState.ACKNOWLEDGED, "operator-3")
    [back] = deciding.tick(LAPSED_S + ANSWER_S + 11)
    assert deciding.requests == []
    assert (back.change, back.state, back.asks, back.handled_by) == (Change.BACK, AlertState.NEW, True, None)
    assert back.unanswered_at == back.changed_at
    assert back.next_step is not None
    assert back.next_step_reason is not None
    assert sentence(back.next_step) == "no help from the police: ask the ambulance service, or call"
    assert sentence(back.next_step_reason).startswith("the police: no answer before")
    [escalated] = deciding.tick(LAPSED_S + ANSWER_S + 11 + ESCALATE_S + 11)
    assert escalated.change is Change.ESCALATED


def test_nobody_is_asked_whom_no_person_confirmed(deciding: Deciding) -> None:
    """The rules name three partners; one was confirmed, so the alert comes back at once."""
    confirmed(deciding, "brandweer")
    [back] = deciding.tick(LAPSED_S)
    assert deciding.requests == []
    assert states(back) == [("brandweer", "expired", 1)]
    assert (back.state, back.asks) == (AlertState.NEW, True)


@pytest.mark.parametrize("code", [*RejectionReason, "a newer code", None])
def test_a_refusal_is_told_with_its_reason_and_asks_the_next_at_once(deciding: Deciding, code: str | None) -> None:
    """Without waiting for the deadline; a reason that is none of the list is another reason."""
    [dispatch] = confirmed(deciding, "brandweer", then=("ambulance",)).dispatches
    alert = answer(deciding, dispatch, "rejected", reason_code=code)
    assert states(alert) == [("brandweer", "rejected", 1), ("ambulance", "asked", 1)]
    why = alert.dispatches[0].reason.values["why"]
    assert why == (code if code in set(RejectionReason) else "other_reason")
    assert [each.recipient for each in deciding.requests] == ["ambulance"]


def test_a_partner_that_accepted_may_still_refuse_until_it_is_there(deciding: Deciding) -> None:
    """Where it said so later than it accepted, by its own clock; who is there is there."""
    [dispatch] = confirmed(deciding, then=("politie",)).dispatches
    answer(deciding, dispatch, "accepted", 150)
    late = receipt(dispatch, "rejected", 140)
    assert deciding.refused(late, NOON + seconds(160)) == "a newer answer is known (accepted)"
    alert = answer(deciding, dispatch, "rejected", 170)
    assert states(alert) == [("brandweer", "rejected", 1), ("politie", "asked", 1)]
    other = Deciding()
    [dispatch] = confirmed(other).dispatches
    answer(other, dispatch, "arrived", 150)
    assert refused_answer(other, dispatch, "rejected", 170) == "that is known already (there)"
    assert refused_answer(other, dispatch, "expired", 171) == "that is known already (there)"


def test_a_partner_that_was_not_reached_is_as_one_that_does_not_answer(deciding: Deciding) -> None:
    """Whoever delivers says so; one that accepted does not expire."""
    [dispatch] = confirmed(deciding).dispatches
    back = answer(deciding, dispatch, "expired")
    assert (back.state, back.change) == (AlertState.NEW, Change.BACK)
    assert sentence(back.dispatches[0].reason) == "the fire service: not reached"
    assert refused_answer(deciding, dispatch, "expired") == "that is known already (no answer)"
    assert refused_answer(deciding, dispatch, "rejected") == "nobody waits for an answer any more (no answer)"
    other = Deciding()
    [dispatch] = confirmed(other).dispatches
    answer(other, dispatch, "accepted")
    assert refused_answer(other, dispatch, "expired") == "that is known already (accepted)"


def test_who_comes_after_all_counts(deciding: Deciding) -> None:
    """An answer after its time is told as late; nobody is missed any more, and who was asked instead is still asked."""
    [dispatch] = confirmed(deciding, then=("politie",)).dispatches
    deciding.tick(LAPSED_S)
    alert = answer(deciding, dispatch, "accepted", LAPSED_S + 5)
    assert states(alert) == [("brandweer", "accepted", 1), ("politie", "asked", 1)]
    assert sentence(alert.dispatches[0].reason) == "the fire service: accepted, answered after its time"
    back = Deciding()
    [dispatch] = confirmed(back).dispatches
    [nobody] = back.tick(LAPSED_S)
    assert nobody.unanswered_at is not None
    alert = answer(back, dispatch, "en_route", LAPSED_S + 5)
    assert (alert.unanswered_at, alert.state) == (None, AlertState.NEW)


def test_a_refusal_taken_back_counts_by_the_partners_clock(deciding: Deciding) -> None:
    """An acceptance that was given before the refusal, and came after it, does not."""
    [dispatch] = confirmed(deciding).dispatches
    answer(deciding, dispatch, "rejected", 150)
    before = receipt(dispatch, "accepted", 140)
    assert deciding.refused(before, NOON + seconds(160)) == "a newer answer is known (refused)"
    assert states(answer(deciding, dispatch, "accepted", 170)) == [("brandweer", "accepted", 1)]


def test_a_partner_that_answers_an_earlier_request_takes_the_place_of_the_newer_one(deciding: Deciding) -> None:
    """Of one partner one request is waited for; what it says of the other one means nothing then."""
    first = confirmed(deciding)
    [back] = deciding.tick(LAPSED_S)
    again = deciding.one(confirmation(back, "brandweer"), back.changed_at)
    assert states(again) == [("brandweer", "expired", 1), ("brandweer", "asked", 2)]
    assert len({each.dispatch_id for each in again.dispatches}) == 2
    alert = answer(deciding, first.dispatches[0], "accepted", LAPSED_S + 20)
    assert states(alert) == [("brandweer", "accepted", 1), ("brandweer", "withdrawn", 2)]
    told = refused_answer(deciding, again.dispatches[1], "accepted", LAPSED_S + 30)
    assert told == "another request to the same partner goes on"
    further = answer(deciding, again.dispatches[1], "arrived", LAPSED_S + 40)
    assert states(further) == [("brandweer", "withdrawn", 1), ("brandweer", "arrived", 2)]


def test_answers_that_mean_nothing_are_refused_with_a_reason(deciding: Deciding) -> None:
    """Of an unknown request, of an alert that is none, of another partner, of another room."""
    alert = confirmed(deciding)
    [dispatch] = alert.dispatches
    none = "there is no such request in this control room"
    assert refused_answer(deciding, dispatch, "accepted", dispatch_id="made-up") == none
    assert refused_answer(deciding, dispatch, "accepted", alert_id="made-up") == none
    assert refused_answer(deciding, dispatch, "accepted", control_room_id="ouder-amstel") == none
    assert refused_answer(deciding, dispatch, "accepted", recipient="politie") == "another partner was asked"
    assert deciding.newest(alert).revision == alert.revision
    [decision] = [each.message for each in deciding.outputs if each.message.name == "decision"]
    assert decision.model_dump()["dispatch_id"] == dispatch.dispatch_id


def test_not_there_in_time_asks_for_attention_once(deciding: Deciding) -> None:
    """Its state stays, since somebody has it; being on the way does not put it off, being there ends it."""
    [dispatch] = confirmed(deciding).dispatches
    answer(deciding, dispatch, "accepted", 150)
    answer(deciding, dispatch, "en_route", 300)
    assert deciding.tick(150 + ARRIVE_S - 5) == []
    [late] = deciding.tick(150 + ARRIVE_S + 11)
    assert (late.change, late.state, late.asks) == (Change.OVERDUE, AlertState.ACKNOWLEDGED, True)
    assert late.dispatches[0].overdue
    assert late.next_step is not None
    assert sentence(late.next_step) == "call the fire service"
    assert deciding.tick(150 + 2 * ARRIVE_S) == []
    assert not answer(deciding, dispatch, "arrived", 200 + 2 * ARRIVE_S).dispatches[0].overdue


def test_a_shelved_alert_comes_off_the_shelf_when_nobody_comes() -> None:
    """Or when who said so is not there; what waits on the shelf waits for them."""
    for answers in ((), ("accepted",)):
        deciding = Deciding()
        alert = confirmed_p2(deciding)
        for outcome in answers:
            alert = answer(deciding, alert.dispatches[0], outcome)
        shelve = action(
            alert.alert_id, Action.SHELVE, "waiting_for_unit", NOON + seconds(9_000), 50, seen_revision=alert.revision
        )
        deciding.take(shelve, NOON + seconds(160))
        [back] = deciding.tick(200 + RULES.dispatch.arrive_s[Priority.P2])
        assert (back.state, back.shelf, back.asks) == (AlertState.NEW, None, True)


def confirmed_p2(deciding: Deciding) -> Alert:
    opened = deciding.one(report("a", category=Category.WONINGINBRAAK))
    return deciding.one(confirmation(opened, "politie"))


def test_no_plan_holds_back_what_nobody_comes_to() -> None:
    """The plan covers the place; a person asked for help all the same."""
    deciding = Deciding(Plan.model_validate({"version": "p1", "entries": [EVENT]}))
    held = deciding.one(report("a", category=Category.JEUGDOVERLAST))
    assert held.state is AlertState.SUPPRESSED
    alert = deciding.one(confirmation(held, "hor"))
    assert (alert.state, alert.suppression) == (AlertState.ACKNOWLEDGED, None)
    [back] = deciding.tick(111 + RULES.dispatch.answer_s[Priority.P3])
    assert (back.state, back.change) == (AlertState.NEW, Change.BACK)


def test_other_help_on_its_way_keeps_it_in_hand(deciding: Deciding) -> None:
    """One of two refuses: that is told, and the alert comes back only when the other one does not come either."""
    police, fire_service = sorted(
        confirmed(deciding, "brandweer", "politie").dispatches, key=lambda each: each.recipient
    )[::-1]
    alert = answer(deciding, police, "rejected")
    assert (alert.state, alert.change) == (AlertState.ACKNOWLEDGED, Change.DISPATCH)
    back = answer(deciding, fire_service, "rejected", 160)
    assert (back.state, back.change) == (AlertState.NEW, Change.BACK)


def test_an_alert_that_ended_waits_for_nobody(deciding: Deciding) -> None:
    """Who had not answered is not asked any more, who comes may tell how it went; nothing opens it again or asks another."""
    police, fire_service = sorted(
        confirmed(deciding, "brandweer", "politie", then=("ambulance",)).dispatches, key=lambda each: each.recipient
    )[::-1]
    alert = answer(deciding, fire_service, "accepted")
    closed = deciding.one(
        action(alert.alert_id, Action.CLOSE, number=60, seen_revision=alert.revision), NOON + seconds(160)
    )
    assert sorted(states(closed)) == [("brandweer", "accepted", 1), ("politie", "withdrawn", 1)]
    assert refused_answer(deciding, police, "accepted", 170) == "the alert has ended"
    told = answer(deciding, fire_service, "arrived", 180)
    assert (told.state, told.change, told.closing) == (AlertState.CLOSED, Change.DISPATCH, "true")
    assert deciding.requests == []
    assert deciding.tick(LAPSED_S + ARRIVE_S + 20) == []


def test_what_is_withdrawn_by_its_reporters_asks_nobody_else(deciding: Deciding) -> None:
    """Nothing of it holds: no answer is told, and neither the next partner nor an operator is asked."""
    confirmed(deciding, "brandweer", then=("politie",))
    deciding.take(report("a", category=Category.BRAND, urgency=1, revision=1, operation=Operation.CANCEL), LATER)
    [alert] = deciding.tick(2_000)
    assert (alert.state, states(alert)) == (AlertState.CANCELLED, [("brandweer", "expired", 1)])
    assert deciding.requests == []


def test_news_of_a_dispatch_keeps_an_alert_open(deciding: Deciding) -> None:
    """It expires when nothing was heard for its time, partners included."""
    alert = confirmed(deciding)
    answer(deciding, alert.dispatches[0], "arrived", OPEN_S - 100)
    assert deciding.tick(OPEN_S + 200) == []
    [expired] = deciding.tick(2 * OPEN_S)
    assert expired.state is AlertState.EXPIRED


def test_a_merged_alert_takes_its_requests_along(deciding: Deciding) -> None:
    """Answers that name the other alert reach it; of two requests to one partner one is waited for."""
    first = confirmed(deciding)
    other = fire(deciding, "b", position=position(900))
    second = deciding.one(confirmation(other, "brandweer", "politie"))
    known = deciding.newest(first)
    merge = action(
        known.alert_id, Action.MERGE, number=70, seen_revision=known.revision, other_alert_id=second.alert_id
    )
    deciding.take(merge)
    assert deciding.requests == []
    merged = deciding.newest(first)
    assert sorted(state for _, state, _ in states(merged)) == ["asked", "asked", "withdrawn"]
    assert deciding.newest(second).dispatches == ()
    police = next(each for each in second.dispatches if each.recipient == "politie")
    told = answer(deciding, police, "accepted", 160)
    assert told.alert_id == first.alert_id
    assert ("politie", "accepted", 1) in states(told)


def test_an_alert_holds_a_bounded_number_of_requests(deciding: Deciding) -> None:
    """More are refused, and an order that goes on beyond it comes back."""
    alert = fire(deciding)
    for number in range(DISPATCHES_AT_MOST):
        alert = deciding.one(
            confirmation(alert, "brandweer", then=("politie",) if number == DISPATCHES_AT_MOST - 1 else ())
        )
        alert = answer(deciding, alert.dispatches[-1], "rejected", 150 + number)
    assert (len(alert.dispatches), alert.state) == (DISPATCHES_AT_MOST, AlertState.NEW)
    told = deciding.refused(confirmation(alert, "brandweer", number=90))
    assert told == f"an alert holds at most {DISPATCHES_AT_MOST} requests"
