"""A target at work: what is done when is confirmed by the broker, also where the broker fails in between."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest

from schemas.categories import Category
from schemas.codec import Encoded
from streams import metrics
from streams.domain.partners.routing import DeliveryChannel, Routing
from streams.errors import DeliveryError
from streams.kafka.record import Record
from streams.notify import target as module
from streams.notify.delivery.outcome import Outcome, OutcomeReason
from streams.notify.delivery.progress import Progress
from streams.notify.notice import Notice
from streams.notify.notifiers.base import Notifier, NotifierOptions
from streams.notify.partners import PartnerChannel
from streams.notify.target import DeliveryTarget
from streams.settings import KafkaSettings
from streams.topics import DEAD_LETTERS
from tests.support.notices import AT, partner_alert, partner_dispatch, record_of

ZONE = ZoneInfo("Europe/Amsterdam")


class Consumer:
    """Gives what a test puts there."""

    def __init__(self, *_: Any) -> None:
        self.records: list[Record] = []
        self.progress: Any = {("partner-politie", 0): Progress(0), ("partner-politie-health", 0): Progress(0)}
        self.committed = 0

    def poll(self, wait_s: float) -> list[Record]:
        time.sleep(min(wait_s, 0.005))
        records, self.records = self.records, []
        return records

    def commit(self) -> None:
        self.committed += 1

    def close(self) -> None:
        pass


class Producer:
    """Keeps what is sent; fails as often as it is told."""

    fails: ClassVar[int] = 0
    sent: ClassVar[list[tuple[str, Any]]] = []

    def __init__(self, *_: Any) -> None:
        pass

    def send_encoded(self, topic: str, record: Encoded) -> None:
        self.send(topic, None, *record)

    def send(self, topic: str, partition: int | None, key: bytes, value: bytes, headers: Any) -> None:
        if Producer.fails:
            Producer.fails -= 1
            raise DeliveryError(f"{topic}: a record is not confirmed")
        Producer.sent.append((topic, value))

    def confirm(self) -> None:
        pass

    def close(self) -> None:
        pass


class Fake(Notifier[NotifierOptions]):
    """Answers as a test says."""

    kind: ClassVar[str] = "fake"
    options_model: ClassVar[type[NotifierOptions]] = NotifierOptions
    answer: ClassVar[Callable[[Sequence[Notice]], Outcome]]
    got: ClassVar[list[str]] = []

    def deliver(self, notices: Sequence[Notice], now: datetime) -> Outcome:
        Fake.got += [each.dispatch_id or f"{each.alert_id}.{each.revision}" for each in notices]
        return Fake.answer(notices)


class Running:
    """A target that a test takes step by step, and its consumer."""

    def __init__(self, consumer: Consumer, made: DeliveryTarget) -> None:
        self.consumer = consumer
        self.target = made
        self.now = AT

    def until(self, holds: Callable[[], bool]) -> None:
        """Take steps until something holds; a broker that fails is met as the target's own loop meets it."""
        deadline_s = time.monotonic() + 20
        while not holds():
            assert time.monotonic() < deadline_s
            try:
                self.target.step()
            except DeliveryError:
                self.target._close_kafka()

    def later(self) -> bool:
        """Let a second pass."""
        self.now += timedelta(seconds=1)
        return True

    def first(self, topic: str = "partner-politie") -> int:
        """Return the first offset that is not done."""
        found: int = self.consumer.progress[(topic, 0)].first
        return found


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """Return a target with fakes around it."""
    consumer = Consumer()
    monkeypatch.setattr(module, "TargetConsumer", lambda *_: consumer)
    monkeypatch.setattr(module, "ConfirmedProducer", Producer)
    Producer.fails, Producer.sent, Fake.got = 0, [], []
    Fake.answer = staticmethod(lambda _: Outcome(OutcomeReason.RECEIVED))
    channel = DeliveryChannel(kind="fake", health=True)
    routing = Routing(channels={"main": channel}, otherwise=("main",))
    made = PartnerChannel("politie", "Politie", "main", channel, routing, Fake, NotifierOptions())
    found = Running(consumer, None)  # type: ignore[arg-type]
    found.target = DeliveryTarget(KafkaSettings(), made, ZONE, AT, lambda: found.now, lambda: False)
    yield found
    found.target._pool.shutdown()


