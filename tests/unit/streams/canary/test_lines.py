"""The canaries' way into Kafka and out of it: from now on, and through outages without a word."""

from __future__ import annotations

from functools import partial

import pytest
from kafka.errors import KafkaTimeoutError

from schemas.alerts import Alert
from schemas.codec import decode
from schemas.ticks import Tick
from streams.canary import lines as lines_module
from streams.canary.lines import KafkaLines
from streams.errors import DeliveryError
from streams.kafka import producer, reader
from streams.settings import KafkaSettings
from streams.topics import CANARY, CANARY_STATE, DETECTIONS
from tests.support.kafka import FakeConsumer, FakeKafkaProducer, FakeTopics
from tests.support.messages import NOON, example

KAFKA = KafkaSettings(bootstrap_servers="kafka:9092")


def test_canaries_go_in_and_come_back_through_outages(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What came before is not taken; what cannot be read is told; a failure costs nothing but what was under way."""
    caplog.set_level("WARNING")
    held, sent = FakeTopics(), FakeKafkaProducer()
    monkeypatch.setattr(reader, "Consumer", partial(FakeConsumer, held))
    monkeypatch.setattr(producer, "KafkaProducer", sent.connected)
    held.add(CANARY, example(Alert, alert_id="before"), NOON)
    monkeypatch.setattr(lines_module, "PAUSE_S", 0.0)
    lines = KafkaLines(KAFKA, lambda: NOON)
    held.add(CANARY, None, NOON, value=b"{")
    held.add(CANARY, example(Alert, alert_id="first"), NOON)
    held.failures = 1
    assert list(lines.came(0.002)) == []
    came = [(topic, alert.alert_id) for _ in range(2) for topic, alert in lines.came(0.002)]
    tick = example(Tick)
    sent.refuses = KafkaTimeoutError("away")
    lines.send(DETECTIONS, tick)
    sent.refuses = None
    lines.send(DETECTIONS, tick)
    held.add(CANARY_STATE, example(Alert, alert_id="second"), NOON)
    came += [(topic, alert.alert_id) for topic, alert in lines.came(0.002)]
    assert "could not be decoded: 1 of canary" in caplog.text
    assert came == [(CANARY, "first"), (CANARY_STATE, "second")]
    assert [(each.topic, decode(each.value or b"", each.headers)) for each in sent.sent] == [(DETECTIONS, tick)]
    lines.close()
    assert sent.forced


def test_a_round_that_cannot_be_sent_is_tried_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each message of it would wait as long, and nobody could stop the process meanwhile; it is told once."""
    caplog.set_level("WARNING")
    held, sent, tried = FakeTopics(), FakeKafkaProducer(), list[int]()
    monkeypatch.setattr(reader, "Consumer", partial(FakeConsumer, held))
    monkeypatch.setattr(producer, "KafkaProducer", sent.connected)
    lines = KafkaLines(KAFKA, lambda: NOON)

    def refuse(*_: object) -> None:
        tried.append(1)
        raise DeliveryError("detections: the producer refuses a record")

    monkeypatch.setattr(lines._producer, "send_encoded", refuse)
    for _ in range(20):
        lines.send(DETECTIONS, example(Tick))
    assert len(tried) == 1
    assert caplog.text.count("a canary could not be sent") == 1
    lines.close()


def test_sending_and_reading_fail_each_by_itself(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each is told once, however they take turns, and that canaries are sent again only where they were not."""
    caplog.set_level("WARNING")
    held, sent = FakeTopics(), FakeKafkaProducer()
    monkeypatch.setattr(reader, "Consumer", partial(FakeConsumer, held))
    monkeypatch.setattr(producer, "KafkaProducer", sent.connected)
    lines = KafkaLines(KAFKA, lambda: NOON)
    for _ in range(3):
        held.failures = 1
        assert list(lines.came(0.002)) == []
        lines.send(DETECTIONS, example(Tick))
    assert "canaries are sent again" not in caplog.text
    assert len(caplog.messages) == 1
    assert list(lines.came(0.002)) == []
    assert caplog.messages[1:] == ["canaries are read again"]
    lines.close()
