"""Delivery target: one channel of one partner at work: it reads, routes, delivers, commits what is done, and tells how it goes.

Its thread does everything but the attempts, which run in threads of its own; so whatever a partner's server does, no other
target waits for it.
"""

from __future__ import annotations

import logging
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from queue import Empty, SimpleQueue
from typing import Any, Final
from zoneinfo import ZoneInfo

from schemas.cases import CaseReceipt
from schemas.categories import Priority
from schemas.codec import encode
from schemas.dead_letters import DeadLetterReason
from schemas.dispatch import DispatchReceipt
from schemas.errors import UndecodableError
from schemas.phrases.codes.faults import notice_not_delivered
from streams import metrics, topics
from streams.clock import Clock
from streams.domain.partners.routing import held_until, route
from streams.errors import DeliveryError
from streams.health import HEALTH
from streams.kafka.dead_letter import Fault, dead_letter
from streams.kafka.errors import ClusterError
from streams.kafka.outage import Outage
from streams.kafka.producer import ConfirmedProducer
from streams.kafka.record import EncodedOutput, Record
from streams.notify.consumer import TargetConsumer
from streams.notify.delivery.deliveries import Deliveries, Delivery, Settled
from streams.notify.delivery.outcome import DELIVERED, Outcome, OutcomeReason
from streams.notify.notice import Notice, read_notice
from streams.notify.notifiers.base import Addressee, Notifier
from streams.notify.partners import PartnerChannel
from streams.notify.receipts import read_receipt
from streams.settings import KafkaSettings
from streams.tracing import spans
from streams.tracing.context import TraceContext, context_of
from streams.tracing.spans import Span

log = logging.getLogger(__name__)

STAGE: Final = "notify"
IDLE_S: Final = 0.25
"""How long a look for records waits while nothing is under way: what comes meanwhile ends it."""
BUSY_S: Final = 0.02
"""The same while an attempt is under way, whose end may let the next message about its alert leave."""
COMMIT_EVERY_S: Final = 0.2
RETRY_S: Final = 1.0
END_WITHIN_S: Final = 5.0
"""How long what is under way may take when the process is told to end; then it comes again by its id."""

P1: Final = Priority.P1.value
OTHER: Final = "other"
"""Priorities as metrics know them: what is most pressing has limits of its own."""
UNREADABLE: Final = "unreadable"
"""Why a record is set aside that nobody tried to deliver."""
FAILURES: Final = tuple(sorted(each.value for each in OutcomeReason if each not in DELIVERED))


