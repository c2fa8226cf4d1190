"""A producer and a database in memory, for tests of the runner without a broker."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from schemas.codec import Headers
from streams.kafka.record import Raw, Where
from streams.runtime.assignment import PartitionAssignment
from streams.runtime.lease import Lease
from streams.runtime.send_queue import SendQueue


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

    async def commit(self, positions: Mapping[Where, int]) -> bool:
        """Commit."""
        if self.hangs:
            await asyncio.Event().wait()
        if self.member:
            self.commits.append(dict(positions))
        return self.member

    async def first_offset(self, where: Where, offset: int) -> int | None:
        """Return the first record at or after an offset."""
        first = self.first.get(where)
        return None if first is None or first < offset else first

    def assignment(
        self, send_queue: SendQueue, failures: list[Exception], *, lease: Lease | None = None, complete: bool = True
    ) -> PartitionAssignment:
        """Return an assignment over this group."""
        return PartitionAssignment(
            "test", send_queue, lease or Lease(7), self.commit, self.first_offset, complete=complete
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

    def get(self, key: bytes) -> bytes | None:
        """Return a value or None."""
        return self.content.get(key)

    def iter(self) -> FakeCursor:
        """Return a cursor."""
        return FakeCursor(self.content)
