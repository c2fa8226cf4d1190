"""Facts of a situation: updates, cancellations, cameras' answers and episodes, through the stage `decide` with rows in memory."""

from __future__ import annotations

from schemas.alerts import AlertState, Change
from schemas.categories import Priority
from schemas.evidence import Verdict
from schemas.incidents import Operation
from tests.support.deciding import RULES, Deciding, points
from tests.support.situations import (
    NOON,
    episode,
    in_view,
    report,
    seconds,
    sighting,
)


def test_a_full_alert_takes_no_more_and_nothing_is_lost(deciding: Deciding) -> None:
    """The same thing reported hundreds of times opens a second alert rather than outgrow a message."""
    at_most = RULES.joining.reports_at_most
    for number in range(at_most + 1):
        deciding.take(report(f"n{number}"))
    assert sorted(len(alert.reports) for alert in deciding.alerts.values()) == [1, at_most]


def test_a_zone_that_chatters_for_days_does_not_outgrow_an_alert(deciding: Deciding) -> None:
    """Its episodes fill one alert after the other, as reports do; each is in one of them."""
    at_most = RULES.joining.reports_at_most
    for number in range(at_most + 2):
        at = NOON + seconds(120 * number)
        deciding.take(episode(at=at, name=f"crowd-{number}"), at)
        deciding.take(episode("end", "none", at + seconds(60), f"crowd-{number}"), at + seconds(60))
    held = [alert for alert in deciding.alerts.values() if alert.summary is None]
    assert sorted(len(alert.evidence_ids) for alert in held) == [2, at_most]
    [full] = [alert for alert in held if len(alert.evidence_ids) == at_most]
    late = NOON + seconds(120 * at_most)
    again = deciding.one(episode(at=late, name="crowd-0"), late)
    assert (again.alert_id, again.state) == (full.alert_id, AlertState.NEW)


def test_an_update_changes_its_report_and_an_older_one_does_not(deciding: Deciding) -> None:
    """Revisions count, not the order of arrival."""
    first = deciding.one(report(revision=1, operation=Operation.UPDATE, urgency=1))
    later = deciding.one(report(revision=2, operation=Operation.UPDATE, urgency=0))
    assert (later.alert_id, later.revision, later.reports[0].urgency) == (first.alert_id, 1, 0)
    assert deciding.take(report(revision=1, operation=Operation.UPDATE, urgency=1)) == []
    assert deciding.take(report(revision=0, urgency=4)) == []


def test_cancelling_all_reports_cancels_the_alert(deciding: Deciding) -> None:
    """One of two only takes its own share away; the last one ends it; a new report brings it back."""
    deciding.take(report("a"))
    deciding.take(report("b", source="p2000"))
    one = deciding.one(report("a", revision=1, operation=Operation.CANCEL))
    assert (one.state, [row.cancelled for row in one.reports].count(True)) == (AlertState.NEW, 1)
    assert "independent" not in points(one)
    both = deciding.one(report("b", source="p2000", revision=1, operation=Operation.CANCEL, position=None))
    assert (both.state, both.change) == (AlertState.CANCELLED, Change.CANCELLED)
    again = deciding.one(report("c"))
    assert (again.alert_id, again.state, again.revision) == (one.alert_id, AlertState.NEW, 4)


def test_the_best_camera_counts_and_nothing_falls_before_all_have_answered(deciding: Deciding) -> None:
    """Unseen by one while another still looks is pending; corroborated beats all."""
    deciding.take(report(cameras=in_view("cam-1", "cam-2", "cam-3")))
    assert deciding.one(sighting(verdict=Verdict.UNSEEN)).verdict is Verdict.PENDING
    assert deciding.one(sighting(camera_id="cam-2", verdict=Verdict.CONTRADICTED)).verdict is Verdict.PENDING
    assert deciding.one(sighting(camera_id="cam-3", verdict=Verdict.CAMERA_UNAVAILABLE)).verdict is Verdict.CONTRADICTED
    best = deciding.one(sighting(camera_id="cam-3", verdict=Verdict.CORROBORATED))
    assert best.verdict is Verdict.CORROBORATED
    assert [camera.camera_id for camera in best.cameras] == ["cam-3", "cam-2", "cam-1"]
    assert deciding.take(sighting(camera_id="cam-3", verdict=Verdict.UNSEEN)) == []


def test_an_episode_changes_and_ends_with_its_alert(deciding: Deciding) -> None:
    """It returns to normal, and a new episode nearby soon after brings it back."""
    first = deciding.one(episode())
    assert deciding.one(episode("change", "high", NOON + seconds(60))).priority is Priority.P2
    assert deciding.take(episode("change", "warn", NOON + seconds(30))) == [], "older than what is known"
    ended = deciding.one(episode("end", "none", NOON + seconds(600)))
    assert ended.state is AlertState.RETURNED_TO_NORMAL
    again = deciding.one(episode(name="crowd-2", at=NOON + seconds(700)))
    assert (again.alert_id, again.state) == (first.alert_id, AlertState.NEW)


def test_an_episode_that_ends_without_a_place_keeps_the_known_one(deciding: Deciding) -> None:
    """Its camera has left the registry; the alert stays where it was seen."""
    first = deciding.one(episode())
    ended = deciding.one(episode("end", "none", NOON + seconds(600)).model_copy(update={"position": None}))
    assert ended.state is AlertState.RETURNED_TO_NORMAL
    assert ended.position == first.position is not None
