"""The yardstick for `bench faults`: one of our stages on the framework as it comes, without our delivery.

The same agents, rows and messages. A row is written with `table[key] = value`, an output is sent and the broker's
confirmation awaited before the next input is taken, and offsets, recovery and rebalances are the framework's own.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

import faust
from pydantic import BaseModel

from schemas.ticks import Tick
from streams import topics
from streams.clock import utc_now
from streams.kafka.dead_letter import Fault
from streams.kafka.record import EncodedOutput
from streams.process import tell_ready
from streams.runtime.encode import encoded, handler_fault
from streams.runtime.faust.app import SESSION_TIMEOUT_S
from streams.runtime.faust.database import ROCKSDB, STORE
from streams.runtime.guard import read_record
from streams.runtime.runner import record_of, set_aside
from streams.settings import read_settings
from streams.stages.base import Input, Output, Stage
from streams.worker.stages import make_stages

R = TypeVar("R", bound=BaseModel)
STOP_WITHIN_S: Final = 5.0


class PlainRows:
    """A stage's rows in a Faust table, in the partition of the event that is being handled."""

    def __init__(self, table: Any, partition: int) -> None:
        self._table = table
        self._partition = partition

    def get(self, key: str, model: type[R]) -> R | None:
        """Return a row, or None."""
        raw = self._table.get(key.encode())
        return None if raw is None else model.model_validate_json(raw)

    def get_each(self, keys: Sequence[str], model: type[R]) -> list[R]:
        """Return those of some rows that are there, in the order in which they are named."""
        found = (self.get(key, model) for key in keys)
        return [row for row in found if row is not None]

    def put(self, key: str, row: BaseModel) -> None:
        """Write a row."""
        self._table[key.encode()] = row.model_dump_json(by_alias=True).encode()

    def delete(self, key: str) -> None:
        """Remove a row."""
        if self._table.get(key.encode()) is not None:
            del self._table[key.encode()]

    def scan(self, prefix: str, model: type[R]) -> Iterator[tuple[str, R]]:
        """Yield all rows whose name starts with the prefix, in the order of their names."""
        cursor = self._table.data._db_for_partition(self._partition).iter()
        cursor.seek(prefix.encode())
        names = []
        while cursor.valid() and cursor.key().startswith(prefix.encode()):
            names.append(cursor.key().decode())
            cursor.next()
        for name in names:
            row = self.get(name, model)
            if row is not None:
                yield name, row


def build(stage: Stage, servers: str, folder: Path) -> faust.App:
    """Return the stage on a Faust app with the framework's own delivery."""
    app = faust.App(
        stage.name,
        broker=f"kafka://{servers}",
        broker_session_timeout=SESSION_TIMEOUT_S,
        broker_heartbeat_interval=SESSION_TIMEOUT_S / 5,
        consumer_auto_offset_reset="earliest",
        topic_allow_declare=False,
        topic_disable_leader=True,
        topic_partitions=topics.BY_NAME[stage.inputs[0]].partitions,
        store=STORE,
        datadir=folder,
        web_enabled=False,
        worker_redirect_stdouts=False,
    )
    source = app.topic(*stage.inputs, key_serializer="raw", value_serializer="raw", key_type=bytes, value_type=bytes)
    table: Any = None
    if stage.stateful:
        partitions = topics.BY_NAME[topics.changelog(stage.name)].partitions
        table = app.Table("state", key_type=bytes, value_type=bytes, partitions=partitions, options=dict(ROCKSDB))

    @app.agent(source)  # type: ignore[untyped-decorator]
    async def agent(stream: Any) -> None:
        async for event in stream.events():
            await asyncio.gather(*(_send(app, output) for output in _handle(stage, event, table)))

    _add_ticks(app, stage)
    return app


def _handle(stage: Stage, event: Any, table: Any) -> Sequence[EncodedOutput]:
    record = record_of(event)
    item = read_record(record, stage.max_late)
    if isinstance(item, Input):
        try:
            outputs = stage.handle(item, PlainRows(table, record.partition), record.appended_at)
            return encoded(stage.name, outputs, item.entered_at, record.appended_at)
        except Exception as error:  # as our runner does: one bad message never stops a partition
            item = handler_fault(error)
    return [set_aside(stage.name, record, item)] if isinstance(item, Fault) else []


async def _send(app: faust.App, output: EncodedOutput) -> None:
    record = output.record
    await app.producer.send_and_wait(
        output.topic, record.key, record.value, output.partition, None, dict(record.headers)
    )


def _add_ticks(app: faust.App, stage: Stage) -> None:
    name = stage.ticks
    if name is None:
        return

    @app.timer(interval=1.0, on_leader=False)  # type: ignore[untyped-decorator]
    async def each_second() -> None:
        now = datetime.now(UTC).replace(microsecond=0)
        group = "camera" if name == topics.CAMERA_TICKS else "room"
        owned = [tp.partition for tp in app.consumer.assignment() if tp.topic == name]
        ticks = [Output(name, Tick(group=group, partition=number, at=now), partition=number) for number in owned]
        await asyncio.gather(*(_send(app, output) for output in encoded(stage.name, ticks, now, utc_now())))


async def run(stage: Stage, servers: str, folder: Path) -> None:
    """Run until SIGTERM."""
    app = build(stage, servers, folder)
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    starting = asyncio.create_task(app.start())
    ended = asyncio.create_task(stopping.wait())
    ready = False
    while not ended.done() and not app.crashed:
        await asyncio.sleep(0.25)
        if starting.done() and not ready:
            starting.result()  # raises what kept it from starting
            tell_ready(stage.name, 0)
            ready = True
    if app.crashed:
        os._exit(1)  # the supervisor starts it again, as it does with ours
    try:
        await asyncio.wait_for(app.stop(), STOP_WITHIN_S)
    finally:
        os._exit(0)


def main(arguments: Sequence[str]) -> None:
    """Run as a process: STAGE NAME."""
    settings, kafka = read_settings()
    (stage,) = make_stages([arguments[0]], settings)
    assert isinstance(stage, Stage)
    folder = settings.data / "state" / arguments[1]
    folder.mkdir(parents=True, exist_ok=True)
    asyncio.run(run(stage, kafka.bootstrap_servers, folder))


if __name__ == "__main__":
    main(sys.argv[1:])
