"""A stage's state: small rows by partition, in RocksDB, behind a changelog whose confirmations are awaited.

`StateTable` is Faust's table reached by an explicit partition. Nothing is written to RocksDB before the broker has
confirmed the changelog record, so local state is never ahead of its changelog: rows that are not yet confirmed live in
`PartitionState.unconfirmed`. Writes reach RocksDB in the order in which their inputs were taken.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Protocol, TypeVar, cast, overload

from pydantic import BaseModel

from streams.errors import ToezichtError
from streams.stages.row_versions import ROWS, RowError, RowVersions

log = logging.getLogger(__name__)

R = TypeVar("R", bound=BaseModel)
KEPT_AT_KEY: Final = b"__toezicht\0kept_at__"
"""When a partition's local state was last written (s since the epoch); beside the framework's key for the offset."""
LOCAL_STATE_KEPT_S: Final = 12 * 3_600.0
"""Older local state is read anew: the changelog drops tombstones a day after it was compacted (`delete.retention.ms`), and
rows whose deletion was missed would come back."""
CACHED_ROWS: Final = 2_000
"""Parsed rows kept in memory per partition; the rest is read from RocksDB when it is asked for. Ten times as many made no event
of `bench decide` cheaper (437 and 447 µs with 12,000 open alerts)."""
NOT_CACHED: Final = ("done/",)
"""How the names of rows begin that are written with each input and read for a repeated one alone: they would push out of memory
what is read."""


class Database(Protocol):
    """Database: what is used of RocksDB: bytes by bytes, in key order."""

    @overload
    def get(self, key: bytes) -> bytes | None: ...

    @overload
    def get(self, key: list[bytes]) -> list[bytes | None]: ...

    def get(self, key: Any) -> Any:
        """Return a value or None, or one for each of several keys."""

    def write(self, batch: Any) -> None:
        """Apply a batch at once."""

    def iter(self) -> Any:
        """Return a cursor with seek, valid, key, value, next and status."""


class StateError(ToezichtError):
    """State cannot be read or written: the worker ends. It is never a message's fault, and no row is ever dropped."""


@dataclass(slots=True)
class Unconfirmed:
    """A row whose changelog record is on its way; `sequence` tells which input wrote it last."""

    sequence: int
    value: bytes | None


