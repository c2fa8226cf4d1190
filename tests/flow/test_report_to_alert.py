"""Reports and observations through locate, corroborate and decide, message by message, without a broker."""

from __future__ import annotations

from collections import deque
from datetime import datetime

import pytest

from schemas.alerts import Alert, AlertState
from schemas.base import Message
from schemas.categories import Category, Priority
from schemas.codec import decode, encode
from schemas.evidence import Verdict
from schemas.incidents import Operation
from schemas.observations import SituationKind, ZoneSituation
from schemas.ticks import Tick
from streams import topics
from streams.config.files import load_rules
from streams.stages.base import Stage
from streams.stages.corroborate.stage import Corroborate
from streams.stages.decide.stage import Decide
from streams.stages.locate import Locate
from tests.support.normal import learn, view
from tests.support.rows import FakeRows
from tests.support.situations import NOON, camera, incident, item, observation, position, registry, seconds


class Flow:
    """The three stages, each with its rows; every message passes through its own record on the way."""

    def __init__(self) -> None:
        cameras = registry(camera("cam-1", 0), camera("cam-2", 30))
        rules = load_rules()
        self.stages: list[tuple[Stage, FakeRows]] = [
            (Locate(cameras, rules, "Europe/Amsterdam"), FakeRows()),
            (Corroborate(cameras, rules), FakeRows()),
            (Decide(rules, cameras.version), FakeRows()),
        ]
        for known in cameras.cameras:
            learn(self.stages[1][1], known, largest=(3, 1.2, 0, 0.0, 15.0))
        self.alerts: dict[str, Alert] = {}

    def send(self, topic: str, message: Message, now: datetime) -> None:
        waiting = deque([(topic, message)])
        while waiting:
            at, sent = waiting.popleft()
            record = encode(sent, stage="test", handled_at=now, entered_at=now)
            read = decode(record.value, record.headers)
            if at == topics.ALERTS and isinstance(read, Alert):
                self.alerts[read.alert_id] = read
            for stage, rows in self.stages:
                if at in stage.inputs:
                    waiting += [(each.topic, each.message) for each in stage.handle(item(read), rows, now)]

    def second(self, at_s: float, count: int, camera_id: str = "cam-1", fastest: float | None = None) -> None:
        at, shown = NOON + seconds(at_s), view(count, fastest)
        for zone in ("plein", "rand"):
            self.send(topics.OBSERVATIONS, observation(at, count, zone, camera_id, view=shown), at)

    def tick(self, at_s: float) -> None:
        at = NOON + seconds(at_s)
        self.send(topics.CAMERA_TICKS, Tick(group="camera", partition=0, at=at), at)
        self.send(topics.ROOM_TICKS, Tick(group="room", partition=0, at=at), at)


@pytest.fixture
def flow() -> Flow:
    return Flow()


def test_one_camera_sees_it_and_the_other_does_not(flow: Flow) -> None:
    """One alert, with what each of them said."""
    for at_s in range(-200, 60):
        flow.second(at_s, 0)
        flow.second(at_s, 0, "cam-2")
    report = incident(position=position(10, 10))
    flow.send(topics.INCIDENTS, report, NOON + seconds(61))
    [alert] = flow.alerts.values()
    assert (alert.verdict, alert.score) == (Verdict.PENDING, 80)
    flow.second(62, 3, fastest=4.2)
    for at_s in range(62, 402):
        flow.second(at_s, 0, "cam-2")
    flow.tick(410)
    [alert] = flow.alerts.values()
    assert (alert.verdict, alert.priority, alert.score) == (Verdict.CORROBORATED, Priority.P1, 91)
    assert [(each.camera_id, each.verdict) for each in alert.cameras] == [
        ("cam-1", Verdict.CORROBORATED),
        ("cam-2", Verdict.UNSEEN),
    ]
    assert alert.cameras[0].explanation == (
        "somebody runs at 4.2 m/s, 62 s after the reported time; here that is so in 1 of 22 such periods of 10 minutes"
    )
    assert (alert.revision, alert.escalated_at) == (3, NOON + seconds(410)), "a P1, and nobody acknowledged it"


def test_a_contradicted_report_loses_points_and_a_poor_place_fewer(flow: Flow) -> None:
    """A group is reported where the camera saw nobody during the whole window; or somewhere around there."""
    at = NOON + seconds(61)
    flow.send(topics.INCIDENTS, incident("a", category=Category.JEUGDOVERLAST, position=position(10, 10)), at)
    poor = position(10, 400, accuracy_m=400)
    flow.send(topics.INCIDENTS, incident("b", category=Category.JEUGDOVERLAST, position=poor), at)
    for at_s in range(-600, 1_201, 1):
        flow.second(at_s, 0)
        flow.second(at_s, 0, "cam-2")
    flow.tick(1_210)
    told = {alert.reports[0].source_id: alert for alert in flow.alerts.values()}
    assert (told["a"].verdict, told["a"].score) == (Verdict.CONTRADICTED, 26)
    assert (told["b"].verdict, told["b"].score) == (Verdict.UNSEEN, 31), (
        "35, less 4 for the place, and nothing for the cameras"
    )


def test_a_cancelled_report_is_over_everywhere(flow: Flow) -> None:
    """The alert is cancelled and cameras say nothing more about it."""
    flow.send(topics.INCIDENTS, incident(), NOON + seconds(61))
    flow.send(topics.INCIDENTS, incident(operation=Operation.CANCEL, revision=1), NOON + seconds(90))
    flow.second(95, 9)
    flow.tick(500)
    [alert] = flow.alerts.values()
    assert (alert.state, alert.revision) == (AlertState.CANCELLED, 1)


def test_a_report_beyond_all_cameras_says_that_none_covers_it(flow: Flow) -> None:
    """An alert all the same, with the priority of its category."""
    flow.send(topics.INCIDENTS, incident(position=position(900)), NOON + seconds(61))
    [alert] = flow.alerts.values()
    assert (alert.verdict, alert.priority, alert.cameras) == (Verdict.NO_COVERAGE, Priority.P1, ())


def test_two_partners_report_one_thing(flow: Flow) -> None:
    """One alert that counts both."""
    flow.send(topics.INCIDENTS, incident("a"), NOON + seconds(61))
    flow.send(topics.INCIDENTS, incident("b", source="p2000", position=position(60)), NOON + seconds(70))
    [alert] = flow.alerts.values()
    assert {row.source for row in alert.reports} == {"politie-gms", "p2000"}
    assert "independent" in {factor.rule_id for factor in alert.factors}


def test_an_object_that_a_camera_sees_left_behind_is_an_alert_that_passes(flow: Flow) -> None:
    """Nobody reported it: routine, with the camera's words, and over when the object is gone."""
    left = ZoneSituation(kind=SituationKind.OBJECT_LEFT, since=NOON, value=60, explanation="a bag stands there")
    for at_s in range(60):
        at = NOON + seconds(at_s)
        flow.send(topics.OBSERVATIONS, observation(at, situations=(left,) if at_s < 30 else ()), at)
        if at_s == 29:
            [alert] = flow.alerts.values()
            assert (alert.category, alert.priority) == (Category.VERDACHT_VOORWERP, Priority.P3)
            assert (alert.state, alert.revision) == (AlertState.NEW, 0)
            assert alert.cameras[0].explanation == "a bag stands there, in zone plein"
    [alert] = flow.alerts.values()
    assert (alert.state, alert.revision) == (AlertState.RETURNED_TO_NORMAL, 1)
