"""Cluster of the completeness check: what it reads from Kafka and sends to it, without a consumer group."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from kafka import KafkaAdminClient, TopicPartition
from kafka.errors import KafkaError

from streams.completeness.check import ANSWERS, STAGE_OF
from streams.completeness.ledger import RecordPlace
from streams.kafka.errors import ClusterError
from streams.kafka.options import kafka_client_options
from streams.kafka.producer import ConfirmedProducer
from streams.kafka.reader import Reader
from streams.kafka.record import Record, Where, sent_again
from streams.settings import KafkaSettings
from streams.topics import BY_NAME

SKEW: Final = timedelta(minutes=1)
"""Answers are read from so much earlier than inputs: the brokers' clocks may differ."""
ANSWER_S: Final = 5.0
"""How long a broker may take to answer (s): below the supervisor's 8 s, so that one that is gone holds up no stop."""
SEND_WITHIN_S: Final = 7.0
"""How long it may take to confirm a copy (s), for the same reason."""


class KafkaCluster:
    """The cluster as `streams.completeness.check.Check` needs it. Every method may raise ClusterError or DeliveryError.

    Args:
        kafka: How to reach it.
        since: The broker's time of the first input to compare.
        stopping: Whether it is time to end.
    """

    def __init__(self, kafka: KafkaSettings, since: datetime, stopping: Callable[[], bool]) -> None:
        self._kafka = kafka
        self._since = since
        self._inputs = Reader(kafka, "completeness", stopping, ANSWER_S)
        self._answers = Reader(kafka, "completeness", stopping, ANSWER_S)
        self._fetcher = Reader(kafka, "completeness", answer_s=ANSWER_S)
        self._admin: Any = None
        self._producer: ConfirmedProducer | None = None

    def committed(self) -> dict[Where, int]:
        """Return how far the stages' groups are."""
        wanted: dict[str, list[Any]] = {}
        for topic, stage in STAGE_OF.items():
            wanted.setdefault(stage, []).extend(
                TopicPartition(topic, number) for number in range(BY_NAME[topic].partitions)
            )
        try:
            if self._admin is None:
                answer_ms = int(1_000 * ANSWER_S)
                self._admin = KafkaAdminClient(
                    **kafka_client_options(self._kafka),
                    client_id="toezicht-completeness",
                    bootstrap_timeout_ms=answer_ms,
                    request_timeout_ms=answer_ms,
                )
            groups = self._admin.list_group_offsets(wanted)
        except (KafkaError, OSError, ValueError) as error:
            what = f"the groups {', '.join(wanted)} cannot be asked for"
            raise ClusterError.about(self._kafka.bootstrap_servers, what, error) from None
        return {
            (tp.topic, tp.partition): at.offset
            for found in groups.values()
            for tp, at in found.items()
            if at.offset >= 0
        }

    def answers(self) -> Iterator[Record]:
        """Yield the new answers."""
        self._begin(self._answers, ANSWERS, self._since - SKEW)
        return self._answers.read(self._answers.ends(ANSWERS))

    def inputs(self, until: Mapping[Where, int]) -> Iterator[Record]:
        """Yield the new inputs below these offsets."""
        self._begin(self._inputs, STAGE_OF, self._since)
        return self._inputs.read(until)

    def send_again(self, place: RecordPlace) -> int | None:
        """Send a record's copy to its partition, wait for the confirmation, and return the copy's offset."""
        record = self._fetch(place)
        if record is None or record.value is None:
            return None
        if self._producer is None:
            self._producer = ConfirmedProducer(self._kafka, "completeness", SEND_WITHIN_S)
        headers = sent_again(record.headers, record.appended_at)
        sent = self._producer.send(record.topic, record.partition, record.key, record.value, headers)
        self._producer.confirm()
        return int(sent.get(timeout=0).offset)

    def disconnect(self) -> None:
        """Close all connections; each is made again when it is needed."""
        for reader in (self._inputs, self._answers, self._fetcher):
            reader.close()
        admin, producer = self._admin, self._producer
        self._admin = self._producer = None
        if producer is not None:
            producer.close()
        if admin is not None:
            with contextlib.suppress(KafkaError, OSError, ValueError):
                admin.close()

    @staticmethod
    def _begin(reader: Reader, names: Iterable[str], since: datetime) -> None:
        if not reader.stands:
            reader.begin(reader.since(names, since))

    def _fetch(self, place: RecordPlace) -> Record | None:
        """Return the record at a place, or None where retention has taken it."""
        found = list(self._fetcher.read_spans({place[:2]: (place.offset, place.offset + 1)}))
        return found[0] if found else None
