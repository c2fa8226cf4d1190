"""History: an alert's versions, read from the topic `alerts`, of which nothing is compacted away."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Final

from console.api.problems import ProblemError
from schemas.alerts import Alert
from streams import topics
from streams.kafka.decoding import Decoder
from streams.kafka.errors import ClusterError
from streams.kafka.partitioner import partition_of
from streams.kafka.reader import Reader
from streams.settings import KafkaSettings

AT_ONCE: Final = 2
"""Histories that are read at once; others wait."""
SKEW: Final = timedelta(minutes=1)
"""It is read from so much earlier: the broker's clock may differ."""
_SUBJECT: Final = "ce_subject"


class KafkaHistories:
    """Kafka histories: reads the room's partition of `alerts` since the alert opened, in a thread.

    Args:
        kafka: The cluster.
    """

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka
        self._turns = asyncio.Semaphore(AT_ONCE)

    async def changes(self, room: str, alert_id: str, opened_at: datetime) -> list[Alert]:
        """Return an alert's versions, the oldest first.

        Raises:
            ProblemError: 503, no broker answers.
        """
        async with self._turns:
            try:
                return await asyncio.to_thread(self._read, room, alert_id, opened_at)
            except ClusterError as error:
                raise ProblemError(503, "no_broker", "the topics cannot be read now", retry_after_s=5) from error

    def _read(self, room: str, alert_id: str, opened_at: datetime) -> list[Alert]:
        partition, subject, decoder = partition_of(topics.ALERTS, room.encode()), alert_id.encode(), Decoder()
        with Reader(self._kafka, "console-history") as reader:
            spans = reader.spans((topics.ALERTS,), opened_at - SKEW)
            records = reader.read_spans({place: span for place, span in spans.items() if place[1] == partition})
            mine = [decoder.message(record) for record in records if (_SUBJECT, subject) in record.headers]
        return [each for each in mine if isinstance(each, Alert) and each.control_room_id == room]
