"""Timed transitions: expiry, plans, shelves and escalation, through the stage `decide` with rows in memory."""

from __future__ import annotations

import pytest

from schemas.actions import Action
from schemas.alerts import AlertState, Change
from schemas.categories import Category, Priority
from schemas.incidents import Operation
from streams.domain.alerts.suppression import Plan
from streams.stages.decide.stage import Decide
from streams.stages.decide.store import REPLAYABLE
from tests.support.deciding import (
    ESCALATE_S,
    EVENT,
    HOME,
    LATER,
    OPEN_S,
    PLAN,
    RULES,
    WORKS,
    Deciding,
    burglary,
    update,
)
from tests.support.situations import (
    NOON,
    action,
    episode,
    position,
    report,
    seconds,
    sighting,
)


def test_an_alert_expires_and_is_forgotten(deciding: Deciding) -> None:
    """Newer reports prolong it; after it was forgotten only what recognises its facts is left, and that goes too."""
    first = deciding.one(report("a", category=Category.WONINGINBRAAK))
    late = report("b", category=Category.WONINGINBRAAK, reported_at=NOON + seconds(1_000))
    deciding.take(late, NOON + seconds(1_000))
    assert deciding.tick(OPEN_S + 500) == []
    [expired] = deciding.tick(OPEN_S + 1_010)
    assert (expired.alert_id, expired.state, expired.change) == (first.alert_id, AlertState.EXPIRED, Change.EXPIRED)
    assert deciding.take(sighting(), expired.changed_at) == []
    assert deciding.rows.names("cell/") == []
    deciding.tick(OPEN_S + RULES.lifetime.forget_s + 2_000)
    kept = ("due/", "repeat/")  # what later burglaries may repeat has a time of its own
    left = sorted(name for name in deciding.rows.documents if not name.startswith(kept))
    gone = [f"gone/amstelveen/{row.incident_id}" for row in expired.reports]
    assert left == sorted(["due-clock", *gone, "sequence/amstelveen", "ticked"])
    deciding.tick(OPEN_S + RULES.lifetime.forget_s + REPLAYABLE.total_seconds() + 2_100)
    assert sorted(deciding.rows.documents) == ["due-clock", "sequence/amstelveen", "ticked"]


def test_a_cancelled_alert_ends_without_another_message(deciding: Deciding) -> None:
    """It was said that it is cancelled."""
    deciding.take(report())
    deciding.take(report(revision=1, operation=Operation.CANCEL))
    assert deciding.tick(OPEN_S + 200) == []
    assert deciding.rows.names("cell/") == []


def test_a_shelved_alert_that_becomes_a_p1_comes_off_the_shelf_at_once(deciding: Deciding) -> None:
    """By evidence; a lesser change leaves it there."""
    opened = deciding.one(burglary())
    deciding.take(action(opened.alert_id, Action.SHELVE, "being_watched", LATER))
    assert deciding.one(update(urgency=2)).state is AlertState.SHELVED
    alert = deciding.one(update(revision=2, urgency=0))
    assert (alert.priority, alert.state, alert.shelf, alert.change) == (Priority.P1, AlertState.NEW, None, Change.BACK)
    assert deciding.tick(110) == []


def test_an_alert_that_returned_says_whether_it_was_acknowledged(deciding: Deciding) -> None:
    """Acknowledging it keeps its state, once; whether it was acknowledged or not, it is new when it comes back."""
    opened = deciding.one(episode())
    deciding.take(episode("end", "none", NOON + seconds(60)))
    seen = deciding.one(action(opened.alert_id, Action.ACKNOWLEDGE, seen_revision=1))
    assert (seen.state, seen.handled_by) == (AlertState.RETURNED_TO_NORMAL, "operator-3")
    again = action(opened.alert_id, Action.ACKNOWLEDGE, seen_revision=2, number=2)
    assert deciding.refused(again) == "it is handled by operator-3 (returned to normal)"
    back = deciding.one(episode(name="crowd-2", at=NOON + seconds(90)))
    assert (back.state, back.change, back.acknowledged_at) == (AlertState.NEW, Change.REOPENED, None)


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
