"""Reads alerts as any consumer would: without a group, dropping repeats, from now or from the newest state of each."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any, Final

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from schemas.alerts import Alert
from schemas.codec import decode, envelope
from schemas.errors import UndecodableError
from streams import topics
from streams.kafka.errors import UnreachableError
from streams.kafka.options import kafka_client_options
from streams.settings import KafkaSettings

REMEMBERED: Final = 10_000
"""Event ids kept to recognise repeats: more than a worker repeats after a restart."""


class AlertReader:
    """The newest version of each alert, as far as it was read.

    Args:
        kafka: The cluster.
        from_start: Whether to begin with the newest state of every alert that is retained.

    Raises:
        UnreachableError: No broker answers.
    """

    def __init__(self, kafka: KafkaSettings, from_start: bool) -> None:
        self._newest: dict[str, Alert] = {}
        self._seen: OrderedDict[str, None] = OrderedDict()
        try:
            self._consumer = KafkaConsumer(**kafka_client_options(kafka), enable_auto_commit=False)
            live = _partitions(topics.ALERTS)
            state = _partitions(topics.ALERT_STATE) if from_start else []
            self._consumer.assign(live + state)
            self._consumer.seek_to_end(*live)
            for partition in live:
                self._consumer.position(partition)
            self._ends = self._consumer.end_offsets(state) if state else {}
            if state:
                self._consumer.seek_to_beginning(*state)
        except KafkaError as error:
            raise UnreachableError(f"no Kafka at {kafka.bootstrap_servers}: {type(error).__name__}") from None

    @property
    def alerts(self) -> list[Alert]:
        """Return the newest version of each alert."""
        return list(self._newest.values())

    def changes(self, wait_s: float) -> list[Alert]:
        """Return the alerts that changed, waiting at most this long for the first; older versions are passed over."""
        changed: list[Alert] = []
        for records in self._consumer.poll(timeout_ms=int(wait_s * 1000)).values():
            for record in records:
                alert = self._take(record)
                if alert is not None:
                    changed.append(alert)
        return changed

    def caught_up(self) -> bool:
        """Return whether all was read that was retained when the reading began."""
        return all(self._consumer.position(partition) >= end for partition, end in self._ends.items())

    def close(self) -> None:
        """Stop reading."""
        self._consumer.close()

    def _take(self, record: Any) -> Alert | None:
        if record.value is None:
            return None
        try:
            event_id, message = envelope(record.headers).event_id, decode(record.value, record.headers)
        except UndecodableError:
            return None
        if not isinstance(message, Alert) or event_id in self._seen:
            return None
        self._seen[event_id] = None
        if len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        known = self._newest.get(message.alert_id)
        if known is not None and known.revision > message.revision:
            return None
        self._newest[message.alert_id] = message
        return message


def _partitions(topic: str) -> list[TopicPartition]:
    return [TopicPartition(topic, number) for number in range(topics.BY_NAME[topic].partitions)]
