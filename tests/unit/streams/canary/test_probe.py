"""Canaries go through the real stages, come back, and reach no operator."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from prometheus_client import REGISTRY

from schemas.alerts import Alert
from schemas.base import Message
from schemas.categories import Category
from schemas.dead_letters import DeadLetterReason
from streams import topics
from streams.canary.partitions import canaries, names, with_canaries
from streams.canary.probe import GIVEN_UP_AFTER, Canaries
from streams.config.files import load_rules
from streams.domain.cameras.registry import Registry
from streams.domain.canary import SOURCE, Asked, asked_by, is_canary, report
from streams.domain.incidents.raw_report import Unreadable
from streams.domain.incidents.revisions import AcceptedReport, RefusedReport, normalise
from streams.errors import ConfigurationError
from streams.intake.sources.categories import load_categories
from streams.intake.sources.recorded import RecordedReports
from streams.kafka.partitioner import partition_of
from streams.runtime.in_memory import InMemory
from streams.stages.base import Output
from streams.stages.corroborate.stage import Corroborate
from streams.stages.decide.stage import Decide
from streams.stages.locate import Locate
from streams.stages.observe import Observe
from tests.support.situations import camera, registry

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
BACK = (topics.CANARY, topics.CANARY_STATE)
STEPS = ("report", "camera", "action", "state")


class Pipeline:
    """The real stages in memory, as canaries see Kafka; `lost` are topics whose messages do not arrive."""

    def __init__(self, *lost: str) -> None:
        rules, cameras = load_rules(), registry(camera("cam-1", 0))
        joined = with_canaries(cameras)
        self.now = NOON
        self.sent: list[Output] = []
        self._lost = lost
        self._back: list[tuple[str, Alert]] = []
        self._stages = InMemory(
            [
                Observe(joined, rules, ZoneInfo("Europe/Amsterdam"), {}),
                Locate(cameras, rules, "Europe/Amsterdam", canaries()),
                Corroborate(joined, rules),
                Decide(rules, cameras.version),
            ]
        )

    def send(self, topic: str, message: Message) -> None:
        if topic not in self._lost:
            self._take(self._stages.give(topic, message, self.now))

    def came(self, wait_s: float) -> Iterator[tuple[str, Alert]]:
        self.now += timedelta(seconds=wait_s)
        self._take(self._stages.tick(self.now))
        back, self._back = self._back, []
        yield from back

    def _take(self, outputs: list[Output]) -> None:
        self.sent += outputs
        back = [(o.topic, o.message) for o in outputs if isinstance(o.message, Alert)]
        self._back += [each for each in back if each[0] in BACK and each[0] not in self._lost]


def flock(pipeline: Pipeline, asked: Asked | None = None) -> tuple[Canaries, list[tuple[int, str]]]:
    """Return canaries in a pipeline, and the steps that come back."""
    steps: list[tuple[int, str]] = []
    asked = asked or asked_by(load_rules())
    return Canaries(
        pipeline, names(), asked, lambda: pipeline.now, lambda canary, step, _: steps.append((canary, step))
    ), steps


def receive(flying: Canaries, seconds: int) -> None:
    for _ in range(seconds):
        flying.receive(1.0)


def test_a_round_comes_back_in_every_partition_and_nobody_sees_it() -> None:
    """Report, camera, action and newest state of each; nothing on the topics that operators and partners read."""
    pipeline = Pipeline()
    flying, steps = flock(pipeline)
    flying.send()
    receive(flying, 10)
    assert sorted(steps) == sorted((n, step) for n in range(len(names())) for step in STEPS)
    assert flying.flying == 0
    assert not {output.topic for output in pipeline.sent} & {topics.ALERTS, topics.ALERT_STATE}


def test_rounds_do_not_join_each_other() -> None:
    """An hour of rounds makes a new alert for each."""
    pipeline = Pipeline()
    flying, _ = flock(pipeline)
    for _ in range(60):
        flying.send()
        receive(flying, 5)
        pipeline.now += timedelta(seconds=55)
    alerts = {o.message.alert_id for o in pipeline.sent if isinstance(o.message, Alert)}
    assert (flying.flying, len(alerts)) == (0, 60 * len(names()))


@pytest.mark.parametrize(
    ("lost", "back"),
    [
        (topics.INCIDENTS, set()),
        (topics.DETECTIONS, {"report"}),
        (topics.OPERATOR_ACTIONS, {"report", "camera"}),
        (topics.CANARY_STATE, {"report", "camera", "action"}),
        (topics.CANARY, set()),
    ],
)
def test_what_is_lost_on_the_way_shows(lost: str, back: set[str]) -> None:
    """The steps before the loss come back, the age grows, and after a while no more is waited for."""
    pipeline = Pipeline(lost)
    flying, steps = flock(pipeline)
    flying.send()
    receive(flying, 10)
    assert {step for _, step in steps} == back
    assert flying.flying == len(names())
    assert REGISTRY.get_sample_value("toezicht_canary_returned_at", {"canary": "0"}) == NOON.timestamp()
    pipeline.now += GIVEN_UP_AFTER
    flying.send()
    assert flying.flying == len(names())


def test_rules_in_which_no_number_of_persons_corroborates_ask_no_camera() -> None:
    """Then the report and the action come back."""
    pipeline = Pipeline()
    flying, steps = flock(pipeline, Asked(Category.OVERIG, None))
    flying.send()
    receive(flying, 5)
    assert {step for _, step in steps} == {"report", "action", "state"}
    assert flying.flying == 0


def test_the_category_is_chosen_from_the_rules() -> None:
    """The one that the fewest persons corroborate; none where every signal asks for more than persons."""
    rules = load_rules()
    assert asked_by(rules).persons == 1
    without = {category: rule.model_copy(update={"cameras": None}) for category, rule in rules.categories.items()}
    assert asked_by(rules.model_copy(update={"categories": without})) == Asked(Category.OVERIG, None)


def test_its_report_is_what_intake_makes_of_a_report() -> None:
    """A fault there shows as a canary that does not come back, in every round and of every canary."""
    asked = asked_by(load_rules())
    for number in range(64):
        for canary in range(len(names())):
            made = normalise(report(number, canary, asked, NOON), None, NOON)
            assert isinstance(made, AcceptedReport)
            assert (made.incident.urgency, made.late) == (3, False)
            assert made.incident.source_id == f"{canary}-{number}"


def test_a_report_that_intake_refuses_is_not_sent(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said, and shows in the age like any other that does not come back."""
    pipeline = Pipeline()
    flying, steps = flock(pipeline)
    refused = RefusedReport(DeadLetterReason.OUTSIDE_COUNTRY, "outside")
    caplog.set_level("WARNING")
    monkeypatch.setattr("streams.canary.probe.normalise", lambda *_: refused)
    flying.send()
    receive(flying, 3)
    assert (steps, flying.flying) == ([], len(names()))
    assert "outside" in caplog.text


