"""Recovery of tables in the right order: offsets are sought and queues cleared before any partition is resumed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from faust.tables.manager import TableManager
from faust.tables.recovery import Recovery
from faust.types import TP

from streams.kafka.record import Where
from streams.runtime.faust.restore import ChangelogRestore

Opened = Callable[[Mapping[Where, int], int], Awaitable[bool]]


class OrderedRecovery(Recovery):  # type: ignore[misc]
    """Faust's recovery, whose end and whose short cut without tables both resume in the right order."""

    _rebalances = 0

    async def on_rebalance(self, *args: Any, **kwargs: Any) -> None:
        """Take an assignment; which rebalance it is of tells whether another one has begun since."""
        self._rebalances = self.app.rebalancing_count
        await super().on_rebalance(*args, **kwargs)

    async def on_recovery_completed(self, generation_id: int = 0) -> None:
        """Begin with the partitions after their tables were recovered."""
        self._set_recovery_ended()
        await self.app.on_rebalance_complete.send()
        await asyncio.gather(
            *(
                table.on_recovery_completed(self.actives_for_table[table], self.standbys_for_table[table])
                for table in self.tables.values()
            )
        )
        await self._begin(generation_id)

    async def _resume_streams(self, generation_id: int = 0) -> None:
        """Begin with the partitions of a stage without tables."""
        await self.app.on_rebalance_complete.send()
        await self._begin(generation_id)

    async def _build_offsets(self, consumer: Any, tps: set[TP], destination: Any, title: str) -> None:
        """Find where reading a changelog begins; local state that is ahead of it is read anew by the next worker."""
        if title == "active":
            for tp in tps:
                if self.tp_to_table[tp].discard_if_old(tp.partition, time.time()):
                    destination[tp] = None
        await super()._build_offsets(consumer, tps, destination, title)
        if title != "active":
            return
        for tp in tps:
            if destination[tp] > self.active_highwaters[tp]:
                self.tp_to_table[tp].distrust(tp.partition)
        await self.tables.restore({tp: self.tp_to_table[tp] for tp in tps}, destination, self.active_highwaters)

    async def _wait(self, coro: Any, timeout: Any = None) -> None:
        """Wait for a step of the recovery, a new rebalance or the end, whatever comes first, and never give up by itself.

        The framework takes a step that lasts longer than `timeout` for the end of the worker, and stops recovering for good
        without a word. A worker that stands still is ended from outside (`streams/worker/run.py`).
        """
        await super()._wait(coro)

    async def _begin(self, generation_id: int) -> None:
        app, consumer = self.app, self.app.consumer
        streams = {tp for tp in consumer.assignment() if not self._is_changelog_tp(tp)}
        async with consumer.no_fetch_under_way:
            if self._moved_on(generation_id):
                return
            if streams:
                await self._wait(consumer.perform_seek())
            await self._wait(self._open(streams, generation_id))
            if self._moved_on(generation_id):
                return
            app.flow_control.resume()  # this clears the streams' queues, so nothing may be in them yet
            consumer.resume_partitions(streams)
        self.completed.set()
        consumer.resume_flow()
        await app._fetcher.maybe_start()
        self.tables.on_actives_ready()
        self.tables.on_standbys_ready()
        app.on_rebalance_end()

    def _moved_on(self, generation_id: int) -> bool:
        """Return whether the next rebalance has begun: then its recovery opens, and not this one."""
        return bool(self.app.rebalancing_count != self._rebalances or self.app.consumer_generation_id != generation_id)

    async def _open(self, streams: set[TP], generation_id: int) -> None:
        positions = {tp: await self.app.consumer.position(tp) for tp in streams}
        await self.tables.opened(positions, generation_id)


class OrderedTableManager(TableManager):  # type: ignore[misc]
    """Faust's table manager with the recovery above.

    Attributes:
        opened: Called with the offset at which each stream partition stands, before anything is taken from it.
        restore: Reads what local state lacks, before the framework looks.
    """

    opened: Opened
    restore: ChangelogRestore
    _recovery: Recovery | None

    async def on_start(self) -> None:
        """Begin at once: the framework waits a second for tables that come late, and a stage has its own before it starts."""
        await self._update_channels()
        await self.recovery.start()

    @property
    def recovery(self) -> Recovery:
        """Return the recovery service."""
        if self._recovery is None:
            self._recovery = OrderedRecovery(self.app, self, beacon=self.beacon, loop=self.loop)
        return self._recovery
