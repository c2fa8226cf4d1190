"""Asks capture for a picture and waits for the answer."""

from __future__ import annotations

from dataclasses import dataclass, field

from schemas.base import Message
from schemas.phrases.codes.commands import expected_capture
from schemas.snapshots import SnapshotReference, SnapshotRequest
from streams.kafka import request_reply as asking
from streams.kafka.errors import NoAnswerError
from streams.settings import KafkaSettings
from streams.topics import SNAPSHOTS

__all__ = ["Answer", "NoAnswerError", "ask"]


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

    return asking.ask(kafka, request, SNAPSHOTS, answer_of, timeout_s, expected_capture(request.camera_id))
