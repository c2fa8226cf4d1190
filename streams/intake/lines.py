"""Lines from a pipe or a file: bounded in length, and never waiting longer than a moment when asked to stop."""

from __future__ import annotations

import os
import select
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

MAX_LINE_BYTES: Final = 65_536
"""Longest line that is read: a GMS-like report has some hundreds of bytes, a pager message at most some thousands."""
CHUNK_BYTES: Final = 65_536
LOOK_S: Final = 0.2
"""How often a quiet pipe is left to see whether to stop."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a feed.

    Attributes:
        number: Its number, from 1.
        content: Its bytes without the line end, cut at `MAX_LINE_BYTES`.
        size_bytes: How long it really was.
    """

    number: int
    content: bytes
    size_bytes: int

    @property
    def too_large(self) -> bool:
        """Return whether the content was cut."""
        return self.size_bytes > len(self.content)


class LineSplitter:
    """Cuts chunks into lines and keeps no more than `MAX_LINE_BYTES` of any line."""

    def __init__(self) -> None:
        self._kept = bytearray()
        self._size = 0
        self._number = 0

    def add(self, chunk: bytes) -> Iterator[Line]:
        """Yield the lines that end in this chunk."""
        *ended, rest = chunk.split(b"\n")
        for part in ended:
            self._append(part)
            yield self._take()
        self._append(rest)

    def end(self) -> Iterator[Line]:
        """Yield what stands behind the last line end, where there is something."""
        if self._size:
            yield self._take()

    def _append(self, part: bytes) -> None:
        self._size += len(part)
        self._kept += part[: MAX_LINE_BYTES - len(self._kept)]

    def _take(self) -> Line:
        self._number += 1
        content, size_bytes = bytes(self._kept), self._size
        if size_bytes == len(content) and content.endswith(b"\r"):
            content, size_bytes = content[:-1], size_bytes - 1
        self._kept.clear()
        self._size = 0
        return Line(self._number, content, size_bytes)


def read_lines(
    descriptor: int, stopping: Callable[[], bool], idle: Callable[[], None] = lambda: None
) -> Iterator[Line]:
    """Yield the lines of an open file or pipe until it ends or `stopping` says so; `idle` is called while nothing comes.

    Lines that were taken out of a pipe are yielded even when it is time to stop, since nobody else can read them; half a
    line is not, since half a report is none.

    Raises:
        OSError: It cannot be read.
    """
    splitter = LineSplitter()
    while not stopping():
        ready, _, _ = select.select([descriptor], [], [], LOOK_S)
        if not ready:
            idle()
            continue
        chunk = os.read(descriptor, CHUNK_BYTES)
        if not chunk:
            yield from splitter.end()
            return
        yield from splitter.add(chunk)
