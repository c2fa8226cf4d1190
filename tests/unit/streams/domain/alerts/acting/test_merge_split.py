"""Merging and splitting alerts, through the stage `decide` with rows in memory."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.actions import Action
from schemas.alerts import Alert, AlertState, Change
from schemas.categories import Category, Priority
from schemas.decisions import DecisionLog
from schemas.evidence import Verdict
from schemas.incidents import Operation, incident_identity
from streams.domain.alerts.lifecycle import TABLE, ActionRefusal, Cause
from streams.domain.alerts.situation import Situation
from tests.support.deciding import (
    HOME,
    OPEN_S,
    RULES,
    Deciding,
    in_state,
)
from tests.support.situations import EAST_ROOM, NOON, action, episode, in_view, position, report, seconds, sighting

FAR_M = 400


def incident_id(name: str) -> str:
    return incident_identity("politie-gms", name)


def two(deciding: Deciding) -> tuple[Alert, Alert]:
    """Return two alerts that are too far apart to be joined; the first has the better position."""
    one = deciding.one(report("a", category=HOME, cameras=in_view("cam-1")))
    place = position(FAR_M, accuracy_m=20)
    other = deciding.one(report("b", category=HOME, position=place, cameras=in_view("cam-2")))
    assert one.alert_id != other.alert_id
    return one, other


def merge(one: Alert, other: Alert, **changes: Any) -> Any:
    return action(one.alert_id, Action.MERGE, other_alert_id=other.alert_id, **changes)


def split(alert: Alert, fact_id: str, **changes: Any) -> Any:
    return action(alert.alert_id, Action.SPLIT, fact_id=fact_id, seen_revision=alert.revision, **changes)


def joined(deciding: Deciding) -> Alert:
    """Return an alert of two reports."""
    deciding.take(report("a", category=HOME, cameras=in_view("cam-1")))
    deciding.take(sighting("a"))
    return deciding.one(report("b", category=HOME, cameras=in_view("cam-1")))


def test_merging_puts_all_facts_in_one_alert_and_closes_the_other(deciding: Deciding) -> None:
    """The other one says where it went on; the decision names both."""
    one, other = two(deciding)
    deciding.take(sighting("b", "cam-2"))
    kept, gone = deciding.take(merge(one, other))
    assert (kept.alert_id, kept.state, kept.change, kept.revision) == (one.alert_id, AlertState.NEW, Change.ACTION, 1)
    assert {row.incident_id for row in kept.reports} == {incident_id("a"), incident_id("b")}
    assert kept.verdict is Verdict.CORROBORATED
    assert (gone.alert_id, gone.state, gone.closing) == (other.alert_id, AlertState.CLOSED, "duplicate")
    assert (gone.merged_into, gone.handled_by) == (one.alert_id, "operator-3")
    decision = deciding.outputs[-1].message
    assert isinstance(decision, DecisionLog)
    assert (decision.alert_ids, decision.refused) == ((one.alert_id, other.alert_id), "")


def test_what_comes_later_about_a_merged_alert_goes_where_it_went_on(deciding: Deciding) -> None:
    """A revision, a sighting, a cancellation, and a new report at the other one's place."""
    one, other = two(deciding)
    deciding.take(merge(one, other))
    place: dict[str, Any] = {"category": HOME, "position": position(FAR_M)}
    changed = [
        report("b", revision=1, operation=Operation.UPDATE, urgency=1, cameras=in_view("cam-2"), **place),
        sighting("b", "cam-2"),
        report("c", category=HOME, position=position(FAR_M + 50)),
        report("b", revision=2, operation=Operation.CANCEL, **place),
    ]
    assert [deciding.one(message).alert_id for message in changed] == [one.alert_id] * 4
    refused = deciding.refused(action(other.alert_id, Action.ACKNOWLEDGE, number=2))
    assert refused == f"it has ended (closed, merged into {one.alert_id})"


def test_an_episode_goes_on_in_the_alert_that_it_was_merged_into(deciding: Deciding) -> None:
    """Its phases raise that one, and end in it."""
    fight = deciding.one(report(category=Category.GEWELD_VECHTPARTIJ, urgency=4))
    crowd = deciding.one(episode(east_m=FAR_M))
    deciding.take(merge(crowd, fight))
    risen = deciding.one(episode("change", "critical", NOON + seconds(30), east_m=FAR_M))
    assert (risen.alert_id, risen.priority) == (crowd.alert_id, Priority.P1)
    deciding.take(report(category=Category.GEWELD_VECHTPARTIJ, revision=1, operation=Operation.CANCEL))
    over = deciding.one(episode("end", "none", NOON + seconds(60), east_m=FAR_M))
    assert (over.alert_id, over.state) == (crowd.alert_id, AlertState.RETURNED_TO_NORMAL)


