"""Timers: what a stage must do at a later time: rows by due time, taken when a tick says that the time has come.

A tick costs one read while nothing is due, and a bounded piece of work when much is: what is left waits for the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from math import ceil, floor
from typing import Annotated, Final

from pydantic import Field

from schemas.base import Part
from streams.stages.base import Rows

_CLOCK: Final = "due-clock"
_STEPS_AT_MOST: Final = 500
"""Buckets looked into one by one after a pause; after a longer one all due rows are listed once."""
TAKEN_AT_MOST: Final = 500
"""Entries per tick: keeps one tick's outputs and time small after a pause."""


class DueRow(Part):
    """An entry: everything is in its name."""


_DUE: Final = DueRow()


class DueClock(Part):
    """Up to and including which bucket everything was taken."""

    swept: Annotated[int, Field(ge=0)]


class Timers:
    """The due entries of one partition. An entry comes due at most `bucket_s` after its time."""

    def __init__(self, rows: Rows, bucket_s: int) -> None:
        """Work on a partition's rows; `bucket_s` must never change for rows that exist."""
        self._rows = rows
        self._bucket_s = bucket_s

    def add(self, at: datetime, what: str) -> None:
        """Note that something is due; the same for the same time is noted once."""
        clock = self._rows.get(_CLOCK, DueClock)
        bucket = ceil(at.timestamp() / self._bucket_s)
        if clock is not None:
            bucket = max(bucket, clock.swept + 1)
        self._rows.put(_name(bucket, what), _DUE)

    def moved(self, now: datetime) -> bool:
        """Return whether there is a bucket of time up to now that was not taken yet; if not, taking changes nothing."""
        clock = self._rows.get(_CLOCK, DueClock)
        return clock is None or clock.swept < floor(now.timestamp() / self._bucket_s)

    def take(self, now: datetime, heavy: str = "", heavy_at_most: int = TAKEN_AT_MOST) -> list[str]:
        """Remove and return what is due, in the order of time, at most `TAKEN_AT_MOST` at once; where time has `moved`.

        Args:
            now: The time of the tick.
            heavy: How the names of entries begin that may send much.
            heavy_at_most: At most so many of those are taken at once: what one tick sends must fit one record.
        """
        if not self.moved(now):
            return []
        bucket = floor(now.timestamp() / self._bucket_s)
        clock = self._rows.get(_CLOCK, DueClock)
        taken: list[str] = []
        heavies = 0
        for name in self._due(clock, bucket):
            what = name.split("/", 2)[2]
            heavies += what.startswith(heavy)
            if len(taken) == TAKEN_AT_MOST or heavies > heavy_at_most:
                return taken
            self._rows.delete(name)
            taken.append(what)
        self._rows.put(_CLOCK, DueClock(swept=bucket))
        return taken

    def _due(self, clock: DueClock | None, bucket: int) -> Iterator[str]:
        if clock is not None and bucket - clock.swept <= _STEPS_AT_MOST:
            for number in range(clock.swept + 1, bucket + 1):
                yield from [name for name, _ in self._rows.scan(_name(number, ""), DueRow)]
            return
        limit = _name(bucket + 1, "")
        for name, _ in self._rows.scan("due/", DueRow):
            if name >= limit:
                return
            yield name


def _name(bucket: int, what: str) -> str:
    return f"due/{bucket:011d}/{what}"
