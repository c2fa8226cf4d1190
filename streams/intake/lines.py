"""Lines from a pipe or a file: bounded in length, and never waiting longer than a moment when asked to stop.

A feed may begin with a byte order mark, as files of Windows do: it is skipped, and what it says of the encoding is followed,
so that a line is always UTF-8 where its feed told its encoding.
"""

from __future__ import annotations

import codecs
import os
import re
import select
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

MAX_LINE_BYTES: Final = 65_536
"""Longest line that is read: a GMS-like report has some hundreds of bytes, a pager message at most some thousands."""
MAX_DOCUMENT_BYTES: Final = 262_144
"""Longest document of CAP: an alert with a detailed polygon has some tens of thousands of bytes."""
_ALERT_END: Final = re.compile(rb"</(?:[A-Za-z_][A-Za-z0-9_.-]{0,40}:)?alert\s{0,9}>")
_LONGEST_END: Final = 64
"""So many bytes of a chunk are looked at again with the next, in which an end that began here may end."""
CHUNK_BYTES: Final = 65_536
_REAL_MARKS: Final[Mapping[bytes, str]] = {
    codecs.BOM_UTF8: "",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
"""The longer ones first: that of UTF-16 LE begins that of UTF-32 LE."""
_MARKS: Final[Mapping[bytes, str]] = {
    **_REAL_MARKS,
    b"{\x00": "utf-16-le",
    b"\x00{": "utf-16-be",
    b"<\x00": "utf-16-le",
    b"\x00<": "utf-16-be",
}
"""Without a mark JSON tells its encoding by the zero bytes around its first brace (RFC 4627, section 3), XML by those at `<`."""
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


class FeedDecoder:
    """Turns a feed into UTF-8, by the byte order mark at its start or by the zero bytes of its first character."""

    def __init__(self) -> None:
        self._head: bytes | None = b""
        self._decoder: codecs.IncrementalDecoder | None = None

    def take(self, chunk: bytes, final: bool = False) -> bytes:
        """Return what is known of the feed's text so far, as UTF-8; without a mark the bytes as they are."""
        if self._head is not None:
            self._head += chunk
            if not final and any(mark.startswith(self._head) for mark in _MARKS):
                return b""  # a mark that has only begun
            chunk = self._begin(self._head)
            self._head = None
        if self._decoder is None:
            return chunk
        return self._decoder.decode(chunk, final).encode("utf-8", "replace")

    def _begin(self, head: bytes) -> bytes:
        """Note the encoding, and return the first bytes without the mark."""
        for mark, encoding in _MARKS.items():
            if head.startswith(mark):
                if encoding:
                    self._decoder = codecs.getincrementaldecoder(encoding)("replace")
                return head[len(mark) :] if mark in _REAL_MARKS else head
        return head


class Splitter(Protocol):
    """Splitter: cuts chunks of a feed into what is read at a time."""

    def add(self, chunk: bytes) -> Iterator[Line]:
        """Yield what ends in this chunk."""

    def end(self) -> Iterator[Line]:
        """Yield what is left at the end of the feed."""


class LineSplitter:
    """Cuts chunks into lines and keeps no more than `MAX_LINE_BYTES` of any line."""

    def __init__(self) -> None:
        self._decoder = FeedDecoder()
        self._kept = bytearray()
        self._size = 0
        self._number = 0

    def add(self, chunk: bytes) -> Iterator[Line]:
        """Yield the lines that end in this chunk."""
        yield from self._cut(self._decoder.take(chunk))

    def _cut(self, chunk: bytes) -> Iterator[Line]:
        *ended, rest = chunk.split(b"\n")
        for part in ended:
            self._append(part)
            yield self._take()
        self._append(rest)

    def end(self) -> Iterator[Line]:
        """Yield what stands behind the last line end, where there is something."""
        yield from self._cut(self._decoder.take(b"", final=True))
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


class AlertSplitter:
    """Cuts chunks into documents of CAP, each up to its root's end, and keeps no more than `MAX_DOCUMENT_BYTES` of any."""

    def __init__(self) -> None:
        self._decoder = FeedDecoder()
        self._kept = bytearray()
        self._size = 0
        self._tail = b""
        self._number = 0

    def add(self, chunk: bytes) -> Iterator[Line]:
        """Yield the documents that end in this chunk."""
        yield from self._cut(self._decoder.take(chunk))

    def end(self) -> Iterator[Line]:
        """Yield what stands behind the last document, where it is more than blanks."""
        yield from self._cut(self._decoder.take(b"", final=True))
        if self._kept.strip():
            yield self._take()

    def _cut(self, chunk: bytes) -> Iterator[Line]:
        seen = self._tail + chunk
        begun = len(self._tail)
        at = 0
        for match in _ALERT_END.finditer(seen):
            if match.end() <= begun:  # it ended in an earlier chunk
                continue
            self._append(seen[max(at, begun) : match.end()])
            at = match.end()
            yield self._take()
        self._append(seen[max(at, begun) :])
        self._tail = seen[at:][-_LONGEST_END:]

    def _append(self, part: bytes) -> None:
        if not self._size:
            part = part.lstrip()
        self._size += len(part)
        self._kept += part[: MAX_DOCUMENT_BYTES - len(self._kept)]

    def _take(self) -> Line:
        self._number += 1
        line = Line(self._number, bytes(self._kept), self._size)
        self._kept.clear()
        self._size = 0
        return line


def read_lines(
    descriptor: int,
    stopping: Callable[[], bool],
    idle: Callable[[], None] = lambda: None,
    splitter: Splitter | None = None,
) -> Iterator[Line]:
    """Yield the lines of an open file or pipe until it ends or `stopping` says so; `idle` is called while nothing comes.

    Lines that were taken out of a pipe are yielded even when it is time to stop, since nobody else can read them; half a
    line is not, since half a report is none.

    Raises:
        OSError: It cannot be read.
    """
    splitter = splitter or LineSplitter()
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