def test_every_partition_has_a_control_room_and_a_camera() -> None:
    """One that stands still shows."""
    found = names()
    assert {partition_of(topics.EVIDENCE, room.encode()) for room, _ in found} == set(range(topics.ROOM_PARTITIONS))
    assert {partition_of(topics.DETECTIONS, cam.encode()) for _, cam in found} == set(range(topics.CAMERA_PARTITIONS))
    assert all(is_canary(name) for pair in found for name in pair)


def test_a_registry_may_not_use_its_names() -> None:
    """A camera or control room that is named like a canary's would never be shown."""
    cameras = registry(camera("canary-1", 0))
    with pytest.raises(ConfigurationError, match="canary-1"):
        with_canaries(cameras)
    assert isinstance(with_canaries(registry(camera("cam-1", 0))), Registry)


def test_a_partner_may_not_use_its_name() -> None:
    """Its reports would never be shown."""
    line = b'{"source": "canary", "source_id": "1", "category": "brand"}'
    assert isinstance(RecordedReports(load_categories(None)).read(line, NOON), Unreadable)


def test_a_real_report_at_sea_reaches_no_canary() -> None:
    """Only the canary's own reports are looked up among its control rooms."""
    pipeline = Pipeline()
    made = normalise(replace(report(0, 0, asked_by(load_rules()), NOON), source="politie-gms"), None, NOON)
    assert isinstance(made, AcceptedReport)
    pipeline.send(topics.INCIDENTS, made.incident)
    [alert] = [output.message for output in pipeline.sent if output.topic == topics.ALERTS]
    assert isinstance(alert, Alert)
    assert not is_canary(alert.control_room_id)
    assert alert.reports[0].source != SOURCE
