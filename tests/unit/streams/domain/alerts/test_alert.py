"""An alert as it is told: its reasons, its cameras, and the priority that is shown."""

from __future__ import annotations

from typing import Any

from schemas.actions import Action
from schemas.alerts import AlertState, Change
from schemas.categories import Category, Priority
from schemas.evidence import CameraCoverage, Coverage, Verdict
from schemas.incidents import Operation
from streams.domain.rules.rules import Rules
from streams.stages.decide.stage import Decide
from tests.support.deciding import BURGLARY, HOLD_S, NOW, OPEN_S, RULES, Deciding, changed, points
from tests.support.situations import (
    NOON,
    action,
    in_view,
    position,
    report,
    seconds,
    sighting,
)


def test_a_report_opens_an_alert_that_explains_itself(deciding: Deciding) -> None:
    """Whole, with score, factors, cameras, versions and an end."""
    alert = deciding.one(report(cameras=in_view("cam-1"), urgency=1, source_priority="P 1"))
    assert (alert.state, alert.change, alert.revision) == (AlertState.NEW, Change.OPENED, 0)
    assert (alert.priority, alert.score, alert.capped_by) == (Priority.P1, 90, None)
    assert points(alert) == {"category.straatroof": 80, "urgency.1": 10, "verdict.pending": 0}
    assert alert.factors[1].reason == "urgency 1 on the scale 0 (highest) to 4: politie-gms says P 1"
    assert (alert.verdict, alert.cameras[0].verdict) == (Verdict.PENDING, Verdict.PENDING)
    assert alert.recipients == ("politie", "ambulance")
    assert (alert.title, alert.place) == ("Straatroof, Stadsplein", "Stadsplein")
    assert alert.expires_at == NOON + seconds(100 + OPEN_S)
    assert (alert.rules_version, alert.registry_version) == (RULES.version, "r1")


def test_cameras_that_could_not_look_are_listed_with_the_reason(deciding: Deciding) -> None:
    """That is said, and costs nothing."""
    near = CameraCoverage(camera_id="cam-1", distance_m=12, coverage=Coverage.NOT_PERMITTED_NOW)
    alert = deciding.one(report(cameras=(near,)))
    assert alert.verdict is Verdict.CAMERA_UNAVAILABLE
    assert (alert.cameras[0].verdict, alert.cameras[0].explanation) == (alert.verdict, "may not be looked at now")
    assert points(alert)["verdict.camera_unavailable"] == 0


def test_a_camera_that_was_not_asked_has_no_say(deciding: Deciding) -> None:
    """A late answer about a report that turned out to be about a home is left out."""
    deciding.take(report(cameras=in_view("cam-1")))
    not_asked = CameraCoverage(camera_id="cam-1", distance_m=5, coverage=Coverage.NO_CAMERAS_FOR_CATEGORY)
    home: dict[str, Any] = {"category": Category.ONDERMIJNING_PAND, "revision": 1, "operation": Operation.UPDATE}
    deciding.take(report(cameras=(not_asked,), **home))
    alert = deciding.one(sighting())
    assert alert.verdict is Verdict.NO_COVERAGE
    assert (alert.priority, alert.capped_by) == (Priority.P4, "limit.case")


def test_other_rules_while_alerts_are_open(deciding: Deciding) -> None:
    """New rules score an alert and move it in the index when its next fact comes; old ones take it back as well."""
    opened = deciding.one(report("a", category=Category.WONINGINBRAAK))
    before = deciding.rows.names("cell/")
    changed = RULES.model_dump(mode="json")
    changed["version"], changed["joining"]["cell_m"] = "other", 500
    changed["categories"]["woninginbraak"]["points"] = 30
    deciding.stage = Decide(Rules.model_validate(changed), "r2")
    alert = deciding.one(report("a", category=Category.WONINGINBRAAK, revision=1, operation=Operation.UPDATE))
    assert (alert.alert_id, alert.priority) == (opened.alert_id, Priority.P3)
    assert (alert.rules_version, alert.registry_version) == ("other", "r2")
    assert deciding.rows.names("cell/") != before
    assert deciding.one(report("b", category=Category.WONINGINBRAAK)).alert_id == opened.alert_id
    deciding.stage = Decide(RULES, "r1")
    back = report("a", category=Category.WONINGINBRAAK, revision=2, operation=Operation.UPDATE)
    assert deciding.one(back).priority is Priority.P2
    assert deciding.rows.names("cell/") == before


def test_an_alert_says_until_when_its_cameras_are_attended(deciding: Deciding) -> None:
    """The last end of the reports that hold; a cancelled report's counts no more, and a camera's answer changes nothing."""
    attended = [
        tuple(near.model_copy(update={"attention_until": NOON + seconds(end_s)}) for near in in_view("cam-1"))
        for end_s in (300, 200)
    ]
    first = deciding.one(report("a", attended[0] + in_view("cam-2")))
    assert [each.attention_until for each in first.cameras] == [NOON + seconds(300), None]
    assert deciding.one(report("b", attended[1], source="meldpunt")).cameras[0].attention_until == NOON + seconds(300)
    assert deciding.one(sighting("b", source="meldpunt")).cameras[0].attention_until == NOON + seconds(300)
    one_left = deciding.one(report("a", revision=1, operation=Operation.CANCEL))
    assert one_left.cameras[0].attention_until == NOON + seconds(200)
    none_left = deciding.one(report("b", source="meldpunt", revision=1, operation=Operation.CANCEL))
    assert none_left.cameras[0].attention_until is None


