"""A stage's state: small rows by partition, in RocksDB, behind a changelog whose confirmations are awaited.

`StateTable` is Faust's table reached by an explicit partition. Nothing is written to RocksDB before the broker has
confirmed the changelog record, so local state is never ahead of its changelog: rows that are not yet confirmed live in
`PartitionState.unconfirmed`. Writes reach RocksDB in the order in which their inputs were taken.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar, cast

import faust
import rocksdict
from faust.types import TP
from pydantic import BaseModel

R = TypeVar("R", bound=BaseModel)
CACHED_ROWS: Final = 20_000
"""Parsed rows kept in memory per partition; the rest is read from RocksDB when it is asked for."""


class Database(Protocol):
    """What is used of RocksDB: bytes by bytes, in key order."""

    def get(self, key: bytes) -> bytes | None:
        """Return a value or None."""

    def write(self, batch: Any) -> None:
        """Apply a batch at once."""

    def iter(self) -> Any:
        """Return a cursor with seek, valid, key, value and next."""


class StateTable(faust.Table):  # type: ignore[misc]
    """Faust's table, read and written by partition, never through the event that happens to be current."""

    partition_states: dict[int, PartitionState]

    def partition_state(self, partition: int) -> PartitionState:
        """Return the state of one partition that this worker owns."""
        states = self._states()
        if partition not in states:
            states[partition] = PartitionState(lambda: cast(Database, self.data._db_for_partition(partition)))
        return states[partition]

    def changelog_tp(self, partition: int) -> TP:
        """Return the changelog's topic and partition."""
        return TP(self.changelog_topic.get_topic_name(), partition)

    def keep(self, partition: int, writes: Mapping[bytes, bytes | None], offset: int) -> None:
        """Write confirmed rows to RocksDB, and how far into the changelog they reach, in one batch."""
        batch = rocksdict.WriteBatch(raw_mode=True)
        for key, value in writes.items():
            if value is None:
                batch.delete(key)
            else:
                batch.put(key, value)
        batch.put(self.data.offset_key, str(offset).encode())
        self.data._db_for_partition(partition).write(batch)

    async def on_rebalance(
        self, assigned: set[TP], revoked: set[TP], newly_assigned: set[TP], generation_id: int = 0
    ) -> None:
        """Forget what was held in memory of partitions that come or go; they are read again after recovery."""
        for tp in revoked | newly_assigned:
            self._states().pop(tp.partition, None)
        await super().on_rebalance(assigned, revoked, newly_assigned, generation_id)

    def _states(self) -> dict[int, PartitionState]:
        if "partition_states" not in self.__dict__:
            self.partition_states = {}
        return self.partition_states


@dataclass(slots=True)
class Unconfirmed:
    """A row whose changelog record is on its way; `sequence` tells which input wrote it last."""

    sequence: int
    value: bytes | None


@dataclass
class PartitionState:
    """The rows of one partition: parsed, unconfirmed, and in the database below both."""

    database: Any
    unconfirmed: dict[bytes, Unconfirmed] = field(default_factory=dict)
    parsed: OrderedDict[str, BaseModel | None] = field(default_factory=OrderedDict)

    def read(self, key: bytes) -> bytes | None:
        """Return a row's bytes."""
        waiting = self.unconfirmed.get(key)
        return waiting.value if waiting is not None else self.database().get(key)

    def read_parsed(self, key: str, model: type[R]) -> R | None:
        """Return a row as its model, from memory where it was parsed before."""
        if key in self.parsed:
            self.parsed.move_to_end(key)
            return cast("R | None", self.parsed[key])
        raw = self.read(key.encode())
        row = None if raw is None else model.model_validate_json(raw)
        self.remember(key, row)
        return row

    def remember(self, key: str, row: BaseModel | None) -> None:
        """Keep a parsed row in memory, within the limit."""
        self.parsed[key] = row
        self.parsed.move_to_end(key)
        if len(self.parsed) > CACHED_ROWS:
            self.parsed.popitem(last=False)

    def keys(self, prefix: bytes) -> list[bytes]:
        """Return the names of all rows that start with the prefix, in order."""
        found = {key for key, row in self.unconfirmed.items() if key.startswith(prefix) and row.value is not None}
        gone = {key for key, row in self.unconfirmed.items() if row.value is None}
        cursor = self.database().iter()
        cursor.seek(prefix)
        while cursor.valid() and cursor.key().startswith(prefix):
            found.add(cursor.key())
            cursor.next()
        return sorted(found - gone)

    def stage(self, sequence: int, writes: Mapping[str, BaseModel | None]) -> dict[bytes, bytes | None]:
        """Make one input's writes visible and return them as bytes for the changelog."""
        encoded: dict[bytes, bytes | None] = {}
        for key, row in writes.items():
            encoded[key.encode()] = None if row is None else row.model_dump_json(by_alias=True).encode()
            self.remember(key, row)
        for name, value in encoded.items():
            self.unconfirmed[name] = Unconfirmed(sequence, value)
        return encoded

    def settle(self, sequence: int, writes: Mapping[bytes, bytes | None]) -> None:
        """Forget the unconfirmed rows of an input whose writes are in the database, unless written again since."""
        for name in writes:
            waiting = self.unconfirmed.get(name)
            if waiting is not None and waiting.sequence == sequence:
                del self.unconfirmed[name]


class StateRows:
    """The rows as one call of `handle` sees them: its own writes on top, applied together or not at all."""

    def __init__(self, state: PartitionState) -> None:
        self._state = state
        self.writes: dict[str, BaseModel | None] = {}

    def get(self, key: str, model: type[R]) -> R | None:
        """Return a row, or None."""
        if key in self.writes:
            return cast("R | None", self.writes[key])
        return self._state.read_parsed(key, model)

    def put(self, key: str, row: BaseModel) -> None:
        """Write a row."""
        self.writes[key] = row

    def delete(self, key: str) -> None:
        """Remove a row."""
        self.writes[key] = None

    def scan(self, prefix: str, model: type[R]) -> Iterator[tuple[str, R]]:
        """Yield all rows whose name starts with the prefix, in the order of their names."""
        names = {key.decode() for key in self._state.keys(prefix.encode())}
        names |= {key for key in self.writes if key.startswith(prefix)}
        for name in sorted(names):
            row = self.get(name, model)
            if row is not None:
                yield name, row


class NoRows:
    """What a stage without state is given: it holds nothing and refuses to be written."""

    writes: Final[dict[str, BaseModel | None]] = {}

    def get(self, key: str, model: type[R]) -> R | None:
        """Return None: there are no rows."""
        return None

    def put(self, key: str, row: BaseModel) -> None:
        """Refuse."""
        raise TypeError(f"a stage without state cannot write the row {key}")

    def delete(self, key: str) -> None:
        """Refuse."""
        raise TypeError(f"a stage without state cannot delete the row {key}")

    def scan(self, prefix: str, model: type[R]) -> Iterator[tuple[str, R]]:
        """Yield nothing."""
        return iter(())
