"""Bad and odd input to the stage: repeats, clocks that disagree, several cameras, poor positions."""

from __future__ import annotations

import pytest

from schemas.alerts import AlertState
from schemas.categories import Category, Priority
from schemas.evidence import Evidence, Verdict
from schemas.incidents import Operation
from streams.domain.rules.rules import Rules
from streams.stages.decide.stage import Decide
from tests.support.deciding import RULES, Deciding, points
from tests.support.situations import NOON, episode, in_view, position, report, seconds, sighting


def seen_by(camera_id: str, level: str = "warn", east_m: float = 0, at_s: float = 0) -> Evidence:
    """Return a crowd as one camera sees it begin."""
    cause = episode(level=level, name=f"crowd-{camera_id}", east_m=east_m, at=NOON + seconds(at_s))
    return cause.model_copy(update={"camera_id": camera_id})


def test_the_same_report_a_thousand_times_is_one_alert_of_one_revision(deciding: Deciding) -> None:
    """And each of them is in the decision log."""
    alert = deciding.one(report())
    for _ in range(999):
        assert deciding.take(report()) == []
    assert list(deciding.alerts.values()) == [alert]
    assert alert.revision == 0
    assert deciding.offset == 1_000


def test_an_update_that_is_older_than_what_is_known_changes_nothing(deciding: Deciding) -> None:
    """Nor does it open anything, when the newer one came first; a cancellation that is older does not cancel."""
    newest = deciding.one(report(revision=5, operation=Operation.UPDATE, urgency=1))
    assert deciding.take(report(revision=4, operation=Operation.UPDATE, urgency=0)) == []
    assert deciding.take(report(revision=3, operation=Operation.CANCEL)) == []
    assert list(deciding.alerts.values()) == [newest]


@pytest.mark.parametrize("minutes", [-9, -3, 0, 3, 9])
def test_partners_whose_clocks_disagree_by_minutes_report_one_thing(deciding: Deciding, minutes: int) -> None:
    """Within the category's window; a report from before it happened is as prompt as one at once."""
    first = deciding.one(report("a"))
    ahead = NOON + seconds(60 * minutes)
    joined = deciding.one(report("b", source="p2000", occurred_at=ahead, reported_at=NOON))
    assert joined.alert_id == first.alert_id
    assert not [name for name in points(joined) if name.startswith("age.")]
    assert joined.changed_at >= joined.opened_at


def test_a_decision_by_an_earlier_clock_does_not_go_back_in_time(deciding: Deciding) -> None:
    """The next worker's clock is three minutes behind: the change is told at the newest time that was."""
    opened = deciding.one(report())
    later = deciding.one(report("b"), opened.opened_at - seconds(180))
    assert (later.revision, later.changed_at) == (1, opened.changed_at)


def test_several_cameras_on_one_event_are_one_alert(deciding: Deciding) -> None:
    """With all of them listed; it is over when the last one says so, and is worth what the worst one saw."""
    first = deciding.one(seen_by("cam-1"))
    second = deciding.one(seen_by("cam-2", "high", 40, 20))
    assert (second.alert_id, second.priority) == (first.alert_id, Priority.P2)
    assert {camera.camera_id for camera in second.cameras} == {"cam-1", "cam-2"}
    assert second.verdict is Verdict.CORROBORATED
    for camera_id, state in (("cam-2", AlertState.NEW), ("cam-1", AlertState.RETURNED_TO_NORMAL)):
        end = episode("end", "none", NOON + seconds(90), f"crowd-{camera_id}")
        assert deciding.one(end.model_copy(update={"camera_id": camera_id})).state is state


def test_what_a_camera_saw_and_what_is_reported_join_in_any_order(deciding: Deciding) -> None:
    """Both are in one alert, which the camera corroborates."""
    reported = deciding.one(report(category=Category.CROWD_DENSITY, cameras=in_view("cam-1")))
    joined = deciding.one(seen_by("cam-1"))
    assert (joined.alert_id, joined.verdict) == (reported.alert_id, Verdict.CORROBORATED)
    other = Deciding()
    seen = other.one(seen_by("cam-1"))
    assert other.one(report(category=Category.CROWD_DENSITY)).alert_id == seen.alert_id


@pytest.mark.parametrize(("accuracy_m", "joins"), [(10, False), (100, False), (200, True), (9_000, True)])
def test_a_poor_position_matches_wider_and_says_so(deciding: Deciding, accuracy_m: float, joins: bool) -> None:
    """As far as the rules let it, and the alert names how far that is."""
    poor = deciding.one(report("a", position=position(accuracy_m=accuracy_m)))
    said = [factor.reason for factor in poor.factors if factor.rule_id == "position.poor"]
    widest_m = RULES.joining.accuracy_at_most_m
    if accuracy_m >= RULES.position.poor_from_m:
        assert said == [
            f"the best position is within {accuracy_m:.0f} m, other reports match up to {widest_m:.0f} m further away"
        ]
    else:
        assert said == []
    joined = deciding.one(report("b", position=position(250)))
    assert (joined.alert_id == poor.alert_id) is joins


def test_a_cancellation_with_its_answers_before_the_report(deciding: Deciding) -> None:
    """Nothing is opened; the revision that takes it back brings the answer along."""
    assert deciding.take(report(revision=1, operation=Operation.CANCEL)) == []
    assert deciding.take(sighting()) == []
    assert deciding.take(report(revision=0, cameras=in_view("cam-1"))) == []
    alert = deciding.one(report(revision=2, operation=Operation.UPDATE, cameras=in_view("cam-1")))
    assert alert.verdict is Verdict.CORROBORATED


@pytest.mark.parametrize("change", ["points", "cell_m", "compatible", "distance_m", "reports_at_most"])
def test_rules_that_change_while_alerts_are_open(deciding: Deciding, change: str) -> None:
    """Each open alert is scored and placed by the new ones at its next change, whatever they change, and is joined then."""
    opened = [deciding.one(report(name, position=position(at_m))) for name, at_m in (("a", 0), ("far", 700))]
    content = RULES.model_dump(mode="json") | {"version": "other"}
    if change == "points":
        content["categories"]["straatroof"]["points"] = 30
    elif change == "compatible":
        content["joining"]["compatible"] = [["straatroof", "zakkenrollerij"]]
    elif change == "distance_m":
        content["categories"]["straatroof"]["situation"]["distance_m"] = 20
    else:
        content["joining"][change] = {"cell_m": 900, "reports_at_most": 2}[change]
    deciding.stage = Decide(Rules.model_validate(content), "r2")
    for name, alert in zip(("a", "far"), opened, strict=True):
        again = deciding.one(sighting(name))
        assert (again.alert_id, again.rules_version) == (alert.alert_id, "other")
    assert deciding.one(report("b", position=position(10))).alert_id == opened[0].alert_id
    assert deciding.one(report("c", position=position(690))).alert_id == opened[1].alert_id
