"""The canaries' way into Kafka and out of it, with kafka-python and without a consumer group."""

from __future__ import annotations

import logging
import time
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
from streams.kafka.outage import Outage
from streams.kafka.producer import ConfirmedProducer
from streams.kafka.reader import Reader
from streams.settings import KafkaSettings

log = logging.getLogger(__name__)

SEND_WITHIN_S: Final = 10.0
"""How long a canary may take to be confirmed (s); a topic that is gone holds up a round for half of it, and no more."""
PAUSE_S: Final = 1.0
"""After a message that could not be sent, the rest of its round is not tried."""
NEEDED: Final = (
    topics.CANARY, topics.CANARY_STATE, topics.DETECTIONS, topics.INCIDENTS, topics.OPERATOR_ACTIONS,
)  # fmt: skip


class KafkaLines:
    """Sends canaries and reads the topics where they come back, from now on; see `streams.canary.probe.Lines`.

    Raises:
        ClusterError: No broker answers.
    """

    def __init__(self, kafka: KafkaSettings, clock: Clock) -> None:
        self._clock = clock
        self._sending, self._reading = Outage(), Outage()
        self._silent_until_s = 0.0
        self._reader = Reader(kafka, "canary")
        self._reader.begin(self._reader.ends((topics.CANARY, topics.CANARY_STATE)))
        self._producer = ConfirmedProducer(kafka, "canary", SEND_WITHIN_S)

    def send(self, topic: str, message: Message) -> None:
        """Send a message."""
        if time.monotonic() < self._silent_until_s:
            return  # the round is lost already; each message of it would wait as long
        now = self._clock()
        record = encode(message, stage=SOURCE, handled_at=now, entered_at=now)
        try:
            self._producer.send_encoded(topic, record)
        except DeliveryError as error:
            self._silent_until_s = time.monotonic() + PAUSE_S
            self._sending.tell(f"a canary could not be sent: {error}")
        else:
            self._sending.over("canaries are sent again")

    def came(self, wait_s: float) -> Iterator[tuple[str, Alert]]:
        """Yield the canaries' alerts that came, each with its topic."""
        try:
            records = self._reader.poll(wait_s)
        except ClusterError as error:
            self._reading.tell(str(error))
            return
        self._reading.over("canaries are read again")
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
