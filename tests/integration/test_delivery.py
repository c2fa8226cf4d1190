"""Delivery on a real broker: what is committed while an input is held back, and what a worker without its lease sends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from kafka import KafkaAdminClient, KafkaProducer

from schemas.codec import encode
from schemas.ticks import Tick
from streams.clock import utc_now
from streams.kafka.record import Raw, Where
from streams.runtime.faust.producer import BatchTransmit, FencedProducer
from streams.runtime.faust.stage_app import build
from streams.runtime.lease import Lease
from streams.settings import KafkaSettings
from streams.stages.base import Input, Output, Rows
from streams.topics import ROOM_TICKS, TRENDS, changelog

pytestmark = pytest.mark.integration
CHANGELOG = changelog("trends")
PLACE = (ROOM_TICKS, 1)
HELD = 3
"""Which of the ticks' outputs is held back."""


class Echo:
    """A stage without state that says each tick again, on a topic that nobody reads."""

    name = "echo-test"
    inputs: tuple[str, ...] = (ROOM_TICKS,)
    stateful = False
    max_late: timedelta | None = None
    ticks: str | None = None

    def __init__(self) -> None:
        self.taken: list[int] = []

    def handle(self, item: Input, rows: Rows, now: datetime) -> Sequence[Output]:
        """Say it again; a group of its own for each input, since `sent` waits."""
        self.taken.append(item.offset)
        return [Output(TRENDS, item.message, partition=1)]


class Holding:
    """Sends as it should, and keeps back the confirmation of one group until it is told.

    Attributes:
        confirmed: 1 for each group that the broker has, in the order of sending.
        held: The number of the group that is kept back.
    """

    def __init__(self, transmit: BatchTransmit) -> None:
        self._transmit = transmit
        self.confirmed: list[int] = []
        self.held = -1
        self.go_on = asyncio.Event()

    async def __call__(self, records: Mapping[Where, Sequence[Raw]]) -> Mapping[Where, asyncio.Future[int]]:
        """Send a group."""
        number = len(self.confirmed)
        self.confirmed.append(0)
        futures = await self._transmit(records)
        return {where: asyncio.ensure_future(self._confirm(number, future)) for where, future in futures.items()}

    async def _confirm(self, number: int, future: asyncio.Future[int]) -> int:
        offset = await future
        self.confirmed[number] = 1
        if number == self.held:
            await self.go_on.wait()
        return offset


def committed(servers: str) -> int | None:
    """Return the offset that the group has committed."""
    admin = KafkaAdminClient(bootstrap_servers=servers)
    found = admin.list_group_offsets("echo-test")
    admin.close()
    offsets = found.get("echo-test", found)
    return next((value.offset for place, value in offsets.items() if (place.topic, place.partition) == PLACE), None)


async def eventually(condition: Callable[[], bool]) -> None:
    """Wait for a condition; the limit only ends a test that fails."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "the condition did not come true"
        await asyncio.sleep(0.05)


def test_an_input_that_is_held_back_holds_the_committed_offset(kafka: KafkaSettings, tmp_path: Path) -> None:
    """Its successors are confirmed by the broker, and the group's offset stays before it until it is too."""

    async def scenario() -> None:
        stage, failures = Echo(), []  # type: ignore[var-annotated]
        built = build(stage, kafka, tmp_path, utc_now, failures.append)
        holding = Holding(built.transmit)
        built.assignment.send_queue._transmit = holding
        await built.start()
        try:
            await held_back(stage, holding)
        finally:
            holding.go_on.set()  # else it would wait for the confirmation that is kept back
            await built.stop(finish=True)
        assert failures == []

    async def held_back(stage: Echo, holding: Holding) -> None:
        producer: Any = KafkaProducer(bootstrap_servers=kafka.bootstrap_servers, acks="all")

        def tick(second: int) -> int:
            at = datetime(2026, 11, 24, 10, 0, second, tzinfo=UTC)
            record = encode(Tick(group="room", partition=1, at=at), stage="test", handled_at=at, entered_at=at)
            sent = producer.send(ROOM_TICKS, key=record.key, value=record.value, headers=record.headers, partition=1)
            return int(sent.get(30).offset)

        first = tick(0) + 1  # what other tests left on the topic comes before it
        await eventually(lambda: committed(kafka.bootstrap_servers) == first)
        before = len(holding.confirmed)
        holding.held = before + HELD
        for number in range(6):
            tick(number + 1)
            await eventually(lambda number=number: sum(holding.confirmed) > before + number)  # type: ignore[misc]
        await asyncio.to_thread(producer.close)
        assert stage.taken[-6:] == list(range(first, first + 6))
        await eventually(lambda: committed(kafka.bootstrap_servers) == first + HELD)
        await asyncio.sleep(1.5)  # three more commits, which must not pass it
        assert await asyncio.to_thread(committed, kafka.bootstrap_servers) == first + HELD
        holding.go_on.set()
        await eventually(lambda: committed(kafka.bootstrap_servers) == first + 6)

    asyncio.run(scenario())


