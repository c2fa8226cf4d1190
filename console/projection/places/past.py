"""Places' past in the cluster: older series and handovers, read from the topics when somebody asks for them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from console.projection.places.crowds import SecondError, ZoneHistory, second_of
from console.projection.places.handover import AlertChange, ChangeError, change_of, handover_of
from console.wire.problems import ProblemError
from console.wire.rooms import Handover
from schemas.cameras import CameraStatus
from schemas.phrases.language import Language
from streams import metrics
from streams.kafka.decoding import Decoder
from streams.kafka.errors import ClusterError
from streams.kafka.partitioner import partition_of
from streams.kafka.reader import Reader
from streams.kafka.record import Record, Where
from streams.settings import KafkaSettings
from streams.topics import ALERT_STATE, ALERTS, CAMERA_STATE, CAMERA_STATUS, OBSERVATIONS

RECORDS_AT_MOST: Final = 200_000
"""Of one partition read for a series; of a longer time only the beginning of each step is read."""
SAMPLES: Final = 288
SAMPLE: Final = timedelta(seconds=3)
BEFORE: Final = timedelta(hours=24)
"""How long before a period changes are read, so that what held at its beginning is known."""
LATE: Final = timedelta(minutes=1)
"""How long after what it tells a record may come."""


class KafkaPast:
    """Kafka past: `console.projection.places.room_places.PlacesPast` on a cluster; each question has a connection of its own.

    Args:
        kafka: The cluster.
    """

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka

    def series(self, history: ZoneHistory, from_at: datetime, to_at: datetime, step_s: int) -> int:
        """Fill a zone's history from its observations, and return the step (s) that it was read in.

        Raises:
            ProblemError: 503, the topic cannot be read.
        """
        place = OBSERVATIONS, partition_of(OBSERVATIONS, history.facts.camera_id.encode())
        try:
            with Reader(self._kafka, "console-series") as reader:
                span = _span(reader, place, from_at, to_at + LATE)
                if span[1] - span[0] <= RECORDS_AT_MOST:
                    _fill(history, reader.read_spans({place: span}))
                    return step_s
                step_s = max(step_s, math.ceil((to_at - from_at).total_seconds() / SAMPLES))
                at = from_at
                while at < to_at:
                    _fill(history, reader.read_spans({place: _span(reader, place, at, at + SAMPLE)}))
                    at += timedelta(seconds=step_s)
                return step_s
        except ClusterError as error:
            raise _unreadable() from error

    def handover(
        self, room: str, cameras: frozenset[str], from_at: datetime, to_at: datetime, language: Language
    ) -> Handover:
        """Return a period of a room.

        Raises:
            ProblemError: 503, the topics cannot be read.
        """
        decoder = Decoder()
        try:
            with Reader(self._kafka, "console-handover") as reader:
                alerts = (ALERTS, partition_of(ALERTS, room.encode()))
                state = (ALERT_STATE, alerts[1])
                span = _span(reader, alerts, from_at - BEFORE, to_at + LATE)
                changes = list(_changes(reader.read_spans({alerts: span}), room))
                newest = list(_changes(reader.read_spans({state: reader.spans((ALERT_STATE,))[state]}), room))
                statuses = [
                    status
                    for record in (
                        *reader.read_spans(reader.spans((CAMERA_STATE,))),
                        *reader.read_spans(reader.spans((CAMERA_STATUS,), from_at - BEFORE, to_at + LATE)),
                    )
                    if isinstance(status := decoder.message(record), CameraStatus) and status.camera_id in cameras
                ]
        except ClusterError as error:
            raise _unreadable() from error
        statuses.sort(key=lambda each: each.changed_at)
        before = [each for each in statuses if each.changed_at < to_at]
        return handover_of(changes, newest, before, from_at, to_at, language)


def _span(reader: Reader, place: Where, from_at: datetime, to_at: datetime) -> tuple[int, int]:
    return reader.spans((place[0],), from_at, to_at)[place]


def _fill(history: ZoneHistory, records: Iterator[Record]) -> None:
    for record in records:
        if record.key != history.facts.camera_id.encode() or record.value is None:
            continue
        try:
            second = second_of(record.value)
        except SecondError:
            metrics.CONSOLE_UNREADABLE.labels(record.topic).inc()
            continue
        if second.key == history.facts.key:
            history.take(second)


def _changes(records: Iterator[Record], room: str) -> Iterator[AlertChange]:
    for record in records:
        if record.value is None:
            continue
        try:
            change = change_of(record.value)
        except ChangeError:
            metrics.CONSOLE_UNREADABLE.labels(record.topic).inc()
            continue
        if change.room == room:
            yield change


def _unreadable() -> ProblemError:
    return ProblemError(503, "not_readable", "the topics cannot be read now", retry_after_s=5)
