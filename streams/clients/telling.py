"""Tells the cluster a message as any outside program may, and waits until the broker has it."""

from __future__ import annotations

import threading
from typing import Any, Final

from schemas.base import Message
from schemas.codec import encode
from streams.errors import DeliveryError
from streams.kafka.closing import close_producer
from streams.kafka.producer import connect, reason
from streams.settings import KafkaSettings
from streams.tracing.spans import begun

CONFIRM_WITHIN_S: Final = 5.0
"""How long the broker may take to confirm a message (s): somebody waits for a picture meanwhile."""


class MessageTeller:
    """Message teller: sends messages and waits until the broker has each. It lives on through an outage; any thread may use it.

    Args:
        kafka: The cluster.
        name: The program that tells, for the broker's log and the records' source.
    """

    def __init__(self, kafka: KafkaSettings, name: str) -> None:
        self._kafka, self._name = kafka, name
        self._producer: Any = None
        self._lock = threading.Lock()

    def tell(self, message: Message) -> None:
        """Send a message to its topic, and wait until the broker has it.

        Raises:
            DeliveryError: It did not confirm it in time, or no broker answers. It may have it all the same.
        """
        at = message.happened_at()
        topic = message.topics[0]
        record, span = begun(topic, encode(message, stage=self._name, handled_at=at, entered_at=at), message)
        try:
            with self._lock:
                if self._producer is None:
                    self._producer = connect(self._kafka, self._name, CONFIRM_WITHIN_S)
                sent = self._producer.send(topic, key=record.key, value=record.value, headers=list(record.headers))
            sent.get(timeout=CONFIRM_WITHIN_S)
            if span is not None:
                span.end()
        except Exception as error:  # whatever the client raises: it is not confirmed
            self.close()
            told = reason(self._kafka, topic, error)
            raise DeliveryError(f"{topic}: a message is not confirmed: {told}") from error

    def close(self) -> None:
        """Disconnect; the next message connects again."""
        with self._lock:
            producer, self._producer = self._producer, None
        if producer is not None:
            close_producer(producer, 0.0)
