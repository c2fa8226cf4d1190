"""A runner with its fakes: a producer and a state table in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from faust.types import TP

from schemas.codec import encode
from schemas.ticks import Tick
from streams.kafka.record import Record
from streams.runtime.runner import Runner
from streams.runtime.send_queue import SendQueue
from streams.runtime.state import PartitionState
from tests.support.kafka import FakeDatabase, FakeGroup, FakeTransmit
from tests.support.stages import Count, Counting

NOW = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


class FakeTable:
    """A state table over a dictionary."""

    def __init__(self) -> None:
        self.database = FakeDatabase()
        self.states: dict[int, PartitionState] = {}

    def partition_state(self, partition: int) -> PartitionState:
        """Return a partition's state."""
        return self.states.setdefault(partition, PartitionState(lambda: self.database))

    def changelog_tp(self, partition: int) -> TP:
        """Return where its changes go."""
        return TP("decide-state-changelog", partition)

    def keep(self, partition: int, writes: Mapping[bytes, bytes | None], offset: int) -> None:
        """Write confirmed rows."""
        for key, value in writes.items():
            if value is None:
                self.database.content.pop(key, None)
            else:
                self.database.content[key] = value
        self.database.content[b"offset"] = str(offset).encode()


class Bench:
    """One runner with its fakes, and what it acknowledged."""

    def __init__(self) -> None:
        self.agent, self.transmit, self.table = Counting(), FakeTransmit(), FakeTable()
        self.failures: list[Exception] = []
        self.acknowledged: list[int] = []
        self.send_queue = SendQueue(
            "decide", self.transmit, self.failures.append, store=self.table.keep, changelog="decide-state-changelog"
        )
        self.runner = self.new_runner()

    def new_runner(self) -> Runner:
        """Return a runner over the same table, as after a restart."""
        table: Any = self.table
        return Runner(self.agent, FakeGroup().assignment(self.send_queue, self.failures), table)

    async def take(self, *records: Record) -> None:
        """Hand records to the runner as one group, and let it be sent."""
        for record in records:
            self.runner.handle(record, partial(self.acknowledged.append, record.offset))
        groups = len(self.transmit.waiting)
        while len(self.transmit.waiting) == groups and not self.failures:
            await asyncio.sleep(0.001)
        await settle()

    def count(self) -> int:
        """Return the counter as RocksDB has it."""
        return Count.model_validate_json(self.table.database.content[b"count"]).number


async def settle() -> None:
    """Let callbacks run."""
    for _ in range(5):
        await asyncio.sleep(0)


def tick(offset: int, at: datetime = NOW, **changes: Any) -> Record:
    """Return a record with a tick."""
    message = Tick(group="room", partition=0, at=at + timedelta(seconds=offset))
    encoded = encode(message, stage="test", handled_at=at, entered_at=at)
    fields: dict[str, Any] = {
        "topic": "room-ticks", "partition": 0, "offset": offset, "key": encoded.key, "value": encoded.value,
        "headers": encoded.headers, "appended_at": at + timedelta(seconds=offset),
    }  # fmt: skip
    return Record(**(fields | changes))
