"""Kafka in memory: a consumer and a producer for tests of clients, a transmitter and a database for tests of the runner."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, overload

from kafka import TopicPartition
from kafka.errors import KafkaConnectionError, KafkaTimeoutError

from schemas.base import Message
from schemas.codec import Headers, encode
from streams.kafka.record import Raw, Where
from streams.runtime.assignment import PartitionAssignment
from streams.runtime.lease import Lease
from streams.runtime.offsets import PassedOver
from streams.runtime.send_queue import SendQueue
from streams.topics import BY_NAME


@dataclass
class KeptRecord:
    """A record as kafka-python gives it."""

    topic: str
    partition: int
    offset: int
    value: bytes | None
    headers: Headers
    timestamp: int
    key: bytes | None = b"k"


class KeptPlace(NamedTuple):
    """A position that was looked up by time."""

    offset: int


@dataclass
class FakeTopics:
    """Topics in memory, with times of arrival.

    Attributes:
        records: Per partition; an offset that is missing holds no record.
        ends: Where a partition ends, if behind its last record.
        begins: What retention has taken: the first offset that is left.
        refusals: How many consumers cannot connect from now on.
        failures: How many looks for records fail from now on.
        silent: Whether nothing comes any more, though more is there.
        consumers: How many were made.
        missing: Topics that are not there.
        ids: The topics' ids, which another topic of the same name does not have.
    """

    records: dict[TopicPartition, list[KeptRecord]] = field(default_factory=lambda: defaultdict(list))
    ends: dict[TopicPartition, int] = field(default_factory=dict)
    begins: dict[TopicPartition, int] = field(default_factory=dict)
    refusals: int = 0
    failures: int = 0
    silent: bool = False
    consumers: int = 0
    missing: set[str] = field(default_factory=set)
    ids: dict[str, str] = field(default_factory=dict)

    def make_anew(self, topic: str) -> None:
        """Delete a topic, and make an empty one of the same name."""
        self.records = defaultdict(list, {place: found for place, found in self.records.items() if place[0] != topic})
        self.ids[topic] = f"{self.ids.get(topic, '')}+"

    def add(
        self,
        topic: str,
        message: Message | None,
        at: datetime,
        value: bytes | None = None,
        payload: bytes | None = None,
        partition: int = 0,
    ) -> None:
        """Append a message to a partition of its topic, or a value that is none."""
        place = TopicPartition(topic, partition)
        headers: Headers = []
        if message is not None:
            record = encode(message, stage="test", handled_at=at, entered_at=at, payload=payload)
            value, headers = record.value, record.headers
        stamp = int(at.timestamp() * 1000)
        self.records[place].append(KeptRecord(topic, partition, self.end(place), value, headers, stamp))

    def end(self, place: TopicPartition) -> int:
        """Return the offset after the last record."""
        records = self.records[place]
        return max(self.ends.get(place, 0), records[-1].offset + 1 if records else 0)


class FakeConsumer:
    """Reads topics in memory as kafka-python's consumer does, two records of each partition at a time."""

    BATCH = 2

    def __init__(self, topics: FakeTopics, **options: Any) -> None:
        assert options["enable_auto_commit"] is False
        assert options["auto_offset_reset"] == "earliest"
        self._topics = topics
        self._positions: dict[TopicPartition, int] = {}
        self._paused: set[TopicPartition] = set()
        self._empty = 0
        topics.consumers += 1
        if topics.refusals:
            topics.refusals -= 1
            raise KafkaConnectionError("away")

    def partition_counts(self, names: set[str], within_ms: int) -> dict[str, int]:
        """Return how many partitions topics have."""
        assert within_ms > 0
        return {name: 0 if name in self._topics.missing else BY_NAME[name].partitions for name in names}

    def topic_ids(self, names: Iterable[str], within_ms: int) -> dict[str, str]:
        """Return the ids of topics that have one."""
        assert within_ms > 0
        return {name: self._topics.ids[name] for name in names if name in self._topics.ids}

    def assign(self, partitions: list[TopicPartition]) -> None:
        """Read these from now on."""
        assert partitions
        self._positions = dict.fromkeys(partitions, 0)

    def beginning_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        """Return where partitions begin."""
        return {place: self._topics.begins.get(place, 0) for place in partitions}

    def end_offsets(self, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
        """Return where partitions end."""
        return {place: self._topics.end(place) for place in partitions}

    def offsets_for_times(self, times: dict[TopicPartition, int]) -> dict[TopicPartition, KeptPlace | None]:
        """Return the first records at or after times."""
        found: dict[TopicPartition, KeptPlace | None] = {}
        for place, stamp in times.items():
            later = [each.offset for each in self._topics.records[place] if each.timestamp >= stamp]
            found[place] = KeptPlace(later[0]) if later else None
        return found

    def pause(self, *places: TopicPartition) -> None:
        """Give nothing of these."""
        self._paused |= set(places)

    def resume(self, *places: TopicPartition) -> None:
        """Give of these again."""
        self._paused -= set(places)

    def seek(self, place: TopicPartition, offset: int) -> None:
        """Go on at an offset."""
        assert place in self._positions
        self._positions[place] = offset

    def position(self, place: TopicPartition, timeout_ms: int | None = None) -> int | None:
        """Return the next offset, or None where that is not known now; without a limit it may wait for ever."""
        assert timeout_ms is not None, "a broker that is silent would be waited for"
        return None if self._topics.silent else self._positions[place]

    def poll(self, timeout_ms: int) -> dict[TopicPartition, list[KeptRecord]]:
        """Return what comes next."""
        assert timeout_ms > 0
        if self._topics.failures:
            self._topics.failures -= 1
            raise KafkaConnectionError("gone")
        found = {} if self._topics.silent else self._batches()
        self._empty = 0 if found else self._empty + 1
        assert self._empty < 2_000, "it looks for records for ever"
        if not found:
            time.sleep(0.002)
        return found

    def close(self) -> None:
        """Disconnect."""
        self._positions = {}

    def _batches(self) -> dict[TopicPartition, list[KeptRecord]]:
        found = {}
        for place in set(self._positions) - self._paused:
            start = self._positions[place] = max(self._positions[place], self._topics.begins.get(place, 0))
            batch = [each for each in self._topics.records[place] if each.offset >= start][: self.BATCH]
            rest = [each for each in self._topics.records[place] if each.offset > batch[-1].offset] if batch else []
            self._positions[place] = batch[-1].offset + 1 if rest else max(start, self._topics.end(place))
            if batch:
                found[place] = batch
        return found


@dataclass
class KeptMetadata:
    """Where the broker put a record."""

    offset: int


class FakeWord:
    """The broker's word on one record, as kafka-python's future gives it."""

    def __init__(self, producer: FakeKafkaProducer, offset: int) -> None:
        self.is_done = False
        self._producer = producer
        self._offset = offset
        self._error: Exception | None = None

    def get(self, timeout: float | None = None) -> KeptMetadata:
        """Wait, which costs no time here."""
        if not self.is_done:
            self._producer.waited_s.append(timeout)
            raise KafkaTimeoutError(f"Timeout after waiting for {timeout} secs.")
        if self._error is not None:
            raise self._error
        return KeptMetadata(self._offset)

    def end(self, error: Exception | None) -> None:
        """Give the broker's word."""
        if not self.is_done:
            self.is_done, self._error = True, error


@dataclass
class SentRecord:
    """What was handed to a producer."""

    topic: str
    partition: int | None
    key: bytes | None
    value: bytes | None
    headers: Headers
    word: FakeWord


class FakeKafkaProducer:
    """kafka-python's producer in memory: keeps what is sent, and confirms when the test says so.

    Attributes:
        options: With what it was made.
        sent: What it was given.
        refuses: What `send` raises.
        answers: Is given each record and may confirm it at once.
        waited_s: How long each confirmation was waited for that was not there.
        forced: Whether it was ended with something left.
    """

    def __init__(self) -> None:
        self.options: dict[str, Any] = {}
        self.sent: list[SentRecord] = []
        self.refuses: Exception | None = None
        self.answers: Callable[[SentRecord], None] = lambda _: None
        self.waited_s: list[float | None] = []
        self.forced = False
        self._sender = self

    def connected(self, **options: Any) -> FakeKafkaProducer:
        """Return itself, as the constructor would."""
        self.options = options
        return self

    def send(
        self, topic: str, value: bytes | None = None, key: bytes | None = None, headers: Any = None,
        partition: int | None = None,
    ) -> FakeWord:  # fmt: skip
        """Take a record."""
        if self.refuses is not None:
            raise self.refuses
        record = SentRecord(topic, partition, key, value, headers, FakeWord(self, len(self.sent)))
        self.sent.append(record)
        self.answers(record)
        return record.word

    def confirm(self) -> None:
        """Confirm all that waits."""
        for each in self.sent:
            each.word.end(None)

    def fail(self, error: Exception) -> None:
        """Refuse all that waits."""
        for each in self.sent:
            each.word.end(error)

    def close(self, timeout: float | None = None) -> None:
        """End, or raise where something is left, as the real one does."""
        if not all(each.word.is_done for each in self.sent):
            raise KafkaTimeoutError("Timeout waiting for future")

    def force_close(self) -> None:
        """End the thread that sends."""
        self.forced = True


@contextmanager
def silent_broker() -> Iterator[str]:
    """Yield the address of something that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        taken: list[socket.socket] = []

        def accept() -> None:
            try:
                while True:
                    taken.append(server.accept()[0])
            except OSError:  # the end
                return

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        host, port = server.getsockname()
        try:
            yield f"{host}:{port}"
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join(10)
            for each in taken:
                each.close()


@dataclass
class FakeTransmit:
    """Keeps what is sent, group by group; confirms at once, or when the test says so (`hold`)."""

    sent: list[tuple[str, int, bytes | None, bytes | None, Headers]] = field(default_factory=list)
    hold: bool = False
    raises: Exception | None = None
    waiting: list[dict[Where, asyncio.Future[int]]] = field(default_factory=list)
    offsets: dict[Where, int] = field(default_factory=lambda: defaultdict(int))

    async def __call__(self, records: Mapping[Where, Sequence[Raw]]) -> Mapping[Where, asyncio.Future[int]]:
        """Take a group; return its confirmations."""
        if self.raises is not None:
            raise self.raises
        confirmations: dict[Where, asyncio.Future[int]] = {}
        for where, raws in records.items():
            self.sent += [(*where, *raw) for raw in raws]
            self.offsets[where] += len(raws)
            future: asyncio.Future[int] = asyncio.get_running_loop().create_future()
            confirmations[where] = future
            if not self.hold:
                future.set_result(self.offsets[where] - 1)
        self.waiting.append(confirmations)
        return confirmations

    def confirm(self, group: int, topic: str) -> None:
        """Confirm what a group sent to one topic."""
        for where, future in self.waiting[group].items():
            if where[0] == topic:
                future.set_result(self.offsets[where] - 1)

    def topics(self) -> list[str]:
        """Return the topics of what was sent, in order."""
        return [record[0] for record in self.sent]


@dataclass
class FakeGroup:
    """A consumer group and the topics it reads: keeps what is committed, and refuses where the worker is no member."""

    member: bool = True
    commits: list[dict[Where, int]] = field(default_factory=list)
    first: dict[Where, int] = field(default_factory=dict)
    hangs: bool = False
    asked: list[Where] = field(default_factory=list)
    passed_over: PassedOver = field(default_factory=PassedOver)

    async def commit(self, positions: Mapping[Where, int]) -> bool:
        """Commit."""
        if self.hangs:
            await asyncio.Event().wait()
        if self.member:
            self.commits.append(dict(positions))
        return self.member

    async def first_offset(self, where: Where, offset: int) -> int | None:
        """Return the first record at or after an offset."""
        self.asked.append(where)
        first = self.first.get(where)
        return None if first is None or first < offset else first

    def assignment(
        self, send_queue: SendQueue, failures: list[Exception], *, lease: Lease | None = None, complete: bool = True
    ) -> PartitionAssignment:
        """Return an assignment over this group."""
        return PartitionAssignment(
            "test",
            send_queue,
            lease or Lease(7),
            self.commit,
            self.first_offset,
            complete=complete,
            passed_over=self.passed_over,
        )


@dataclass(frozen=True)
class FakeMessage:
    """A message of the framework."""

    topic: str
    partition: int
    offset: int
    generation_id: int = 1


class FakeCursor:
    """A cursor over sorted keys."""

    def __init__(self, content: dict[bytes, bytes]) -> None:
        self._keys = sorted(content)
        self._at = 0

    def seek(self, key: bytes) -> None:
        """Go to the first key at or after this one."""
        self._at = next((index for index, found in enumerate(self._keys) if found >= key), len(self._keys))

    def valid(self) -> bool:
        """Return whether the cursor stands on a key."""
        return self._at < len(self._keys)

    def key(self) -> bytes:
        """Return the key under the cursor."""
        return self._keys[self._at]

    def status(self) -> None:
        """Raise nothing: memory is never damaged."""

    def next(self) -> None:
        """Go on."""
        self._at += 1


@dataclass
class FakeDatabase:
    """Bytes by bytes."""

    content: dict[bytes, bytes] = field(default_factory=dict)

    @overload
    def get(self, key: bytes) -> bytes | None: ...

    @overload
    def get(self, key: list[bytes]) -> list[bytes | None]: ...

    def get(self, key: bytes | list[bytes]) -> bytes | list[bytes | None] | None:
        """Return a value or None, or one for each of several keys."""
        return [self.content.get(each) for each in key] if isinstance(key, list) else self.content.get(key)

    def iter(self) -> FakeCursor:
        """Return a cursor."""
        return FakeCursor(self.content)
