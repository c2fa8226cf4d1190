"""State read from its changelog in bulk, before the framework looks what there is to recover.

The framework recovers record by record, a thousand or two in a second: minutes for the changelog of a busy control room.
Here a reader of its own fetches large pieces, keeps of each row the newest version alone, and writes batches that hold how
far they reach. The framework then finds nothing left to do. A partition that is up to date costs nothing.

What is written is what the framework would have written: the same rows, and the offset of the last record before the end.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterable, Mapping, MutableMapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaConnectionError
from faust.types import TP

from streams.kafka.options import COMMITTED, aiokafka_options
from streams.kafka.outage import Outage
from streams.runtime.faust.table import StateTable, is_row
from streams.settings import KafkaSettings

log = logging.getLogger(__name__)

FETCH_BYTES: Final = 2 * 2**20
"""Fetched of one partition at once."""
RECORDS_AT_ONCE: Final = 4_000
"""Taken between two turns of the event loop: some 30 ms, so that other stages of the worker go on."""
BATCH_BYTES: Final = 8 * 2**20
"""Rows of a partition kept in memory before they are written at once; RocksDB makes files of its own size of them."""
WAIT_MS: Final = 1_000
TELL_EVERY_S: Final = 5.0
TRY_AGAIN_S: Final = 1.0


@dataclass
class Piece:
    """Piece: what was read of one changelog partition and is not written yet.

    Attributes:
        table: Where it goes.
        partition: Its number.
        end: The offset after the last record that is wanted.
        reached: The offset after the last record that was read.
    """

    table: StateTable
    partition: int
    end: int
    reached: int
    rows: dict[bytes, bytes | None] = field(default_factory=dict)
    read_bytes: int = 0

    @property
    def done(self) -> bool:
        """Return whether all that is wanted was read."""
        return self.reached >= self.end

    @property
    def full(self) -> bool:
        """Return whether it is time to write."""
        return self.done or self.read_bytes >= BATCH_BYTES

    def take(self, records: Iterable[Any], position: int) -> None:
        """Take records in their order; `position` is where the reader stands after them, past any that are no rows."""
        rows, end = self.rows, self.end
        for record in records:
            if record.offset >= end:
                break
            if not is_row(record, self.partition):
                continue
            rows[record.key] = record.value
            self.read_bytes += len(record.key) + len(record.value or b"")
        self.reached = min(position, end)

    def write(self) -> None:
        """Write what was read, and how far it reaches, in one batch."""
        with self.table.failing():
            self.table.keep(self.partition, self.rows, self.reached - 1)
        self.rows = {}
        self.read_bytes = 0


class ChangelogRestore:
    """Restores the state of partitions that came.

    Args:
        stage: The stage's name, for the log.
        kafka: Where its changelog is.
    """

    def __init__(self, stage: str, kafka: KafkaSettings) -> None:
        self._stage = stage
        self._kafka = kafka
        self._running = 0
        self._outage = Outage()

    @property
    def under_way(self) -> bool:
        """Return whether something is being read: it may take its time."""
        return self._running > 0

    async def __call__(
        self, tables: Mapping[TP, StateTable], offsets: MutableMapping[TP, int], highwaters: Mapping[TP, int]
    ) -> None:
        """Read what local state lacks.

        Args:
            tables: The table of each changelog partition.
            offsets: The offset of the last record that local state holds, by partition; moved forward to what was read.
            highwaters: The offset of the last record of each partition, -1 for an empty one.

        Raises:
            Exception: Rows cannot be stored; the worker was told to end.
        """
        pieces = {
            tp: Piece(table, tp.partition, highwaters[tp] + 1, offsets[tp] + 1)
            for tp, table in tables.items()
            if offsets[tp] < highwaters[tp]
        }
        if not pieces:
            return
        self._running += 1
        try:
            await self._read(pieces, offsets)
        finally:
            self._running -= 1

    async def _read(self, pieces: Mapping[TP, Piece], offsets: MutableMapping[TP, int]) -> None:
        progress = _Progress(self._stage, list(pieces.values()))
        async with self._reader(pieces) as reader:
            while any(not piece.done for piece in pieces.values()):
                found = await reader.getmany(timeout_ms=WAIT_MS, max_records=RECORDS_AT_ONCE)
                for tp, piece in pieces.items():
                    if piece.done:
                        continue
                    place = TopicPartition(tp.topic, tp.partition)
                    piece.take(found.get(place, ()), await reader.position(place))
                    if piece.full:
                        piece.write()
                        offsets[tp] = piece.reached - 1
                progress.tell()
                await asyncio.sleep(0)
        progress.end()

    @asynccontextmanager
    async def _reader(self, pieces: Mapping[TP, Piece]) -> AsyncIterator[Any]:
        """Yield a reader outside of any group that stands at the first record wanted of each partition."""
        reader = AIOKafkaConsumer(
            **aiokafka_options(self._kafka),
            **COMMITTED,
            enable_auto_commit=False,
            auto_offset_reset="earliest",  # where the beginning of the changelog expired in the meantime
            max_partition_fetch_bytes=FETCH_BYTES,
        )
        try:
            while not await self._started(reader):
                await asyncio.sleep(TRY_AGAIN_S)
            reader.assign([TopicPartition(tp.topic, tp.partition) for tp in pieces])
            for tp, piece in pieces.items():
                reader.seek(TopicPartition(tp.topic, tp.partition), piece.reached)
            yield reader
        finally:
            await reader.stop()

    async def _started(self, reader: Any) -> bool:
        try:
            await reader.start()
        except KafkaConnectionError as error:
            self._outage.tell(f"{self._stage}: no broker answers, trying again: {error}")
            return False
        self._outage.over(f"{self._stage}: a broker answers")
        return True


class _Progress:
    """Tells in the log how far the reading is, every few seconds where it takes longer."""

    def __init__(self, stage: str, pieces: Sequence[Piece]) -> None:
        self._stage = stage
        self._pieces = pieces
        self._total = self._left()
        self._began_s = self._told_s = time.monotonic()

    def tell(self) -> None:
        """Write a line where it is time."""
        now_s = time.monotonic()
        if now_s - self._told_s >= TELL_EVERY_S:
            self._told_s = now_s
            done = self._total - self._left()
            log.info("%s: state is restored: %d of %d records", self._stage, done, self._total)

    def end(self) -> None:
        """Write the last line."""
        seconds = time.monotonic() - self._began_s
        log.info("%s: state was restored: %d records in %.1f s", self._stage, self._total, seconds)

    def _left(self) -> int:
        return sum(piece.end - piece.reached for piece in self._pieces)
