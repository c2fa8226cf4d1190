"""Sending through the worker's producer: encode, hand over without waiting, learn of the confirmation later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from schemas.codec import OCTETS, Encoded, encode
from schemas.operations import DeadLetterReason, DeadLetterReference
from streams.metrics import MESSAGES_OUT
from streams.records import Fault, Record
from streams.repeats import Outgoing
from streams.stage import Output
from streams.topics import DEAD_LETTERS

MAX_DEAD_LETTER_BYTES: Final = 950_000
"""Original bytes kept in a dead letter; below the client's request limit of 1,000,000 bytes with the headers."""


@dataclass
class Sender:
    """Hands records to the producer of one stage and collects the broker's confirmations.

    Attributes:
        stage: The stage that sends.
        producer: Faust's producer, asked for late because Faust makes it when the app starts.
    """

    stage: str
    producer: Callable[[], Any]
    _counters: dict[str, Any] = field(default_factory=dict)

    def encoded(self, outputs: Sequence[Output], entered_at: datetime, now: datetime) -> list[Outgoing]:
        """Return outputs as records; `now` becomes the time at which this stage handled them."""
        records: list[Outgoing] = []
        values: dict[int, bytes] = {}
        for output in outputs:
            record = encode(
                output.message,
                stage=self.stage,
                handled_at=now,
                entered_at=output.entered_at or entered_at,
                payload=output.payload,
            )
            value = values.setdefault(id(output.message), record.value)
            key = record.key if output.key is None else output.key.encode()
            records.append(
                Outgoing(topic=output.topic, partition=output.partition, record=Encoded(key, value, record.headers))
            )
        return records

    async def send(self, outgoing: Outgoing) -> asyncio.Future[Any]:
        """Hand one record over; the future is the broker's confirmation. Waits only while the buffer is full."""
        record = outgoing.record
        confirmed: asyncio.Future[Any] = await self.producer().send(
            outgoing.topic, record.key, record.value, outgoing.partition, None, list(record.headers)
        )
        confirmed.add_done_callback(lambda future: self._count(outgoing.topic, future))
        return confirmed

    async def send_rows(
        self, topic: str, partition: int, writes: Mapping[bytes, bytes | None]
    ) -> list[asyncio.Future[Any]]:
        """Hand a stage's rows to its changelog; a row of None becomes a tombstone."""
        producer = self.producer()
        return [await producer.send(topic, key, value, partition, None, []) for key, value in writes.items()]

    async def send_dead_letter(self, record: Record, fault: Fault) -> asyncio.Future[Any]:
        """Set a record aside: its original bytes, where it stood, and the bounded reason."""
        letter = DeadLetterReference(
            stage=self.stage,
            reason=fault.reason,
            detail=fault.detail[:300],
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            original_key=(record.key or b"").decode("utf-8", "replace")[:200],
            failed_at=record.appended_at,
        )
        encoded = encode(
            letter,
            stage=self.stage,
            handled_at=record.appended_at,
            entered_at=record.appended_at,
            payload=(record.value or b"")[:MAX_DEAD_LETTER_BYTES],
            payload_type=OCTETS,
        )
        headers = [*encoded.headers, *((f"original-{name}", value) for name, value in record.headers)]
        aside = Encoded(record.key or b"", encoded.value, headers)
        return await self.send(Outgoing(topic=DEAD_LETTERS, partition=None, record=aside))

    def _count(self, topic: str, confirmed: asyncio.Future[Any]) -> None:
        if confirmed.cancelled() or confirmed.exception() is not None:
            return
        if topic not in self._counters:
            self._counters[topic] = MESSAGES_OUT.labels(self.stage, topic)
        self._counters[topic].inc()


def handler_fault(error: Exception) -> Fault:
    """Return the fault for an agent that raised: the kind of error only, since its text may hold values."""
    return Fault(DeadLetterReason.HANDLER_FAILED, f"{type(error).__name__} while handling")
