"""Progress: which records of a partition are done, also out of order, and how that fits a committed offset.

The offset that is committed is the first that is not done. What is done beyond it travels as the commit's metadata, so that
a restart, also
after a kill, delivers none of it again. Kafka keeps 4,096 bytes of metadata (`offset.metadata.max.bytes`); ranges that
do not fit are left out, and their messages come twice by one id.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

MOST_BYTES: Final = 4_000
_RANGE: Final = re.compile(r"(\d{1,18})(?:\+(\d{1,9}))?")
_MARK: Final = "done:"
_LONGEST: Final = 1_000_000


class Progress:
    """Progress: how far one partition is.

    Args:
        first: The first offset that is not known to be done.
        metadata: What was committed beside it.
    """

    def __init__(self, first: int, metadata: str = "") -> None:
        self._done = {offset for offset in read_done(metadata) if offset >= first}
        self._waiting: set[int] = set()
        self._first = first
        self._end = first

    def take(self, offset: int) -> bool:
        """Take that a record was read; return whether it is still to be done."""
        self._end = max(self._end, offset + 1)
        if offset in self._done or offset in self._waiting or offset < self._first:
            return False
        self._waiting.add(offset)
        return True

    def finish(self, offset: int) -> None:
        """Take that a record is done."""
        self._waiting.discard(offset)
        self._done.add(offset)

    @property
    def first(self) -> int:
        """Return the first offset that is not done: what to commit."""
        self._first = min(self._waiting, default=self._end)
        self._done = {offset for offset in self._done if offset >= self._first}
        return self._first

    @property
    def metadata(self) -> str:
        """Return what is done beyond the first that is not."""
        first = self.first
        return written_done(sorted(offset for offset in self._done if offset >= first))


def written_done(offsets: Iterable[int]) -> str:
    """Return ascending offsets as text: `done:7,9+3` is 7 and 9 to 12; as many as fit."""
    ranges: list[list[int]] = []
    for offset in offsets:
        if ranges and offset == ranges[-1][1] + 1:
            ranges[-1][1] = offset
        else:
            ranges.append([offset, offset])
    text = ""
    for start, end in ranges:
        part = str(start) if start == end else f"{start}+{end - start}"
        if len(text) + len(part) + len(_MARK) + 1 > MOST_BYTES:
            break
        text += f",{part}" if text else part
    return _MARK + text if text else ""


def read_done(metadata: str) -> set[int]:
    """Return the offsets that a commit's metadata names; what another program wrote there names none."""
    if not metadata.startswith(_MARK) or len(metadata) > 2 * MOST_BYTES:
        return set()
    found: set[int] = set()
    for part in metadata.removeprefix(_MARK).split(","):
        match = _RANGE.fullmatch(part)
        more = int(match[2] or 0) if match else 0
        if match is None or len(found) + more > _LONGEST:
            return set()
        found.update(range(int(match[1]), int(match[1]) + more + 1))
    return found
