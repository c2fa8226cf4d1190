"""The completeness check on a real broker with real workers: a loss made on purpose, an outage, and the end."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from schemas.actions import Action
from schemas.alerts import Alert
from schemas.base import Message
from schemas.codec import decode, encode, envelope
from schemas.decisions import DecisionLog
from streams import topics
from streams.clock import utc_now
from streams.completeness.check import STAGE_OF
from streams.completeness.cluster import KafkaCluster
from streams.completeness.ledger import RecordPlace
from streams.kafka.admin import apply
from streams.local.broker import LocalBroker, free_port
from streams.settings import KafkaSettings, Settings
from tests.support.situations import action, incident, report

pytestmark = [pytest.mark.integration, pytest.mark.slow]
REGISTRY = Path(__file__).parents[2] / "deploy" / "cameras.yaml"
LOST, KEPT = ("lost-1", "lost-2"), ("kept-1", "kept-2")


class Scene:
    """A broker that can go away, and processes that run on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.broker = LocalBroker(folder / "broker", Settings().cache, self.port)
        self.broker.start()
        self.address = self.broker.bootstrap_servers
        apply(KafkaSettings(bootstrap_servers=self.address))
        self.processes: list[subprocess.Popen[str]] = []

    def start(self, name: str, *command: str) -> subprocess.Popen[str]:
        """Start a command of toezicht, and return when it is ready."""
        ready = self.folder / f"{name}.ready"
        process = subprocess.Popen(
            [sys.executable, "-m", "streams.cli", *command],
            env=self.environment() | {"TOEZICHT_READY_FILE": str(ready)},
            stdout=(self.folder / f"{name}.out").open("w"),
            stderr=(self.folder / f"{name}.log").open("w"),
            text=True,
        )
        self.processes.append(process)
        eventually(ready.exists, 240)
        return process

    def once(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        """Run `completeness --once`, and return its exit code and what it found."""
        done = subprocess.run(
            [sys.executable, "-m", "streams.cli", "completeness", "--once", "--json", "--grace", "1", *arguments],
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.stdout, done.stderr
        found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return done.returncode, found

    def environment(self) -> dict[str, str]:
        """Return what every process is given."""
        return {
            **os.environ,
            "KAFKA_BOOTSTRAP_SERVERS": self.address,
            "TOEZICHT_REGISTRY": str(REGISTRY),
            "TOEZICHT_DATA": str(self.folder / "data"),
            "TOEZICHT_METRICS_PORT": "0",
        }

    def send(self, producer: KafkaProducer, topic: str, message: Message) -> RecordPlace:
        """Send a message, and return where it stands."""
        record = encode(message, stage="intake", handled_at=utc_now(), entered_at=utc_now())
        sent = producer.send(topic, key=record.key, value=record.value, headers=record.headers).get(timeout=30)
        return RecordPlace(topic, sent.partition, sent.offset)

    def commit_past(self, places: list[RecordPlace]) -> None:
        """Commit what a stage's group has not handled, as a defect would."""
        for place in places:
            consumer = KafkaConsumer(bootstrap_servers=self.address, group_id=STAGE_OF[place.topic])
            partition = TopicPartition(place.topic, place.partition)
            consumer.assign([partition])
            consumer.commit({partition: OffsetAndMetadata(place.offset + 1, "", -1)})
            consumer.close()

    def read(self, topic: str) -> list[tuple[str, Message]]:
        """Return all messages of a topic with their ids, repeats included."""
        consumer = KafkaConsumer(bootstrap_servers=self.address)
        partitions = [TopicPartition(topic, number) for number in range(topics.BY_NAME[topic].partitions)]
        consumer.assign(partitions)
        consumer.seek_to_beginning(*partitions)
        ends = consumer.end_offsets(partitions)
        found = []
        while any(consumer.position(each) < ends[each] for each in partitions):
            for records in consumer.poll(timeout_ms=300).values():
                found += [(envelope(each.headers).event_id, decode(each.value, each.headers)) for each in records]
        consumer.close()
        return found

    def opened(self) -> Counter[str]:
        """Return how many alerts were opened for each report."""
        alerts = {event_id: each for event_id, each in self.read(topics.ALERTS) if isinstance(each, Alert)}
        return Counter(each.reports[0].source_id for each in alerts.values() if each.revision == 0)

    def decisions(self) -> dict[str, DecisionLog]:
        """Return the newest decision about each input."""
        return {each.input_id: each for _, each in self.read(topics.DECISION_LOG) if isinstance(each, DecisionLog)}

    def close(self) -> None:
        """End everything."""
        for process in self.processes:
            if process.poll() is None:
                process.kill()
            process.wait()
        self.broker.stop()


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Yield a scene and end it."""
    made = Scene(tmp_path_factory.mktemp("completeness"))
    yield made
    made.close()


def eventually(condition: Callable[[], bool], within_s: float) -> None:
    """Wait for a condition; the limit is only there to end a test that fails."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.2)


def told(name: str, number: int) -> dict[str, Any]:
    """Return when and where a report says it happened: nowhere near the others."""
    at = utc_now() - timedelta(days=number)
    return {"position": None, "occurred_at": at, "reported_at": utc_now(), "received_at": utc_now(), "source": "t"}


def test_what_was_lost_is_found_and_decided_once(scene: Scene) -> None:
    """Inputs that are committed past unhandled are found; their alerts appear exactly once, and further copies add none."""
    producer = KafkaProducer(bootstrap_servers=scene.address, acks="all")
    lost = [
        scene.send(producer, topics.EVIDENCE, report(LOST[0], **told(LOST[0], 2))),
        scene.send(producer, topics.INCIDENTS, incident(LOST[1], **told(LOST[1], 4))),
        scene.send(producer, topics.OPERATOR_ACTIONS, action("no-such-alert", Action.ACKNOWLEDGE)),
    ]
    lost_at = utc_now()
    scene.commit_past(lost)
    scene.send(producer, topics.EVIDENCE, report(KEPT[0], **told(KEPT[0], 6)))
    scene.send(producer, topics.INCIDENTS, incident(KEPT[1], **told(KEPT[1], 8)))
    assert scene.once("--dry-run")[1]["missing"] == found(lost)  # and not the two that only wait
    scene.start("worker", "worker", "locate", "corroborate", "decide")
    eventually(lambda: set(KEPT) <= scene.opened().keys(), 240)
    assert not set(LOST) & scene.opened().keys()

    code, result = scene.once("--dry-run")
    assert (code, result["missing"], result["reinjected"]) == (1, found(lost), 0)
    code, result = scene.once()
    assert (code, result["missing"], result["reinjected"]) == (1, found(lost), 3)
    eventually(lambda: set(LOST) <= scene.opened().keys() and "action-1" in scene.decisions(), 240)
    code, result = scene.once()
    assert (code, result["missing"], result["waiting"]) == (0, [], 0)
    assert scene.opened() == Counter(LOST + KEPT)
    evidence_id = report(LOST[0], source="t").evidence_id
    assert scene.decisions()[evidence_id].now <= lost_at + timedelta(seconds=1)

    before = {event_id for event_id, _ in scene.read(topics.ALERTS)}
    send_everything_again(scene)
    assert {event_id for event_id, _ in scene.read(topics.ALERTS)} == before
    assert scene.once()[0] == 0


def found(places: list[RecordPlace]) -> list[dict[str, Any]]:
    """Return what the check says about inputs that were lost."""
    return [{**each._asdict(), "reason": "undecided", "copies": 0} for each in sorted(places)]


def send_everything_again(scene: Scene) -> None:
    """Send a copy of each input, and wait until the stages are past it."""
    kafka = KafkaSettings(bootstrap_servers=scene.address)
    cluster = KafkaCluster(kafka, datetime(2026, 1, 1, tzinfo=UTC), lambda: False)
    inputs = [RecordPlace(each.topic, each.partition, each.offset) for each in cluster.inputs(cluster.committed())]
    copies = {place[:2]: cluster.send_again(place) or 0 for place in inputs}
    assert len(inputs) >= 8
    eventually(lambda: all(cluster.committed()[where] > copies[where] for where in copies), 240)
    cluster.disconnect()


def test_it_goes_on_after_an_outage_and_ends_when_told(scene: Scene) -> None:
    """Without its broker it makes no check and ends at once; when the broker is back it checks again by itself."""
    process = scene.start("check", "completeness", "--json", "--every", "1", "--grace", "1")
    output = scene.folder / "check.out"

    def checks() -> int:
        return output.read_text().count("\n")

    eventually(lambda: checks() >= 2, 240)
    port = json.loads((scene.folder / "check.ready").read_text())["metrics_port"]
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    for topic in STAGE_OF:
        assert f'toezicht_inputs_missing_total{{topic="{topic}"}} 0.0' in text
    scene.broker.stop()
    eventually(lambda: "no check can be made" in (scene.folder / "check.log").read_text(), 240)
    ending = scene.start("ending", "completeness", "--every", "1")
    time.sleep(2)
    began_s = time.monotonic()
    ending.send_signal(signal.SIGTERM)
    assert ending.wait(30) == 0
    assert time.monotonic() - began_s < 8
    before = checks()
    scene.broker = LocalBroker(scene.folder / "broker", Settings().cache, scene.port)
    scene.broker.start()
    eventually(lambda: checks() > before, 240)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert "Traceback" not in (scene.folder / "check.log").read_text()
