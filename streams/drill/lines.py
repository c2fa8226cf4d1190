"""The drill's way into Kafka and out of it, with kafka-python and without a consumer group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from schemas.base import Message
from schemas.codec import encode
from streams import topics
from streams.clock import Clock
from streams.domain.drill import SOURCE
from streams.kafka.decoding import Decoder
from streams.kafka.producer import ConfirmedProducer
from streams.kafka.reader import Reader
from streams.settings import KafkaSettings

SEND_WITHIN_S: Final = 15.0
READS: Final = (topics.ALERTS, topics.DISPATCH_REQUESTS, topics.DISPATCH_RECEIPTS, topics.DECISION_LOG)
"""What a drill reads, beside the partner's topic."""
WRITES: Final = (topics.INCIDENTS, topics.OPERATOR_ACTIONS)
"""What it writes, beside the partner's answers where it stands in."""


class DrillKafka:
    """Sends what a drill sends, each confirmed, and reads the topics where it comes back, from now on.

    Raises:
        ClusterError: In every method: no broker answers, or lets this client do it.
        DeliveryError: From `send`: the broker does not take it.
    """

    def __init__(self, kafka: KafkaSettings, partner_topics: Iterable[str], clock: Clock) -> None:
        self._clock = clock
        self._reader = Reader(kafka, SOURCE)
        self._reader.begin(self._reader.ends((*READS, *partner_topics)))
        self._producer = ConfirmedProducer(kafka, SOURCE, SEND_WITHIN_S)

    def send(self, topic: str, message: Message) -> None:
        """Send a message, and return when the broker has it."""
        now = self._clock()
        self._producer.send_encoded(topic, encode(message, stage=SOURCE, handled_at=now, entered_at=now))
        self._producer.confirm()

    def came(self, wait_s: float) -> Iterator[tuple[str, Message]]:
        """Yield what came, each with its topic, waiting at most so long (s) for the first; what cannot be read is left."""
        decoder = Decoder()
        for record in self._reader.poll(wait_s):
            message = decoder.message(record)
            if message is not None:
                yield record.topic, message

    def close(self) -> None:
        """Let go of the cluster."""
        self._producer.close()
        self._reader.close()
