"""Reads from Kafka which cameras reports ask to attend, in a thread of its own."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import timedelta
from typing import Final

from schemas.codec import decode
from schemas.errors import UndecodableError
from schemas.incidents import CameraWatch
from streams.capture.attention import AttentionService
from streams.capture.sender import STAGE
from streams.clock import Clock
from streams.domain.corroboration.attention import TOLERANCE
from streams.domain.rules.cameras import AttentionRule
from streams.kafka.partitioner import partition_of
from streams.kafka.reader import TopicFollower
from streams.kafka.record import Record
from streams.metrics import MESSAGES_IN, from_zero
from streams.settings import KafkaSettings
from streams.topics import CAMERA_WATCHES

log = logging.getLogger(__name__)

NAME: Final = "attention"


class AttentionReader(TopicFollower):
    """Reads the partitions of its own cameras, from as far back as attention can last.

    What cannot be read is passed over: `corroborate` reads the same topic and sets it aside.

    Args:
        kafka: The cluster.
        cameras: The cameras that are captured here.
        desk: Decides.
        rule: How long attention lasts.
        clock: Time of day.
    """

    def __init__(
        self, kafka: KafkaSettings, cameras: Collection[str], desk: AttentionService, rule: AttentionRule, clock: Clock
    ) -> None:
        super().__init__(kafka, NAME)
        self._desk = desk
        self._clock = clock
        self._back = timedelta(seconds=rule.length_s) + TOLERANCE
        from_zero(MESSAGES_IN, [STAGE], [CAMERA_WATCHES])
        self._places = {(CAMERA_WATCHES, partition_of(CAMERA_WATCHES, camera_id.encode())) for camera_id in cameras}

    def _follow(self) -> None:
        offsets = self._reader.since((CAMERA_WATCHES,), self._clock() - self._back)
        self._reader.begin({place: offset for place, offset in offsets.items() if place in self._places})
        while not self._stop.is_set():
            for record in self._reader.poll():
                self._take(record)
            self._desk.work()

    def _take(self, record: Record) -> None:
        if record.value is None:
            return
        MESSAGES_IN.labels(STAGE, record.topic).inc()
        try:
            message = decode(record.value, record.headers)
        except UndecodableError as error:
            log.warning("%s %d/%d is passed over: %s", record.topic, record.partition, record.offset, error.reason)
            return
        if isinstance(message, CameraWatch):
            self._desk.take(message, record.appended_at)
