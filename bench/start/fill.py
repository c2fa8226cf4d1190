"""The changelog of `bench start`: rows as the stage `decide` itself writes them, over weeks of simulated time.

The real agent runs behind the real runner, over a RocksDB of its own per partition; what would go to the changelog is
handed on. So the rows have their real kinds, sizes and numbers of versions, tombstones and the ring of repeats included.
Nothing is compacted: each version of each row is there.
"""

from __future__ import annotations

import asyncio
import heapq
import sys
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, cast

import rocksdict
from aiokafka import AIOKafkaProducer

from bench.start.load import Life, life, rooms
from schemas.base import Message
from schemas.codec import encode
from schemas.ticks import Tick
from streams import topics
from streams.config.files import load_rules
from streams.kafka.record import Record
from streams.runtime.assignment import PartitionAssignment
from streams.runtime.faust.table import StateTable
from streams.runtime.runner import Runner
from streams.runtime.state import PartitionState
from streams.stages.decide.stage import Decide

OPEN_WITHIN: Final = timedelta(hours=3)
"""Open alerts are younger than this: they expire after four hours."""
TICK_EVERY: Final = timedelta(seconds=10)
"""A tick leaves a trace once in a bucket of ten seconds; those between leave none."""
REPEATED_DAYS: Final = 2
"""Simulated, and written over and over: an alert is forgotten a day after its end."""
BATCH_BYTES: Final = 512 * 1024

Take = Callable[[int, Mapping[bytes, bytes | None]], None]
Row = tuple[bytes, bytes | None]


@dataclass(frozen=True)
class Filled:
    """Filled: how much was written: records, and the bytes of their keys and values."""

    records: int
    row_bytes: int

    def __add__(self, other: Filled) -> Filled:
        """Return both together."""
        return Filled(self.records + other.records, self.row_bytes + other.row_bytes)


@dataclass
class _Taken:
    """Stands where the send queue stands, and hands on what an input writes."""

    take: Take

    def put(self, entry: Any, _: Any) -> None:
        """Take an input's rows, and settle them at once."""
        if entry.writes:
            self.take(entry.partition, entry.writes)
            entry.settled()
        entry.acknowledge()


