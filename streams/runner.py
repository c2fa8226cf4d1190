"""The one runner between the agents and the framework: decode, guard, decide, write, send, confirm, acknowledge.

For each record of a stage's topics, in the order of its partition:

1. it is decoded and guarded (`streams/records.py`); what fails goes to dead-letters, and the partition goes on;
2. a repeated input sends again exactly what it caused the first time (`streams/repeats.py`);
3. otherwise the agent decides, synchronously, with `now` being the time at which the broker appended the record, so that
   the same record gives the same decision whenever it is handled;
4. its rows become visible, and go to the changelog together with the outputs, without waiting;
5. when the broker has confirmed all of it, and all inputs before it are released, the rows are written to RocksDB and the
   input is acknowledged (`streams/ledger.py`).

A send that fails stops the worker without acknowledging: the next worker takes the input again.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from streams import metrics
from streams.errors import DeliveryError
from streams.ledger import Ledger
from streams.records import Fault, Record, normal_headers, read_record
from streams.repeats import Outgoing, Repeats
from streams.sending import Sender, handler_fault
from streams.stage import Input, Output, Stage
from streams.state import NoRows, PartitionState, StateRows, StateTable

log = logging.getLogger(__name__)

MAX_IN_FLIGHT: Final = 1_000
"""Inputs taken and not yet acknowledged, per stage: enough to hide the broker's latency, little to do again."""


@dataclass
class Delivery:
    """What all runners share: acknowledging in order, in-flight limit, failure.

    Attributes:
        stage: The stage's name.
        fail: Called once with the error that stops the worker.
        confirmed: Called with the outputs of an input after the broker confirmed them (for metrics).
    """

    stage: str
    fail: Callable[[Exception], None]
    confirmed: Callable[[Sequence[Outgoing]], None] = lambda _: None
    max_in_flight: int = MAX_IN_FLIGHT
    failed: bool = False
    _ledgers: dict[int, Ledger] = field(default_factory=dict)
    _room: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def in_flight(self) -> int:
        """Return how many inputs are taken and not yet acknowledged."""
        return sum(len(ledger) for ledger in self._ledgers.values())

    async def wait_for_room(self) -> None:
        """Wait until another input may be taken."""
        while self.in_flight >= self.max_in_flight:
            self._room.clear()
            await self._room.wait()

    def deliver(
        self,
        partition: int,
        confirmations: Sequence[asyncio.Future[Any]],
        release: Callable[[], None],
        outputs: Sequence[Outgoing] = (),
    ) -> None:
        """Release an input when all it caused is confirmed and all before it are released."""
        started = time.perf_counter()
        ledger = self._ledgers.setdefault(partition, Ledger())
        entry = ledger.take(release)
        waiting = len(confirmations)

        def finish() -> None:
            if self.failed:
                return
            self.confirmed(outputs)
            ledger.finish(entry)
            self._seconds.observe(time.perf_counter() - started)
            self._room.set()

        def on_confirmation(future: asyncio.Future[Any]) -> None:
            nonlocal waiting
            waiting -= 1
            error = asyncio.CancelledError() if future.cancelled() else future.exception()
            if error is not None:
                self.stop(DeliveryError(f"{self.stage}: the broker did not confirm a record: {error!r}"))
            elif waiting == 0:
                finish()

        if not confirmations:
            finish()
        for confirmation in confirmations:
            confirmation.add_done_callback(on_confirmation)

    def stop(self, error: Exception) -> None:
        """Stop the worker; nothing that is in flight will be acknowledged."""
        if not self.failed:
            self.failed = True
            log.error("%s", error)
            self.fail(error)

    def revoke(self, partition: int) -> None:
        """Forget what is in flight of a partition that another worker owns now."""
        ledger = self._ledgers.pop(partition, None)
        if ledger is not None:
            ledger.drop()
            self._room.set()

    def __post_init__(self) -> None:
        """Bind the metrics of this stage once."""
        self._seconds = metrics.STAGE_SECONDS.labels(self.stage)


@dataclass(slots=True)
class Owned:
    """What the runner keeps in memory of one partition that it owns."""

    state: PartitionState
    repeats: Repeats


