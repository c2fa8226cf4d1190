"""`toezicht explain` on a real broker: an alert comes out again from the topics, and one that was changed does not."""

from __future__ import annotations

import json
from typing import Any

import pytest
from kafka import KafkaProducer
from typer.testing import CliRunner

from schemas.alerts import Alert
from schemas.base import Message
from schemas.codec import encode
from schemas.evidence import Evidence, Verdict
from streams.cli.main import build_app
from streams.clock import utc_now
from streams.config.files import load_rules
from streams.errors import ConfigurationError
from streams.runtime.in_memory import MemoryRows
from streams.settings import KafkaSettings
from streams.stages.base import Input
from streams.stages.decide.stage import Decide
from streams.topics import ALERT_STATE, ALERTS, EVIDENCE
from tests.support.situations import in_view, report, seconds, sighting

pytestmark = pytest.mark.integration


class Room:
    """A control room that decides on what stands in the broker's topics, and sends what it decided."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._producer: Any = KafkaProducer(bootstrap_servers=kafka.bootstrap_servers)
        self._stage, self._rows = Decide(load_rules(), "r1"), MemoryRows()
        self.now = utc_now()

    def send(self, topic: str, message: Message, key: str | None = None) -> Any:
        record = encode(message, stage="decide", handled_at=self.now, entered_at=self.now)
        name = record.key if key is None else key.encode()
        return self._producer.send(topic, key=name, value=record.value, headers=record.headers).get(30)

    def decide(self, evidence: Evidence) -> Alert:
        place = self.send(EVIDENCE, evidence)
        told = Input(evidence, b"", EVIDENCE, place.partition, place.offset, evidence.evidence_id, self.now)
        for output in self._stage.handle(told, self._rows, self.now):
            self.send(output.topic, output.message, output.key)
            if isinstance(output.message, Alert):
                newest = output.message
        return newest


def explain(alert_id: str, kafka: KafkaSettings, *options: str) -> Any:
    environment = {"KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers}
    return CliRunner().invoke(build_app("explain"), ["explain", alert_id, *options], env=environment)


def test_an_alert_is_explained_and_comes_out_again(empty_kafka: KafkaSettings) -> None:
    """With code 0; changed on its way, another result comes out, with code 1; an unknown one is an error."""
    kafka = empty_kafka  # a room that counts its decisions anew must not find those of another
    room = Room(kafka)
    at = room.now
    name = f"explain-{at:%H%M%S%f}"
    room.decide(report(name, in_view("cam-1"), occurred_at=at - seconds(60), reported_at=at - seconds(30)))
    alert = room.decide(sighting(name, verdict=Verdict.CONTRADICTED, at=at - seconds(10)))
    assert alert.falls_at is not None
    found = explain(alert.alert_id, kafka, "--json")
    assert found.exit_code == 0, found.output
    told = json.loads(found.stdout)
    assert (told["recomputed"]["outcome"], told["recomputed"]["decisions"]) == ("same", 2)
    assert [factor["rule_id"] for factor in told["factors"]] == [each.rule_id for each in alert.factors]
    forged = alert.model_copy(update={"score": 1.0})
    room.send(ALERTS, forged.model_copy(update={"revision": 2}))
    room.send(ALERT_STATE, forged.model_copy(update={"revision": 2}), key=alert.alert_id)
    assert explain(alert.alert_id, kafka).exit_code == 1
    assert isinstance(explain("nowhere", kafka).exception, ConfigurationError)
