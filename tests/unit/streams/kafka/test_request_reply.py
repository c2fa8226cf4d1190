"""A request and its answer: the reader stands at the end before anything is sent, and silence has a limit."""

from __future__ import annotations

from functools import partial

import pytest

from schemas.codec import decode
from schemas.snapshots import SnapshotReference, SnapshotRequest
from streams.clients import snapshots
from streams.errors import DeliveryError
from streams.kafka import producer, reader
from streams.kafka.errors import NoAnswerError
from streams.settings import KafkaSettings
from streams.topics import SNAPSHOT_REQUESTS, SNAPSHOTS
from tests.support.kafka import FakeConsumer, FakeKafkaProducer, FakeTopics, SentRecord
from tests.support.messages import NOON, example

KAFKA = KafkaSettings(bootstrap_servers="kafka:9092")
REQUEST = example(SnapshotRequest, request_id="mine")


class Exchange:
    """A producer and the topic of answers, where somebody may answer at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.topics = FakeTopics()
        self.producer = FakeKafkaProducer()
        self.reply_ids: list[str] = []
        self.producer.answers = self._answer
        monkeypatch.setattr(reader, "Consumer", partial(FakeConsumer, self.topics))
        monkeypatch.setattr(reader, "POLL_S", 0.002)
        monkeypatch.setattr(producer, "KafkaProducer", self.producer.connected)

    def answer(self, request_id: str) -> None:
        """Put an answer on the topic."""
        told = example(SnapshotReference, request_id=request_id)
        self.topics.add(SNAPSHOTS, told, NOON, payload=b"jpeg of " + request_id.encode(), partition=1)

    def _answer(self, record: SentRecord) -> None:
        record.word.end(None)
        self.topics.add(SNAPSHOTS, None, NOON, value=b"{", partition=1)  # of a newer release
        for each in self.reply_ids:
            self.answer(each)


@pytest.fixture
def exchange(monkeypatch: pytest.MonkeyPatch) -> Exchange:
    return Exchange(monkeypatch)


def test_the_answer_to_a_request_comes_back(exchange: Exchange) -> None:
    """What came before the request, what cannot be read, a deletion and answers to others are passed over."""
    exchange.answer("mine")
    exchange.topics.add(SNAPSHOTS, None, NOON, value=b"before")
    exchange.reply_ids = ["other", "mine"]
    found = snapshots.ask(KAFKA, REQUEST, 60)
    assert (found.reference.request_id, found.jpeg) == ("mine", b"jpeg of mine")
    [sent] = exchange.producer.sent
    assert (sent.topic, decode(sent.value or b"", sent.headers)) == (SNAPSHOT_REQUESTS, REQUEST)
    assert exchange.topics.records


def test_nobody_answers(exchange: Exchange) -> None:
    """The error says what has to run, and whether something came that nobody here can decode."""
    exchange.answer("mine")
    exchange.reply_ids = ["other"]
    with pytest.raises(
        NoAnswerError, match=r"^no answer within 0\.05 s: expected a running `toezicht capture`"
    ) as caught:
        snapshots.ask(KAFKA, REQUEST, 0.05)
    assert str(caught.value).endswith("(could not be decoded: snapshots: 1)")


def test_a_request_that_is_not_taken_is_not_waited_for(exchange: Exchange) -> None:
    """The broker's refusal is told, and not that nobody answered."""
    exchange.producer.answers = lambda record: record.word.end(ValueError("no"))
    with pytest.raises(DeliveryError, match=r"^snapshot-requests: a record is not confirmed: ValueError$"):
        snapshots.ask(KAFKA, REQUEST, 60)