class Runner:
    """Runs one `Stage`."""

    def __init__(
        self,
        stage: Stage,
        sender: Sender,
        delivery: Delivery,
        table: StateTable | None,
        write: Callable[[int, Mapping[bytes, bytes | None], int], None] | None = None,
    ) -> None:
        """Join an agent to its sender, its delivery and, where it keeps state, its table."""
        self.stage = stage
        self.sender = sender
        self.delivery = delivery
        self.table = table
        self._keep = write or (table.keep if table is not None else None)
        self._owned: dict[int, Owned] = {}
        self._sequence = 0
        self._taken = {topic: metrics.MESSAGES_IN.labels(stage.name, topic) for topic in stage.inputs}
        self._repeated = metrics.MESSAGES_REPEATED.labels(stage.name)

    async def run(self, events: AsyncIterator[Any]) -> None:
        """Handle the events of a stream until it ends or the worker fails."""
        async for event in events:
            await self.delivery.wait_for_room()
            if self.delivery.failed:
                return
            await self.handle(record_of(event), event.ack)

    async def handle(self, record: Record, acknowledge: Callable[[], object]) -> None:
        """Handle one record up to the hand-over of all it causes."""
        self._taken[record.topic].inc()
        item = read_record(record, self.stage.max_late)
        if isinstance(item, Input):
            rows = self._rows(record.partition)
            result = self._decide(item, rows, record)
            if not isinstance(result, Fault):
                await self._send(item, rows, result, acknowledge)
                return
            item = result
        confirmations = []
        if isinstance(item, Fault):
            metrics.MESSAGES_FAILED.labels(self.stage.name, item.reason).inc()
            log.warning("%s: %s/%d@%d: %s", self.stage.name, record.topic, record.partition, record.offset, item.detail)
            confirmations.append(await self.sender.send_dead_letter(record, item))
        self.delivery.deliver(record.partition, confirmations, releasing(acknowledge))

    def revoke(self, partition: int) -> None:
        """Forget a partition that another worker owns now."""
        self._owned.pop(partition, None)
        self.delivery.revoke(partition)

    def _rows(self, partition: int) -> StateRows | NoRows:
        if self.table is None:
            return NoRows()
        return StateRows(self._own(partition).state)

    def _own(self, partition: int) -> Owned:
        assert self.table is not None
        owned = self._owned.get(partition)
        state = self.table.partition_state(partition)
        if owned is None or owned.state is not state:
            owned = self._owned[partition] = Owned(state, Repeats(StateRows(state)))
        return owned

    def _decide(self, item: Input, rows: StateRows | NoRows, record: Record) -> list[Outgoing] | Fault:
        repeats = self._own(item.partition).repeats if isinstance(rows, StateRows) else None
        if repeats is not None and isinstance(rows, StateRows):
            before = repeats.find(item.event_id, rows)
            if before is not None:
                self._repeated.inc()
                return before
        try:
            outputs: Sequence[Output] = self.stage.handle(item, rows, record.appended_at)
            outgoing = self.sender.encoded(outputs, item.entered_at, record.appended_at)
        except Exception as error:  # one bad message never stops a partition
            log.exception("%s: the agent raised", self.stage.name)
            return handler_fault(error)
        if repeats is not None and (outgoing or rows.writes):
            repeats.remember(item.event_id, outgoing, rows)
        return outgoing

    async def _send(
        self, item: Input, rows: StateRows | NoRows, outgoing: list[Outgoing], acknowledge: Callable[[], object]
    ) -> None:
        confirmations: list[asyncio.Future[Any]] = []
        if isinstance(rows, StateRows) and rows.writes and self.table is not None:
            release = await self._write(item.partition, rows, confirmations, acknowledge)
        else:
            release = releasing(acknowledge)
        for output in outgoing:
            confirmations.append(await self.sender.send(output))
        self.delivery.deliver(item.partition, confirmations, release, outgoing)

    async def _write(
        self,
        partition: int,
        rows: StateRows,
        confirmations: list[asyncio.Future[Any]],
        acknowledge: Callable[[], object],
    ) -> Callable[[], None]:
        assert self.table is not None
        self._sequence += 1
        sequence, state = self._sequence, self._own(partition).state
        writes = state.stage(sequence, rows.writes)
        changelog = self.table.changelog_tp(partition)
        sent = await self.sender.send_rows(changelog.topic, partition, writes)
        confirmations += sent

        def release() -> None:
            assert self._keep is not None
            self._keep(partition, writes, max(future.result().offset for future in sent))
            state.settle(sequence, writes)
            acknowledge()

        return release


def record_of(event: Any) -> Record:
    """Return a Faust event as a record."""
    message = event.message
    return Record(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        key=message.key,
        value=message.value,
        headers=normal_headers(message.headers),
        appended_at=datetime.fromtimestamp(message.timestamp, UTC),
    )


def releasing(acknowledge: Callable[[], object]) -> Callable[[], None]:
    """Return a release that only acknowledges."""

    def release() -> None:
        acknowledge()

    return release
