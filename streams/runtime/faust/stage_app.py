"""Stage application: one stage joined to its own Faust app, with its lease, its producer and its timers.

The stage's name is the app's id, however many stages share a process: a stage keeps its consumer group, its state and its
changelog wherever it runs.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import faust
from faust.types import TP

from schemas.ticks import Tick
from streams import metrics, topics
from streams.clock import Clock
from streams.errors import DeliveryError
from streams.kafka.record import EncodedOutput, Where
from streams.runtime.assignment import PartitionAssignment
from streams.runtime.encode import encoded, placed
from streams.runtime.faust.app import LEASE_S, faust_app, source_topic, state_table
from streams.runtime.faust.consumer import PASSED_OVER
from streams.runtime.faust.local_state import discard_distrusted
from streams.runtime.faust.producer import BatchTransmit, FencedProducer, FirstOffset
from streams.runtime.lag import HeldUp
from streams.runtime.lease import Lease
from streams.runtime.picture_runner import MAX_PICTURES_IN_FLIGHT, PictureRunner
from streams.runtime.runner import Runner
from streams.runtime.send_queue import MAX_IN_FLIGHT, SendQueue, nothing
from streams.settings import KafkaSettings
from streams.stages.base import Output, PictureStage, Stage

log = logging.getLogger(__name__)


@dataclass
class StageApp:
    """One stage on its Faust app."""

    stage: Stage | PictureStage
    app: faust.App
    runner: Runner | PictureRunner
    assignment: PartitionAssignment
    transmit: BatchTransmit
    producer: FencedProducer
    lag: int = 0
    _done: dict[Where, int] = field(default_factory=dict)

    async def start(self) -> None:
        """Connect and join the group."""
        await self.producer.start_patiently()
        await self.producer.await_topics(self.stage.name, self.needs())
        await self.app.start()

    async def stop(self, *, finish: bool) -> None:
        """Leave the group, after what is in flight is done, where it still can be."""
        with contextlib.suppress(DeliveryError):
            if finish:
                await self.assignment.revoked()
        await self.app.stop()
        await self.producer.stop()
        if isinstance(self.stage, PictureStage):
            await asyncio.to_thread(self.stage.close)

    def gets_on(self) -> bool:
        """Return whether the stage finished with something since it was asked last, or has its lease and nothing to do."""
        before, self._done = self._done, dict(self.assignment.offsets.positions())
        if self.assignment.stalled_s > LEASE_S:
            return False
        return self._done != before or not (self.lag or self.assignment.send_queue.in_flight)

    def needs(self) -> set[str]:
        """Return the topics without which the stage does nothing, or cannot go on."""
        changelog = [] if isinstance(self.stage, PictureStage) or not self.stage.stateful else [self.stage.name]
        return {*self.stage.inputs, topics.DEAD_LETTERS, *(topics.changelog(name) for name in changelog)}

    def owned(self, topic: str) -> list[TP]:
        """Return the partitions of a topic that this worker is assigned."""
        return sorted(tp for tp in self.app.consumer.assignment() if tp.topic == topic)


def build(
    stage: Stage | PictureStage,
    kafka: KafkaSettings,
    state_folder: Path,
    clock: Clock,
    fail: Callable[[Exception], None],
    confirmed: Callable[[Sequence[EncodedOutput]], None] = nothing,
) -> StageApp:
    """Return a stage joined to its own Faust app; nothing is started or connected yet.

    Args:
        stage: The stage.
        kafka: The cluster.
        state_folder: Where this worker keeps its state.
        clock: The time of ticks, and how old pictures are.
        fail: Called once with the error that stops the worker.
        confirmed: Called with what each input caused, after the broker confirmed it: for metrics.
    """
    app = faust_app(stage, kafka, state_folder)
    lease = Lease(LEASE_S)
    transmit = BatchTransmit(stage.name)
    pictures = isinstance(stage, PictureStage)
    table = state_table(app, stage) if not isinstance(stage, PictureStage) and stage.stateful else None
    send_queue = SendQueue(
        stage.name,
        transmit,
        fail,
        confirmed,
        None if table is None else table.keep,
        topics.changelog(stage.name),
        MAX_PICTURES_IN_FLIGHT if pictures else MAX_IN_FLIGHT,
    )
    assignment = PartitionAssignment(
        stage.name,
        send_queue,
        lease,
        lambda positions: app.consumer._commit(positions),  # noqa: PLW0108 - no consumer yet
        FirstOffset(kafka),
        complete=not pictures,
        passed_over=PASSED_OVER,
    )
    runner: Runner | PictureRunner
    if isinstance(stage, PictureStage):
        runner = PictureRunner(stage, assignment, clock)
    else:
        runner = Runner(stage, assignment, table)
    if table is not None:
        table.fail = fail
        discard_distrusted(stage.name, table)
    app.tables.opened = _opening(runner, assignment)

    built = StageApp(stage, app, runner, assignment, transmit, FencedProducer(lease, kafka))
    transmit.producer = built.producer
    _add_agent(built)
    _add_timers(built, clock)
    return built


def _add_agent(built: StageApp) -> None:
    app, stage, runner, assignment = built.app, built.stage, built.runner, built.assignment

    @app.agent(source_topic(app, stage), name=f"{stage.name}-agent")  # type: ignore[untyped-decorator]
    async def agent(stream: Any) -> None:
        ended: Exception = DeliveryError(f"{stage.name}: the framework ended its stream")
        try:
            await runner.run(stream.noack().events())
        except Exception as error:
            ended = error
            raise
        finally:
            if not app.should_stop:  # the framework would start a new agent, without what this one had in flight
                assignment.send_queue.stop(ended)

    @app.on_partitions_revoked.connect(weak=False)  # type: ignore[untyped-decorator]
    async def revoke(*_: object, **__: object) -> None:
        try:
            await assignment.revoked()
        except DeliveryError as error:
            assignment.send_queue.stop(error)
        runner.forget()


def _opening(
    runner: Runner | PictureRunner, assignment: PartitionAssignment
) -> Callable[[Mapping[Where, int], int], Awaitable[bool]]:
    async def opened(positions: Mapping[Where, int], generation: int) -> bool:
        if isinstance(runner, Runner):
            runner.prepare(positions)
        return await assignment.opened(positions, generation)

    return opened


def _add_timers(built: StageApp, clock: Clock) -> None:
    ticks = None if isinstance(built.stage, PictureStage) else built.stage.ticks
    group = "camera" if ticks == topics.CAMERA_TICKS else "room"
    held, told = HeldUp(built.stage.name), set[TP]()
    in_flight = metrics.IN_FLIGHT.labels(built.stage.name)

    @built.app.timer(interval=1.0, on_leader=False)  # type: ignore[untyped-decorator]
    async def each_second() -> None:
        in_flight.set(built.assignment.send_queue.in_flight)
        _measure_lag(built, held, told)
        if ticks is None:
            return
        now = clock().replace(microsecond=0)
        owned = built.owned(ticks)
        outputs = [
            Output(ticks, Tick(group=group, partition=tp.partition, at=now), partition=tp.partition) for tp in owned
        ]
        # Nothing waits for a tick's confirmation: the next one follows in a second.
        records = {where: [raw] for where, raw in placed(encoded(built.stage.name, outputs, now, clock()))}
        for (topic, partition), confirmation in (await built.transmit(records)).items():
            confirmation.add_done_callback(partial(_tell_refused, f"{built.stage.name}: {topic}/{partition}"))


def _tell_refused(where: str, confirmation: asyncio.Future[int]) -> None:
    """Write to the log why a tick was not confirmed; that nothing comes due without ticks must not go unnoticed."""
    if not confirmation.cancelled() and (error := confirmation.exception()):
        log.warning("%s: the broker did not confirm a tick: %r", where, error)


def _measure_lag(built: StageApp, held: HeldUp, told: set[TP]) -> None:
    """Tell how many records wait, by partition; of one that went to another worker (`told` before) nothing any more."""
    consumer, offsets = built.app.consumer, built.assignment.offsets
    done_at = offsets.positions()
    waiting = any(channel.queue.qsize() for channel in built.app.topics)
    built.lag = 0
    for tp in told - set(consumer.assignment()):
        # Else its last lag would stay here for ever, and look like a stage that stands.
        metrics.CONSUMER_LAG.remove(built.stage.name, tp.topic, str(tp.partition))
        told.discard(tp)
    for tp in consumer.assignment():
        at, done = consumer.partition_end(tp), done_at.get(tp)
        if tp.topic in built.stage.inputs and at is not None and done is not None:
            idle = not waiting and done == offsets.next_of(tp)
            lag = at.lag(done, idle=idle)
            metrics.CONSUMER_LAG.labels(built.stage.name, tp.topic, str(tp.partition)).set(lag)
            built.lag += lag
            told.add(tp)
            held.look(tp, at)
