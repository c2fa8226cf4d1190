"""Sending: operators' actions and reports on their way to the topics, in threads, so that the event loop waits for no broker."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import queue
import threading
from concurrent.futures import Future
from typing import Final

from console.wire.actions import ReportAsked
from schemas.base import Message
from schemas.codec import Encoded, encode
from streams.clients import reports
from streams.clock import Clock
from streams.errors import DeliveryError
from streams.kafka.errors import ClusterError
from streams.kafka.producer import ConfirmedProducer
from streams.settings import KafkaSettings

log = logging.getLogger(__name__)

STAGE: Final = "console"
WITHIN_S: Final = 7.0
"""How long the broker may take to confirm (s)."""
AT_ONCE: Final = 100
"""Records that are confirmed together."""
REPORTS_AT_ONCE: Final = 2

_Waiting = tuple[str, Encoded, "Future[None]"]


class KafkaActions:
    """Kafka actions: sends messages and waits for the broker's word on each; a thread of its own does both.

    Args:
        kafka: The cluster.
        clock: Gives now.
    """

    def __init__(self, kafka: KafkaSettings, clock: Clock) -> None:
        self._kafka, self._clock = kafka, clock
        self._waiting: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._producer: ConfirmedProducer | None = None
        self._thread = threading.Thread(target=self._run, name="console-actions", daemon=True)

    def start(self) -> None:
        """Begin to send."""
        self._thread.start()

    def stop(self) -> None:
        """Send what waits, and end."""
        self._waiting.put(None)

    def join(self, timeout_s: float) -> None:
        """Wait for the end (s)."""
        self._thread.join(timeout_s)

    async def send(self, message: Message) -> None:
        """Send a message, and wait until the broker has it.

        Raises:
            DeliveryError: It does not take it.
        """
        now, sent = self._clock(), Future[None]()
        record = encode(message, stage=STAGE, handled_at=now, entered_at=now)
        self._waiting.put((message.topics[0], record, sent))
        await asyncio.wrap_future(sent)

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            some, ends = [first], False
            with contextlib.suppress(queue.Empty):
                while len(some) < AT_ONCE and not ends:
                    more = self._waiting.get_nowait()
                    ends = more is None
                    some += [] if more is None else [more]
            self._send(some)
            if ends:
                break
        if self._producer is not None:
            self._producer.close()

    def _send(self, some: list[_Waiting]) -> None:
        """Send records together; one that is not confirmed fails all of them: each may be sent again, and is done once."""
        try:
            if self._producer is None:
                self._producer = ConfirmedProducer(self._kafka, "console-actions", WITHIN_S)
            for topic, record, _ in some:
                self._producer.send_encoded(topic, record)
            self._producer.confirm()
        except (ClusterError, DeliveryError) as error:
            _fail(some, DeliveryError(str(error)))
            return
        except Exception as error:  # the thread lives on: else every action after it would wait for ever
            log.exception("actions could not be sent")
            self._producer = None
            _fail(some, DeliveryError(f"not sent: {type(error).__name__}"))
            return
        for _, _, sent in some:
            if sent.set_running_or_notify_cancel():
                sent.set_result(None)


def _fail(some: list[_Waiting], error: DeliveryError) -> None:
    for _, _, sent in some:
        if sent.set_running_or_notify_cancel():
            sent.set_exception(error)


class KafkaReports:
    """Kafka reports: reports by hand go through intake, a few at a time.

    Args:
        kafka: The cluster.
        time_zone: The zone of times that name none.
    """

    def __init__(self, kafka: KafkaSettings, time_zone: str) -> None:
        self._kafka, self._time_zone = kafka, time_zone
        self._turns = asyncio.Semaphore(REPORTS_AT_ONCE)

    async def send(self, asked: ReportAsked, user: str) -> None:
        """Enter a report, and wait until it is on the topic.

        Raises:
            DeliveryError: It is not.
        """
        line = line_of(asked, user)
        async with self._turns:
            try:
                await asyncio.to_thread(reports.enter, self._kafka, self._time_zone, line)
            except ClusterError as error:
                raise DeliveryError(str(error)) from error


def line_of(asked: ReportAsked, user: str) -> dict[str, object]:
    """Return a report as intake reads it; its id has the user, so that two people never change each other's."""
    line: dict[str, object] = {
        "source": reports.SOURCE,
        "source_id": f"{user}/{asked.report_id}",
        "operation": "report",
        "category": asked.category,
        "priority": reports.URGENCIES[asked.urgency],
        "position": {"lat": asked.lat, "lon": asked.lon, "accuracy_m": asked.accuracy_m},
    }
    if asked.occurred_at is not None:
        line["occurred_at"] = asked.occurred_at.isoformat()
    return line
