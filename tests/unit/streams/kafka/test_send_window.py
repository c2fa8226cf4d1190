"""Nothing that was taken and is not confirmed is lost, whatever the producer makes of it; what is told is few lines."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from kafka.errors import (
    GroupAuthorizationFailedError,
    KafkaConnectionError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    NotEnoughReplicasError,
    OutOfOrderSequenceNumberError,
    SaslAuthenticationFailedError,
    TopicAuthorizationFailedError,
)

from schemas.codec import Encoded
from streams.errors import DeliveryError
from streams.kafka.errors import ClusterError
from streams.kafka.send_window import AGAIN_AFTER_S, REMIND_EVERY_S, SIZE, TELL_AFTER_S, SendWindow
from tests.support.producer import FakeProducer

GONE = KafkaTimeoutError("Unable to bootstrap from ['kafka:9092']")


@dataclass
class Bench:
    """A window whose time, producers and broker are the test's."""

    producers: list[FakeProducer | Exception]
    now_s: float = 1_000.0
    made: list[FakeProducer] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    confirmed: list[str] = field(default_factory=list)
    window: SendWindow = field(init=False)

    def __post_init__(self) -> None:
        """Make the window."""
        self.window = SendWindow(
            self.connect, "kafka:9092", self.confirmed.append, lambda: self.now_s, self.sleep, self.said.append
        )

    def connect(self) -> FakeProducer:
        """Return the next producer, or raise what stands in its place; the last one stays."""
        made = self.producers.pop(0) if len(self.producers) > 1 else self.producers[0]
        if isinstance(made, Exception):
            raise made
        self.made.append(made)
        return made

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now_s += seconds

    def put(self, *numbers: int) -> None:
        """Take records and send them, as intake does."""
        for number in numbers:
            self.window.put(
                "incidents", Encoded(str(number).encode(), b"value", [("ce_id", str(number).encode())]), number
            )
            self.window.turn(0.0)

    def turn(self, times: int = 1, wait_s: float = 0.2) -> None:
        """Let so many turns pass, each with its time."""
        for _ in range(times):
            self.now_s += wait_s
            self.window.turn(wait_s)

    def keys(self, producer: int) -> list[int]:
        """Return the numbers of what one of the producers was given."""
        return [int(key) for _, key, _, _ in self.made[producer].sent]


def test_records_go_in_order_and_are_let_go_when_confirmed() -> None:
    """Each is counted once, by its topic; nothing is said."""
    bench = Bench([FakeProducer(confirms=False)])
    bench.put(1, 2, 3)
    assert bench.keys(0) == [1, 2, 3]
    assert (len(bench.window), bench.window.numbers) == (3, (1, 3))
    bench.made[0].confirmations[1].confirm()
    bench.turn()
    assert len(bench.window) == 3, "the oldest is still out"
    bench.made[0].confirmations[0].confirm()
    bench.turn()
    assert (len(bench.window), bench.window.numbers, bench.confirmed) == (1, (3, 3), ["incidents"] * 2)
    assert bench.said == []


@pytest.mark.parametrize(
    "error",
    [
        KafkaTimeoutError("Expiring 3 record(s) for incidents-0: 120000 ms has passed since batch creation"),
        KafkaConnectionError("socket disconnected"),
        OutOfOrderSequenceNumberError("lost"),
        NotEnoughReplicasError("1 of 2"),
    ],
)
def test_what_a_producer_gave_up_is_sent_again_in_order_by_another(error: Exception) -> None:
    """After its delivery timeout, or by a broker that forgot it: all that is not confirmed, once, with the same ids."""
    bench = Bench([FakeProducer(confirms=False), FakeProducer()])
    bench.put(1, 2, 3, 4)
    first = bench.made[0]
    first.confirmations[0].confirm()
    first.confirmations[1].fail(error)
    first.confirmations[3].confirm()
    bench.turn()
    bench.now_s += AGAIN_AFTER_S
    bench.turn(2)
    assert bench.keys(1) == [2, 3], "the fourth was confirmed, though behind one that was given up"
    assert [headers for _, _, _, headers in bench.made[1].sent] == [headers for _, _, _, headers in first.sent[1:3]]
    assert (len(bench.window), len(bench.confirmed)) == (0, 4)


def test_a_producer_that_cannot_ask_for_a_topic_loses_nothing() -> None:
    """`send` itself raises where the topic is not known yet and no broker answers; it is tried again, and not without a pause."""
    bench = Bench([FakeProducer(refuses=KafkaTimeoutError("Failed to update metadata after 1.0 secs."))])
    bench.put(1, 2)
    assert bench.made[0].sent == []
    bench.made[0].refuses = None
    bench.put(3)
    assert bench.made[0].sent == [], "a broker that just failed is left alone for a moment"
    bench.turn(times=6)
    assert bench.keys(0) == [1, 2, 3]
    assert len(bench.window) == 0


