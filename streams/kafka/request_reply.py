"""Sends a message and waits for the one that answers it, as a command without a consumer group does."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

from schemas.base import Message
from schemas.codec import encode
from schemas.phrases.codes.commands import no_answer, no_answer_undecodable
from schemas.phrases.phrase import Phrase
from streams.kafka.decoding import Decoder, undecodable_counts
from streams.kafka.errors import NoAnswerError
from streams.kafka.producer import ConfirmedProducer
from streams.kafka.reader import Reader
from streams.settings import KafkaSettings

A = TypeVar("A")

SEND_WITHIN_S: Final = 15.0


def ask(
    kafka: KafkaSettings,
    request: Message,
    answers: str,
    answer_of: Callable[[Message, bytes], A | None],
    timeout_s: float,
    expected: Phrase,
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
        ClusterError: The cluster cannot be reached.
        DeliveryError: It does not take the request.
        NoAnswerError: No answer came within `timeout_s`.
    """
    with Reader(kafka, "request") as reader:
        reader.begin(reader.ends((answers,)))  # it stands there before the request is sent
        _send(kafka, request)
        deadline_s, decoder = time.monotonic() + timeout_s, Decoder()
        while time.monotonic() < deadline_s:
            for record in reader.poll():
                message = decoder.message(record)
                answer = None if message is None else answer_of(message, record.value or b"")
                if answer is not None:
                    return answer
    lost = undecodable_counts(decoder.undecodable)
    raise NoAnswerError(no_answer_undecodable(timeout_s, expected, lost) if lost else no_answer(timeout_s, expected))


def _send(kafka: KafkaSettings, request: Message) -> None:
    at = request.happened_at()
    producer = ConfirmedProducer(kafka, "request", SEND_WITHIN_S)
    try:
        producer.send_encoded(request.topics[0], encode(request, stage=request.name, handled_at=at, entered_at=at))
        producer.confirm()
    finally:
        producer.close()