class DeliveryTarget:
    """One channel of one partner.

    Args:
        kafka: The cluster.
        channel: The channel.
        zone: Of the file's hours, and of times that people read.
        since: From when on a channel that is new is told (UTC).
        clock: Returns now (UTC).
        stopping: Whether it is time to end.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        channel: PartnerChannel,
        zone: ZoneInfo,
        since: datetime,
        clock: Clock,
        stopping: Callable[[], bool],
    ) -> None:
        self._kafka, self._channel, self._zone = kafka, channel, zone
        self._clock, self._stopping = clock, stopping
        self.name = f"{STAGE}-{channel.partner}-{channel.id}"
        topic, self._health_topic = topics.partner_topic(channel.partner), topics.health_topic(channel.partner)
        reads = (topic, self._health_topic) if channel.channel.health else (topic,)
        self._consumer = TargetConsumer(kafka, self.name, reads, since)
        told = Addressee(channel.partner, channel.name, channel.id, zone)
        self._notifier: Notifier[Any] = channel.notifier(channel.options, told)
        options = channel.options
        self._deliveries = Deliveries(
            random.random, options.at_once, options.give_up_after_s, channel.channel.per_minute
        )
        self._pool = ThreadPoolExecutor(options.at_once, thread_name_prefix=self.name)
        self._ended: SimpleQueue[tuple[tuple[Delivery, ...], Outcome]] = SimpleQueue()
        self._outcomes: deque[tuple[tuple[Delivery, ...], Outcome]] = deque()
        self._aside: deque[tuple[Record, Fault, str, str]] = deque()
        self._records: dict[tuple[str, int, int], Record] = {}
        self._producer: ConfirmedProducer | None = None
        self._outage = Outage()
        self._committed_s = 0.0
        self._dirty = False
        self._recalled = not channel.notifier.recalls
        self._labels = (channel.partner, channel.id)
        self._thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        for metric in (metrics.NOTIFY_DELIVERED, metrics.NOTIFY_HELD, metrics.NOTIFY_WAITING, metrics.NOTIFY_OLDEST_AT):
            metric.labels(
                *self._labels
            )  # each series is there before anything is wrong, so that its first increase is seen
        metrics.NOTIFY_BREAKER_OPEN.labels(*self._labels).set(0)
        partner, channel_id = [channel.partner], [channel.id]
        metrics.from_zero(metrics.NOTIFY_RECEIPTS, partner, channel_id)
        metrics.from_zero(metrics.NOTIFY_ATTEMPTS_FAILED, partner, channel_id, FAILURES)
        metrics.from_zero(metrics.NOTIFY_SET_ASIDE, partner, channel_id, (P1, OTHER), (*FAILURES, UNREADABLE))
        for priority in (P1, OTHER):
            metrics.NOTIFY_SECONDS.labels(*self._labels, priority)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def running(self) -> bool:
        """Return whether its thread lives."""
        return self._thread.is_alive()

    def join(self, within_s: float) -> None:
        """Wait for its end (s)."""
        self._thread.join(within_s)

    def _run(self) -> None:
        while not self._stopping():
            try:
                self._serve()
            except (ClusterError, DeliveryError) as error:
                self._outage.tell(f"{self.name}: {error}")
                self._close_kafka()
                self._pause(RETRY_S)
            except Exception:
                log.exception("%s broke, it goes on", self.name)
                self._pause(RETRY_S)
        self._end()

    def _serve(self) -> None:
        if not self._recalled:
            for record in self._consumer.history():
                self._recall(record)
            self._recalled = True
        progress = HEALTH.progress(self.name)
        while not self._stopping():
            self.step()
            progress()
            self._outage.over(f"{self.name} reads again")

    def step(self) -> None:
        """Take what ended, let leave what is due, read what came, and commit.

        What the broker does not confirm stays where it is, first in its line, and the next step begins with it.
        """
        self._take_ended()
        now_s = self._now_s()
        self._settle(self._deliveries.expire(now_s))
        self._set_aside()
        for batch in self._deliveries.due(now_s):
            self._pool.submit(self._attempt, batch)
        self._measure(now_s)
        self._commit_if_due()
        wait_s = self._wait_s(now_s)
        if self._deliveries.full:
            self._await_ended(wait_s)
            return
        for record in self._consumer.poll(wait_s):
            self._take(record)
        self._set_aside()

    def _wait_s(self, now_s: float) -> float:
        wake_s = self._deliveries.wake_s(now_s)
        longest_s = BUSY_S if self._deliveries.under_way else IDLE_S
        return longest_s if wake_s is None else min(longest_s, max(0.001, wake_s))

    def _take(self, record: Record) -> None:
        progress = self._consumer.progress[(record.topic, record.partition)]
        if not progress.take(record.offset):
            self._recall(record)
            return
        place = (record.topic, record.partition, record.offset)
        health = record.topic == self._health_topic
        try:
            notice = read_notice(record, self._channel.partner, health)
        except UndecodableError as error:
            self._aside.append((record, Fault(error.reason, error.what), UNREADABLE, OTHER))
            return
        if notice is None or not self._mine(notice):
            self._finish(place)
            return
        now_s = self._now_s()
        held = held_until(self._channel.channel, notice.routed, self._clock(), self._zone)
        taken_s = notice.taken_at.timestamp()
        self._records[place] = record
        delivery = Delivery(notice, place, taken_s, now_s, held.timestamp() if held else 0.0)
        self._deliveries.offer(delivery, now_s)

    def _mine(self, notice: Notice) -> bool:
        plan = route(self._channel.routing, notice.routed, notice.taken_at, self._zone)
        return self._channel.id in plan.channels

    def _recall(self, record: Record) -> None:
        """Tell a notifier that must know it what was delivered before."""
        if not self._channel.notifier.recalls:
            return
        try:
            notice = read_notice(record, self._channel.partner, record.topic == self._health_topic)
        except UndecodableError:
            return
        if notice is not None and self._mine(notice):
            self._notifier.recall(notice)

    def _attempt(self, batch: tuple[Delivery, ...]) -> None:
        span = self._span(batch)
        try:
            with spans.within(None if span is None else span.context):
                outcome = self._notifier.deliver([each.notice for each in batch], self._clock())
        except (
            Exception
        ) as error:  # a defect of a notifier must not keep its message for ever: it is tried again, and told
            log.error("%s: an attempt broke: %s", self.name, type(error).__name__)  # noqa: TRY400 - a text may hold a secret
            outcome = Outcome(OutcomeReason.DEFECT)
        if span is not None:
            span.end("" if outcome.delivered else outcome.reason.value)
        self._ended.put((batch, outcome))

    def _span(self, batch: tuple[Delivery, ...]) -> Span | None:
        """Return the span of an attempt, in the trace of its first message; each attempt has one of its own."""
        cause = self._trace(batch[0]) if spans.is_on() else None
        if cause is None:
            return None
        span = spans.taken(STAGE, batch[0].place[0], cause.beside(), cause.span_id, {})
        span.kind, span.name = "client", f"{STAGE} {self._channel.notifier.kind}"
        span.attributes |= {"messaging.message.id": batch[0].notice.id, "toezicht.attempt": batch[0].attempts + 1}
        span.about(batch[0].notice)
        return span

    def _trace(self, delivery: Delivery) -> TraceContext | None:
        record = self._records.get(delivery.place)
        return None if record is None else context_of(record.headers)

    def _take_ended(self) -> None:
        while not self._ended.empty():
            self._outcomes.append(self._ended.get())
        while self._outcomes:
            batch, outcome = self._outcomes[0]
            self._answers(batch, outcome)
            self._outcomes.popleft()
            if not outcome.delivered:
                metrics.NOTIFY_ATTEMPTS_FAILED.labels(*self._labels, outcome.reason.value).inc()
                log.info("%s: not delivered: %s", self.name, outcome.reason.value)
            self._settle(self._deliveries.settle(batch, outcome, self._now_s()))

    def _await_ended(self, wait_s: float) -> None:
        try:
            self._outcomes.append(self._ended.get(timeout=wait_s))
        except Empty:
            return
        self._take_ended()

    def _answers(self, batch: tuple[Delivery, ...], outcome: Outcome) -> None:
        """Put the answer to a dispatch or a case on the partner's topic before that counts as done."""
        if len(batch) != 1:
            return
        for body in outcome.answers:
            receipt = read_receipt(body, batch[0].notice, self._clock())
            if receipt is not None:
                with spans.within(self._trace(batch[0]) if spans.is_on() else None):
                    self._send_receipt(receipt, batch[0].notice)

    def _send_receipt(self, receipt: DispatchReceipt | CaseReceipt, notice: Notice) -> None:
        now = self._clock()
        record = encode(receipt, stage=STAGE, handled_at=now, entered_at=now)
        producer = self._connected_producer()
        producer.send_encoded(topics.answers_topic(notice.partner), record)
        producer.confirm()
        metrics.NOTIFY_RECEIPTS.labels(*self._labels).inc()

    def _settle(self, settled: list[Settled]) -> None:
        for delivery, delivered, reason in settled:
            if delivered:
                metrics.NOTIFY_DELIVERED.labels(*self._labels).inc()
                taken_s = max(0.0, self._now_s() - delivery.taken_s)
                with spans.within(self._trace(delivery) if spans.is_on() else None):
                    seconds = metrics.NOTIFY_SECONDS.labels(*self._labels, _priority(delivery))
                    seconds.observe(taken_s, spans.exemplar())
                self._records.pop(delivery.place, None)
                self._finish(delivery.place)
                continue
            told = notice_not_delivered(self._channel.partner, self._channel.id, reason.value, float(delivery.attempts))
            fault = Fault(DeadLetterReason.NOT_DELIVERED, told)
            self._aside.append((self._records.pop(delivery.place), fault, reason.value, _priority(delivery)))

    def _set_aside(self) -> None:
        """Put records on dead-letters; of what concerns health only where it stood, since that is kept for a day alone."""
        while self._aside:
            record, fault, reason, priority = self._aside[0]
            kept = replace(record, value=b"") if record.topic == self._health_topic else record
            letter: EncodedOutput = dead_letter(STAGE, kept, fault)
            producer = self._connected_producer()
            producer.send(letter.topic, letter.partition, *letter.record)
            producer.confirm()
            self._aside.popleft()
            metrics.count_failure(STAGE, fault.reason, False)
            metrics.NOTIFY_SET_ASIDE.labels(*self._labels, priority, reason).inc()
            log.error("%s: %s/%d@%d is set aside: %s", self.name, record.topic, record.partition, record.offset, reason)
            self._finish((record.topic, record.partition, record.offset))

    def _finish(self, place: tuple[str, int, int]) -> None:
        topic, partition, offset = place
        self._consumer.progress[(topic, partition)].finish(offset)
        self._dirty = True

    def _commit_if_due(self) -> None:
        if self._dirty and time.monotonic() - self._committed_s >= COMMIT_EVERY_S:
            self._consumer.commit()
            self._committed_s, self._dirty = time.monotonic(), False

    def _measure(self, now_s: float) -> None:
        deliveries, labels = self._deliveries, self._labels
        metrics.NOTIFY_WAITING.labels(*labels).set(len(deliveries))
        metrics.NOTIFY_HELD.labels(*labels).set(deliveries.held(now_s))
        metrics.NOTIFY_OLDEST_AT.labels(*labels).set(deliveries.oldest_s(now_s) or 0.0)
        metrics.NOTIFY_BREAKER_OPEN.labels(*labels).set(deliveries.breaker.open)

    def _connected_producer(self) -> ConfirmedProducer:
        if self._producer is None:
            self._producer = ConfirmedProducer(self._kafka, self.name)
        return self._producer

    def _close_kafka(self) -> None:
        self._consumer.close()
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.close()

    def _pause(self, wait_s: float) -> None:
        until_s = time.monotonic() + wait_s
        while not self._stopping() and time.monotonic() < until_s:
            time.sleep(0.05)

    def _now_s(self) -> float:
        return self._clock().timestamp()

    def _end(self) -> None:
        """Let end what is under way, commit what is done, and disconnect."""
        until_s = time.monotonic() + END_WITHIN_S
        try:
            while self._deliveries.under_way and time.monotonic() < until_s:
                self._await_ended(0.1)
            self._set_aside()
            self._consumer.commit()
        except (ClusterError, DeliveryError) as error:
            log.warning("%s: what was delivered last may come again by its id: %s", self.name, error)
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._notifier.close()
        self._close_kafka()


def _priority(delivery: Delivery) -> str:
    """Return a message's priority as metrics know it."""
    return P1 if delivery.notice.priority is Priority.P1 else OTHER
