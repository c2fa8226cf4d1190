"""Load: signed reports over connections that are kept, as fast as they are answered, or at a steady rate.

Each request's bytes are made before the clock starts, and answers are read by their length: the load shares the machine with what
it measures, and should cost little.
"""

from __future__ import annotations

import asyncio
import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from standardwebhooks import Webhook

SOURCE: Final = "bench"
_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"content-length: "


@dataclass(frozen=True)
class LoadResult:
    """Load result: what a round took.

    Attributes:
        seconds: How long it lasted (s).
        latencies_ms: From when each was due until its answer was read (ms).
        refused: Answers other than 202.
    """

    seconds: float
    latencies_ms: list[float]
    refused: int

    @property
    def per_s(self) -> float:
        """Return answers per second."""
        return len(self.latencies_ms) / self.seconds


def requests(count: int, secret: str, at: datetime, port: int) -> list[bytes]:
    """Return so many signed requests, each of a report of its own."""
    webhook = Webhook(secret)
    return [_request(webhook, at, port) for _ in range(count)]


def _request(webhook: Webhook, at: datetime, port: int) -> bytes:
    document = {
        "source": SOURCE, "source_id": uuid.uuid4().hex, "category": "bzdsbr", "priority": "P 1",
        "position": {"lat": 52.30633, "lon": 4.8573, "accuracy_m": 30},
        "place": {"street": "Stadsplein", "town": "Amstelveen"}, "reported_at": at.isoformat(),
    }  # fmt: skip
    body, message_id = json.dumps(document), uuid.uuid4().hex
    head = (
        f"POST /incidents HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
        f"Toezicht-Sender: {SOURCE}\r\nwebhook-id: {message_id}\r\nwebhook-timestamp: {int(at.timestamp())}\r\n"
        f"webhook-signature: {webhook.sign(message_id, at, body)}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return (head + body).encode()


async def as_fast_as_answered(port: int, made: list[bytes], connections: int) -> LoadResult:
    """Send all, each connection the next one when its last is answered."""
    waiting = iter(made)
    began_s = time.perf_counter()
    rounds = await asyncio.gather(*(_connection(port, waiting) for _ in range(connections)))
    seconds = time.perf_counter() - began_s
    return LoadResult(
        seconds, [ms for latencies, _ in rounds for ms in latencies], sum(refused for _, refused in rounds)
    )


async def at_a_rate(port: int, made: list[bytes], per_s: float, connections: int) -> LoadResult:
    """Send each when it is due; one that finds all connections busy waits, and that is part of its time."""
    free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
    for _ in range(connections):
        free.put_nowait(await asyncio.open_connection("127.0.0.1", port))
    latencies: list[float] = []
    refused = 0
    began_s = time.perf_counter()

    async def one(number: int, request: bytes) -> None:
        nonlocal refused
        due_s = began_s + number / per_s
        await asyncio.sleep(max(0.0, due_s - time.perf_counter()))
        connection = await free.get()
        status = await _answer(*connection, request)
        latencies.append((time.perf_counter() - due_s) * 1_000)
        refused += status != 202
        free.put_nowait(connection)

    await asyncio.gather(*(one(number, request) for number, request in enumerate(made)))
    seconds = time.perf_counter() - began_s
    while not free.empty():
        free.get_nowait()[1].close()
    return LoadResult(seconds, latencies, refused)


async def _connection(port: int, waiting: Iterator[bytes]) -> tuple[list[float], int]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    latencies, refused = [], 0
    for request in waiting:
        began_s = time.perf_counter()
        status = await _answer(reader, writer, request)
        latencies.append((time.perf_counter() - began_s) * 1_000)
        refused += status != 202
    writer.close()
    return latencies, refused


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes) -> int:
    writer.write(request)
    head = (await reader.readuntil(_END)).lower()
    length = int(head.split(_LENGTH, 1)[1].split(b"\r\n", 1)[0])
    await reader.readexactly(length)
    return int(head[9:12])