@dataclass
class PartitionState:
    """The rows of one partition: parsed, unconfirmed, and in the database below both."""

    database: Any
    distrust: Callable[[], None] = lambda: None
    unconfirmed: dict[bytes, Unconfirmed] = field(default_factory=dict)
    parsed: OrderedDict[str, BaseModel | None] = field(default_factory=OrderedDict)
    versions: RowVersions = ROWS

    def read(self, key: bytes) -> bytes | None:
        """Return a row's bytes."""
        waiting = self.unconfirmed.get(key)
        if waiting is not None:
            return waiting.value
        try:
            found: bytes | None = self.database().get(key)
        except Exception as error:  # whatever the database raises: a block that is damaged, a file that is gone
            raise self._distrusted(error) from None
        return found

    def read_parsed(self, key: str, model: type[R]) -> R | None:
        """Return a row as its model, from memory where it was parsed before."""
        if key in self.parsed:
            return self._again(key, model)
        return self._as_model(key, self.read(key.encode()), model)

    def read_each(self, keys: Sequence[str], model: type[R]) -> dict[str, R]:
        """Return those of some rows that are there, by name; the database is asked once for all that are not in memory."""
        found: dict[str, R | None] = {}
        unknown: list[str] = []
        for key in keys:
            if key in self.parsed:
                found[key] = self._again(key, model)
            elif (waiting := self.unconfirmed.get(key.encode())) is not None:
                found[key] = self._as_model(key, waiting.value, model)
            else:
                unknown.append(key)
        if unknown:
            try:
                values = self.database().get([key.encode() for key in unknown])
            except Exception as error:  # as above
                raise self._distrusted(error) from None
            found |= {key: self._as_model(key, raw, model) for key, raw in zip(unknown, values, strict=True)}
        return {key: row for key, row in found.items() if row is not None}

    def _again(self, key: str, model: type[R]) -> R | None:
        """Return a row that is kept in memory."""
        self.parsed.move_to_end(key)
        return cast("R | None", self.parsed[key])

    def _as_model(self, key: str, raw: bytes | None, model: type[R]) -> R | None:
        if raw is None:
            return None  # not kept in memory: seconds that nobody saw would push out what is read again
        try:
            row = self.versions.read(key, raw, model)
        except RowError as error:
            raise StateError(str(error)) from None
        self.remember(key, row)
        return row

    def remember(self, key: str, row: BaseModel | None) -> None:
        """Keep a parsed row in memory, within the limit."""
        if key.startswith(NOT_CACHED):
            return
        self.parsed[key] = row
        self.parsed.move_to_end(key)
        if len(self.parsed) > CACHED_ROWS:
            self.parsed.popitem(last=False)

    def keys(self, prefix: bytes) -> list[bytes]:
        """Return the names of all rows that start with the prefix, in order."""
        found = {key for key, row in self.unconfirmed.items() if key.startswith(prefix) and row.value is not None}
        gone = {key for key, row in self.unconfirmed.items() if row.value is None}
        try:
            cursor = self.database().iter()
            cursor.seek(prefix)
            while cursor.valid() and cursor.key().startswith(prefix):
                found.add(cursor.key())
                cursor.next()
            cursor.status()  # a damaged block ends the cursor without a word; this raises
        except Exception as error:  # as above
            raise self._distrusted(error) from None
        return sorted(found - gone)

    def stage(self, sequence: int, rows: StateRows) -> dict[bytes, bytes | None]:
        """Make one input's writes visible and return them as bytes for the changelog."""
        for key, row in rows.writes.items():
            self.remember(key, row)
        encoded = rows.encoded()
        for name, value in encoded.items():
            self.unconfirmed[name] = Unconfirmed(sequence, value)
        return encoded

    def settle(self, sequence: int, writes: Mapping[bytes, bytes | None]) -> None:
        """Forget the unconfirmed rows of an input whose writes are in the database, unless written again since."""
        for name in writes:
            waiting = self.unconfirmed.get(name)
            if waiting is not None and waiting.sequence == sequence:
                del self.unconfirmed[name]

    def _distrusted(self, error: Exception) -> StateError:
        self.distrust()
        return StateError(f"local state cannot be read: {error!r}")


class StateRows:
    """The rows as one call of `handle` sees them: its own writes on top, applied together or not at all."""

    def __init__(self, state: PartitionState) -> None:
        self._state = state
        self.writes: dict[str, BaseModel | None] = {}
        self._encoded: dict[bytes, bytes | None] | None = None

    def get(self, key: str, model: type[R]) -> R | None:
        """Return a row, or None."""
        if key in self.writes:
            return cast("R | None", self.writes[key])
        return self._state.read_parsed(key, model)

    def get_each(self, keys: Sequence[str], model: type[R]) -> list[R]:
        """Return those of some rows that are there, in the order in which they are named."""
        kept = self._state.read_each([key for key in keys if key not in self.writes], model)
        found = (cast("R | None", self.writes[key]) if key in self.writes else kept.get(key) for key in keys)
        return [row for row in found if row is not None]

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

    def encoded(self) -> dict[bytes, bytes | None]:
        """Return the writes as bytes; called once all are made."""
        if self._encoded is None:
            self._encoded = {
                key.encode(): None if row is None else self._state.versions.write(key, row)
                for key, row in self.writes.items()
            }
        return self._encoded

    def deleted(self) -> int:
        """Return how many rows were deleted that were there."""
        gone = (key for key, row in self.writes.items() if row is None)
        return sum(self._state.read(key.encode()) is not None for key in gone)

    def largest(self) -> int:
        """Return the size in bytes of the largest row written."""
        return max((len(value) for value in self.encoded().values() if value is not None), default=0)


class NoRows:
    """No rows: what a stage without state is given: it holds nothing and refuses to be written."""

    def get(self, key: str, model: type[R]) -> R | None:
        """Return None: there are no rows."""
        return None

    def get_each(self, keys: Sequence[str], model: type[R]) -> list[R]:
        """Return none: there are no rows."""
        return []

    def put(self, key: str, row: BaseModel) -> None:
        """Refuse."""
        raise TypeError(f"a stage without state cannot write the row {key}")

    def delete(self, key: str) -> None:
        """Refuse."""
        raise TypeError(f"a stage without state cannot delete the row {key}")

    def scan(self, prefix: str, model: type[R]) -> Iterator[tuple[str, R]]:
        """Yield nothing."""
        return iter(())
