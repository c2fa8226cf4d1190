"""A worker with the deciding stages, as a process on a real broker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from prometheus_client.parser import text_string_to_metric_families

from schemas.alerts import Alert
from schemas.base import derive_id
from schemas.codec import encode
from schemas.incidents import Incident, Operation
from streams.clock import utc_now
from streams.settings import KafkaSettings
from streams.topics import ALERTS, INCIDENTS, ROOM_PARTITIONS
from tests.support.messages import example

REGISTRY = Path(__file__).parents[2] / "deploy" / "cameras.yaml"
READY_WITHIN_S = 120


class DecidingWorker:
    """The process, ready, and what is sent to it and comes out of it.

    Args:
        folder: Where its state and its log are.
        kafka: A broker that has all our topics.
    """

    def __init__(self, folder: Path, kafka: KafkaSettings) -> None:
        self._servers = kafka.bootstrap_servers
        self._log = folder / "worker.log"
        ready = folder / "ready.json"
        environment = {
            **os.environ,
            "KAFKA_BOOTSTRAP_SERVERS": self._servers,
            "TOEZICHT_REGISTRY": str(REGISTRY),
            "TOEZICHT_DATA": str(folder / "data"),
            "TOEZICHT_READY_FILE": str(ready),
        }
        command = [sys.executable, "-m", "streams.cli", "worker", "locate", "corroborate", "decide"]
        with self._log.open("w") as log:
            self.process = subprocess.Popen(command, env=environment, stderr=log)
        try:
            eventually(ready.exists, READY_WITHIN_S)
        except BaseException:
            self.close()
            raise
        self._metrics = f"http://127.0.0.1:{json.loads(ready.read_text())['metrics_port']}/metrics"

    def report(self, *numbers: int, revision: int = 0) -> None:
        """Send reports that were read just now, each in another place; with a revision above 0, updates of them."""
        producer = KafkaProducer(bootstrap_servers=self._servers, acks="all")
        for number in numbers:
            now = utc_now()
            incident = example(
                Incident,
                incident_id=derive_id("worker-test", str(number)),
                source_id=f"worker-test-{number}",
                operation=Operation.UPDATE if revision else Operation.CREATE,
                revision=revision,
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
        consumer = KafkaConsumer(bootstrap_servers=self._servers)
        places = [TopicPartition(ALERTS, number) for number in range(ROOM_PARTITIONS)]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        ends = consumer.end_offsets(places)
        found: set[str] = set()
        while any(consumer.position(place) < ends[place] for place in places):
            for records in consumer.poll(timeout_ms=500).values():
                for record in records:
                    found |= {report.source_id for report in Alert.model_validate_json(record.value).reports}
        consumer.close()
        return found

    def measured(self, metric: str, **labels: str) -> float:
        """Return the sum of a metric's series that have these labels."""
        with urllib.request.urlopen(self._metrics, timeout=30) as answer:
            families = text_string_to_metric_families(answer.read().decode())
        samples = [sample for family in families for sample in family.samples if sample.name == metric]
        return sum(each.value for each in samples if labels.items() <= each.labels.items())

    def last_words(self) -> str:
        """Return the end of its log."""
        return self._log.read_text()[-2_000:]

    def close(self) -> None:
        """End it where it still runs."""
        self.process.kill()
        self.process.wait()


def eventually(condition: Callable[[], bool], within_s: float) -> None:
    """Wait for a condition; the limit is only there to end a test that fails."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        time.sleep(0.1)