@pytest.mark.parametrize(
    "error", [MessageSizeTooLargeError("large"), GroupAuthorizationFailedError("g"), ValueError("politie-gms")]
)
def test_a_record_that_is_refused_for_good_ends_it(error: Exception) -> None:
    """One line without the record's content; it and what stands behind it count as not confirmed."""
    bench = Bench([FakeProducer(confirms=False)])
    bench.put(1, 2)
    bench.made[0].confirmations[0].fail(error)
    with pytest.raises(DeliveryError, match=f"^incidents: the broker did not take a record: {type(error).__name__}$"):
        bench.turn()
    assert len(bench.window) == 2
    bench = Bench([FakeProducer(refuses=error)])
    with pytest.raises(DeliveryError, match=f"^incidents: the producer refuses a record: {type(error).__name__}$"):
        bench.put(1)


def test_a_topic_that_may_not_be_written_is_told_with_the_right() -> None:
    """One line that says who, which right and what to do, whether the producer or the broker refuses."""
    line = 'this client may not WRITE topic "incidents": run `toezicht topics acls`'
    bench = Bench([FakeProducer(confirms=False)])
    bench.put(1)
    bench.made[0].confirmations[0].fail(TopicAuthorizationFailedError("incidents"))
    with pytest.raises(DeliveryError, match=f"^incidents: the broker did not take a record: {line}$"):
        bench.turn()
    bench = Bench([FakeProducer(refuses=TopicAuthorizationFailedError("incidents"))])
    with pytest.raises(DeliveryError, match=f"^incidents: the producer refuses a record: {line}$"):
        bench.put(1)


def test_a_broker_that_is_gone_is_told_once_and_that_it_is_back() -> None:
    """A minute without an answer is one line, with how much waits; ten minutes are two."""
    bench = Bench([FakeProducer(confirms=False)])
    bench.put(1, 2)
    bench.turn(times=4, wait_s=1.0)
    assert bench.said == [], "busy is not gone"
    bench.turn(times=60, wait_s=1.0)
    assert bench.said == ["waiting for Kafka at kafka:9092: 2 records are not confirmed and kept"]
    bench.turn(times=int(REMIND_EVERY_S), wait_s=1.0)
    assert len(bench.said) == 2
    for confirmation in bench.made[0].confirmations:
        confirmation.confirm()
    bench.turn()
    assert bench.said[2:] == ["Kafka at kafka:9092 answers again"]
    bench.put(3)
    bench.turn(times=4, wait_s=1.0)
    assert len(bench.said) == 3, "the quiet before counts for nothing"


def test_a_full_window_is_told() -> None:
    """What the person at the pipe must know: no more is read."""
    bench = Bench([FakeProducer(confirms=False)])
    bench.put(*range(SIZE))
    assert bench.window.full
    bench.turn(times=int(TELL_AFTER_S) + 1, wait_s=1.0)
    assert bench.said == [
        f"waiting for Kafka at kafka:9092: {SIZE} records are not confirmed and kept, no more is read"
    ]


def test_why_it_waits_is_told_where_it_is_not_silence() -> None:
    """A wrong password, say, after the broker came back with other users: the name of the error stands in the line."""
    bench = Bench([FakeProducer(confirms=False), *[SaslAuthenticationFailedError("no")] * 9, FakeProducer()])
    bench.put(1)
    bench.made[0].confirmations[0].fail(KafkaTimeoutError("expired"))
    bench.turn(times=60)
    assert bench.said == [
        "waiting for Kafka at kafka:9092 (SaslAuthenticationFailedError): 1 records are not confirmed and kept",
        "Kafka at kafka:9092 answers again",
    ]
    assert bench.keys(1) == [1]


def test_at_the_start_a_broker_is_waited_for_and_told() -> None:
    """Once, however long it takes; and then that it answers."""
    bench = Bench([*[GONE] * 5, FakeProducer()])
    bench.window.connect()
    assert bench.said == [
        "waiting for Kafka at kafka:9092: nothing is read until it answers",
        "Kafka at kafka:9092 answers again",
    ]
    bench = Bench([FakeProducer()])
    bench.window.connect()
    assert bench.said == []


@pytest.mark.parametrize(
    "error",
    [SaslAuthenticationFailedError("wrong password"), OSError(2, "No such file: ca.pem"), ValueError("no such option")],
)
def test_at_the_start_what_waiting_does_not_help_is_one_line(error: Exception) -> None:
    """A wrong password or file ends the command, naming the address and the reason."""
    with pytest.raises(ClusterError, match=r"^Kafka at kafka:9092 cannot be used: .+$") as caught:
        Bench([error]).window.connect()
    assert "\n" not in str(caught.value)


def test_closing_with_something_left_raises_nothing_and_keeps_the_count() -> None:
    """kafka-python's own `close` raises then."""
    bench = Bench([FakeProducer(confirms=False)])
    bench.put(1, 2)
    bench.window.close()
    assert len(bench.window) == 2


@pytest.fixture(autouse=True)
def _no_real_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fail where a test would really wait."""

    def sleep(_: float) -> None:
        raise AssertionError("a test slept")

    monkeypatch.setattr("time.sleep", sleep)
