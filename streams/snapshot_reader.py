"""Reads requests for pictures from Kafka, in a thread of its own, and lets the desk answer them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from schemas.codec import decode
from schemas.errors import UndecodableError
from schemas.operations import DeadLetterReason
from schemas.snapshots import SnapshotReference, SnapshotRequest
from streams.clock import Clock
from streams.frame_sender import STAGE, FrameSender
from streams.metrics import MESSAGES_FAILED, MESSAGES_IN
from streams.records import Fault, Record, consumed
from streams.sending import dead_letter
from streams.settings import KafkaSettings, kafka_client_options
from streams.snapshot_desk import SnapshotDesk
from streams.topics import BY_NAME, SNAPSHOT_REQUESTS, SNAPSHOTS

log = logging.getLogger(__name__)

BACK: Final = timedelta(seconds=60)
"""How far before the start requests are read: somebody may have asked while capture was started again."""
POLL_MS: Final = 200
RETRY_S: Final = 1.0


class SnapshotReader:
    """Every capture process reads all requests, without a group: each takes those for its own cameras.

    Args:
        kafka: The cluster.
        desk: Answers.
        sender: Takes what cannot be read, as dead letters.
        clock: Time of day.
    """

    def __init__(self, kafka: KafkaSettings, desk: SnapshotDesk, sender: FrameSender, clock: Clock) -> None:
        self._kafka = kafka
        self._desk = desk
        self._sender = sender
        self._since = clock() - BACK
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="snapshots", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Read no more, and answer who waits."""
        self._stop.set()

    def join(self, timeout_s: float) -> None:
        """Wait for the end of what is being done."""
        self._thread.join(timeout_s)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._read()
            except (KafkaError, OSError) as error:
                log.warning("requests for snapshots cannot be read: %s", type(error).__name__)
                self._stop.wait(RETRY_S)
            except Exception:  # cameras are captured whatever happens here; the desk knows what it answered
                log.exception("snapshots broke, they begin anew")
                self._stop.wait(RETRY_S)

    def _read(self) -> None:
        consumer = KafkaConsumer(
            **kafka_client_options(self._kafka), client_id="toezicht-snapshots", enable_auto_commit=False
        )
        try:
            for record in answered(consumer, self._since, self._stop.is_set):
                self._know(record)
            begin(consumer, SNAPSHOT_REQUESTS, self._since)
            while not self._stop.is_set():
                for record in polled(consumer):
                    self._take(record)
                self._desk.work()
            self._desk.work(ending=True)
        finally:
            consumer.close()

    def _know(self, record: Record) -> None:
        try:
            message = decode(record.value or b"", record.headers)
        except UndecodableError:
            return
        if isinstance(message, SnapshotReference):
            self._desk.know(message.request_id)

    def _take(self, record: Record) -> None:
        """Take a request. Its own times are its sender's: a wrong clock there is no reason to leave it unanswered."""
        self._since = max(self._since, record.appended_at - BACK)
        if record.value is None:
            return
        MESSAGES_IN.labels(STAGE, record.topic).inc()
        try:
            message = decode(record.value, record.headers)
        except UndecodableError as error:
            self._set_aside(record, Fault(error.reason, error.detail))
            return
        if isinstance(message, SnapshotRequest):
            self._desk.take(message)
        else:
            fault = Fault(DeadLetterReason.UNKNOWN_TYPE, f"expected a snapshot-request, got a {message.name}")
            self._set_aside(record, fault)

    def _set_aside(self, record: Record, fault: Fault) -> None:
        """Send a dead letter; every capture process does, and all of them have one identity."""
        MESSAGES_FAILED.labels(STAGE, fault.reason).inc()
        letter = dead_letter(STAGE, record, fault)
        self._sender.keep_record(letter.topic, letter.record, record.appended_at)


def begin(consumer: KafkaConsumer, topic: str, since: datetime) -> dict[TopicPartition, int]:
    """Let a consumer read all of a topic's partitions from a moment on; return where they end now."""
    partitions = _partitions(topic)
    consumer.assign(partitions)
    ends: dict[TopicPartition, int] = consumer.end_offsets(partitions)
    starts = consumer.offsets_for_times(dict.fromkeys(partitions, max(0, int(since.timestamp() * 1000))))
    for partition in partitions:
        found = starts.get(partition)
        consumer.seek(partition, ends[partition] if found is None else found.offset)
    return ends


def answered(consumer: KafkaConsumer, since: datetime, stopping: Callable[[], bool]) -> Iterator[Record]:
    """Yield the answers that were given from a moment until now."""
    ends = begin(consumer, SNAPSHOTS, since)
    while not stopping() and any(consumer.position(partition) < end for partition, end in ends.items()):
        yield from polled(consumer)


def polled(consumer: KafkaConsumer) -> list[Record]:
    """Return what has come."""
    return [consumed(record) for records in consumer.poll(timeout_ms=POLL_MS).values() for record in records]


def _partitions(topic: str) -> Sequence[Any]:
    return [TopicPartition(topic, number) for number in range(BY_NAME[topic].partitions)]