def test_merging_merged_alerts_leads_to_the_last_one(deciding: Deciding) -> None:
    """However often it went on; and when that one ends, nothing is left in the index in the end."""
    one, other = two(deciding)
    third = deciding.one(report("c", category=HOME, position=position(-FAR_M)))
    deciding.take(merge(one, other))
    deciding.take(merge(third, one, number=2))
    late = report("d", category=HOME, position=position(FAR_M + 60, accuracy_m=20))
    assert deciding.one(late).alert_id == third.alert_id
    deciding.tick(OPEN_S + 200)
    assert deciding.alerts[third.alert_id].state is AlertState.EXPIRED
    deciding.tick(OPEN_S + RULES.lifetime.forget_s + 400)
    assert deciding.rows.names("cell/") == []
    assert deciding.rows.names("fact/") == []
    assert len(deciding.rows.names("gone/")) == 4


def test_facts_of_a_merged_alert_are_kept_when_it_is_forgotten_first(deciding: Deciding) -> None:
    """They belong to the one that goes on."""
    one, other = two(deciding)
    deciding.take(merge(one, other))
    later_s = RULES.lifetime.forget_s - 2_000
    at = NOON + seconds(later_s)
    update: dict[str, Any] = {"category": HOME, "revision": 1, "operation": Operation.UPDATE}
    deciding.tick(1_000)
    deciding.take(report("a", reported_at=at, **update), NOON + seconds(1_001))
    deciding.tick(RULES.lifetime.forget_s + 200)
    assert deciding.rows.names("alert/") == [f"alert/amstelveen/{one.alert_id}"]
    assert deciding.rows.names("gone/") == []
    assert deciding.one(report("b", position=position(FAR_M), **update)).alert_id == one.alert_id


def test_a_fact_that_is_split_off_has_an_alert_of_its_own(deciding: Deciding) -> None:
    """With its camera's answers; its id comes from the action; it waits for somebody."""
    alert = joined(deciding)
    rest, own = deciding.take(split(alert, incident_id("a")))
    assert [row.incident_id for row in rest.reports] == [incident_id("b")]
    assert (rest.alert_id, rest.change, rest.verdict) == (alert.alert_id, Change.ACTION, Verdict.PENDING)
    assert [row.incident_id for row in own.reports] == [incident_id("a")]
    assert (own.state, own.change, own.revision, own.verdict) == (
        AlertState.NEW,
        Change.OPENED,
        0,
        Verdict.CORROBORATED,
    )
    assert own.split_from == alert.alert_id
    again = Deciding()
    joined(again)
    assert [each.alert_id for each in again.take(split(alert, incident_id("a")))] == [rest.alert_id, own.alert_id]


def test_what_was_split_goes_on_apart(deciding: Deciding) -> None:
    """Revisions, sightings and cancellations go to each one's own alert."""
    alert = joined(deciding)
    _, own = deciding.take(split(alert, incident_id("a")))
    update: dict[str, Any] = {
        "category": HOME,
        "revision": 1,
        "operation": Operation.UPDATE,
        "cameras": in_view("cam-1"),
        "urgency": 2,
    }
    assert deciding.one(report("a", **update)).alert_id == own.alert_id
    assert deciding.one(report("b", **update)).alert_id == alert.alert_id
    assert deciding.one(sighting("b")).alert_id == alert.alert_id
    cancelled = deciding.one(report("a", revision=2, operation=Operation.CANCEL))
    assert (cancelled.alert_id, cancelled.state) == (own.alert_id, AlertState.CANCELLED)
    assert deciding.alerts[alert.alert_id].state is AlertState.NEW


def test_what_was_split_never_joins_that_alert_again_by_itself(deciding: Deciding) -> None:
    """Not even when its own alert is closed and forgotten, and a newer revision comes while the other is still open."""
    alert = joined(deciding)
    _, own = deciding.take(split(alert, incident_id("a")))
    deciding.take(action(own.alert_id, Action.CLOSE, "true", number=2))
    forgotten_s = RULES.lifetime.forget_s + 500
    crowded: dict[str, Any] = {"category": HOME, "revision": 1, "operation": Operation.UPDATE}
    deciding.take(report("b", reported_at=NOON + seconds(forgotten_s), **crowded))
    deciding.tick(forgotten_s)
    assert deciding.rows.names("alert/") == [f"alert/amstelveen/{alert.alert_id}"]
    back = deciding.one(report("a", **crowded), NOON + seconds(forgotten_s))
    assert back.alert_id not in {alert.alert_id, own.alert_id}
    assert deciding.alerts[alert.alert_id].state is AlertState.NEW


