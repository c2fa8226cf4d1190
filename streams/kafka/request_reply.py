"""Sends a message and waits for the one that answers it, as a command without a consumer group does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Final, TypeVar

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from schemas.base import Message
from schemas.codec import decode, encode
from schemas.errors import UndecodableError
from streams.kafka.closing import close_producer
from streams.kafka.errors import NoAnswerError
from streams.kafka.options import kafka_client_options
from streams.kafka.record import normal_headers
from streams.settings import KafkaSettings
from streams.topics import BY_NAME

A = TypeVar("A")

POLL_MS: Final = 200
CONNECT_MS: Final = 15_000


def ask(
    kafka: KafkaSettings,
    request: Message,
    answers: str,
    answer_of: Callable[[Message, bytes], A | None],
    timeout_s: float,
    expected: str,
) -> A:
    """Send a request to its topic and return its answer.

    Args:
        kafka: The cluster.
        request: What to send; its time is when it happened.
        answers: The topic on which the answer comes.
        answer_of: Returns the answer that a message and its record's value are, or None for any other message.
        timeout_s: How long to wait.
        expected: What has to run for an answer to come, for the error.

    Raises:
        NoAnswerError: The cluster cannot be reached, or no answer came within `timeout_s`.
    """
    try:
        consumer = _at_the_end(kafka, answers)
        try:
            _send(kafka, request)
            answer = _awaited(consumer, answer_of, time.monotonic() + timeout_s)
        finally:
            consumer.close()
    except (KafkaError, OSError) as error:
        raise NoAnswerError(f"no Kafka at {kafka.bootstrap_servers}: {type(error).__name__}") from None
    if answer is None:
        raise NoAnswerError(f"no answer within {timeout_s:g} s: expected {expected}")
    return answer


def _at_the_end(kafka: KafkaSettings, topic: str) -> KafkaConsumer:
    """Return a consumer that reads answers from now on: it stands there before the request is sent."""
    consumer = KafkaConsumer(**kafka_client_options(kafka), enable_auto_commit=False, bootstrap_timeout_ms=CONNECT_MS)
    partitions = [TopicPartition(topic, number) for number in range(BY_NAME[topic].partitions)]
    consumer.assign(partitions)
    consumer.seek_to_end(*partitions)
    for partition in partitions:
        consumer.position(partition)
    return consumer


def _send(kafka: KafkaSettings, request: Message) -> None:
    producer = KafkaProducer(**kafka_client_options(kafka), acks="all", bootstrap_timeout_ms=CONNECT_MS)
    try:
        at = request.happened_at()
        record = encode(request, stage=request.name, handled_at=at, entered_at=at)
        producer.send(request.topics[0], record.value, record.key, list(record.headers)).get(CONNECT_MS / 1000)
    finally:
        close_producer(producer, 1.0)


def _awaited(consumer: KafkaConsumer, answer_of: Callable[[Message, bytes], A | None], deadline_s: float) -> A | None:
    while time.monotonic() < deadline_s:
        for records in consumer.poll(timeout_ms=POLL_MS).values():
            for record in records:
                message = _message(record)
                answer = None if message is None else answer_of(message, record.value)
                if answer is not None:
                    return answer
    return None


def _message(record: Any) -> Message | None:
    try:
        return decode(record.value or b"", normal_headers(record.headers))
    except UndecodableError:
        return None