def test_a_receipt_that_the_broker_does_not_confirm_keeps_its_dispatch_open(running: Running) -> None:
    """The dispatch counts as delivered when the receipt is there; the partner is not asked a second time."""
    Fake.answer = staticmethod(lambda _: Outcome(OutcomeReason.RECEIVED, answers=(b'{"outcome": "accepted"}',)))
    Producer.fails = 2
    running.consumer.records = [record_of(partner_dispatch())]
    running.until(lambda: Producer.fails == 0)
    assert running.first() == 0
    running.until(lambda: running.first() == 1)
    assert [topic for topic, _ in Producer.sent] == ["partner-politie-answers"]
    assert Fake.got == ["d1"]


def test_what_is_set_aside_counts_as_done_when_the_broker_has_it(running: Running) -> None:
    """What was refused, and what cannot be read; the next message does not wait for it."""
    Fake.answer = staticmethod(
        lambda notices: Outcome(OutcomeReason.MESSAGE_REFUSED if notices[0].revision == 0 else OutcomeReason.RECEIVED)
    )
    Producer.fails = 3
    unreadable = replace(record_of(partner_alert(), offset=2), value=b"{")
    running.consumer.records = [record_of(partner_alert(), 0), record_of(partner_alert(revision=1), 1), unreadable]
    running.until(lambda: running.first() == 3)
    assert [topic for topic, _ in Producer.sent] == [DEAD_LETTERS] * 2
    assert Fake.got == ["a1.0", "a1.1"]


def test_a_letter_about_health_has_no_content(running: Running) -> None:
    """It is kept for two weeks, and its topic for a day."""
    Fake.answer = staticmethod(lambda _: Outcome(OutcomeReason.MESSAGE_REFUSED))
    ill = partner_alert(category=Category.MEDISCH_ONWEL)
    running.consumer.records = [record_of(ill, topic="partner-politie-health"), record_of(partner_alert(alert_id="b"))]
    running.until(lambda: running.first("partner-politie-health") == running.first() == 1)
    assert sorted(len(value) == 0 for _, value in Producer.sent) == [False, True]


@pytest.mark.parametrize(
    ("content", "labels"),
    [
        (b"{", ("other", "unreadable")),
        (None, ("other", "message_refused")),
    ],
)
def test_what_is_set_aside_is_counted_with_its_priority_and_why(
    running: Running, content: bytes | None, labels: tuple[str, str]
) -> None:
    """Also what nobody tried to deliver, because it could not be read."""
    counter = metrics.NOTIFY_SET_ASIDE.labels("politie", "main", *labels)
    before = counter._value.get()
    Fake.answer = staticmethod(lambda _: Outcome(OutcomeReason.MESSAGE_REFUSED))
    record = record_of(partner_alert(priority="P2"))
    running.consumer.records = [record if content is None else replace(record, value=content)]
    running.until(lambda: running.first() == 1)
    assert counter._value.get() == before + 1
    assert [topic for topic, _ in Producer.sent] == [DEAD_LETTERS]


@pytest.mark.parametrize(("priority", "label"), [("P1", "P1"), ("P2", "other"), (None, "other")])
def test_the_time_of_what_is_most_pressing_is_measured_apart(
    running: Running, priority: str | None, label: str
) -> None:
    """Its limit is another one than that of the rest."""

    def count() -> float:
        found = [sample for family in metrics.NOTIFY_SECONDS.collect() for sample in family.samples]
        labels = {"partner": "politie", "channel": "main", "priority": label}
        return next(each.value for each in found if each.name.endswith("_count") and each.labels == labels)

    before = count()
    running.consumer.records = [record_of(partner_alert(priority=priority))]
    running.until(lambda: running.first() == 1)
    assert count() == before + 1


def test_a_defect_of_a_notifier_is_tried_again_and_tells_no_text(
    running: Running, caplog: pytest.LogCaptureFixture
) -> None:
    """What it raises may hold a secret."""
    raised = iter([True, False])

    def answer(_: Sequence[Notice]) -> Outcome:
        if next(raised):
            raise RuntimeError("s3cret")
        return Outcome(OutcomeReason.RECEIVED)

    Fake.answer = staticmethod(answer)
    running.consumer.records = [record_of(partner_alert())]
    running.until(lambda: running.later() and running.first() == 1)
    assert "s3cret" not in caplog.text
    assert "RuntimeError" in caplog.text


def test_what_was_done_before_a_restart_is_not_delivered_again(running: Running) -> None:
    """As the commit's metadata tells."""
    running.consumer.progress = {("partner-politie", 0): Progress(0, "done:1,3")}
    running.consumer.records = [record_of(partner_alert(alert_id=f"a{n}"), n) for n in range(4)]
    running.until(lambda: running.first() == 4)
    assert sorted(Fake.got) == ["a0.0", "a2.0"]
    running.until(lambda: running.consumer.committed > 0)
