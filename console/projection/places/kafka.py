"""Kafka places: the places of a console, read from a cluster."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

from console.projection.places.past import KafkaPast
from console.projection.places.reader import PlacesReader
from console.projection.places.room_places import RoomPlaces
from console.settings import ConsoleSettings
from streams.clients.registry import RegistryFacts
from streams.clock import Clock
from streams.settings import KafkaSettings

ENDS_WITHIN_S: Final = 2.0


class KafkaPlaces(RoomPlaces):
    """Kafka places: `console.projection.ports.Places`, read from a cluster as long as `run` runs.

    Args:
        kafka: The cluster.
        facts: The registry.
        settings: Of the console.
        clock: The server's clock.
    """

    def __init__(self, kafka: KafkaSettings, facts: RegistryFacts, settings: ConsoleSettings, clock: Clock) -> None:
        super().__init__(facts, settings, KafkaPast(kafka), clock, self._on_loop)
        self._reader = PlacesReader(kafka, self, clock)
        self._loop: asyncio.AbstractEventLoop | None = None

    async def run(self) -> None:
        """Read until it is cancelled; events are told on the loop that runs this."""
        self._loop = asyncio.get_running_loop()
        self._reader.start()
        try:
            await asyncio.Event().wait()
        finally:
            self._loop = None
            self._reader.stop()
            await asyncio.to_thread(self._reader.join, ENDS_WITHIN_S)

    def _on_loop(self, call: Callable[[], None]) -> None:
        loop = self._loop
        if loop is not None:
            loop.call_soon_threadsafe(call)
