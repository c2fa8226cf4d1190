"""Record batches as the broker gives them, unpacked so that one that cannot be read stops nothing.

Kafka's clients give up at a batch that they cannot unpack, and ask for the same one again, for ever: one record of a foreign
client would stop a stage. Here each batch is unpacked by the client's own code where that can, and else record by record. What
nobody can read becomes a record whose value is `PackedValue`, at its own offset, or for a whole batch at the last one of it.

What is unpacked is bounded (`streams/kafka/codecs.py`), and so is what is kept of a record that is larger than any message.
"""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final

from schemas.dead_letters import DeadLetterReason
from schemas.phrases.codes import faults as says
from schemas.phrases.phrase import Phrase, Told
from streams.kafka.codecs import UNPACKED_AT_MOST, UnpackError, unpack

RECORD_AT_MOST: Final = 2**20
"""Largest record after unpacking: `MAX_MESSAGE_BYTES` and the lengths of its parts. Clients read hundreds of records at once."""
HEADERS_AT_MOST: Final = 2_000
"""Ours have some ten, those of a dead letter below 1,900 (`streams/kafka/dead_letter.py`); each takes 100 bytes of memory."""
KEPT: Final = 100_000
"""What is kept of a record that is larger: enough to see whose it is, and whether it may be urgent."""
_HEAD: Final = struct.Struct(">qiibIhiqqqhii")
_LENGTH_AT, _ATTRIBUTES_AT = 8, 21
_FRAME: Final = 12
"""Bytes before those that a batch's length counts: its first offset and that length."""
_CODEC, _APPEND_TIME = 0x07, 0x08
_LEAST_RECORD: Final = 6
"""Attributes, time, offset, no key, no value and no headers have a byte each."""
_LAST_TIME_MS: Final = 253_402_300_799_999


class PackedValue(bytes):
    """Packed value: what stands in the place of a value that cannot be read: the bytes as they came, and why.

    Attributes:
        why: What is told, without any of the bytes.
        reason: The reason as which it goes to dead-letters.
        size: How many bytes there were; more than are here where only the first were kept.
    """

    why: Told
    reason: DeadLetterReason
    size: int

    @classmethod
    def because(
        cls,
        why: Told,
        raw: bytes,
        reason: DeadLetterReason = DeadLetterReason.UNREADABLE_RECORD,
        size: int | None = None,
    ) -> PackedValue:
        """Return the bytes with what is told of them; without a size they are whole."""
        made = cls(raw)
        made.why, made.reason, made.size = why, reason, len(raw) if size is None else size
        return made


@dataclass(frozen=True, slots=True)
class _Unpacked:
    """A record as both clients expect it from a batch; `timestamp` in milliseconds since 1970."""

    offset: int
    timestamp: int
    timestamp_type: int
    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes | None]]
    size_in_bytes: int
    checksum: None = None

    def validate_crc(self) -> bool:
        """Return that the batch's checksum is the record's."""
        return True


@dataclass(frozen=True, slots=True)
class _Opaque:
    """What clients ask of a batch of which only the offsets are believed."""

    base_offset: int
    next_offset: int
    magic: int = 0
    producer_id: None = None
    is_control_batch: bool = False
    is_transactional: bool = False


class Batch:
    """One batch, with the attributes that it has for its client, whose records can always be read to the end.

    Args:
        raw: Its bytes.
        memory_records: The client's own class for bytes of batches.
    """

    def __init__(self, raw: bytes, memory_records: Callable[[bytes], Any]) -> None:
        self._raw = raw
        self._memory_records = memory_records
        self.read = False
        self.first, self.last = _span(raw)
        self._why: Phrase | None = None
        try:
            self._batch = memory_records(raw).next_batch()
            if not self._batch.validate_crc():
                self._why = says.checksum_wrong()
        except Exception as error:  # whatever a client makes of bytes that are no batch
            self._why = says.no_batch(type(error).__name__)

    @property
    def broken(self) -> bool:
        """Return whether nothing of it can be believed."""
        return self._why is not None

    def bound(self, asked: int, following: int | None) -> None:
        """Take what is known beside a batch's own head: the offset that was asked for, and where a good one behind it begins."""
        if self.broken:
            self.last = _last_believed(self._raw) if following is None else following - 1
        self.last = max(self.last, asked)
        if self.broken:
            self._batch = _Opaque(self.first, self.last + 1)

    def __getattr__(self, name: str) -> Any:
        """Return what the client's own batch says."""
        return getattr(self._batch, name)

    def validate_crc(self) -> bool:
        """Return that it can be read: one whose checksum is wrong has one record that says so."""
        return True

    def __next__(self) -> Any:
        """Return the mark of a transaction; for clients, which take it from a control batch in this way."""
        return next(self._batch)

    def __iter__(self) -> Iterator[Any]:
        """Return the records, each made when it is asked for."""
        self.read = True
        return self._records()

    def _records(self) -> Iterator[Any]:
        if self._why is not None:
            yield _aside(self._raw, self._why, self.last)
            return
        try:
            raw = unpacked(self._raw)
        except UnpackError as error:
            yield _aside(self._raw, str(error), self.last)
            return
        done = 0
        if len(raw) <= RECORD_AT_MOST:
            with suppress(Exception):  # one of the records is not what the client expects of it
                for record in self._memory_records(raw).next_batch():
                    if len(record.headers) > HEADERS_AT_MOST:
                        break
                    yield record
                    done += 1
                else:
                    return
        yield from islice(_one_by_one(raw), done, None)


