"""One alert per situation, through the stage with rows in memory."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.alerts import Alert, AlertState, Change, DecisionLog
from schemas.categories import Category, Priority
from schemas.evidence import CameraCoverage, Coverage, Verdict
from schemas.incidents import Operation
from schemas.operations import Action
from streams import topics
from streams.domain.alerts.actions import SHELF_AT_MOST
from streams.domain.rules.rules import Rules
from streams.stages.decide.stage import ALERTS_AT_MOST, Decide
from streams.stages.decide.store import REPLAYABLE
from tests.support.deciding import NOW, OPEN_S, RULES, Deciding, points
from tests.support.situations import (
    NOON,
    action,
    episode,
    in_view,
    position,
    report,
    seconds,
    sighting,
)


@pytest.fixture
def deciding() -> Deciding:
    return Deciding()


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


def test_an_alert_goes_to_both_topics_and_the_decision_is_logged(deciding: Deciding) -> None:
    """The newest state stands under the alert's id in the control room's partition."""
    alert = deciding.one(report())
    assert [output.topic for output in deciding.outputs] == [topics.ALERTS, topics.ALERT_STATE, topics.DECISION_LOG]
    state, decision = deciding.outputs[1], deciding.outputs[2].message
    assert (state.key, state.partition, state.message) == (alert.alert_id, 2, alert)
    assert isinstance(decision, DecisionLog)
    assert (decision.sequence, decision.alert_ids, decision.offset) == (0, (alert.alert_id,), 1)


def test_every_input_but_an_idle_tick_is_logged_with_the_next_sequence(deciding: Deciding) -> None:
    """Also what changed nothing."""
    deciding.take(report())
    assert deciding.take(report()) == []
    [output] = deciding.outputs
    assert isinstance(output.message, DecisionLog)
    assert (output.message.sequence, output.message.alert_ids) == (1, ())
    deciding.tick(101)
    assert deciding.outputs == []


@pytest.mark.parametrize(
    ("east_m", "accuracy_m", "late_s", "category", "joined"),
    [
        (50, 10, 0, Category.STRAATROOF, True),
        (79, 10, 0, Category.STRAATROOF, True),
        (81, 10, 0, Category.STRAATROOF, False),
        (310, 5_000, 0, Category.STRAATROOF, True),
        (330, 5_000, 0, Category.STRAATROOF, False),
        (0, 10, 600, Category.STRAATROOF, True),
        (0, 10, 601, Category.STRAATROOF, False),
        (0, 10, -600, Category.STRAATROOF, True),
        (0, 10, -601, Category.STRAATROOF, False),
        (70, 10, 0, Category.GEWELD_VECHTPARTIJ, True),
        (0, 10, 0, Category.FIETSDIEFSTAL, False),
    ],
)
def test_a_second_report_joins_when_it_is_about_the_same_thing(
    deciding: Deciding, east_m: float, accuracy_m: float, late_s: float, category: Category, joined: bool
) -> None:
    """By distance with both accuracies, by time, and by categories that go together."""
    first = deciding.one(report("a"))
    second = deciding.one(
        report(
            "b",
            source="p2000",
            category=category,
            position=position(east_m, accuracy_m=accuracy_m),
            occurred_at=NOON + seconds(late_s),
            reported_at=NOON + seconds(late_s + 60),
        )
    )
    assert (second.alert_id == first.alert_id) is joined
    if joined:
        assert (second.revision, second.change, len(second.reports)) == (1, Change.EVIDENCE, 2)
        assert points(second)["independent"] == 5


@pytest.mark.parametrize(
    ("reports", "alerts"),
    [
        ([("p2000", 800), ("p2000", 800)], 2),
        ([("p2000", 250), ("p2000", 250)], 2),
        ([("p2000", 249), ("p2000", 800)], 1),
        ([("politie-gms", 25), ("politie-gms", 25)], 1),
        ([("politie-gms", 25), ("p2000", 800)], 1),
        ([("p2000", 800), ("politie-gms", 25)], 1),
        ([("politie-gms", 25), ("p2000", 800), ("p2000", 800)], 2),
        ([("p2000", 800), ("brandweer-gms", 800)], 1),
    ],
)
def test_a_partner_that_knows_places_roughly_tells_each_event_once(
    deciding: Deciding, reports: list[tuple[str, float]], alerts: int
) -> None:
    """Two of its reports are two events; with another partner's they may be one."""
    for number, (source, accuracy_m) in enumerate(reports):
        told: dict[str, Any] = {"category": Category.MEDISCH_ONWEL, "position": position(accuracy_m=accuracy_m)}
        deciding.take(report(f"n{number}", source=source, **told))
    assert len(deciding.alerts) == alerts


