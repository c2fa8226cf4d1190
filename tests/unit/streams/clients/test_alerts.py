"""The alerts as any consumer reads them: the newest of each, repeats and older versions dropped."""

from __future__ import annotations

from functools import partial

import pytest

from schemas.alerts import Alert
from streams.clients.alerts import AlertReader
from streams.kafka import reader
from streams.settings import KafkaSettings
from streams.topics import ALERT_STATE, ALERTS
from tests.support.kafka import FakeConsumer, FakeTopics
from tests.support.messages import NOON, example

KAFKA = KafkaSettings(bootstrap_servers="kafka:9092")
FIRST = example(Alert, alert_id="a", revision=0)
SECOND = FIRST.model_copy(update={"revision": 1})


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> FakeTopics:
    """Return topics in memory, which every reader reads."""
    held = FakeTopics()
    monkeypatch.setattr(reader, "Consumer", partial(FakeConsumer, held))
    return held


def test_from_now_on_each_change_comes_once(held: FakeTopics, caplog: pytest.LogCaptureFixture) -> None:
    """What was there before does not; a repeat, an older version and a deletion change nothing; what cannot be read is told."""
    caplog.set_level("ERROR")
    held.add(ALERTS, example(Alert, alert_id="before"), NOON)
    alerts = AlertReader(KAFKA, from_start=False)
    assert alerts.caught_up()
    for message in (FIRST, FIRST, SECOND, None, FIRST.model_copy(update={"alert_id": "b"})):
        held.add(ALERTS, message, NOON)
    held.add(ALERTS, None, NOON, value=b"{")
    held.add(ALERTS, FIRST.model_copy(update={"revision": 0, "score": 1.0}), NOON)
    changed = [alert for _ in range(5) for alert in alerts.changes(0.002)]
    assert [(each.alert_id, each.revision) for each in changed] == [("a", 0), ("a", 1), ("b", 0)]
    assert {each.alert_id: each.revision for each in alerts.alerts} == {"a": 1, "b": 0}
    assert "alerts/0@6 cannot be decoded: unknown_type" in caplog.text
    alerts.close()


def test_from_the_start_the_newest_state_of_each_is_known(held: FakeTopics) -> None:
    """It tells when all that was retained has been read; what comes meanwhile is given too."""
    for number in range(5):
        held.add(ALERT_STATE, example(Alert, alert_id=f"open-{number}"), NOON, partition=1)
    alerts = AlertReader(KAFKA, from_start=True)
    held.add(ALERTS, SECOND, NOON)
    looks = 0
    while not alerts.caught_up():
        alerts.changes(0.002)
        looks += 1
        assert looks < 20
    assert looks > 1
    assert {each.alert_id for each in alerts.alerts} == {"a", *(f"open-{number}" for number in range(5))}
