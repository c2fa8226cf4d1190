"""The rows of `decide` as they stand: taken from its changelog, kept in a file, and a replay's start.

A changelog's end is the stage's state, however it was compacted. Each input writes its rows in one go and ends with its
place in the ring of repeats (`streams/runtime/runner.py`), so the rows up to the last record of that ring are whole inputs.
An earlier point cannot be read back: compaction keeps only the newest value of a row. So the state is saved when it stands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, Field

from schemas.base import Part, Utc
from streams.errors import ConfigurationError
from streams.kafka.record import Record
from streams.replay.files import open_text, refuse_old
from streams.runtime.in_memory import MemoryRows
from streams.runtime.processed import PREFIX
from streams.stages.row_versions import ROWS

R = TypeVar("R", bound=BaseModel)


class StateHead(Part):
    """A state file's first line."""

    toezicht: str = Field(pattern="^decide-state$")
    version: int = Field(ge=1, le=1)
    taken_at: Utc


class SavedRow(Part):
    """A further line: one row as the stage wrote it."""

    partition: int = Field(ge=0)
    key: str
    row: str


class SavedRows(MemoryRows):
    """Rows in memory that begin as saved ones, each read when it is asked for."""

    def __init__(self, saved: Mapping[str, bytes]) -> None:
        super().__init__()
        self._saved = dict(saved)
        self._names = sorted(self._saved)
        self._rows = dict.fromkeys(self._saved, _UNREAD)

    def get(self, key: str, model: type[R]) -> R | None:
        """Return a row, or None.

        Raises:
            RowError: It is of a newer version, or damaged.
        """
        row = super().get(key, model)
        if row is _UNREAD:
            row = ROWS.read(key, self._saved.pop(key), model)
            self._rows[key] = row
        return row

    def scan(self, prefix: str, model: type[R]) -> Iterator[tuple[str, R]]:
        """Yield all rows whose name starts with the prefix, in the order of their names."""
        for name, _ in super().scan(prefix, model):
            row = self.get(name, model)
            if row is not None:
                yield name, row


_UNREAD: Final = Part()
"""Stands for a row that was not read yet."""


def whole_rows(records: Iterable[Record]) -> dict[int, dict[str, bytes]]:
    """Return the rows of each partition after the last whole input of a changelog that was read to its end.

    The ring of repeats itself is left out: a replay has a memory of its own.
    """
    rows: dict[int, dict[str, bytes]] = {}
    unfinished: dict[int, list[Record]] = {}
    for record in records:
        waiting = unfinished.setdefault(record.partition, [])
        waiting.append(record)
        if (record.key or b"").startswith(PREFIX.encode()):
            _apply(rows.setdefault(record.partition, {}), waiting[:-1])
            waiting.clear()
    return rows


def _apply(rows: dict[str, bytes], records: Iterable[Record]) -> None:
    for record in records:
        key = (record.key or b"").decode()
        if record.value is None:
            rows.pop(key, None)
        else:
            rows[key] = record.value


def save_state(path: Path, rows: Mapping[int, Mapping[str, bytes]], taken_at: datetime) -> None:
    """Write the rows of all partitions to a file of JSON lines, compressed where its name ends with .gz."""
    with open_text(path, "w") as file:
        file.write(StateHead(toezicht="decide-state", version=1, taken_at=taken_at).model_dump_json() + "\n")
        for partition, named in sorted(rows.items()):
            for key, row in sorted(named.items()):
                file.write(SavedRow(partition=partition, key=key, row=row.decode()).model_dump_json() + "\n")


def load_state(path: Path, now: datetime) -> tuple[datetime, dict[int, MemoryRows]]:
    """Return when a state was taken, and the rows of each partition.

    Raises:
        ConfigurationError: It is no such file, or older than what it holds may become.
    """
    found: dict[int, dict[str, bytes]] = {}
    try:
        with open_text(path, "r") as file:
            head = StateHead.model_validate_json(file.readline())
            for line in file:
                saved = SavedRow.model_validate_json(line)
                found.setdefault(saved.partition, {})[saved.key] = saved.row.encode()
    except (OSError, ValueError) as error:
        expected = "a file that `toezicht replay --save-state` wrote"
        raise ConfigurationError(str(path), "content", type(error).__name__, expected) from None
    refuse_old(path, head.taken_at, now)
    return head.taken_at, {partition: SavedRows(rows) for partition, rows in found.items()}
