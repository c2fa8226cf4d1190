"""A worker on a real broker: it ends when it is told to, even when the broker is gone, and carries on after an outage."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.kafka.admin import apply
from streams.local.broker import LocalBroker, free_port
from streams.settings import KafkaSettings, Settings
from tests.support.worker_process import DecidingWorker, eventually

pytestmark = [pytest.mark.integration, pytest.mark.slow]


class Scene:
    """A broker that can go away, and a worker with the deciding stages."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "broker"
        self._port = free_port()
        self.start_broker()
        kafka = KafkaSettings(bootstrap_servers=self.broker.bootstrap_servers)
        apply(kafka)
        self.worker = DecidingWorker(folder, kafka)

    def start_broker(self) -> None:
        """Start the broker, on the same port and data each time."""
        self.broker = LocalBroker(self._folder, Settings().cache, self._port)
        self.broker.start()

    def close(self) -> None:
        """End both."""
        self.worker.close()
        self.broker.stop()


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """Yield a scene and end it."""
    made = Scene(tmp_path)
    yield made
    made.close()


def test_a_broker_that_goes_away_for_ten_seconds_costs_no_report(scene: Scene) -> None:
    """What was sent before, and what is sent after the return, becomes visible, without a hand on the keyboard."""
    scene.worker.report(1, 2, 3)
    eventually(lambda: {f"worker-test-{n}" for n in (1, 2, 3)} <= scene.worker.reported(), 240)
    scene.broker.stop()
    time.sleep(10)  # the outage itself, which is no wait for anything
    scene.start_broker()
    scene.worker.report(4, 5, 6)
    eventually(lambda: {f"worker-test-{n}" for n in range(1, 7)} <= scene.worker.reported(), 240)
    assert scene.worker.process.poll() is None, scene.worker.last_words()


def test_a_worker_ends_when_told_to_even_without_its_broker(scene: Scene) -> None:
    """Whether it can still say goodbye to Kafka or not, no process stays behind."""
    scene.broker.stop()
    scene.worker.process.send_signal(signal.SIGTERM)
    scene.worker.process.wait(60)


def test_a_worker_ends_well_with_its_broker(empty_kafka: KafkaSettings, tmp_path: Path) -> None:
    """SIGTERM is the normal end: code 0."""
    worker = DecidingWorker(tmp_path, empty_kafka)
    try:
        worker.process.send_signal(signal.SIGTERM)
        assert worker.process.wait(60) == 0
    finally:
        worker.close()
