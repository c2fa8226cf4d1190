"""The runner's sister for agents that handle many inputs at once, off the event loop: pictures.

Fresh before complete (design §3.5): a picture that waited longer than the stage's `max_age_s` is acknowledged and counted
without being decoded. While one batch is handled, the next is collected.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from schemas.cameras import FrameReference
from streams import metrics
from streams.clock import Clock
from streams.delivery import Delivery
from streams.outbox import Entry
from streams.records import Fault, Record, read_record
from streams.repeats import Outgoing
from streams.runner import record_of, set_aside
from streams.sending import encoded, handler_fault, placed
from streams.stage import BatchStage, Failed, Input, Output

log = logging.getLogger(__name__)

MAX_PICTURES_IN_FLIGHT: Final = 64


@dataclass(frozen=True, slots=True)
class Taken:
    """A record that was taken from the stream and waits for its batch."""

    record: Record
    item: Input
    acknowledge: Callable[[], object]


class BatchRunner:
    """Runs one `BatchStage`.

    Args:
        stage: The agent.
        delivery: Tells what may be taken, and sends what it causes.
        clock: Tells how old a picture is.
    """

    def __init__(self, stage: BatchStage, delivery: Delivery, clock: Clock) -> None:
        self.stage = stage
        self.delivery = delivery
        self.outbox = delivery.outbox
        self.clock = clock
        self._waiting: asyncio.Queue[Taken] = asyncio.Queue(maxsize=2 * stage.batch_size)
        self._taken = {topic: metrics.MESSAGES_IN.labels(stage.name, topic) for topic in stage.inputs}
        self._again = metrics.MESSAGES_REPLAYED.labels(stage.name)

    async def run(self, events: AsyncIterator[Any]) -> None:
        """Handle the events of a stream until it ends or the worker fails."""
        handling = asyncio.create_task(self._handle_batches())
        try:
            async with self.outbox.sending(), self.delivery.committing():
                async for event in events:
                    try:
                        if await self.delivery.admit(event.message):
                            await self._take(record_of(event), self.delivery.acknowledgement(event.message))
                    except Exception as error:  # the framework would start a new agent, and pass over this picture
                        self.outbox.stop(error)
                    if self.outbox.failed:
                        return
        finally:
            handling.cancel()

    def forget(self) -> None:
        """Forget the pictures that wait for their batch: whoever gets their partitions takes them again, if still fresh."""
        while not self._waiting.empty():
            self._waiting.get_nowait()

    async def _take(self, record: Record, acknowledge: Callable[[], object]) -> None:
        self._taken[record.topic].inc()
        if record.again:
            self._again.inc()
        item = read_record(record, self.stage.max_late)
        if isinstance(item, Input):
            await self._waiting.put(Taken(record, item, acknowledge))
            return
        self._put(record, acknowledge, [set_aside(self.stage.name, record, item)] if isinstance(item, Fault) else [])

    async def _handle_batches(self) -> None:
        try:
            while True:
                batch = [taken for taken in await self._collect() if not self._drop_stale(taken)]
                if batch:
                    await self._handle(batch)
        except Exception as error:  # a fault of ours, not of a picture: the worker must not stand still
            self.outbox.stop(error)

    async def _collect(self) -> list[Taken]:
        batch = [await self._waiting.get()]
        deadline = asyncio.get_running_loop().time() + self.stage.batch_wait_s
        while len(batch) < self.stage.batch_size:
            try:
                async with asyncio.timeout_at(deadline):
                    batch.append(await self._waiting.get())
            except TimeoutError:
                break
        return batch

    def _drop_stale(self, taken: Taken) -> bool:
        limit_s = self.stage.max_age_s
        if not limit_s or self.clock() - taken.item.entered_at <= timedelta(seconds=limit_s):
            return False
        message = taken.item.message
        if isinstance(message, FrameReference):
            metrics.FRAMES_DROPPED.labels(message.camera_id, "stale").inc()
        self._put(taken.record, taken.acknowledge, [])
        return True

    async def _handle(self, batch: list[Taken]) -> None:
        now = self.clock()
        results: Sequence[Sequence[Output] | Failed]
        try:
            results = await self.stage.handle_batch([taken.item for taken in batch], now)
        except Exception as error:  # one bad batch never stops a partition
            log.exception("%s: the agent raised", self.stage.name)
            fault = handler_fault(error)
            results = [Failed(fault.reason, fault.detail)] * len(batch)
        for taken, result in zip(batch, results, strict=True):
            if isinstance(result, Failed):
                outputs = [set_aside(self.stage.name, taken.record, Fault(result.reason, result.detail))]
            else:
                outputs = encoded(self.stage.name, result, taken.item.entered_at, now)
            self._put(taken.record, taken.acknowledge, outputs)

    def _put(self, record: Record, acknowledge: Callable[[], object], outputs: list[Outgoing]) -> None:
        self.outbox.put(Entry(record.partition, acknowledge, outputs), placed(outputs))