class Batches:
    """The batches within the answer to one fetch: what clients call memory records.

    Args:
        data: The answer's bytes; the last batch may be cut off.
        memory_records: The client's own class for them.
        asked: The offset that was asked for; whatever is told of a broken batch, reading goes on behind it.

    Attributes:
        passed_over: Takes the first offset of each batch of which the client read no record, and the one behind its last.
            Clients do so with marks of transactions, and with what was aborted.
    """

    passed_over: Callable[[int, int], None] | None = None

    def __init__(self, data: bytes, memory_records: Callable[[bytes], Any], asked: int = -1) -> None:
        self.asked = asked
        self._data = bytes(data)
        self._memory_records = memory_records
        self._at = 0
        self._last: Batch | None = None

    def size_in_bytes(self) -> int:
        """Return the size of the answer."""
        return len(self._data)

    def has_next(self) -> bool:
        """Return whether there is another whole batch."""
        last, self._last = self._last, None
        if last is not None and not last.read and self.passed_over is not None:
            self.passed_over(last.base_offset, last.next_offset)
        return self._end() <= len(self._data)

    def next_batch(self) -> Batch | None:
        """Return the next batch, or None behind the last."""
        if not self.has_next():
            return None
        begin, self._at = self._at, self._end()
        self._last = Batch(self._data[begin : self._at], self._memory_records)
        self._last.bound(self.asked, self._following() if self._last.broken else None)
        return self._last

    def _following(self) -> int | None:
        """Return where the next batch begins, if there is one that can be believed."""
        after = Batch(self._data[self._at : self._end()], self._memory_records)
        return None if after.broken or after.first <= (self._last.first if self._last else 0) else after.first

    def _end(self) -> int:
        head = self._data[self._at : self._at + _FRAME]
        if len(head) < _FRAME:
            return len(self._data) + 1
        return self._at + _FRAME + max(0, int.from_bytes(head[_LENGTH_AT:], "big", signed=True))


def unpacked(raw: bytes) -> bytes:
    """Return a batch without compression; itself where it has none. Its checksum is that of the packed one.

    Raises:
        UnpackError: It names no codec of Kafka's, its bytes are not what the codec makes, or they are too many.
    """
    head = list(_HEAD.unpack_from(raw)) if len(raw) >= _HEAD.size else []
    if not head or head[3] < 2 or not head[5] & _CODEC:
        return raw  # also of the formats before 2017, which brokers no longer keep
    body = unpack(head[5] & _CODEC, raw[_HEAD.size :])
    head[1] = _HEAD.size - _FRAME + len(body)
    head[5] &= ~_CODEC
    return _HEAD.pack(*head) + body


def _one_by_one(raw: bytes) -> Iterator[_Unpacked]:
    """Yield a batch's records, each read by itself; a header's name that is not UTF-8 is no reason not to read it.

    Of one that is too large nothing is unpacked but where it stands.
    """
    head = _HEAD.unpack_from(raw)
    due, last = _span(raw)
    missing = head[12]
    for body in _bodies(raw, head[12]):
        missing -= 1
        try:
            record = _record(body, head)
            if not due <= record.offset <= last:
                raise ValueError
        except (IndexError, ValueError):
            record = _aside(raw, "the record is not as Kafka's format has it", part=(min(due, last), body))
        due = record.offset + 1
        yield record
    if due <= last and missing > 0:  # or compaction took the last ones
        yield _aside(raw, "the rest of its batch is not as Kafka's format has it", last)


