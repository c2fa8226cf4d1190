"""The framework as we use it: one Faust app per stage, and the smallest subclasses that make its restarts lose nothing.

Two orders in Faust 0.15.3 lose messages at a restart, and each is turned round by one class:

- `OrderedRecovery`: after a recovery the stream partitions are resumed before they are sought to the committed offsets and
  before the stream queues are cleared; what is fetched in between is cleared, and counted as processed. Here they are
  sought first, the stage is told where they stand, the queues are cleared, and only then are they resumed.
- `OrderedConsumer` (`streams/runtime/faust/consumer.py`): a fetch that is under way reads what a rebalance made of its partitions.

Offsets are not committed by the framework at all (`acks=False` on the stage's topics): see `streams/runtime/assignment.py`.

What is relied upon inside the framework is listed in `tests/contract/test_framework.py`, which fails when it changes.
"""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final, cast

import faust
from faust.tables.manager import TableManager
from faust.tables.recovery import Recovery
from faust.types import TP

from streams import topics
from streams.runtime.faust.consumer import READ_AT_ONCE, READ_PICTURES_AT_ONCE, OrderedTransport, buffer_for
from streams.runtime.faust.restore import Restoring
from streams.runtime.send_queue import Where
from streams.runtime.state import StateTable
from streams.settings import KafkaSettings, ssl_context
from streams.stages.base import PictureStage, Stage

SESSION_TIMEOUT_S: Final = 10.0
LEASE_S: Final = 7.0
"""Below the session timeout by more than a request takes on its way: see `streams/runtime/lease.py`."""
STORE: Final = "rocksdb://?driver=rocksdict"
ROCKSDB: Final = {
    "block_cache_size": 8 * 2**20,
    "write_buffer_size": 8 * 2**20,
    "max_write_buffer_number": 2,
    "driver": "rocksdict",
}

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
    restore: Restoring
    _recovery: Recovery | None

    @property
    def recovery(self) -> Recovery:
        """Return the recovery service."""
        if self._recovery is None:
            self._recovery = OrderedRecovery(self.app, self, beacon=self.beacon, loop=self.loop)
        return self._recovery


def faust_app(stage: Stage | PictureStage, kafka: KafkaSettings, state_folder: Path) -> faust.App:
    """Return the app of one stage; nothing is started or connected yet."""
    servers = ";".join(f"kafka://{server}" for server in kafka.bootstrap_servers.split(","))
    pictures = isinstance(stage, PictureStage)
    at_once = READ_PICTURES_AT_ONCE if pictures else READ_AT_ONCE
    app = faust.App(
        stage.name,
        broker=servers,
        broker_credentials=_credentials(kafka),
        broker_session_timeout=SESSION_TIMEOUT_S,
        broker_heartbeat_interval=SESSION_TIMEOUT_S / 5,
        consumer_auto_offset_reset="latest" if pictures else "earliest",
        stream_buffer_maxsize=buffer_for(at_once),
        broker_max_poll_records=at_once,
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=topics.BY_NAME[stage.inputs[0]].partitions,
        store=STORE,
        Table=StateTable,
        TableManager=OrderedTableManager,
        datadir=state_folder / stage.name,
        web_enabled=False,
        worker_redirect_stdouts=False,
        consumer_group_instance_id=_instance(state_folder),
    )
    app.transport = OrderedTransport(app.conf.broker_consumer, app)
    app.tables.restore = Restoring(stage.name, kafka)
    return app


def source_topic(app: faust.App, stage: Stage | PictureStage) -> Any:
    """Return the stage's input topics as one channel of raw bytes, whose offsets the framework never commits."""
    return app.topic(
        *stage.inputs, key_serializer="raw", value_serializer="raw", key_type=bytes, value_type=bytes, acks=False
    )


def state_table(app: faust.App, stage: Stage) -> StateTable:
    """Return the table of a stage with state."""
    table = app.Table(
        "state",
        key_type=bytes,
        value_type=bytes,
        partitions=topics.BY_NAME[topics.changelog(stage.name)].partitions,
        options=dict(ROCKSDB),
    )
    return cast(StateTable, table)


def _instance(state_folder: Path) -> str:
    """Return the name by which the group knows this worker again after a restart, so that nothing is rebalanced.

    It is that of its state folder, which only one process can use at a time.
    """
    return re.sub(r"[^A-Za-z0-9._-]", "-", f"{socket.gethostname()}-{state_folder.name}")[:200]


def _credentials(kafka: KafkaSettings) -> Any:
    if kafka.security_protocol == "PLAINTEXT":
        return None
    context = ssl_context(kafka)
    if not kafka.security_protocol.startswith("SASL"):
        return faust.SSLCredentials(context)
    return faust.SASLCredentials(
        username=kafka.sasl_username,
        password=kafka.sasl_password.get_secret_value() if kafka.sasl_password else "",
        mechanism=kafka.sasl_mechanism,
        ssl_context=context,
    )
