"""A console's rooms and acting on a real cluster, in this process."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

from console.projection.cluster.rooms import KafkaActing, KafkaRooms
from console.settings import ConsoleSettings
from streams.clock import utc_now
from streams.settings import KafkaSettings, Settings
from tests.support.console.places import FakePlaces

ROOM = "amstelveen"
WITHIN_S = 240.0
"""Only there to end a test that fails."""


class ClusterConsole(NamedTuple):
    """Cluster console: rooms that are read, and acting in them."""

    rooms: KafkaRooms
    acting: KafkaActing


@asynccontextmanager
async def running(kafka: KafkaSettings) -> AsyncIterator[ClusterConsole]:
    """Run a console's reading and sending."""
    rooms = KafkaRooms(kafka, ConsoleSettings(), FakePlaces(utc_now), utc_now)
    acting = KafkaActing(kafka, Settings(), rooms, utc_now)
    tasks = [asyncio.create_task(rooms.run()), asyncio.create_task(acting.run())]
    try:
        yield ClusterConsole(rooms, acting)
    finally:
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(WITHIN_S):
        while not condition():
            await asyncio.sleep(0.05)


def listed(console: ClusterConsole) -> list[str]:
    if not console.rooms.ready():
        return []
    return [row.alert_id for row in console.rooms.known_room(ROOM).alerts.in_order()]
