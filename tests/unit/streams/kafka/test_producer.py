"""Sending with confirmation: what is handed over is confirmed as a whole, and each failure is one line."""

from __future__ import annotations

import pytest
from kafka.errors import KafkaTimeoutError, MessageSizeTooLargeError

from schemas.alerts import Alert
from schemas.codec import encode
from streams import topics
from streams.errors import DeliveryError
from streams.kafka import producer
from streams.kafka.errors import ClusterError
from streams.kafka.producer import OPTIONS, ConfirmedProducer, connect
from streams.settings import KafkaSettings
from streams.topics import ALERTS, MAX_MESSAGE_BYTES
from tests.support.kafka import FakeKafkaProducer, silent_broker
from tests.support.messages import NOON, example

KAFKA = KafkaSettings(bootstrap_servers="kafka:9092")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> FakeKafkaProducer:
    """Return the client that every producer gets, in memory."""
    fake = FakeKafkaProducer()
    monkeypatch.setattr(producer, "KafkaProducer", fake.connected)
    return fake


def test_every_record_counts_when_all_replicas_have_it(sent: FakeKafkaProducer) -> None:
    """One table of options, whoever sends; the time for a record is the sender's, and leaves room for a second try."""
    ConfirmedProducer(KAFKA, "test", within_s=20)
    options = sent.options
    assert OPTIONS.items() <= options.items()
    assert (options["acks"], options["max_in_flight_requests_per_connection"]) == ("all", 1)
    assert options["max_request_size"] > MAX_MESSAGE_BYTES
    assert (options["delivery_timeout_ms"], options["request_timeout_ms"]) == (20_000, 10_000)
    assert options["client_id"] == "toezicht-test"
    connect(KAFKA, "window", 3_600, max_block_ms=0, linger_ms=5)
    assert (sent.options["max_block_ms"], sent.options["linger_ms"], sent.options["bootstrap_timeout_ms"]) == (
        0,
        5,
        15_000,
    )


def test_everything_that_was_handed_over_is_confirmed(sent: FakeKafkaProducer) -> None:
    """In order, with its own partition, key, bytes and headers; the broker's word tells where it stands."""
    mine = ConfirmedProducer(KAFKA, "test")
    word = mine.send(ALERTS, 2, b"k", b"v", [("h", b"1")])
    record = encode(example(Alert), stage="test", handled_at=NOON, entered_at=NOON)
    mine.send_encoded(ALERTS, record)
    assert [(each.partition, each.key, each.value, each.headers) for each in sent.sent] == [
        (2, b"k", b"v", [("h", b"1")]), (None, record.key, record.value, record.headers),
    ]  # fmt: skip
    assert not word.is_done
    sent.confirm()
    mine.confirm()
    assert word.get(timeout=0).offset == 0
    mine.confirm()


def test_what_is_not_confirmed_in_time_is_an_error(sent: FakeKafkaProducer) -> None:
    """For all of it there is one time, and the topic is named."""
    mine = ConfirmedProducer(KAFKA, "test", within_s=10)
    for _ in range(3):
        mine.send(ALERTS, None, b"k", b"v", [])
    now_s = iter([100.0, 100.0, 104.0, 111.0])
    with pytest.raises(DeliveryError, match=r"^alerts: a record is not confirmed: KafkaTimeoutError$"):
        mine.confirm(lambda: next(now_s))
    assert sent.waited_s == [10.0, 6.0, 0.0]


def test_a_refusal_is_an_error_whenever_it_came(sent: FakeKafkaProducer) -> None:
    """Also when more was handed over since; it is told once, and the next records are not blamed for it."""
    mine = ConfirmedProducer(KAFKA, "test")
    mine.send(topics.EVIDENCE, None, b"k", b"v", [])
    sent.fail(MessageSizeTooLargeError())
    mine.send(ALERTS, None, b"k", b"v", [])
    sent.confirm()
    with pytest.raises(DeliveryError, match=r"^evidence: a record is not confirmed: MessageSizeTooLargeError$"):
        mine.confirm()
    mine.send(ALERTS, None, b"k", b"v", [])
    sent.confirm()
    mine.confirm()


def test_what_the_client_does_not_take_is_an_error(sent: FakeKafkaProducer) -> None:
    """As what is too large for any request, or a topic that it cannot ask about."""
    sent.refuses = KafkaTimeoutError("no metadata")
    with pytest.raises(DeliveryError, match=r"^alerts: the producer refuses a record: KafkaTimeoutError$"):
        ConfirmedProducer(KAFKA, "test").send(ALERTS, None, b"k", b"v", [])


def test_whoever_never_asks_gathers_nothing(sent: FakeKafkaProducer) -> None:
    """A canary that is lost shows elsewhere; its sender runs for months."""
    mine = ConfirmedProducer(KAFKA, "test")
    for number in range(100):
        mine.send(ALERTS, None, b"k", b"v", [])
        if number % 2:
            sent.confirm()
        else:
            sent.fail(KafkaTimeoutError())
    assert len(mine._waiting) <= 1


def test_closing_with_something_left_is_no_traceback(sent: FakeKafkaProducer) -> None:
    """kafka-python raises there, and again when the process ends; what is left was told already."""
    mine = ConfirmedProducer(KAFKA, "test")
    mine.send(ALERTS, None, b"k", b"v", [])
    mine.close()
    assert sent.forced


def test_a_broker_that_never_answers_is_one_line() -> None:
    """With the address and what to do."""
    with (
        silent_broker() as address,
        pytest.raises(ClusterError, match=rf"^Kafka at {address}: nothing can be written: "),
    ):
        ConfirmedProducer(KafkaSettings(bootstrap_servers=address), "test", within_s=1)