def test_a_lower_priority_is_held_back_and_then_shown(deciding: Deciding) -> None:
    """The score falls at once and says so; the priority falls when its time has come, without another fact."""
    opened = deciding.one(report(cameras=in_view("cam-1")))
    held = deciding.one(sighting(verdict=Verdict.CONTRADICTED))
    assert (opened.priority, held.priority, held.score) == (Priority.P1, Priority.P1, 60)
    assert (held.falls_to, held.falls_at) == (Priority.P2, NOW + seconds(HOLD_S))
    assert deciding.tick(100 + HOLD_S - 11) == []
    [fallen] = deciding.tick(100 + HOLD_S)
    assert (fallen.priority, fallen.falls_to, fallen.falls_at) == (Priority.P2, None, None)
    assert (fallen.change, fallen.revision, fallen.score) == (Change.EVIDENCE, 2, 60)
    assert deciding.tick(5_000) == []


def test_a_rise_within_the_hold_ends_it(deciding: Deciding) -> None:
    """It was never shown lower, and escalates in its time; a later fall begins a hold of its own."""
    deciding.take(report(cameras=in_view("cam-1", "cam-2")))
    deciding.take(sighting(verdict=Verdict.CONTRADICTED))
    assert deciding.one(sighting(camera_id="cam-2", verdict=Verdict.CONTRADICTED)).falls_to is Priority.P2
    risen = deciding.one(report("b", source="p2000", urgency=0), NOW + seconds(60))
    assert (risen.priority, risen.falls_to, risen.falls_at) == (Priority.P1, None, None)
    [waits] = deciding.tick(100 + HOLD_S)
    assert (waits.change, waits.priority, waits.falls_to) == (Change.ESCALATED, Priority.P1, None)
    cancelled = report("b", source="p2000", revision=1, operation=Operation.CANCEL)
    again = deciding.one(cancelled, NOW + seconds(200))
    assert again.falls_at == NOW + seconds(200 + HOLD_S)


def test_a_fact_after_the_hold_and_before_the_tick_shows_the_fall(deciding: Deciding) -> None:
    """A tick may be late; the time counts."""
    deciding.take(report(cameras=in_view("cam-1")))
    deciding.take(sighting(verdict=Verdict.CONTRADICTED))
    later = report(revision=1, operation=Operation.UPDATE, cameras=in_view("cam-1"))
    assert deciding.one(later, NOW + seconds(HOLD_S)).priority is Priority.P2


def test_an_ended_alert_keeps_what_was_shown(deciding: Deciding) -> None:
    """Closed during a hold it does not fall any more."""
    alert = deciding.one(report(cameras=in_view("cam-1")))
    deciding.take(sighting(verdict=Verdict.CONTRADICTED))
    closed = deciding.one(action(alert.alert_id, Action.FALSE_ALARM))
    assert (closed.priority, closed.falls_to, closed.falls_at) == (Priority.P1, None, None)
    assert deciding.tick(100 + HOLD_S) == []


def test_a_limit_that_begins_to_hold_holds_at_once(deciding: Deciding) -> None:
    """A report that turns out to be a demonstration, a home, or only seen by a camera is not held at P1."""
    for number, category in enumerate((Category.DEMONSTRATIE, Category.ONDERMIJNING_PAND)):
        name, at = f"n{number}", position(900 * number)
        assert deciding.one(report(name, position=at, urgency=0)).priority is Priority.P1
        update = report(name, position=at, urgency=0, category=category, revision=1, operation=Operation.UPDATE)
        after = deciding.one(update)
        assert (after.priority, after.falls_at) == (Priority.P4, None)
        assert after.score < 25 or after.capped_by is not None


def test_other_rules_score_at_the_next_change_without_a_hold(deciding: Deciding) -> None:
    """An open alert stays as it was told until then; the new version is named."""
    opened = deciding.one(report(category=BURGLARY))
    lower = RULES.model_dump(mode="json")["categories"]
    lower["woninginbraak"]["points"] = 10
    deciding.stage = Decide(changed(version="other", categories=lower), "r1")
    assert deciding.tick(400) == []
    assert deciding.newest(opened).rules_version == RULES.version
    after = deciding.one(action(opened.alert_id, Action.ACKNOWLEDGE), NOON + seconds(500))
    assert (after.priority, after.rules_version, after.falls_at) == (Priority.P4, "other", None)


def test_a_hold_of_earlier_rules_ends_with_them(deciding: Deciding) -> None:
    """When its time comes the other rules score, by their own points."""
    deciding.take(report(cameras=in_view("cam-1")))
    deciding.take(sighting(verdict=Verdict.CONTRADICTED))
    deciding.stage = Decide(changed(version="other", damping={"fall_after_s": 600}), "r1")
    [after] = deciding.tick(100 + HOLD_S)
    assert (after.priority, after.rules_version, after.falls_at) == (Priority.P2, "other", None)
