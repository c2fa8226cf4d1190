"""Reads requests for pictures from Kafka, in a thread of its own, and lets the desk answer them."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final

from schemas.codec import decode
from schemas.dead_letters import DeadLetterReason
from schemas.errors import UndecodableError
from schemas.phrases.codes.faults import message_unexpected
from schemas.snapshots import SnapshotReference, SnapshotRequest
from streams.capture.sender import STAGE, FrameSender
from streams.capture.snapshots import SnapshotService
from streams.clock import Clock
from streams.kafka.batches import PackedValue
from streams.kafka.dead_letter import Fault, dead_letter
from streams.kafka.reader import TopicFollower
from streams.kafka.record import Record
from streams.metrics import MESSAGES_FAILED, MESSAGES_IN, failures_from_zero, from_zero
from streams.settings import KafkaSettings
from streams.topics import SNAPSHOT_REQUESTS, SNAPSHOTS
from streams.tracing.context import context_of
from streams.tracing.spans import is_on

log = logging.getLogger(__name__)

BACK: Final = timedelta(seconds=60)
"""How far before the start requests are read: somebody may have asked while capture was started again."""
NAME: Final = "snapshots"


class SnapshotReader(TopicFollower):
    """Every capture process reads all requests, without a group: each takes those for its own cameras.

    Args:
        kafka: The cluster.
        desk: Answers.
        sender: Takes what cannot be read, as dead letters.
        clock: Time of day.
    """

    def __init__(self, kafka: KafkaSettings, desk: SnapshotService, sender: FrameSender, clock: Clock) -> None:
        super().__init__(kafka, NAME)
        self._desk = desk
        self._sender = sender
        self._since = clock() - BACK
        failures_from_zero(STAGE)
        from_zero(MESSAGES_IN, [STAGE], [SNAPSHOT_REQUESTS])

    def _follow(self) -> None:
        answered = self._reader.spans((SNAPSHOTS,), self._since)
        for record in self._reader.read_spans(answered):
            self._know(record)
        self._reader.begin(self._reader.since((SNAPSHOT_REQUESTS,), self._since))
        while not self._stop.is_set():
            for record in self._reader.poll():
                self._take(record)
            self._desk.work()
        self._desk.work(ending=True)

    def _know(self, record: Record) -> None:
        try:
            message = decode(record.value or b"", record.headers)
        except UndecodableError as error:
            log.warning("%s %d/%d is passed over: %s", record.topic, record.partition, record.offset, error.reason)
            return
        if isinstance(message, SnapshotReference):
            self._desk.know(message.request_id)

    def _take(self, record: Record) -> None:
        """Take a request. Its own times are its sender's: a wrong clock there is no reason to leave it unanswered."""
        self._since = max(self._since, record.appended_at - BACK)
        if record.value is None:
            return
        MESSAGES_IN.labels(STAGE, record.topic).inc()
        if isinstance(record.value, PackedValue):
            self._set_aside(record, Fault(record.value.reason, record.value.why))
            return
        try:
            message = decode(record.value, record.headers)
        except UndecodableError as error:
            self._set_aside(record, Fault(error.reason, error.what))
            return
        if isinstance(message, SnapshotRequest):
            self._desk.take(message, context_of(record.headers) if is_on() else None)
        else:
            fault = Fault(DeadLetterReason.UNKNOWN_TYPE, message_unexpected("snapshot-request", message.name))
            self._set_aside(record, fault)

    def _set_aside(self, record: Record, fault: Fault) -> None:
        """Send a dead letter; every capture process does, and all of them have one identity."""
        MESSAGES_FAILED.labels(STAGE, fault.reason).inc()
        letter = dead_letter(STAGE, record, fault)
        self._sender.keep_record(letter.topic, letter.record, record.appended_at)