def _bodies(raw: bytes, count: int) -> Iterator[bytes]:
    """Yield the bytes of each record, as long as what is said of their length can be."""
    at = _HEAD.size
    for _ in range(count):
        try:
            length, begin = _varint(raw, at)
        except (IndexError, ValueError):
            return
        at = begin + length
        if length < _LEAST_RECORD or at > len(raw):
            return
        yield raw[begin:at]


def _record(body: bytes, head: tuple[int, ...]) -> _Unpacked:
    _, _, _, _, _, attributes, _, first_ms, max_ms, *_ = head
    delta_ms, at = _varint(body, 1)
    delta, at = _varint(body, at)
    stamped = attributes & _APPEND_TIME
    moment_ms = max_ms if stamped else first_ms + delta_ms
    place = head[0] + delta, moment_ms, int(bool(stamped))
    if len(body) > RECORD_AT_MOST:
        return _large(place, body, says.record_over(len(body), RECORD_AT_MOST))
    key, at = _nullable(body, at)
    value, at = _nullable(body, at)
    count, at = _varint(body, at)
    if count > HEADERS_AT_MOST:
        return _large(place, body, says.too_many_headers(count, HEADERS_AT_MOST))
    headers: list[tuple[str, bytes | None]] = []
    for _ in range(count):
        name, at = _nullable(body, at)
        content, at = _nullable(body, at)
        headers.append(((name or b"").decode("utf-8", "replace"), content))
    if at != len(body) or count < 0:
        raise ValueError
    return _Unpacked(*place, key, value, headers, len(body))


def _large(place: tuple[int, int, int], body: bytes, why: Phrase) -> _Unpacked:
    """Return what stands for a record that is too large: its beginning, with its key in front."""
    value = PackedValue.because(why, body[:KEPT], DeadLetterReason.TOO_LARGE, len(body))
    return _Unpacked(*place, None, value, [], len(body))


def _nullable(body: bytes, at: int) -> tuple[bytes | None, int]:
    length, at = _varint(body, at)
    if length < 0:
        return None, at
    if at + length > len(body):
        raise IndexError
    return body[at : at + length], at + length


def _varint(body: bytes, at: int) -> tuple[int, int]:
    """Return a number in the zigzag form of Protocol Buffers, and where it ends."""
    found = shift = 0
    while True:
        part = body[at]
        at += 1
        found |= (part & 0x7F) << shift
        shift += 7
        if part < 0x80:
            return (found >> 1) ^ -(found & 1), at
        if shift > 63:
            raise ValueError


def _aside(raw: bytes, why: Told, last: int = 0, part: tuple[int, bytes] | None = None) -> _Unpacked:
    """Return the record that tells of a batch that cannot be read, at its last offset wherever reading began, or of a part."""
    moment_ms = _HEAD.unpack_from(raw)[8] if len(raw) >= _HEAD.size else -1
    if not 0 < moment_ms <= _LAST_TIME_MS:
        moment_ms = int(1_000 * time.time())
    first, _ = _span(raw)
    told = why if part or first == last else says.offsets_of(why, first, last)
    at, content = part or (last, raw)
    return _Unpacked(at, moment_ms, 1, None, PackedValue.because(told, content), [], len(content))


def _last_believed(raw: bytes) -> int:
    """Return the last offset of a batch whose checksum is wrong: the least that its head says, and that it has room for."""
    first, _ = _span(raw)
    if len(raw) < _HEAD.size:
        return first
    head = _HEAD.unpack_from(raw)
    room = UNPACKED_AT_MOST if head[5] & _CODEC else len(raw) - _HEAD.size
    return first + max(0, min(int(head[6]), int(head[12]) - 1, room // (1 + _LEAST_RECORD) - 1))


def _span(raw: bytes) -> tuple[int, int]:
    """Return the first and last offset of a batch; where its own count contradicts its span, the first alone."""
    first = int.from_bytes(raw[:8], "big", signed=True)
    if len(raw) < _HEAD.size:
        return first, first
    head = _HEAD.unpack_from(raw)
    return first, first + head[6] if 0 <= head[12] - 1 <= head[6] < 2**24 else first
