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
from streams.records import Fault, Record, read_record
from streams.runner import Delivery, record_of, releasing
from streams.sending import Sender, handler_fault
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
    """Runs one `BatchStage`."""

    def __init__(self, stage: BatchStage, sender: Sender, delivery: Delivery, clock: Clock) -> None:
        """Join an agent to its sender and its delivery; the clock tells how old a picture is."""
        self.stage = stage
        self.sender = sender
        self.delivery = delivery
        self.clock = clock
        self._waiting: asyncio.Queue[Taken] = asyncio.Queue(maxsize=2 * stage.batch_size)
        self._taken = {topic: metrics.MESSAGES_IN.labels(stage.name, topic) for topic in stage.inputs}

    async def run(self, events: AsyncIterator[Any]) -> None:
        """Handle the events of a stream until it ends or the worker fails."""
        handling = asyncio.create_task(self._handle_batches())
        try:
            async for event in events:
                await self.delivery.wait_for_room()
                if self.delivery.failed:
                    return
                await self.take(record_of(event), event.ack)
        finally:
            handling.cancel()

    async def take(self, record: Record, acknowledge: Callable[[], object]) -> None:
        """Decode and guard one record; put it into the queue for the next batch."""
        self._taken[record.topic].inc()
        item = read_record(record, self.stage.max_late)
        if isinstance(item, Input):
            await self._waiting.put(Taken(record, item, acknowledge))
        elif isinstance(item, Fault):
            await self._set_aside(record, item, acknowledge)
        else:
            self.delivery.deliver(record.partition, (), releasing(acknowledge))

    def revoke(self, partition: int) -> None:
        """Forget a partition that another worker owns now."""
        self.delivery.revoke(partition)

    async def _handle_batches(self) -> None:
        try:
            while True:
                batch = [taken for taken in await self._collect() if not self._drop_stale(taken)]
                if batch:
                    await self._handle(batch)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            self.delivery.stop(error)

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
        self.delivery.deliver(taken.record.partition, (), releasing(taken.acknowledge))
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
                await self._set_aside(taken.record, Fault(result.reason, result.detail), taken.acknowledge)
                continue
            outgoing = self.sender.encoded(result, taken.item.entered_at, now)
            confirmations = [await self.sender.send(output) for output in outgoing]
            self.delivery.deliver(taken.record.partition, confirmations, releasing(taken.acknowledge), outgoing)

    async def _set_aside(self, record: Record, fault: Fault, acknowledge: Callable[[], object]) -> None:
        metrics.MESSAGES_FAILED.labels(self.stage.name, fault.reason).inc()
        log.warning("%s: %s/%d@%d: %s", self.stage.name, record.topic, record.partition, record.offset, fault.detail)
        confirmation = await self.sender.send_dead_letter(record, fault)
        self.delivery.deliver(record.partition, [confirmation], releasing(acknowledge))
