"""Kafka rooms: the projection with what feeds it: a thread that reads, one that asks after the stages, one that sends actions."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

from console.projection.acting import OperatorActing
from console.projection.cluster.follower import RoomsFollower
from console.projection.cluster.history import KafkaHistories
from console.projection.cluster.sending import KafkaActions, KafkaReports
from console.projection.cluster.stages import StageWatch
from console.projection.ports import Places
from console.projection.rooms import ProjectedRooms
from console.settings import ConsoleSettings
from streams.clock import Clock
from streams.settings import KafkaSettings, Settings

FORGET_EVERY_S: Final = 30.0
ENDS_WITHIN_S: Final = 2.0


class KafkaRooms(ProjectedRooms):
    """Kafka rooms: `console.api.parts.Rooms`, read from a cluster as long as `run` runs.

    Args:
        kafka: The cluster.
        settings: Of the console.
        places: Rooms, cameras and zones.
        clock: The server's clock.
    """

    def __init__(self, kafka: KafkaSettings, settings: ConsoleSettings, places: Places, clock: Clock) -> None:
        self._watch = StageWatch(kafka, clock)
        super().__init__(settings, places, KafkaHistories(kafka), self._watch, clock)
        self._follower = RoomsFollower(kafka, self.partitions(), clock, self.begin, self.take, self.whole)

    async def run(self) -> None:
        """Read until it is cancelled."""
        self._follower.follow(asyncio.get_running_loop())
        self._watch.start()
        try:
            while True:
                await asyncio.sleep(FORGET_EVERY_S)
                self.forget()
        finally:
            self._follower.stop()
            self._watch.stop()
            for thread in (self._follower, self._watch):
                await asyncio.to_thread(thread.join, ENDS_WITHIN_S)


class KafkaActing(OperatorActing):
    """Kafka acting: `console.api.parts.Acting`, sending to a cluster as long as `run` runs.

    Args:
        kafka: The cluster.
        settings: Of the pipeline: the zone of times that name none.
        rooms: What is known of the rooms.
        clock: The server's clock.
        users: Who may act in a room, for the list of whom to assign to.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        settings: Settings,
        rooms: ProjectedRooms,
        clock: Clock,
        users: Callable[[str], Iterable[str]] = lambda _: (),
    ) -> None:
        self._sender = KafkaActions(kafka, clock)
        super().__init__(rooms, self._sender, KafkaReports(kafka, settings.time_zone), clock, users)

    async def run(self) -> None:
        """Send until it is cancelled; what waits then is still sent."""
        self._sender.start()
        try:
            await asyncio.Event().wait()
        finally:
            self._sender.stop()
            await asyncio.to_thread(self._sender.join, ENDS_WITHIN_S)
