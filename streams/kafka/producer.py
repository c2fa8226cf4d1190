"""The topic `dead-letters` on a cluster: reading its letters up to now, and sending originals again."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Any, Final

from kafka import KafkaProducer
from kafka.errors import KafkaError

from schemas.codec import Headers
from streams.errors import DeliveryError
from streams.kafka.closing import close_producer
from streams.kafka.errors import ClusterError
from streams.kafka.options import kafka_client_options
from streams.kafka.topic_reader import CONNECT_TIMEOUT_MS
from streams.settings import KafkaSettings
from streams.topics import MAX_MESSAGE_BYTES

log = logging.getLogger(__name__)

CONFIRM_WITHIN_S: Final = 60.0
"""How long to wait for the broker's word on what was sent."""


class ConfirmedProducer:
    """Sends records and waits for the broker's confirmation of all of them."""

    def __init__(self, kafka: KafkaSettings) -> None:
        """Connect.

        Raises:
            ClusterError: No broker answers.
        """
        try:
            self._producer = KafkaProducer(
                **kafka_client_options(kafka),
                client_id="toezicht-dead-letters",
                acks="all",
                max_request_size=MAX_MESSAGE_BYTES,
                delivery_timeout_ms=int(CONFIRM_WITHIN_S * 1000),
                bootstrap_timeout_ms=CONNECT_TIMEOUT_MS,
            )
        except (KafkaError, OSError, ValueError) as error:
            raise ClusterError(f"Kafka at {kafka.bootstrap_servers} cannot be used: {type(error).__name__}") from None
        self._waiting: list[tuple[str, Any]] = []

    def send(self, topic: str, partition: int | None, key: bytes | None, value: bytes, headers: Headers) -> None:
        """Hand one record over.

        Raises:
            DeliveryError: The client refuses it.
        """
        try:
            sent = self._producer.send(topic, partition=partition, key=key, value=value, headers=headers)
        except Exception as error:
            raise DeliveryError(f"{topic}: the producer refuses a record: {type(error).__name__}") from error
        self._waiting.append((topic, sent))

    def confirm(self, now_s: Callable[[], float] = time.monotonic) -> None:
        """Wait until the broker has confirmed everything that was handed over.

        Raises:
            DeliveryError: It refused a record, or did not confirm it in time.
        """
        deadline_s = now_s() + CONFIRM_WITHIN_S
        for topic, sent in self._waiting:
            try:
                sent.get(timeout=max(0.0, deadline_s - now_s()))
            except Exception as error:
                raise DeliveryError(f"{topic}: a record is not confirmed: {type(error).__name__}") from error
        self._waiting.clear()

    def close(self) -> None:
        """Disconnect."""
        close_producer(self._producer, 5.0)
