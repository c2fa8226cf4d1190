"""The composition root: stages joined to the framework, and a worker process that runs several of them.

One Faust app per stage, with the stage's name as its id, however many stages share a process: a stage keeps its consumer
group, its state and its changelog wherever it runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import faust
from faust.types import TP

from schemas.alerts import Alert
from schemas.codec import envelope
from schemas.operations import Tick
from streams import metrics, topics
from streams.clock import Clock
from streams.errors import DeliveryError
from streams.runtime.assignment import Delivery
from streams.runtime.encode import encoded, placed
from streams.runtime.faust.app import LEASE_S, faust_app, source_topic, state_table
from streams.runtime.faust.table import discard_distrusted
from streams.runtime.lease import Lease
from streams.runtime.picture_runner import MAX_PICTURES_IN_FLIGHT, PictureRunner
from streams.runtime.processed import Outgoing
from streams.runtime.producer import BatchTransmit, FirstOffset, LeasedProducer
from streams.runtime.runner import Runner
from streams.runtime.send_queue import MAX_IN_FLIGHT, Outbox, Where
from streams.settings import KafkaSettings
from streams.stages.base import Output, PictureStage, Stage

log = logging.getLogger(__name__)

TICK_TOPICS: Final = {"corroborate": topics.CAMERA_TICKS, "decide": topics.ROOM_TICKS}
"""Which stage sends the ticks of which topic: the one that owns the group's state and lives longest."""
STOP_WITHIN_S: Final = 6.0
"""Below the supervisor's 8 s, after which it would kill."""
STALLED_AFTER_S: Final = 150.0
"""A worker that could not work for so long ends: above what one record may wait for a broker that is gone."""
SWITCH_EVERY_S: Final = 0.0005
"""How long one thread may compute while another waits. The framework reads from the broker in a thread of its own; with Python's
5 ms that thread waits for its turn again and again while a stage computes, and the stage runs dry with a backlog before it."""
FULL_COLLECTION_AFTER: Final = 1_000
"""Collections of the middle generation before Python looks for garbage everywhere, instead of its 10. Rows are held in memory for
long: with some thousand alerts each look stopped the worker for 150 ms, every eight seconds, and found 200 objects."""
FAILED_STOP_WITHIN_S: Final = 1.0
"""After a failure there is nothing to finish, and the next worker is waited for."""


@dataclass
class StageApp:
    """One stage on its Faust app."""

    stage: Stage | PictureStage
    app: faust.App
    runner: Runner | PictureRunner
    delivery: Delivery
    transmit: BatchTransmit
    producer: LeasedProducer

    async def start(self) -> None:
        """Connect and join the group."""
        await self.producer.start_patiently()
        await self.app.start()

    async def stop(self, *, finish: bool) -> None:
        """Leave the group, after what is in flight is done, where it still can be."""
        with contextlib.suppress(DeliveryError):
            if finish:
                await self.delivery.revoked()
        await self.app.stop()
        await self.producer.stop()
        if isinstance(self.stage, PictureStage):
            await asyncio.to_thread(self.stage.close)

    def owned(self, topic: str) -> list[TP]:
        """Return the partitions of a topic that this worker is assigned."""
        return sorted(tp for tp in self.app.consumer.assignment() if tp.topic == topic)


def build(
    stage: Stage | PictureStage,
    kafka: KafkaSettings,
    state_folder: Path,
    clock: Clock,
    fail: Callable[[Exception], None],
) -> StageApp:
    """Return a stage joined to its own Faust app; nothing is started or connected yet."""
    app = faust_app(stage, kafka, state_folder)
    lease = Lease(LEASE_S)
    transmit = BatchTransmit(stage.name)
    pictures = isinstance(stage, PictureStage)
    table = state_table(app, stage) if not isinstance(stage, PictureStage) and stage.stateful else None
    outbox = Outbox(
        stage.name,
        transmit,
        fail,
        _count_alerts,
        None if table is None else table.keep,
        topics.changelog(stage.name),
        MAX_PICTURES_IN_FLIGHT if pictures else MAX_IN_FLIGHT,
    )
    delivery = Delivery(
        stage.name,
        outbox,
        lease,
        lambda positions: app.consumer._commit(positions),  # noqa: PLW0108 - no consumer yet
        FirstOffset(kafka),
        complete=not pictures,
    )
    runner: Runner | PictureRunner
    if isinstance(stage, PictureStage):
        runner = PictureRunner(stage, delivery, clock)
    else:
        runner = Runner(stage, delivery, table)
    if table is not None:
        table.fail = fail
        discard_distrusted(stage.name, table)
    app.tables.opened = _opening(runner, delivery)

    @app.agent(source_topic(app, stage), name=f"{stage.name}-agent")  # type: ignore[untyped-decorator]
    async def agent(stream: Any) -> None:
        await runner.run(stream.noack().events())

    @app.on_partitions_revoked.connect(weak=False)  # type: ignore[untyped-decorator]
    async def revoke(*_: object, **__: object) -> None:
        try:
            await delivery.revoked()
        except DeliveryError as error:
            outbox.stop(error)
        runner.forget()

    built = StageApp(stage, app, runner, delivery, transmit, LeasedProducer(lease, kafka))
    transmit.producer = built.producer
    _add_timers(built, clock)
    return built


def _opening(
    runner: Runner | PictureRunner, delivery: Delivery
) -> Callable[[Mapping[Where, int], int], Awaitable[bool]]:
    async def opened(positions: Mapping[Where, int], generation: int) -> bool:
        if isinstance(runner, Runner):
            runner.prepare(positions)
        return await delivery.opened(positions, generation)

    return opened