def test_a_worker_without_its_lease_sends_nothing(kafka: KafkaSettings) -> None:
    """What it holds waits at the socket, and goes out when a commit proves that it is a member again."""

    async def end(consumer: AIOKafkaConsumer) -> int:
        place = TopicPartition(TRENDS, 2)
        return int((await consumer.end_offsets([place]))[place])

    async def scenario() -> None:
        lease = Lease(7)
        producer = FencedProducer(lease, kafka)
        await producer.start_patiently()
        consumer = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap_servers)
        await consumer.start()
        transmit = BatchTransmit("test")
        transmit.producer = producer
        before = await end(consumer)
        confirmations = await transmit({(TRENDS, 2): [(b"k", b"{}", [])]})
        await asyncio.sleep(1.0)
        assert await end(consumer) == before
        lease.prove(lease.now_s())
        assert await confirmations[TRENDS, 2] == before
        assert await end(consumer) == before + 1
        await consumer.stop()
        await producer.stop()

    asyncio.run(scenario())


def test_rows_are_packed_and_read_as_they_were_written(kafka: KafkaSettings) -> None:
    """A changelog's batches take a tenth of what its rows have, and the offset that is told is that of the last row."""
    row = b'{"alert_id":"a","explanation":"somebody stands where nobody should be"}' * 40
    rows: list[Raw] = [(f"alert/room/{number}".encode(), row, []) for number in range(50)]
    gone: Raw = (b"alert/room/0", None, [])

    async def scenario() -> None:
        place = TopicPartition(CHANGELOG, 3)
        lease = Lease(30)
        lease.prove(lease.now_s())
        transmit = BatchTransmit("test")
        transmit.producer = FencedProducer(lease, kafka)
        await transmit.producer.start_patiently()
        consumer = AIOKafkaConsumer(bootstrap_servers=kafka.bootstrap_servers, auto_offset_reset="earliest")
        await consumer.start()
        before = int((await consumer.end_offsets([place]))[place])
        size = log_size(kafka.bootstrap_servers)
        last = await (await transmit({(CHANGELOG, 3): [*rows, gone]}))[CHANGELOG, 3]
        assert last == before + len(rows)
        assert log_size(kafka.bootstrap_servers) - size < len(rows) * len(row) / 10
        consumer.assign([place])
        consumer.seek(place, before)
        found: list[tuple[bytes, bytes | None]] = []
        while len(found) <= len(rows):
            for records in (await consumer.getmany(place, timeout_ms=1_000)).values():
                found += [(record.key, record.value) for record in records]
        assert found == [(key, value) for key, value, _ in [*rows, gone]]
        await consumer.stop()
        await transmit.producer.stop()

    asyncio.run(scenario())


def log_size(servers: str) -> int:
    """Return the bytes of the changelog on the broker's disk."""
    admin = KafkaAdminClient(bootstrap_servers=servers)
    topics = [
        each for broker in admin.describe_log_dirs() for folder in broker["log_dirs"] for each in folder["topics"]
    ]
    admin.close()
    return sum(part["partition_size"] for each in topics if each["name"] == CHANGELOG for part in each["partitions"])
