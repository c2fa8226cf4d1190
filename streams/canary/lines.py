"""The canaries' way into Kafka and out of it, with kafka-python and without a consumer group."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Final

from schemas.alerts import Alert
from schemas.base import Message
from schemas.codec import encode
from streams import topics
from streams.clock import Clock
from streams.domain.canary import SOURCE
from streams.errors import DeliveryError
from streams.kafka.decoding import Decoder, undecodable_line
from streams.kafka.errors import ClusterError
from streams.kafka.producer import ConfirmedProducer
from streams.kafka.reader import Reader
from streams.settings import KafkaSettings

log = logging.getLogger(__name__)

SEND_WITHIN_S: Final = 30.0


class KafkaLines:
    """Sends canaries and reads the topics where they come back, from now on; see `streams.canary.probe.Lines`.

    Raises:
        ClusterError: No broker answers.
    """

    def __init__(self, kafka: KafkaSettings, clock: Clock) -> None:
        self._clock = clock
        self._reader = Reader(kafka, "canary")
        self._reader.begin(self._reader.ends((topics.CANARY, topics.CANARY_STATE)))
        self._producer = ConfirmedProducer(kafka, "canary", SEND_WITHIN_S)

    def send(self, topic: str, message: Message) -> None:
        """Send a message."""
        now = self._clock()
        record = encode(message, stage=SOURCE, handled_at=now, entered_at=now)
        try:
            self._producer.send_encoded(topic, record)
        except DeliveryError as error:
            log.warning("a canary could not be sent: %s", error)

    def came(self, wait_s: float) -> Iterator[tuple[str, Alert]]:
        """Yield the canaries' alerts that came, each with its topic."""
        try:
            records = self._reader.poll(wait_s)
        except ClusterError as error:
            log.warning("%s", error)
            return
        decoder = Decoder()
        for record in records:
            message = decoder.message(record)
            if isinstance(message, Alert):
                yield record.topic, message
        if decoder.undecodable:
            log.warning("%s; the canary that it tells of counts as lost", undecodable_line(decoder.undecodable))

    def close(self) -> None:
        """Let go of the cluster."""
        self._producer.close()
        self._reader.close()
