"""Replay on a real broker: a worker decides, is killed and comes back; the log then gives exactly the alerts that it sent."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer

from schemas.actions import Action, OperatorAction
from schemas.alerts import Alert
from schemas.base import Message, derive_id
from schemas.codec import encode
from schemas.incidents import Incident
from streams import topics
from streams.clock import utc_now
from streams.config.files import DEFAULT_RULES
from streams.kafka.reader import read_records
from streams.settings import KafkaSettings
from tests.support.messages import STADSHART, example

pytestmark = [pytest.mark.integration, pytest.mark.slow]
ROOT = Path(__file__).parents[2]
REGISTRY = ROOT / "deploy" / "cameras.yaml"


class Scene:
    """A worker with the deciding stages and a shadow."""

    def __init__(self, folder: Path, kafka: KafkaSettings) -> None:
        self.folder, self.kafka = folder, kafka
        text = (ROOT / "streams" / "domain" / "rules" / DEFAULT_RULES).read_text(encoding="utf-8")
        self.other_rules = folder / "other.yaml"
        self.other_rules.write_text(
            re.sub(r'version: "[^"]+"', 'version: "other"', text, count=1)
            .replace("p1: 75, p2: 50", "p1: 95, p2: 70")
            .replace("urgency_at_most: 1, points: 55", "urgency_at_most: 1, points: 75")
        )
        self.environment = {
            **os.environ,
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka.bootstrap_servers,
            "TOEZICHT_REGISTRY": str(REGISTRY),
            "TOEZICHT_SHADOW_RULES": str(self.other_rules),
            "TOEZICHT_DATA": str(folder / "data"),
            "TOEZICHT_READY_FILE": str(folder / "ready.json"),
        }
        self.worker = self.start()

    def start(self) -> subprocess.Popen[bytes]:
        (self.folder / "ready.json").unlink(missing_ok=True)
        stages = ("locate", "corroborate", "decide", "shadow")
        worker = subprocess.Popen(
            [sys.executable, "-m", "streams.cli", "worker", *stages],
            env=self.environment,
            stderr=(self.folder / "worker.log").open("a"),
        )
        eventually(lambda: (self.folder / "ready.json").exists() or worker.poll() is not None, 180)
        assert worker.poll() is None, (self.folder / "worker.log").read_text()[-1_000:]
        return worker

    def send(self, topic: str, *messages: Message) -> None:
        """Send messages and wait for the broker."""
        producer = KafkaProducer(bootstrap_servers=self.kafka.bootstrap_servers, acks="all")
        for message in messages:
            record = encode(message, stage="test", handled_at=utc_now(), entered_at=utc_now())
            producer.send(topic, key=record.key, value=record.value, headers=record.headers)
        producer.flush()
        producer.close()

    def alerts(self, topic: str = topics.ALERTS) -> list[Alert]:
        """Return all versions of all alerts."""
        return [Alert.model_validate_json(each.value or b"") for each in read_records(self.kafka, (topic,))]

    def replay(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        """Run the command, and return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "streams.cli", "replay", *arguments, "--json"],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=180,
        )
        assert done.returncode == code, done.stderr + done.stdout
        found: dict[str, Any] = json.loads(done.stdout or "{}")
        return found

    def close(self) -> None:
        """End it."""
        self.worker.kill()
        self.worker.wait()


def report(number: int) -> Incident:
    now = utc_now()
    return example(
        Incident,
        incident_id=derive_id("replay-test", str(number)),
        source_id=f"replay-test-{number}",
        position=STADSHART.model_copy(update={"lat": STADSHART.lat + 0.003 * (number % 3)}),
        occurred_at=now - timedelta(seconds=30),
        reported_at=now,
        received_at=now,
    )


def action(alert: Alert, number: int, what: Action) -> OperatorAction:
    return OperatorAction(
        action_id=f"replay-test-{number}",
        control_room_id=alert.control_room_id,
        alert_id=alert.alert_id,
        seen_revision=alert.revision,
        action=what,
        user="operator-1",
        acted_at=utc_now(),
    )


@pytest.fixture
def scene(tmp_path: Path, empty_kafka: KafkaSettings) -> Iterator[Scene]:
    """Yield a scene and end it."""
    made = Scene(tmp_path, empty_kafka)
    yield made
    made.close()


def eventually(condition: Callable[[], bool], within_s: float) -> None:
    """Wait for a condition; the limit is only there to end a test that fails."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.2)


def reported(scene: Scene, topic: str = topics.ALERTS) -> int:
    return len({row.incident_id for alert in scene.alerts(topic) for row in alert.reports})


def test_the_log_gives_exactly_the_live_alerts(scene: Scene) -> None:
    """After a kill in the middle; from the beginning, from a saved state, and from a file; other rules differ."""
    scene.send(topics.INCIDENTS, *(report(number) for number in range(8)))
    eventually(lambda: reported(scene) == 8, 240)
    first = scene.alerts()[0]
    scene.send(topics.OPERATOR_ACTIONS, action(first, 1, Action.ACKNOWLEDGE))
    eventually(lambda: any(alert.state == "acknowledged" for alert in scene.alerts()), 240)
    state, file = scene.folder / "state.jsonl", scene.folder / "recording.jsonl.gz"
    assert scene.replay("--save-state", str(state)) == {}
    scene.send(topics.INCIDENTS, *(report(number) for number in range(8, 20)))
    scene.worker.send_signal(signal.SIGKILL)
    scene.worker.wait()
    scene.worker = scene.start()
    scene.send(topics.OPERATOR_ACTIONS, action(first, 2, Action.FALSE_ALARM))
    eventually(lambda: reported(scene) == 20 and any(alert.state == "closed" for alert in scene.alerts()), 240)

    whole = scene.replay()
    assert (whole["mode"], whole["differing"]) == ("log", 0)
    assert whole["alerts"] == len({(alert.alert_id, alert.revision) for alert in scene.alerts()})
    later = scene.replay("--state", str(state))
    assert later["differing"] == 0
    assert 0 < later["alerts"] < whole["alerts"]

    assert scene.replay("--export", str(file), "--cameras") == {}
    assert scene.replay("--input", str(file))["alerts"] == whole["alerts"]
    changed = scene.replay("--input", str(file), "--rules", str(scene.other_rules))
    assert changed["mode"] == "time"
    # Coming back, the worker took the closing before the reports that had come before it: in the order of time they are
    # joined to the alert that it closes. That is what the tolerance is for.
    assert {"priority"} <= {each["kind"] for each in changed["differences"]} <= {"priority", "joined"}
    assert changed["tolerance"]["live_order_differed_s"] >= 0

    eventually(lambda: reported(scene, topics.SHADOW_ALERTS) == 20, 240)
    shadow = scene.replay("--shadow")
    assert shadow["rules"] == "other"
    assert "priority" in {each["kind"] for each in shadow["differences"]}
