"""The runner's sister for pictures: several are looked at at once, in the stage's threads, beside the event loop.

Records are taken from the stream as they come and wait by camera (`streams/runtime/picture_queue.py`): what is too old by
its turn is acknowledged and counted without being decoded. The stage is given a few at a time. What one causes is sent as
soon as it is known, and it is acknowledged when that is confirmed; nothing is committed before all pictures before it are
(`streams/runtime/offsets.py`).

When partitions go, what waits and what is being looked at is forgotten: whoever gets them takes it again, if still fresh.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from schemas.cameras import FrameReference
from streams import metrics
from streams.clock import Clock
from streams.kafka.dead_letter import Fault
from streams.kafka.record import EncodedOutput, Record
from streams.runtime import traced
from streams.runtime.assignment import PartitionAssignment
from streams.runtime.encode import encoded, handler_fault, placed
from streams.runtime.guard import read_record
from streams.runtime.picture_queue import FairQueue
from streams.runtime.runner import record_of, set_aside
from streams.runtime.send_queue import QueuedInput
from streams.stages.base import Failed, Input, Output, PictureStage
from streams.tracing.spans import Span

log = logging.getLogger(__name__)

MAX_PICTURES_IN_FLIGHT: Final = 64
"""Pictures whose outputs the broker has not confirmed."""
MAX_PICTURES_WAITING: Final = 64
"""Pictures that wait for their turn: 2 s at the speed of two cores, some MB."""


@dataclass(frozen=True, slots=True)
class TakenPicture:
    """A picture that was taken from the stream; `opening` tells whether its partition is still held since then."""

    record: Record
    item: Input
    acknowledge: Callable[[], object]
    opening: int
    taken_at_s: float = field(default_factory=time.perf_counter)
    span: Span | None = None


class PictureRunner:
    """Runs one `PictureStage`.

    Args:
        stage: The agent.
        assignment: Tells what may be taken, and sends what it causes.
        clock: Tells how old a picture is.
    """

    def __init__(self, stage: PictureStage, assignment: PartitionAssignment, clock: Clock) -> None:
        self.stage = stage
        self.assignment = assignment
        self.send_queue = assignment.send_queue
        self.clock = clock
        self._waiting: FairQueue[TakenPicture] = FairQueue(stage.max_age_s, stage.overtaken_s)
        self._opening = 0
        self._came = asyncio.Event()
        self._room = asyncio.Event()
        self._hands = asyncio.Semaphore(stage.in_hand)
        metrics.failures_from_zero(stage.name)
        self._taken = {topic: metrics.MESSAGES_IN.labels(stage.name, topic) for topic in stage.inputs}
        self._redelivered = metrics.MESSAGES_REPLAYED.labels(stage.name)

    async def run(self, events: AsyncIterator[Any]) -> None:
        """Handle the events of a stream until it ends or the worker fails."""
        handing_out = asyncio.create_task(self._hand_out())
        try:
            async with self.send_queue.sending(), self.assignment.committing():
                async for event in events:
                    try:
                        await self._wait_for_room()
                        if await self.assignment.admit(event.message):
                            self._take(record_of(event), self.assignment.acknowledgement(event.message))
                    except Exception as error:  # the framework would start a new agent, and pass over this picture
                        self.send_queue.stop(error)
                    if self.send_queue.failed:
                        return
        finally:
            handing_out.cancel()
            self._let_go()

    def forget(self) -> None:
        """Forget what was taken and is not sent, and what the stage learned of the cameras: their partitions go."""
        self._let_go()
        self.stage.forget()

    def _let_go(self) -> None:
        self._opening += 1
        self._waiting.clear()
        self._room.set()

    async def _wait_for_room(self) -> None:
        while len(self._waiting) >= MAX_PICTURES_WAITING and not self.send_queue.failed:
            self._room.clear()
            await self._room.wait()

    def _take(self, record: Record, acknowledge: Callable[[], object]) -> None:
        self._taken[record.topic].inc()
        if record.again:
            self._redelivered.inc()
        item, span = read_record(record, self.stage.max_late), traced.handling(self.stage.name, record)
        if isinstance(item, Input):
            if span is not None:
                traced.about(span, item)
            self._waiting.add(
                item.message.key(), item.entered_at, TakenPicture(record, item, acknowledge, self._opening, span=span)
            )
            self._came.set()
            return
        outputs = [set_aside(self.stage.name, record, item)] if isinstance(item, Fault) else []
        if span is not None and isinstance(item, Fault):
            span.failed = item.reason.value
        entry = QueuedInput(record.partition, acknowledge, outputs, span=span)
        self.send_queue.put(entry, placed(outputs, traced.header_of(span)))

    async def _hand_out(self) -> None:
        try:
            while True:
                await self._hands.acquire()
                taken = await self._next()
                looking = asyncio.wrap_future(self.stage.submit(taken.item))
                looking.add_done_callback(partial(self._looked, taken))
        except Exception as error:  # a fault of ours, not of a picture: the worker must not stand still
            self.send_queue.stop(error)
            self._room.set()

    async def _next(self) -> TakenPicture:
        while True:
            if not self.assignment.taking:
                self._waiting.clear()
            turn = self._waiting.turn(self.clock())
            self._room.set()
            for taken, reason in turn.dropped:
                self._drop(taken, reason)
            if turn.next is not None:
                return turn.next
            self._came.clear()
            await self._came.wait()

    def _drop(self, taken: TakenPicture, reason: str) -> None:
        if isinstance(taken.item.message, FrameReference):
            metrics.FRAMES_DROPPED.labels(taken.item.message.camera_id, reason).inc()
        if taken.span is not None:
            taken.span.failed = reason
        self._put(taken, [])

    def _looked(self, taken: TakenPicture, looking: asyncio.Future[Sequence[Output] | Failed]) -> None:
        self._hands.release()
        error = asyncio.CancelledError() if looking.cancelled() else looking.exception()
        if taken.opening != self._opening or not self.assignment.taking or isinstance(error, asyncio.CancelledError):
            return
        try:
            self._put(taken, self._caused(taken, looking.result() if error is None else error))
        except Exception as fault:  # a fault of ours, not of a picture
            self.send_queue.stop(fault)

    def _caused(self, taken: TakenPicture, result: Sequence[Output] | Failed | BaseException) -> list[EncodedOutput]:
        if isinstance(result, BaseException):
            log.error("%s: the agent raised", self.stage.name, exc_info=result)
            fault = handler_fault(result)
        elif isinstance(result, Failed):
            fault = Fault(result.reason, result.what)
        else:
            try:
                return encoded(self.stage.name, result, taken.item.entered_at, self.clock())
            except Exception as error:  # one bad picture never stops a partition
                fault = handler_fault(error)
        if taken.span is not None:
            taken.span.failed = fault.reason.value
        return [set_aside(self.stage.name, taken.record, fault)]

    def _put(self, taken: TakenPicture, outputs: list[EncodedOutput]) -> None:
        entry = QueuedInput(
            taken.record.partition, taken.acknowledge, outputs, None, None, taken.taken_at_s, taken.span
        )
        self.send_queue.put(entry, placed(outputs, traced.header_of(taken.span)))