def test_a_person_can_merge_again_what_was_split(deciding: Deciding) -> None:
    """And split it again, under another id."""
    alert = joined(deciding)
    rest, own = deciding.take(split(alert, incident_id("a")))
    both, _ = deciding.take(merge(rest, own, number=2, seen_revision=rest.revision))
    assert len(both.reports) == 2
    kept = deciding.rows.get(f"alert/amstelveen/{both.alert_id}", Situation)
    assert kept is not None
    assert kept.apart == ()
    _, other = deciding.take(split(both, incident_id("a"), number=3))
    assert other.alert_id != own.alert_id


def test_a_split_that_comes_twice_changes_nothing(deciding: Deciding) -> None:
    """Neither as the same record, nor as another action on what is gone."""
    alert = joined(deciding)
    deciding.take(split(alert, incident_id("a")))
    assert deciding.refused(split(alert, incident_id("a"))) == "this action was decided on before"
    last = split(alert, incident_id("a"), number=2)
    assert deciding.refused(last) == "it has no such report or episode"


@pytest.mark.parametrize(
    ("fact_id", "why"),
    [
        ("", "it has no such report or episode"),
        ("nothing", "it has no such report or episode"),
        (incident_id("a"), "it has no other report or episode"),
    ],
)
def test_a_split_is_refused(deciding: Deciding, fact_id: str, why: str) -> None:
    """Of what is not there, and of the only thing that is."""
    alert = deciding.one(report("a"))
    assert deciding.refused(split(alert, fact_id)) == why


def test_a_merge_is_refused_where_there_is_nothing_to_merge(deciding: Deciding) -> None:
    """Itself, nothing, another control room's, and a merged one again."""
    one, other = two(deciding)
    elsewhere = report("e", category=HOME)
    elsewhere = elsewhere.model_copy(update={"control_room_id": EAST_ROOM, "evidence_id": "elsewhere"})
    east = deciding.one(elsewhere)
    none = "there is no such other alert in this control room"
    assert deciding.refused(merge(one, one, number=2)) == "an alert is not merged into itself"
    assert deciding.refused(action(one.alert_id, Action.MERGE, number=3)) == none
    assert deciding.refused(merge(one, east, number=4)) == none
    assert deciding.refused(merge(east, one, number=5)) == "there is no such alert in this control room"
    deciding.take(merge(one, other))
    again = merge(one, other, number=6, seen_revision=1)
    assert deciding.refused(again) == "the other alert: it has ended (closed)"
    assert deciding.refused(merge(other, one, number=7, seen_revision=1)).startswith("it has ended")


def test_a_merge_that_would_outgrow_a_message_is_refused(deciding: Deciding) -> None:
    """The limit on the reports of one alert holds for merging too."""
    at_most = RULES.joining.reports_at_most
    for number in range(at_most):
        deciding.take(report(f"n{number}", category=HOME))
    full = next(iter(deciding.alerts.values()))
    other = deciding.one(report("b", category=HOME, position=position(FAR_M)))
    why = f"together they hold {at_most + 1} reports, an alert holds at most {at_most}"
    assert deciding.refused(merge(full, other, seen_revision=full.revision)) == why


def test_a_merge_that_would_hold_too_many_episodes_is_refused(deciding: Deciding) -> None:
    """As one with too many reports."""
    at_most = RULES.joining.reports_at_most
    for number in range(at_most):
        deciding.take(episode(name=f"crowd-{number}"))
    full = next(iter(deciding.alerts.values()))
    other = deciding.one(episode(name="other", east_m=FAR_M))
    why = f"together they hold {at_most + 1} episodes, an alert holds at most {at_most}"
    assert deciding.refused(merge(full, other, seen_revision=full.revision)) == why


def test_a_merge_that_another_person_overtook_is_refused(deciding: Deciding) -> None:
    """As any action."""
    one, other = two(deciding)
    deciding.take(action(one.alert_id, Action.ACKNOWLEDGE))
    late = merge(one, other, number=2, user="operator-4")
    assert deciding.refused(late) == "operator-3 acted on it at revision 1, and revision 0 was seen"


def test_an_alert_whose_rest_is_cancelled_is_cancelled_by_a_split(deciding: Deciding) -> None:
    """What was split was the last thing that held."""
    alert = joined(deciding)
    alert = deciding.one(report("b", category=HOME, revision=1, operation=Operation.CANCEL))
    rest, own = deciding.take(split(alert, incident_id("a")))
    assert (rest.state, rest.change, own.state) == (AlertState.CANCELLED, Change.CANCELLED, AlertState.NEW)


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
        assert deciding.refused(message).startswith("the other alert: it has ended")
    else:
        deciding.take(message)
        assert deciding.alerts[alert.alert_id].state is outcome