def _add_timers(built: StageApp, clock: Clock) -> None:
    ticks = TICK_TOPICS.get(built.stage.name)
    group = "camera" if ticks == topics.CAMERA_TICKS else "room"
    in_flight = metrics.IN_FLIGHT.labels(built.stage.name)

    @built.app.timer(interval=1.0, on_leader=False)  # type: ignore[untyped-decorator]
    async def each_second() -> None:
        in_flight.set(built.delivery.outbox.in_flight)
        _measure_lag(built)
        if ticks is None:
            return
        now = clock().replace(microsecond=0)
        owned = built.owned(ticks)
        outputs = [
            Output(ticks, Tick(group=group, partition=tp.partition, at=now), partition=tp.partition) for tp in owned
        ]
        # Nothing waits for a tick's confirmation: the next one follows in a second.
        await built.transmit({where: [raw] for where, raw in placed(encoded(built.stage.name, outputs, now, clock()))})


def _measure_lag(built: StageApp) -> None:
    consumer = built.app.consumer
    for tp in consumer.assignment():
        if tp.topic in built.stage.inputs:
            end = consumer.highwater(tp)
            done = built.delivery.progress.positions().get(tp)
            if end is not None and done is not None:
                metrics.CONSUMER_LAG.labels(built.stage.name, tp.topic, str(tp.partition)).set(max(0, end - done))


def _count_alerts(outputs: Sequence[Outgoing]) -> None:
    for output in outputs:
        alert = output.message
        if output.topic == topics.SHADOW_ALERTS and isinstance(alert, Alert) and alert.revision == 0:
            metrics.SHADOW_ALERTS.labels(alert.priority).inc()
        if output.topic != topics.ALERTS or not isinstance(alert, Alert):
            continue
        metrics.ALERT_CHANGES.labels(alert.change, alert.priority).inc()
        if alert.revision == 0 and alert.summary is None:
            metrics.ALERTS.labels(alert.priority).inc()
        if alert.grouping is not None and alert.asks:
            metrics.ALERTS_GROUPED.labels(alert.control_room_id, alert.priority, alert.grouping).inc()
        elif alert.asks:
            metrics.ALERTS_SHOWN.labels(alert.control_room_id, alert.priority).inc()
        entered_at = envelope(output.record.headers).entered_at
        if entered_at is not None:
            seconds = (datetime.now(entered_at.tzinfo) - entered_at).total_seconds()
            metrics.END_TO_END_SECONDS.labels(topics.ALERTS).observe(max(0.0, seconds))


def collect_seldom() -> None:
    """Look through all objects for garbage seldom, and never again through those that are there now."""
    gc.freeze()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, FULL_COLLECTION_AFTER)


async def run_stages(
    stages: Sequence[Stage | PictureStage],
    kafka: KafkaSettings,
    state_folder: Path,
    clock: Clock,
    ready: Callable[[], None] = lambda: None,
) -> Exception | None:
    """Run stages in this process until it is told to stop or one fails; return the error that stopped it, if one did."""
    sys.setswitchinterval(SWITCH_EVERY_S)
    if not any(isinstance(stage, PictureStage) for stage in stages):  # a cycle may hold a picture
        collect_seldom()
    stopping = asyncio.Event()
    errors: list[Exception] = []

    def fail(error: Exception) -> None:
        log.error("stopping: %s: %s", type(error).__name__, error)
        errors.append(error)
        stopping.set()

    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    apps = [build(stage, kafka, state_folder, clock, fail) for stage in stages]
    starting = asyncio.gather(*(built.start() for built in apps))
    watching = asyncio.create_task(_watch(apps, fail))
    starting.add_done_callback(lambda done: _started(done, ready, fail))
    await stopping.wait()
    guard = _end_anyway_after(FAILED_STOP_WITHIN_S if errors else STOP_WITHIN_S)
    watching.cancel()
    starting.cancel()
    await asyncio.gather(*(built.stop(finish=not errors) for built in apps), return_exceptions=True)
    guard.cancel()
    return errors[0] if errors else None


def _end_anyway_after(seconds: float) -> threading.Timer:
    """End the process even where stopping hangs: the framework waits without a limit for a broker that is gone.

    Nothing is lost by it: what was not confirmed was not acknowledged.
    """

    def end() -> None:
        log.warning("stopping took longer than %.0f s, ending at once", seconds)
        logging.shutdown()
        os._exit(1)

    guard = threading.Timer(seconds, end)
    guard.daemon = True
    guard.start()
    return guard


def _started(starting: asyncio.Future[Any], ready: Callable[[], None], fail: Callable[[Exception], None]) -> None:
    if starting.cancelled():
        return
    error = starting.exception()
    if isinstance(error, Exception):
        fail(error)
    elif error is None:
        ready()


async def _watch(apps: Sequence[StageApp], fail: Callable[[Exception], None]) -> None:
    """Notice an app that crashed by itself, where mode keeps the reason, and one that stands still."""
    while True:
        await asyncio.sleep(0.25)
        for built in apps:
            if built.app.tables.restore.under_way:
                built.delivery.lease.missed_from_now()
            elif built.delivery.stalled_s > STALLED_AFTER_S:
                fail(DeliveryError(f"{built.stage.name}: no membership of its group for {STALLED_AFTER_S:.0f} s"))
                return
            if built.app.crashed:
                reason = built.app.crash_reason
                fail(
                    reason if isinstance(reason, Exception) else RuntimeError(f"{built.stage.name} crashed: {reason!r}")
                )
                return