def test_the_same_rough_report_again_stays_one(deciding: Deciding) -> None:
    """A newer revision of a report is no second one."""
    told: dict[str, Any] = {"source": "p2000", "category": Category.MEDISCH_ONWEL, "position": position(accuracy_m=800)}
    first = deciding.one(report("a", **told))
    second = deciding.one(report("a", revision=1, operation=Operation.UPDATE, **{**told, "urgency": 1}))
    assert second.alert_id == first.alert_id


def test_a_report_joins_the_nearest_of_two(deciding: Deciding) -> None:
    """Not the first that would do."""
    deciding.take(report("a", position=position(0)))
    near = deciding.one(report("b", position=position(120)))
    assert deciding.one(report("c", position=position(75))).alert_id == near.alert_id


def test_reports_without_a_position_stay_by_themselves(deciding: Deciding) -> None:
    """Nothing says that they are about the same thing, and the alert says what is missing."""
    alerts = [deciding.one(report(name, position=None, note="no position")) for name in "ab"]
    assert len({alert.alert_id for alert in alerts}) == 2
    assert points(alerts[0])["position.missing"] == RULES.position.missing_points
    assert alerts[0].factors[-2].reason == "no position"


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


def test_a_cancellation_before_its_report_makes_no_alert(deciding: Deciding) -> None:
    """Nor does the report when it follows; a later revision that is not cancelled does."""
    assert deciding.take(report(revision=1, operation=Operation.CANCEL)) == []
    assert deciding.take(report(revision=0)) == []
    assert deciding.one(report(revision=2, operation=Operation.UPDATE)).state is AlertState.NEW


def test_a_cancellation_of_an_unknown_report_is_forgotten_in_time(deciding: Deciding) -> None:
    """Its row goes."""
    deciding.take(report(revision=1, operation=Operation.CANCEL))
    deciding.tick(RULES.lifetime.early_s + 200)
    assert deciding.rows.names("early/") == []


@pytest.mark.parametrize(
    ("verdict", "added"),
    [
        (Verdict.CORROBORATED, 15),
        (Verdict.UNSEEN, -10),
        (Verdict.CONTRADICTED, -20),
        (Verdict.CAMERA_UNAVAILABLE, 0),
    ],
)
@pytest.mark.parametrize("before", [True, False])
def test_what_a_camera_says_counts_also_when_it_comes_before_its_report(
    deciding: Deciding, verdict: Verdict, added: float, before: bool
) -> None:
    """A sighting that overtakes its report waits for it."""
    messages = [report(cameras=in_view("cam-1"), category=Category.WONINGINBRAAK), sighting(verdict=verdict)]
    for message in reversed(messages) if before else messages:
        deciding.take(message)
    [alert] = deciding.alerts.values()
    assert alert.verdict is verdict
    assert points(alert)[f"verdict.{verdict.value}"] == added
    assert alert.score == 60 + added
    assert len(alert.evidence_ids) == 2


