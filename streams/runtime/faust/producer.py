"""Fenced producer: groups of records to the broker through aiokafka's batches, while the lease is held."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaConnectionError, KafkaError, TopicAuthorizationFailedError
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.default_records import DefaultRecordBatch

from streams.errors import DeliveryError
from streams.kafka.access.acls import Needs
from streams.kafka.errors import MissingTopicError, may_not, user_of
from streams.kafka.options import COMMITTED, aiokafka_options
from streams.kafka.outage import Outage
from streams.kafka.record import Raw, Where
from streams.metrics import MESSAGES_OUT
from streams.runtime.lease import Lease
from streams.settings import KafkaSettings
from streams.topics import CHANGELOGS

BATCH_BYTES: Final = 512 * 1024
"""Largest batch per topic and partition; the topics take up to 1,000,000 bytes."""
PACKED: Final = frozenset(spec.name for spec in CHANGELOGS)
"""Topics whose batches are packed with zstd: those that nobody reads but we ourselves, who have its library. A row is written
whole each time and looks like the one before it: a batch takes a tenth, for 8 µs an input (docs/performance/report.md)."""


SEND_WITHIN_S: Final = 120.0
"""How long a record may wait for a broker that is gone before the worker gives up and starts anew."""


TRY_AGAIN_S: Final = 1.0
LOOK_MS: Final = 200


def _require_access(kafka: KafkaSettings, needs: Needs | None = None) -> None:
    """Raise AccessError where the cluster lets this worker not in, or not do what it needs."""
    from streams.kafka.access.admission import require_access  # kafka-python: loaded only where something is wrong

    require_access(kafka, needs)


class FencedProducer(AIOKafkaProducer):  # type: ignore[misc]
    """An idempotent producer whose produce requests wait for the lease at the last moment before they are written.

    The check stands at the socket and not where records are handed over: a worker that was paused may have records waiting
    in the client, and would send them as its first act after waking up.
    """

    def __init__(self, lease: Lease, kafka: KafkaSettings) -> None:
        """Prepare; must be called on the event loop that it runs on."""
        super().__init__(
            **aiokafka_options(kafka),
            acks="all",
            enable_idempotence=True,
            max_batch_size=BATCH_BYTES,
            request_timeout_ms=int(SEND_WITHIN_S * 1000),
        )
        self.kafka = kafka
        send = self.client.send

        async def send_while_held(node_id: int, request: Any, **options: Any) -> Any:
            while isinstance(request, ProduceRequest):
                await lease.wait()
                if not await self.client.ready(node_id, **options) or lease.held:
                    break  # connected: from here to the socket nothing is awaited any more, or the client says what is wrong
            return await send(node_id, request, **options)

        self.client.send = send_while_held

    async def start_patiently(self) -> None:
        """Connect, trying again for as long as no broker answers.

        Raises:
            AccessError: One does, and does not let this worker in.
        """
        outage = Outage()
        while True:
            try:
                await self.start()
                break
            except KafkaConnectionError as error:
                await asyncio.to_thread(
                    _require_access, self.kafka
                )  # a wrong password looks like a broker that is away
                outage.tell(f"no broker answers, trying again: {error}")
                await asyncio.sleep(TRY_AGAIN_S)
        outage.over("a broker answers")

    async def await_topics(self, stage: str, names: Collection[str]) -> None:
        """Wait until topics are there, and say so: a consumer that joins its group before them finds them minutes later.

        Raises:
            AccessError: They may be, and this worker may not see them.
        """
        outage = Outage()
        while error := await self._missing(names):
            await asyncio.to_thread(_require_access, self.kafka, Needs.of(describes=names))
            outage.tell(f"{stage}: waiting: {error}")
            await asyncio.sleep(TRY_AGAIN_S)
        outage.over(f"{stage}: the topics are there")

    async def _missing(self, names: Collection[str]) -> str:
        try:
            cluster = await self.client.fetch_all_metadata()
        except KafkaError as error:
            return f"Kafka at {self.kafka.bootstrap_servers} does not tell its topics: {error}"
        found = {name: len(cluster.partitions_for_topic(name) or ()) for name in names}
        return str(MissingTopicError.for_topics(self.kafka.bootstrap_servers, names, found) or "")


class BatchTransmit:
    """Sends groups; see `streams.runtime.send_queue.Transmit`.

    Args:
        stage: The stage's name, for metrics.
    """

    producer: AIOKafkaProducer

    def __init__(self, stage: str) -> None:
        self._stage = stage
        self._counters: dict[str, Any] = {}

    async def __call__(self, records: Mapping[Where, Sequence[Raw]]) -> Mapping[Where, asyncio.Future[int]]:
        """Hand all over and return for each place the future offset of its last record."""
        places = list(records)
        futures = await asyncio.gather(*(self._send(place, records[place]) for place in places))
        return dict(zip(places, futures, strict=True))

    async def _send(self, place: Where, records: Sequence[Raw]) -> asyncio.Future[int]:
        topic, partition = place
        batch = self._batch(topic)
        count = 0
        earlier: list[asyncio.Future[Any]] = []
        for key, value, headers in records:
            if batch.append(timestamp=None, key=key, value=value, headers=headers) is None:
                earlier.append(await self._send_batch(batch, topic, partition))
                batch, count = self._batch(topic), 0
                batch.append(timestamp=None, key=key, value=value, headers=headers)
            count += 1
        last = await self._send_batch(batch, topic, partition)
        return asyncio.ensure_future(self._confirm(topic, [*earlier, last], count, len(records)))

    def _batch(self, topic: str) -> Any:
        if topic in PACKED:
            return BatchBuilder(BATCH_BYTES, DefaultRecordBatch.CODEC_ZSTD)
        return self.producer.create_batch()

    async def _send_batch(self, batch: Any, topic: str, partition: int) -> asyncio.Future[Any]:
        try:
            sent: asyncio.Future[Any] = await self.producer.send_batch(batch, topic, partition=partition)
        except TopicAuthorizationFailedError:
            raise DeliveryError(self._may_not(topic)) from None
        return sent

    def _may_not(self, topic: str) -> str:
        return f"{self._stage}: {may_not(user_of(self.producer.kafka), 'WRITE', topic)}"

    async def _confirm(self, topic: str, batches: Sequence[asyncio.Future[Any]], in_last: int, total: int) -> int:
        for batch in batches:
            try:
                confirmed = await batch
            except TopicAuthorizationFailedError:
                raise DeliveryError(self._may_not(topic)) from None
        if topic not in self._counters:
            self._counters[topic] = MESSAGES_OUT.labels(self._stage, topic)
        self._counters[topic].inc(total)
        return int(confirmed.offset) + in_last - 1


class FirstOffset:
    """Looks up the first offset that a partition really has, with a reader of its own; see `streams.runtime.assignment`."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka

    async def __call__(self, where: Where, offset: int) -> int | None:
        """Return the first offset at or after one, or None at the partition's end; a broker that is silent is asked again.

        Raises:
            KafkaError: It did not answer for as long as a record may wait for it.
        """
        outage, patient_until_s = Outage(), time.monotonic() + SEND_WITHIN_S
        while True:
            try:
                found = await self._look(where, offset)
                break
            except KafkaError as error:
                if time.monotonic() >= patient_until_s:
                    raise
                outage.tell(
                    f"{where[0]}/{where[1]}: what lies from {offset} on cannot be looked up, trying again: {error!r}"
                )
                await asyncio.sleep(TRY_AGAIN_S)
        outage.over(f"{where[0]}/{where[1]}: what lies from {offset} on is looked up")
        return found

    async def _look(self, where: Where, offset: int) -> int | None:
        place = TopicPartition(*where)
        reader = AIOKafkaConsumer(
            **aiokafka_options(self._kafka), **COMMITTED, enable_auto_commit=False, auto_offset_reset="earliest"
        )
        try:
            await reader.start()
            reader.assign([place])
            end = (await reader.end_offsets([place]))[place]
            begin = (await reader.beginning_offsets([place]))[place]
            if offset >= end:
                return None
            reader.seek(place, max(offset, begin))
            while await reader.position(place) < end:  # marks of transactions, and what was aborted, are no records
                for records in (await reader.getmany(place, timeout_ms=LOOK_MS, max_records=1)).values():
                    return int(records[0].offset)
            return None
        finally:
            await reader.stop()
