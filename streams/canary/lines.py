"""The canaries' way into Kafka and out of it, with kafka-python and without a consumer group."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any, Final

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from schemas.alerts import Alert
from schemas.base import Message
from schemas.codec import decode, encode
from schemas.errors import UndecodableError
from streams import topics
from streams.clock import Clock
from streams.domain.canary import SOURCE
from streams.kafka.closing import close_producer
from streams.kafka.options import RECONNECT_WITHIN_MS, kafka_client_options
from streams.kafka.record import normal_headers
from streams.settings import KafkaSettings

log = logging.getLogger(__name__)

SEND_WITHIN_MS: Final = 30_000
CONNECT_MS: Final = 15_000


class KafkaLines:
    """Sends canaries and reads the topic where they come back, from now on; see `streams.canary.probe.Lines`.

    Raises:
        KafkaError: No broker answers.
    """

    def __init__(self, kafka: KafkaSettings, clock: Clock) -> None:
        self._clock = clock
        options = kafka_client_options(kafka) | {"reconnect_backoff_max_ms": RECONNECT_WITHIN_MS}
        self._producer = KafkaProducer(
            **options,
            acks="all",
            enable_idempotence=False,
            delivery_timeout_ms=SEND_WITHIN_MS,
            request_timeout_ms=SEND_WITHIN_MS // 2,
            bootstrap_timeout_ms=CONNECT_MS,
        )
        self._consumer = KafkaConsumer(**options, enable_auto_commit=False, bootstrap_timeout_ms=CONNECT_MS)
        places = [TopicPartition(topics.CANARY, n) for n in range(topics.BY_NAME[topics.CANARY].partitions)]
        self._consumer.assign(places)
        self._consumer.seek_to_end(*places)
        for place in places:
            self._consumer.position(place)

    def send(self, topic: str, message: Message) -> None:
        """Send a message."""
        now = self._clock()
        record = encode(message, stage=SOURCE, handled_at=now, entered_at=now)
        try:
            self._producer.send(topic, record.value, record.key, list(record.headers))
        except KafkaError as error:
            log.warning("a canary could not be sent: %s", type(error).__name__)

    def came(self, wait_s: float) -> Iterator[Alert]:
        """Yield the canaries' alerts that came."""
        try:
            batches = self._consumer.poll(timeout_ms=int(1_000 * wait_s))
        except KafkaError as error:
            log.warning("canaries cannot be read: %s", type(error).__name__)
            return
        for records in batches.values():
            for record in records:
                alert = _alert(record)
                if alert is not None:
                    yield alert

    def close(self) -> None:
        """Let go of the cluster."""
        close_producer(self._producer, 1.0)
        self._consumer.close()


def _alert(record: Any) -> Alert | None:
    try:
        message = decode(record.value or b"", normal_headers(record.headers))
    except UndecodableError:
        return None
    return message if isinstance(message, Alert) else None
