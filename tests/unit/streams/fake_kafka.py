"""A producer and a database in memory, for tests of the runner without a broker."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from schemas.codec import Headers


@dataclass
class Confirmation:
    """What the broker answers: the offset."""

    offset: int


@dataclass
class FakeProducer:
    """Keeps what is sent; confirms at once, or when the test says so (`hold`)."""

    sent: list[tuple[str, bytes | None, bytes | None, int | None, Headers]] = field(default_factory=list)
    hold: bool = False
    waiting: list[tuple[asyncio.Future[Any], int]] = field(default_factory=list)
    offsets: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    async def send(
        self, topic: str, key: bytes | None, value: bytes | None, partition: int | None, _: Any, headers: Headers
    ) -> asyncio.Future[Any]:
        """Take a record; return its confirmation."""
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self.sent.append((topic, key, value, partition, headers))
        self.offsets[topic] += 1
        if self.hold:
            self.waiting.append((future, self.offsets[topic]))
        else:
            future.set_result(Confirmation(self.offsets[topic]))
        return future

    def confirm(self, index: int) -> None:
        """Confirm one of the records that wait."""
        future, offset = self.waiting[index]
        future.set_result(Confirmation(offset))

    def topics(self) -> list[str]:
        """Return the topics of what was sent, in order."""
        return [record[0] for record in self.sent]


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
