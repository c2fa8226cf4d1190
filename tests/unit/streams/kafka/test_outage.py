"""Outages: told once, seldom again, and when they are over; and topics that come later."""

from __future__ import annotations

import pytest

from streams import topics
from streams.kafka import reader
from streams.kafka.errors import MissingTopicError
from streams.kafka.outage import REMIND_EVERY_S, Outage
from streams.kafka.reader import Reader, await_topics
from streams.settings import KafkaSettings
from tests.support.kafka import FakeConsumer, FakeTopics

KAFKA = KafkaSettings(bootstrap_servers="kafka:9092")


def test_an_outage_is_told_once_and_then_seldom() -> None:
    """Not each second; another reason is news, and so is the end."""
    said: list[str] = []
    now_s = 0.0
    outage = Outage(said.append, lambda: now_s)
    outage.over("there")
    for _ in range(5):
        outage.tell("gone")
    assert said == ["gone"]
    outage.tell("gone for another reason")
    now_s = REMIND_EVERY_S
    outage.tell("gone for another reason")
    outage.over("there")
    outage.over("there")
    assert said == ["gone", "gone for another reason", "gone for another reason", "there"]


@pytest.mark.parametrize(
    ("found", "line"),
    [
        ({"incidents": 0, "evidence": 4}, "topic incidents is missing; `toezicht topics apply` makes them"),
        ({"incidents": 0, "evidence": 0}, "topics evidence, incidents are missing; `toezicht topics apply` makes them"),
        ({"incidents": 1, "evidence": 1}, "topic evidence has 1 of 4 partitions; see `toezicht topics check`"),
    ],
)
def test_a_missing_topic_is_named_with_what_makes_it(found: dict[str, int], line: str) -> None:
    """One line, with the address."""
    error = MissingTopicError.for_topics("kafka:9092", found, found)
    assert str(error) == f"Kafka at kafka:9092: {line}"


def test_more_partitions_than_expected_are_no_reason_to_wait() -> None:
    """`topics check` tells of them."""
    assert MissingTopicError.for_topics("a:1", ("evidence",), {"evidence": 8}) is None


def test_a_reader_of_a_topic_that_is_not_there_ends_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """In place of a wait for the client's own time; once it is there, the same reader reads."""
    held = FakeTopics(missing={topics.ALERTS})
    monkeypatch.setattr(reader, "Consumer", lambda **options: FakeConsumer(held, **options))
    following = Reader(KAFKA)
    for ask in (
        lambda: following.ends((topics.ALERTS,)),
        lambda: following.require((topics.EVIDENCE, topics.ALERTS)),
        lambda: list(following.read_spans({(topics.ALERTS, 0): (0, 3)})),
    ):
        with pytest.raises(MissingTopicError, match="topic alerts is missing; `toezicht topics apply` makes them"):
            ask()
    held.missing.clear()
    assert following.ends((topics.ALERTS,))[topics.ALERTS, 0] == 0


def test_topics_are_awaited_and_the_end_of_waiting_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One line, then nothing, then that they are there."""
    held = FakeTopics(missing={topics.ALERTS})
    monkeypatch.setattr(reader, "Consumer", lambda **options: FakeConsumer(held, **options))
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if sum(slept) > 5:
            held.missing.clear()

    with caplog.at_level("WARNING"):
        assert await_topics(KAFKA, (topics.ALERTS,), lambda: False, sleep)
    told = [record.getMessage() for record in caplog.records if record.name == "streams.kafka.outage"]
    assert told == [
        "waiting: Kafka at kafka:9092: topic alerts is missing; `toezicht topics apply` makes them",
        "the topics are there",
    ]


def test_who_waits_for_topics_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a step, not after the topics came."""
    held = FakeTopics(missing={topics.ALERTS})
    monkeypatch.setattr(reader, "Consumer", lambda **options: FakeConsumer(held, **options))
    stop: list[float] = []
    assert not await_topics(KAFKA, (topics.ALERTS,), lambda: bool(stop), stop.append)
    assert sum(stop) < 1
