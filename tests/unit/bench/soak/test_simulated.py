"""What was recorded is played again and again, each time later and under ids of its own, and the operator ends each round."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import yaml

from bench.soak.simulated import Given, SimulatedRoom, given, moved
from bench.soak.simulation import KEPT_S, forgetful
from schemas.base import Message
from schemas.cameras import CameraStatus, Detections
from schemas.codec import encode
from schemas.incidents import incident_identity
from streams import topics
from streams.config.files import load_rules
from streams.domain.canary import SOURCE
from streams.kafka.record import Record
from streams.stages.base import Stage
from streams.stages.corroborate.stage import Corroborate
from streams.stages.decide.stage import Decide
from streams.stages.locate import Locate
from tests.support.messages import example
from tests.support.situations import NOON, camera, incident, registry, seconds

HOUR = timedelta(hours=1)


def record(topic: str, message: Message, after_s: float) -> Record:
    at = NOON + seconds(after_s)
    raw = encode(message, stage="test", handled_at=at, entered_at=at)
    return Record(topic, 0, int(after_s), raw.key, raw.value, raw.headers, at)


def test_a_moved_message_is_one_of_its_own() -> None:
    """Its times and ids; a report's identity still follows from its source's id."""
    seen = example(Detections)
    later = moved(seen, HOUR, 3)
    assert isinstance(later, Detections)
    assert later.captured_at - seen.captured_at == HOUR
    assert later.message_id() != seen.message_id()
    assert later.track_epoch != seen.track_epoch
    assert later.key() == seen.key()
    told = moved(incident(), HOUR, 3)
    assert told.happened_at() - incident().happened_at() == HOUR
    assert told.message_id() != moved(incident(), HOUR, 2).message_id() != incident().message_id()
    assert told.key() == incident_identity(incident().source, f"{incident().source_id}-3")
    status = moved(example(CameraStatus), HOUR, 3)
    assert status.happened_at() - example(CameraStatus).happened_at() == HOUR


def test_what_is_given_comes_from_outside_and_in_the_order_of_time() -> None:
    """Partitions are read one after the other; canaries are no load; what a stage sent comes from the stage again."""
    records = [
        record(topics.INCIDENTS, incident("b"), 9),
        record(topics.INCIDENTS, incident("c", source=SOURCE), 1),
        record(topics.EVIDENCE, incident("d"), 2),
        record(topics.INCIDENTS, incident("a"), 3),
    ]
    found = given(records)
    assert [each.at for each in found] == [NOON + seconds(3), NOON + seconds(9)]
    assert found[1].message == incident("b")


def test_a_round_is_played_again_and_ended() -> None:
    """Each report opens an alert in each round, which the operator closes; a sample comes every minute."""
    cameras, rules = registry(camera("cam-1", 0)), load_rules()
    stages: list[Stage] = [
        Locate(cameras, rules, "Europe/Amsterdam"),
        Corroborate(cameras, rules),
        Decide(rules, cameras.version),
    ]
    room = SimulatedRoom(stages)
    told = incident("a", position=None)
    recording = [Given(NOON, topics.INCIDENTS, told), Given(NOON + seconds(99), topics.INCIDENTS, incident("b"))]
    samples = list(room.play(recording, 0.25))
    assert [at_s for at_s, _ in samples] == [60.0 * minute for minute in range(16)]
    assert room.given == 2 * 9 + 1  # nine rounds of a hundred seconds, and the tenth begins with the last second
    assert room.closed >= 9
    last = samples[-1][1]
    assert last["stage decide"]["rows"] > samples[0][1]["stage decide"]["rows"]
    assert last["stages"]["uss_mb"] > 0


def test_what_ended_is_forgotten_sooner(tmp_path: Path) -> None:
    """With rules of another version, so that nobody takes them for the product's."""
    rules = load_rules()
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(rules.model_dump(mode="json"), allow_unicode=True))
    changed = load_rules(forgetful(tmp_path / "rules.yaml", tmp_path / "soak.yaml"))
    assert changed.lifetime.forget_s == KEPT_S < rules.lifetime.forget_s
    assert changed.version == f"{rules.version}-soak"


@pytest.mark.parametrize("hours", [0.0])
def test_no_time_is_one_sample(hours: float) -> None:
    """The first, before anything else happened than its first second."""
    room = SimulatedRoom([])
    assert len(list(room.play([Given(NOON, topics.INCIDENTS, incident())], hours))) == 1
