"""Finding the alert that an operator acts on: what is said where it cannot be found."""

from __future__ import annotations

from functools import partial

import pytest
from kafka import TopicPartition

from schemas.alerts import Alert
from streams.clients.actions import newest
from streams.kafka import reader
from streams.kafka.errors import NoAnswerError
from streams.settings import KafkaSettings
from streams.topics import ALERT_STATE
from tests.support.kafka import FakeConsumer, FakeTopics
from tests.support.messages import NOON, example

KAFKA = KafkaSettings(bootstrap_servers="kafka:9092")


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> FakeTopics:
    """Return topics in memory, with one alert's state."""
    held = FakeTopics()
    monkeypatch.setattr(reader, "Consumer", partial(FakeConsumer, held))
    held.add(ALERT_STATE, example(Alert, alert_id="a"), NOON)
    return held


def test_the_newest_state_is_found(held: FakeTopics) -> None:
    """Among all that is retained; one that is not there is said to be so."""
    assert newest(KAFKA, "a", 60).alert_id == "a"
    with pytest.raises(NoAnswerError, match="there is no alert b on alert-state"):
        newest(KAFKA, "b", 60)


def test_what_was_not_read_to_its_end_is_not_said_to_be_absent(held: FakeTopics) -> None:
    """A broker that goes silent in the middle: nobody knows whether the alert is there."""
    held.ends[TopicPartition(ALERT_STATE, 0)] = 9
    held.silent = True
    with pytest.raises(NoAnswerError, match=r"alert-state was not read to its end within 0.05 s"):
        newest(KAFKA, "b", 0.05)
