"""Asks capture for a picture and waits for the answer; or follows the answers to all requests with one reader."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from schemas.base import Message
from schemas.snapshots import SnapshotReference, SnapshotRequest
from streams.kafka import request_reply as asking
from streams.kafka.decoding import Decoder
from streams.kafka.errors import NoAnswerError
from streams.kafka.reader import TopicFollower
from streams.settings import KafkaSettings
from streams.topics import SNAPSHOTS

__all__ = ["Answer", "NoAnswerError", "SnapshotAnswers", "ask"]


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer: what came back: the reference, and the JPEG, empty where it was refused."""

    reference: SnapshotReference
    jpeg: bytes = field(repr=False)


def ask(kafka: KafkaSettings, request: SnapshotRequest, timeout_s: float) -> Answer:
    """Send a request and return its answer, be it a picture or a refusal.

    Raises:
        ClusterError: The cluster cannot be reached.
        DeliveryError: It does not take the request.
        NoAnswerError: No answer came within `timeout_s`.
    """

    def answer_of(message: Message, value: bytes) -> Answer | None:
        if isinstance(message, SnapshotReference) and message.request_id == request.request_id:
            return Answer(message, value)
        return None

    expected = f"a running `toezicht capture` that has the camera {request.camera_id}"
    return asking.ask(kafka, request, SNAPSHOTS, answer_of, timeout_s, expected)


class SnapshotAnswers(TopicFollower):
    """Snapshot answers: all that come from now on, in a thread of its own; for a program that asks again and again.

    Args:
        kafka: The cluster.
        take: Called with each answer, in that thread.
    """

    def __init__(self, kafka: KafkaSettings, take: Callable[[Answer], None]) -> None:
        super().__init__(kafka, "snapshot-answers")
        self._take = take
        self._stands = threading.Event()

    def stands(self, timeout_s: float = 0.0) -> bool:
        """Return whether it stands on the topic, waiting at most so long (s): answers to what is asked then are not missed."""
        return self._stands.wait(timeout_s)

    def _follow(self) -> None:
        if not self._stands.is_set():
            self._reader.begin(self._reader.ends((SNAPSHOTS,)))
            self._stands.set()
        decoder = Decoder()
        while not self._stop.is_set():
            for record in self._reader.poll():
                message = decoder.message(record)
                if isinstance(message, SnapshotReference):
                    self._take(Answer(message, record.value or b""))