@pytest.mark.parametrize("reported", [True, False])
def test_the_log_says_what_was_never_reported_and_nothing_else(
    deciding: Deciding, reported: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """A camera's answer that came before its report, and was joined with it, is not missed afterwards."""
    caplog.set_level("INFO")
    deciding.take(sighting())
    if reported:
        deciding.take(report())
    deciding.tick(RULES.lifetime.early_s + 200)
    assert ("never followed by its report" in caplog.text) is not reported


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


@pytest.mark.parametrize(
    ("category", "urgency", "priority", "capped_by"),
    [
        (Category.DEMONSTRATIE, 0, Priority.P4, "limit.demonstratie"),
        (Category.WOONFRAUDE_OVERBEWONING, 0, Priority.P4, "limit.case"),
        (Category.OVERIG, 3, Priority.P4, None),
        (Category.VERKEER_CONTEXT, 0, Priority.P4, "limit.verkeer_context"),
        (Category.VERWARD_PERSOON, 0, Priority.P1, None),
        (Category.VERWARD_PERSOON, 3, Priority.P2, None),
    ],
)
def test_hard_limits_hold_whatever_the_score(
    deciding: Deciding, category: Category, urgency: int, priority: Priority, capped_by: str | None
) -> None:
    """And the alert names the limit only when it lowered something."""
    deciding.take(report("a", category=category, urgency=urgency, source="x"))
    alert = deciding.one(report("b", category=category, urgency=urgency, source="y"))
    assert (alert.priority, alert.capped_by) == (priority, capped_by)


def test_pickpocketing_is_prompt_only_when_it_is_reported_at_once(deciding: Deciding) -> None:
    """P2 within five minutes, P3 after; an hour later counts less. An update does not make it older."""
    now = deciding.one(report("a", category=Category.ZAKKENROLLERIJ))
    assert (now.priority, points(now)["age.just_now"]) == (Priority.P2, 25)
    update = report(
        "a",
        category=Category.ZAKKENROLLERIJ,
        revision=1,
        operation=Operation.UPDATE,
        reported_at=NOON + timedelta(hours=2),
    )
    assert deciding.one(update, NOON + timedelta(hours=2)).priority is Priority.P2
    late = report("b", category=Category.ZAKKENROLLERIJ, position=position(700), reported_at=NOON + timedelta(hours=1))
    assert points(deciding.one(late))["age.3600"] == -5


@pytest.mark.parametrize(
    ("level", "priority"), [("warn", Priority.P3), ("high", Priority.P2), ("critical", Priority.P1)]
)
def test_a_crowd_is_an_alert_without_any_report(deciding: Deciding, level: str, priority: Priority) -> None:
    """Crowd thresholds are one of the exceptions to camera-only being P4."""
    alert = deciding.one(episode(level=level))
    assert (alert.priority, alert.category, alert.capped_by) == (priority, Category.CROWD_DENSITY, None)
    assert alert.title == "Crowd seen by cam-1"


def test_what_only_a_camera_saw_stays_at_p4_until_somebody_reports_it(deciding: Deciding) -> None:
    """For every category that is not excepted."""
    seen = episode().model_copy(update={"category": Category.STRAATROOF})
    alert = deciding.one(seen)
    assert (alert.priority, alert.capped_by) == (Priority.P4, "limit.camera_only")
    joined = deciding.one(report())
    assert (joined.alert_id, joined.priority, joined.capped_by) == (alert.alert_id, Priority.P1, None)
    assert joined.verdict is Verdict.CORROBORATED


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


def test_a_report_in_the_middle_of_a_long_crowd_joins_it(deciding: Deciding) -> None:
    """An episode that goes on has no end to be late for."""
    crowd = deciding.one(episode())
    hour = NOON + timedelta(hours=1)
    about = report(category=Category.CROWD_DENSITY, occurred_at=hour, reported_at=hour)
    assert deciding.one(about, hour).alert_id == crowd.alert_id


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


def test_one_tick_that_ends_many_alerts_is_one_decision(deciding: Deciding) -> None:
    """Its record names them all."""
    for number in range(3):
        deciding.take(report(f"n{number}", position=position(900 * number)))
    assert len(deciding.tick(OPEN_S + 200)) == 3
    logged = [output.message for output in deciding.outputs if isinstance(output.message, DecisionLog)]
    assert [len(decision.alert_ids) for decision in logged] == [3]


@pytest.mark.parametrize(
    ("what", "reason", "state", "closing"),
    [
        (Action.ACKNOWLEDGE, "", AlertState.ACKNOWLEDGED, ""),
        (Action.ASSIGN, "", AlertState.NEW, ""),
        (Action.CLOSE, "true", AlertState.CLOSED, "true"),
        (Action.CLOSE, "duplicate", AlertState.CLOSED, "duplicate"),
        (Action.FALSE_ALARM, "true", AlertState.CLOSED, "false"),
    ],
)
def test_an_operator_acts(deciding: Deciding, what: Action, reason: str, state: AlertState, closing: str) -> None:
    """The alert says what was done and by whom."""
    opened = deciding.one(report())
    alert = deciding.one(action(opened.alert_id, what, reason))
    assert (alert.state, alert.change, alert.closing, alert.handled_by) == (state, Change.ACTION, closing, "operator-3")
    assert deciding.take(action(opened.alert_id, what, reason, number=2)) == []


def test_shelving_ends_by_itself(deciding: Deciding) -> None:
    """It needs a reason and an end; the alert comes back as it was."""
    opened = deciding.one(report(category=Category.WONINGINBRAAK))
    until = NOON + seconds(500)
    assert deciding.one(action(opened.alert_id, Action.SHELVE, "known", until)).state is AlertState.SHELVED
    assert deciding.tick(400) == []
    [back] = deciding.tick(510)
    assert back.state is AlertState.NEW


@pytest.mark.parametrize(
    ("category", "reason", "until_s"),
    [(Category.STRAATROOF, "known", 500), (Category.WONINGINBRAAK, "", 500), (Category.WONINGINBRAAK, "known", 50)],
)
def test_shelving_is_refused(deciding: Deciding, category: Category, reason: str, until_s: float) -> None:
    """A P1 never; nothing without a reason, or until a time that has passed."""
    opened = deciding.one(report(category=category))
    assert deciding.take(action(opened.alert_id, Action.SHELVE, reason, NOON + seconds(until_s))) == []
    assert deciding.take(action(opened.alert_id, Action.UNSHELVE)) == []


@pytest.mark.parametrize("until", [NOW + SHELF_AT_MOST + seconds(1), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)])
def test_nothing_is_shelved_for_ever(deciding: Deciding, until: datetime) -> None:
    """A week is the most; who asks for more is told so."""
    opened = deciding.one(report(category=Category.WONINGINBRAAK))
    why = "an alert is shelved for at most 7 days; longer is for the plan"
    assert deciding.refused(action(opened.alert_id, Action.SHELVE, "known", until)) == why
    kept = action(opened.alert_id, Action.SHELVE, "known", NOW + SHELF_AT_MOST, number=2)
    assert deciding.one(kept).state is AlertState.SHELVED


