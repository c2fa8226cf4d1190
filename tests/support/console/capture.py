"""Capture as a console meets it on a real broker: what sends its messages, and a thread that answers requests for pictures."""

from __future__ import annotations

import threading
from typing import Any

import cv2
import numpy as np
from kafka import KafkaProducer

from schemas.base import Message
from schemas.cameras import CameraStatus
from schemas.codec import encode
from schemas.snapshots import SnapshotReference, SnapshotRequest
from streams.kafka.decoding import Decoder
from streams.kafka.partitioner import partition_of
from streams.kafka.reader import Reader
from streams.settings import KafkaSettings
from streams.topics import CAMERA_STATE, SNAPSHOT_REQUESTS, SNAPSHOTS

JPEG = cv2.imencode(".jpg", np.full((48, 64, 3), 120, np.uint8))[1].tobytes()


def send(kafka: KafkaSettings, *messages: tuple[str, Message], payload: bytes | None = None) -> None:
    """Put messages on topics as the pipeline does."""
    producer: Any = KafkaProducer(bootstrap_servers=kafka.bootstrap_servers, acks="all")
    for topic, message in messages:
        at = message.happened_at()
        made = encode(message, stage="test", handled_at=at, entered_at=at, payload=payload)
        key = message.state_key().encode() if topic == CAMERA_STATE and isinstance(message, CameraStatus) else made.key
        partition = partition_of(topic, message.key().encode())
        producer.send(topic, partition=partition, key=key, value=made.value, headers=made.headers).get(30)
    producer.close()


class Capture(threading.Thread):
    """Capture: answers requests with one picture, once each, until it is told to end."""

    def __init__(self, kafka: KafkaSettings) -> None:
        super().__init__(daemon=True)
        self._kafka, self.ending = kafka, threading.Event()
        self.requests: list[SnapshotRequest] = []
        self._reader = Reader(kafka, "capture", self.ending.is_set)
        self._reader.begin(self._reader.ends((SNAPSHOT_REQUESTS,)))

    def run(self) -> None:
        """Answer."""
        decoder = Decoder()
        while not self.ending.is_set():
            for record in self._reader.poll():
                request = decoder.message(record)
                if isinstance(request, SnapshotRequest):
                    self.requests.append(request)
                    self._answer(request)
        self._reader.close()

    def _answer(self, request: SnapshotRequest) -> None:
        about = SnapshotReference(
            request_id=request.request_id, camera_id=request.camera_id, moment=request.moment,
            captured_at=request.moment, width_px=64, height_px=48,
        )  # fmt: skip
        send(self._kafka, (SNAPSHOTS, about), payload=JPEG)
