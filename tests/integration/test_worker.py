"""A worker on a real broker: it ends when it is told to, even when the broker is gone, and carries on after an outage."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from schemas.base import derive_id
from schemas.codec import encode
from schemas.incidents import Incident
from streams.clock import utc_now
from streams.kafka.admin import apply
from streams.local.broker import LocalBroker, free_port
from streams.settings import KafkaSettings, Settings
from streams.topics import ALERTS, INCIDENTS, ROOM_PARTITIONS
from tests.support.messages import example

pytestmark = [pytest.mark.integration, pytest.mark.slow]
REGISTRY = Path(__file__).parents[2] / "deploy" / "cameras.yaml"


class Scene:
    """A broker that can go away, and a worker with the deciding stages."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.broker = LocalBroker(folder / "broker", Settings().cache, self.port)
        self.broker.start()
        apply(KafkaSettings(bootstrap_servers=self.broker.bootstrap_servers))
        self.ready = folder / "ready.json"
        self.worker = subprocess.Popen(
            [sys.executable, "-m", "streams.cli", "worker", "locate", "corroborate", "decide"],
            env={
                **os.environ,
                "KAFKA_BOOTSTRAP_SERVERS": self.broker.bootstrap_servers,
                "TOEZICHT_REGISTRY": str(REGISTRY),
                "TOEZICHT_DATA": str(folder / "data"),
                "TOEZICHT_READY_FILE": str(self.ready),
            },
            stderr=(folder / "worker.log").open("w"),
        )
        eventually(self.ready.exists, 120)

    def report(self, *numbers: int) -> None:
        """Send reports that were read just now, each in another place."""
        producer = KafkaProducer(bootstrap_servers=self.broker.bootstrap_servers, acks="all")
        for number in numbers:
            now = utc_now()
            incident = example(
                Incident,
                incident_id=derive_id("worker-test", str(number)),
                source_id=f"worker-test-{number}",
                position=None,
                occurred_at=now - timedelta(days=1, hours=number),
                reported_at=now,
                received_at=now,
            )
            record = encode(incident, stage="intake", handled_at=now, entered_at=now)
            producer.send(INCIDENTS, key=record.key, value=record.value, headers=record.headers)
        producer.flush()
        producer.close()

    def reported(self) -> set[str]:
        """Return the source ids of the reports that any alert has."""
        from schemas.alerts import Alert

        consumer = KafkaConsumer(
            bootstrap_servers=self.broker.bootstrap_servers, auto_offset_reset="earliest", consumer_timeout_ms=2_000
        )
        consumer.assign([TopicPartition(ALERTS, number) for number in range(ROOM_PARTITIONS)])
        found = {report.source_id for each in consumer for report in Alert.model_validate_json(each.value).reports}
        consumer.close()
        return found

    def close(self) -> None:
        """End both."""
        if self.worker.poll() is None:
            self.worker.kill()
        self.worker.wait()
        self.broker.stop()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Yield a scene and end it."""
    made = Scene(tmp_path)
    yield made
    made.close()


def eventually(condition: Callable[[], bool], within_s: float) -> None:
    """Wait for a condition; the limit is only there to end a test that fails."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.1)


def test_a_broker_that_goes_away_for_ten_seconds_costs_no_report(scene: Scene) -> None:
    """What was sent before, and what is sent after the return, becomes visible, without a hand on the keyboard."""
    scene.report(1, 2, 3)
    eventually(lambda: {f"worker-test-{n}" for n in (1, 2, 3)} <= scene.reported(), 60)
    scene.broker.stop()
    time.sleep(10)
    scene.broker = LocalBroker(scene.folder / "broker", Settings().cache, scene.port)
    scene.broker.start()
    scene.report(4, 5, 6)
    eventually(lambda: {f"worker-test-{n}" for n in range(1, 7)} <= scene.reported(), 120)
    assert scene.worker.poll() is None, (scene.folder / "worker.log").read_text()[-2000:]


def test_a_worker_ends_when_told_to_even_without_its_broker(scene: Scene) -> None:
    """Whether it can still say goodbye to Kafka or not, no process stays behind."""
    scene.broker.stop()
    scene.worker.send_signal(signal.SIGTERM)
    scene.worker.wait(60)


def test_a_worker_ends_well_with_its_broker(scene: Scene) -> None:
    """SIGTERM is the normal end: code 0."""
    scene.worker.send_signal(signal.SIGTERM)
    assert scene.worker.wait(60) == 0
