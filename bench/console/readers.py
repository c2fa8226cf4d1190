"""Readers: many operators' streams in a process of their own, each of which breaks off and comes back again and again.

`python -m bench.console.readers` reads what to do as JSON, `ReadersAsked`, from its input, and prints what each reader noted.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import Final

import httpx2

from bench.console.running import COOKIE, OWN

AWAY_S: Final = 1.0
SETTLE_S: Final = 2.0
"""Who comes back later than this before the end is not asked what it knows: it had no time to learn it."""


@dataclass(frozen=True, slots=True)
class ReadersAsked:
    """Readers asked: where to read, for how long (s), and how long a stream stays open before it breaks off (s)."""

    address: str
    path: str
    cookie: str
    position: str
    readers: int
    seconds: float
    stays_s: float


@dataclass(slots=True)
class Noted:
    """Noted by one reader: where it stands, when it came back, and its rows: when (s since 1970), which alert, which offset."""

    position: str
    back_at: list[float] = field(default_factory=list)
    rows: list[tuple[float, str, int]] = field(default_factory=list)


async def read(asked: ReadersAsked) -> list[Noted]:
    """Return what all readers noted."""
    limits = httpx2.Limits(max_connections=asked.readers + 1)
    cookies = {COOKIE: asked.cookie}
    async with httpx2.AsyncClient(
        base_url=asked.address, headers=OWN, cookies=cookies, timeout=30, limits=limits
    ) as client:
        return list(await asyncio.gather(*(_reader(client, asked, number) for number in range(asked.readers))))


async def _reader(client: httpx2.AsyncClient, asked: ReadersAsked, number: int) -> Noted:
    noted = Noted(asked.position)
    ends_s = time.monotonic() + asked.seconds
    stays_s = asked.stays_s * (1 + number / asked.readers)  # not all at once
    while (left_s := ends_s - time.monotonic()) > 0:
        try:
            async with asyncio.timeout(min(stays_s, left_s)):
                await _follow(client, asked.path, noted)
        except TimeoutError:
            await asyncio.sleep(AWAY_S)
            if ends_s - time.monotonic() > SETTLE_S:
                noted.back_at.append(time.time())
        stays_s = asked.stays_s
    return noted


async def _follow(client: httpx2.AsyncClient, path: str, noted: Noted) -> None:
    """Read a stream until it ends."""
    name = ""
    async with client.stream("GET", path, headers={"Last-Event-ID": noted.position}) as answer:
        answer.raise_for_status()
        async for line in answer.aiter_lines():
            if line.startswith("id: "):
                noted.position = line.removeprefix("id: ")
            elif line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: ") and name == "alert":
                row = json.loads(line.removeprefix("data: "))
                noted.rows.append((time.time(), row["id"], row["offset"]))


def main() -> None:
    """Read what is asked, and print what was noted."""
    asked = ReadersAsked(**json.loads(sys.stdin.read()))
    print(json.dumps([asdict(each) for each in asyncio.run(read(asked))]))


if __name__ == "__main__":
    main()
