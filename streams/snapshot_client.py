"""Asks capture for a picture and waits for the answer."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any, Final

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from schemas.codec import decode, encode
from schemas.errors import UndecodableError
from schemas.snapshots import SnapshotReference, SnapshotRequest
from streams.errors import ToezichtError
from streams.records import normal_headers
from streams.settings import KafkaSettings, kafka_client_options
from streams.topics import BY_NAME, SNAPSHOT_REQUESTS, SNAPSHOTS

STAGE: Final = "snapshot"
POLL_MS: Final = 200
CONNECT_MS: Final = 15_000


class NoAnswerError(ToezichtError):
    """The cluster cannot be reached, or nobody answered in time."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the reference, and the JPEG, empty where it was refused."""

    reference: SnapshotReference
    jpeg: bytes = field(repr=False)


def ask(kafka: KafkaSettings, request: SnapshotRequest, timeout_s: float) -> Answer:
    """Send a request and return its answer, be it a picture or a refusal.

    Raises:
        NoAnswerError: The cluster cannot be reached, or no answer came within `timeout_s`.
    """
    try:
        consumer = _at_the_end(kafka)
        try:
            _send(kafka, request)
            return _awaited(consumer, request, time.monotonic() + timeout_s, timeout_s)
        finally:
            consumer.close()
    except (KafkaError, OSError) as error:
        raise NoAnswerError(f"no Kafka at {kafka.bootstrap_servers}: {type(error).__name__}") from None


def _at_the_end(kafka: KafkaSettings) -> KafkaConsumer:
    """Return a consumer that reads answers from now on: it stands there before the request is sent."""
    consumer = KafkaConsumer(**kafka_client_options(kafka), enable_auto_commit=False, bootstrap_timeout_ms=CONNECT_MS)
    partitions = [TopicPartition(SNAPSHOTS, number) for number in range(BY_NAME[SNAPSHOTS].partitions)]
    consumer.assign(partitions)
    consumer.seek_to_end(*partitions)
    for partition in partitions:
        consumer.position(partition)
    return consumer


def _send(kafka: KafkaSettings, request: SnapshotRequest) -> None:
    producer = KafkaProducer(**kafka_client_options(kafka), acks="all", bootstrap_timeout_ms=CONNECT_MS)
    try:
        at = request.requested_at
        record = encode(request, stage=STAGE, handled_at=at, entered_at=at)
        producer.send(SNAPSHOT_REQUESTS, record.value, record.key, list(record.headers)).get(CONNECT_MS / 1000)
    finally:
        producer.close(timeout=1)


def _awaited(consumer: KafkaConsumer, request: SnapshotRequest, deadline_s: float, timeout_s: float) -> Answer:
    while time.monotonic() < deadline_s:
        for records in consumer.poll(timeout_ms=POLL_MS).values():
            for record in records:
                answer = _answer(record)
                if answer is not None and answer.reference.request_id == request.request_id:
                    return answer
    raise NoAnswerError(
        f"no answer within {timeout_s:g} s: expected a running `toezicht capture` that has the camera {request.camera_id}"
    )


def _answer(record: Any) -> Answer | None:
    try:
        message = decode(record.value or b"", normal_headers(record.headers))
    except UndecodableError:
        return None
    return Answer(message, record.value) if isinstance(message, SnapshotReference) else None