@pytest.mark.parametrize("what", list(Action))
def test_actions_on_an_unknown_or_a_closed_alert_change_nothing(deciding: Deciding, what: Action) -> None:
    """The decision log names the action and says why it was refused."""
    assert deciding.refused(action("nowhere", what)) == "there is no such alert in this control room"
    opened = deciding.one(report())
    deciding.take(action(opened.alert_id, Action.CLOSE))
    assert deciding.refused(action(opened.alert_id, what, "why", NOON + seconds(900), 2)) == "it has ended (closed)"
    [output] = deciding.outputs
    assert isinstance(output.message, DecisionLog)
    assert (output.topic, output.message.action_id) == (topics.DECISION_LOG, "action-2")


def test_the_cost_of_an_event_does_not_grow_with_the_open_alerts(deciding: Deciding) -> None:
    """A report reads and writes as many rows with 400 open alerts in town as with 20."""
    costs = []
    for number in range(400):
        before = (deciding.rows.reads, deciding.rows.writes)
        deciding.take(report(f"n{number}", position=position(800 * (number % 20), 800 * (number // 20))))
        costs.append((deciding.rows.reads - before[0], deciding.rows.writes - before[1]))
    assert max(costs[-20:]) <= max(costs[:20])


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


def test_many_alerts_that_expire_at_once_take_several_ticks(deciding: Deciding) -> None:
    """What one tick sends must fit one record; in the end all have expired."""
    opened = {
        deciding.one(report(f"n{n}", position=position(1_000 * n))).alert_id for n in range(2 * ALERTS_AT_MOST + 5)
    }
    expired: list[Alert] = []
    for second in range(4):
        told = [alert for alert in deciding.tick(20_000 + second) if alert.change is Change.EXPIRED]
        assert len(told) <= ALERTS_AT_MOST
        expired += told
    assert {alert.alert_id for alert in expired} == opened