class History:
    """Drives the agent of one partition through simulated time.

    Args:
        partition: Its number.
        folder: Where its RocksDB goes.
        take: Is given each input's rows, in order.
    """

    def __init__(self, partition: int, folder: Path, take: Take) -> None:
        self._partition = partition
        self._offset = 0
        options = rocksdict.Options(raw_mode=True)
        options.create_if_missing(True)
        self._database = rocksdict.Rdict(str(folder), options=options)
        self._state = PartitionState(lambda: self._database)
        self._take = take
        assignment = cast(PartitionAssignment, _Outer(_Taken(self._store)))
        self._runner = Runner(Decide(load_rules(), "bench"), assignment, cast(StateTable, self))

    def partition_state(self, _: int) -> PartitionState:
        """Return the rows."""
        return self._state

    def quiet_days(self, alerts: int, begin: datetime) -> None:
        """Let alerts come, be handled and be closed over two days; those of the first day are forgotten in the second."""
        names = rooms()[self._partition]
        step = timedelta(days=REPEATED_DAYS) / max(1, alerts)
        lives = (
            life(names[number % len(names)], number // len(names), begin + number * step, closed=True)
            for number in range(alerts)
        )
        self._run(lives, begin, begin + timedelta(days=REPEATED_DAYS))

    def open_alerts(self, alerts: int, end: datetime) -> None:
        """Open alerts in the last hours; they stay open."""
        names = rooms()[self._partition]
        begin = end - OPEN_WITHIN
        step = (OPEN_WITHIN - timedelta(minutes=5)) / max(1, alerts)
        lives = (
            life(names[number % len(names)], number // len(names), begin + number * step, closed=False)
            for number in range(alerts)
        )
        self._run(lives, begin, end)

    def close(self) -> None:
        """Close the database."""
        self._database.close()

    def _run(self, lives: Iterable[Life], begin: datetime, end: datetime) -> None:
        for at, message in heapq.merge(_in_order(lives), self._ticks(begin, end), key=itemgetter(0)):
            self.take(self.record(message, at))

    def _ticks(self, begin: datetime, end: datetime) -> Life:
        at = begin
        while at <= end:
            yield at, Tick(group="room", partition=self._partition, at=at)
            at += TICK_EVERY

    def record(self, message: Message, at: datetime) -> Record:
        """Return a message as the record that the broker took at a time."""
        record = encode(message, stage="bench", handled_at=at, entered_at=at)
        topic = topics.ROOM_TICKS if isinstance(message, Tick) else message.topics[0]
        self._offset += 1
        return Record(topic, self._partition, self._offset, record.key, record.value, record.headers, at)

    def take(self, record: Record) -> None:
        """Handle a record with all that it writes."""
        self._runner.handle(record, lambda: None)

    def _store(self, partition: int, writes: Mapping[bytes, bytes | None]) -> None:
        batch = rocksdict.WriteBatch(raw_mode=True)
        for key, value in writes.items():
            if value is None:
                batch.delete(key)
            else:
                batch.put(key, value)
        self._database.write(batch)
        self._take(partition, writes)


@dataclass
class _Outer:
    """Stands where the assignment stands."""

    send_queue: _Taken


def _in_order(lives: Iterable[Life]) -> Life:
    """Yield what happens in order of time, of lives that begin in order of time: few are in progress at once."""
    waiting: list[tuple[datetime, int, int, Message]] = []
    for number, each in enumerate(lives):
        happens = list(each)
        while waiting and waiting[0][0] <= happens[0][0]:
            at, _, _, message = heapq.heappop(waiting)
            yield at, message
        for order, (at, message) in enumerate(happens):
            heapq.heappush(waiting, (at, number, order, message))
    while waiting:
        at, _, _, message = heapq.heappop(waiting)
        yield at, message


async def fill(bootstrap_servers: str, partition: int, alerts: int, days: int, end: datetime, folder: Path) -> Filled:
    """Write one partition's changelog and return how much it is.

    Two days are simulated and written over and over, up to the days asked for; then come the alerts that stay open.

    Args:
        bootstrap_servers: The cluster.
        partition: Its number.
        alerts: Alerts of this partition that are open in the end; as many come and go over the days.
        days: How long the history is; an even number.
        end: When it ends.
        folder: Scratch space.
    """
    rows: list[Row] = []
    history = History(partition, folder, lambda _, writes: rows.extend(writes.items()))
    times = days // REPEATED_DAYS
    filled = Filled(0, 0)
    async with _producer(bootstrap_servers) as producer:
        if times:
            history.quiet_days(alerts // times, end - OPEN_WITHIN - timedelta(days=REPEATED_DAYS))
            for _ in range(times):
                filled += await _send(producer, partition, rows)
            rows.clear()
        history.open_alerts(alerts, end)
        filled += await _send(producer, partition, rows)
    history.close()
    return filled


@asynccontextmanager
async def _producer(bootstrap_servers: str) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers, acks="all", max_batch_size=BATCH_BYTES)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def _send(producer: AIOKafkaProducer, partition: int, rows: Sequence[Row]) -> Filled:
    topic = topics.changelog("decide")
    batch, sent = producer.create_batch(), []
    for key, value in rows:
        if batch.append(timestamp=None, key=key, value=value) is None:
            sent.append(await producer.send_batch(batch, topic, partition=partition))
            batch = producer.create_batch()
            batch.append(timestamp=None, key=key, value=value)
    if batch.record_count():
        sent.append(await producer.send_batch(batch, topic, partition=partition))
    await asyncio.gather(*sent)
    return Filled(len(rows), sum(len(key) + len(value or b"") for key, value in rows))


def main(arguments: Sequence[str]) -> None:
    """Run as a process: BOOTSTRAP_SERVERS PARTITION ALERTS DAYS END FOLDER. Prints records and bytes."""
    servers, partition, alerts, days, end, folder = arguments
    filled = asyncio.run(
        fill(servers, int(partition), int(alerts), int(days), datetime.fromisoformat(end), Path(folder))
    )
    print(filled.records, filled.row_bytes)


if __name__ == "__main__":
    main(sys.argv[1:])
