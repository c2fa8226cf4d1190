"""The demo's summary counts what any consumer would see, and tells latencies by their cause."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial

import pytest

from schemas.alerts import Alert, AlertState
from schemas.base import Message
from schemas.categories import Priority
from schemas.codec import encode
from schemas.evidence import Evidence
from schemas.incidents import Incident
from streams import topics
from streams.demo.tally import Tally, TopicReader, percentiles
from streams.domain import canary
from streams.kafka import reader
from streams.settings import KafkaSettings
from tests.support.kafka import FakeConsumer, FakeTopics
from tests.support.messages import NOON, example


def add(tally: Tally, topic: str, message: Message, entered_s: float, arrived_s: float) -> Alert | None:
    """Show the tally one record."""
    entered_at = NOON + timedelta(seconds=entered_s)
    record = encode(message, stage="test", handled_at=NOON, entered_at=entered_at)
    return tally.add(topic, record.value, record.headers, NOON.timestamp() + arrived_s)


def test_canaries_are_told_by_themselves_and_in_no_count() -> None:
    """A canary is back when its alert is closed in what somebody reads who begins then."""
    tally = Tally()
    made = example(Incident, source=canary.SOURCE)
    add(tally, topics.INCIDENTS, made, 0, 0)
    for key in (b"canary-camera-0", b"cam-1", b"cam-1"):
        tally.count(topics.DETECTIONS, key)
    alert = example(Alert, alert_id="a", control_room_id="canary-room-0")
    assert add(tally, topics.CANARY_STATE, alert, 0, 1) is None
    assert tally.summary({})["canaries_back"] == 0
    closed = alert.model_copy(update={"revision": 2, "state": AlertState.CLOSED})
    assert add(tally, topics.CANARY_STATE, closed, 0, 2) is None
    summary = tally.summary({})
    assert (summary["canaries_back"], summary["incidents"], summary["detections"]) == (1, 0, 2)
    assert (summary["observations"], sum(summary["alerts"].values()), summary["alert_changes"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("values", "p50", "p95"), [([], None, None), ([5.0], 5.0, 5.0), ([float(n) for n in range(100)], 50.0, 95.0)]
)
def test_percentiles(values: list[float], p50: float | None, p95: float | None) -> None:
    """Nearest rank; nothing gives null and not zero."""
    assert percentiles(values) == {"p50": p50, "p95": p95}


def test_an_alert_counts_once_with_its_newest_priority_and_a_repeat_not_at_all() -> None:
    """Two changes of one alert are one alert."""
    tally = Tally()
    first = example(Alert, alert_id="a", revision=0, priority=Priority.P3)
    second = first.model_copy(update={"revision": 1, "priority": Priority.P1})
    assert add(tally, topics.ALERTS, first, 0, 0.1) is not None
    assert add(tally, topics.ALERTS, first, 0, 0.2) is None
    assert add(tally, topics.ALERTS, second, 0, 0.3) is not None
    summary = tally.summary({"frames": 7})
    assert (summary["frames"], summary["alert_changes"]) == (7, 2)
    assert summary["alerts"] == {"P1": 1, "P2": 0, "P3": 0, "P4": 0}


def test_latency_is_told_by_what_came_last() -> None:
    """A report, a picture (evidence of a camera that no report entered with), or time."""
    tally = Tally()
    alert = example(Alert)
    add(tally, topics.INCIDENTS, example(Incident), 1, 1)
    add(tally, topics.ALERTS, alert.model_copy(update={"alert_id": "report"}), 1, 1.05)
    evidence = example(Evidence)
    add(tally, topics.EVIDENCE, evidence, 5, 5)
    add(tally, topics.ALERTS, alert.model_copy(update={"alert_id": "evidence"}), 5, 5.2)
    add(tally, topics.ALERTS, alert.model_copy(update={"alert_id": "time"}), 9, 9.3)
    found = tally.latencies_ms()
    assert [round(value) for value in found["report"]][:1] == [50]
    assert sum(len(values) for values in found.values()) == 3
    assert [round(value) for value in found["time"]] == [300]


def test_what_cannot_be_read_is_passed_over() -> None:
    """And counted: the tally is a reader like any other."""
    tally = Tally()
    assert tally.add(topics.ALERTS, b"{", [], 0) is None
    assert tally.summary({})["undecodable"] == {topics.ALERTS: 1}


def test_the_topics_are_read_from_now_on_through_an_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was there before the demo counts nowhere; pictures are counted without being read."""
    held, shown, enough = FakeTopics(), [], threading.Event()
    monkeypatch.setattr(reader, "Consumer", partial(FakeConsumer, held))
    monkeypatch.setattr(reader, "RETRY_S", 0.001)

    def show(alert: Alert) -> None:
        shown.append(alert.alert_id)
        if len(shown) == 2:
            enough.set()

    held.add(topics.ALERTS, example(Alert, alert_id="before"), NOON)
    held.add(topics.CAMERA_FRAMES, None, NOON, value=b"jpeg")
    told = TopicReader(KafkaSettings(bootstrap_servers="kafka:9092"), show)
    held.failures = 2
    told.start()
    for name in ("a", "b"):
        held.add(topics.ALERTS, example(Alert, alert_id=name), NOON)
        held.add(topics.CAMERA_FRAMES, None, NOON, value=b"jpeg", partition=1)
    assert enough.wait(20)
    assert told.counts() == {"frames": 2}
    told.stop()
    assert shown == ["a", "b"]
