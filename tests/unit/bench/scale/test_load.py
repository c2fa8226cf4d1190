"""The load of `bench scale`: what it shows is what `observe` tells, and each of its reports becomes one alert."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bench.observe import _Flat, _frames, _registry, _Rows
from bench.scale.load import detections, observation, registry, reports, states
from schemas.alerts import Alert
from schemas.evidence import Verdict
from schemas.observations import Observation
from streams import topics
from streams.config.files import load_rules
from streams.runtime.in_memory import InMemory
from streams.stages.base import Input
from streams.stages.corroborate.stage import Corroborate
from streams.stages.decide.stage import Decide
from streams.stages.locate import Locate
from streams.stages.observe import Observe

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
RULES = load_rules()
SIZE_OFF = 0.15


@pytest.mark.parametrize(("cameras", "rooms"), [(1, 1), (40, 2), (90, 9), (100, 30), (101, 7)])
def test_every_camera_lies_in_the_area_of_its_room(cameras: int, rooms: int) -> None:
    """A report at a camera's place goes to the room that the camera belongs to, and each room has its area."""
    made = registry(cameras, rooms)
    assert (len(made.cameras), len(made.control_rooms)) == (cameras, rooms)
    areas = {
        room.id: ([corner.lat for corner in room.area], [corner.lon for corner in room.area])
        for room in made.control_rooms
    }
    for camera in made.cameras:
        lats, lons = areas[camera.control_room]
        assert min(lats) < camera.position.lat < max(lats)
        assert min(lons) < camera.position.lon < max(lons)


def test_an_observation_is_as_large_as_what_observe_tells() -> None:
    """Within 15 % of the message that the stage itself writes of a calibrated zone with a few persons."""
    stage, rows, told = Observe(_registry(), RULES, ZoneInfo("Europe/Amsterdam"), {"c1": _Flat()}), _Rows(), []
    for number, frame in enumerate(_frames(4, 20)):
        item = Input(frame, b"", topics.DETECTIONS, 0, number, frame.frame_id, frame.captured_at)
        told += [output.message for output in stage.handle(item, rows, frame.captured_at)]
    sizes = [len(each.model_dump_json()) for each in told if isinstance(each, Observation) and not each.situations]
    real = sorted(sizes)[len(sizes) // 2]
    assert len(observation(7, "room-1", NOON).model_dump_json()) == pytest.approx(real, rel=SIZE_OFF)


def test_a_camera_tells_of_each_second_once() -> None:
    """Five pictures of a second become one observation of three persons, as `observe` decides."""
    stage, memory = Observe(registry(4, 1), RULES, ZoneInfo("Europe/Amsterdam"), {}), Counter[int]()
    flow = InMemory([stage])
    for number in range(20):
        at = NOON + timedelta(seconds=number / 5)
        for output in flow.give(topics.DETECTIONS, detections(2, at, number), at):
            assert isinstance(output.message, Observation)
            memory[output.message.count] += 1
    assert memory == {3: 3}  # the fourth second is still open


def test_each_report_is_answered_by_a_camera() -> None:
    """All are of categories of which cameras are asked, and each stands in an alert that one answered."""
    cameras = registry(60, 6)
    flow = InMemory([Locate(cameras, RULES, "Europe/Amsterdam"), Corroborate(cameras, RULES), Decide(RULES, "bench")])
    for number, camera in enumerate(cameras.cameras):
        flow.give(topics.OBSERVATIONS, observation(number, camera.control_room, NOON - timedelta(seconds=2)), NOON)
    answered = set[str]()
    for incident in reports(60, 60, "run", NOON):
        for output in flow.give(topics.INCIDENTS, incident, NOON):
            alert = output.message
            if isinstance(alert, Alert) and alert.verdict in {Verdict.CORROBORATED, Verdict.CONSISTENT}:
                answered |= {report.source_id for report in alert.reports}
    made = reports(60, 60, "run", NOON)
    assert answered == {each.source_id for each in made}
    assert len(answered) == 60


def test_a_camera_can_be_relied_on_in_all_three_aspects() -> None:
    """Three states of each camera, each under a key of its own."""
    assert len({state.state_key() for state in states(5, NOON)}) == 15
