"""Send queue: what inputs cause, handed over in groups: one batch per topic and partition, confirmed and released in order.

Each record by itself would cost a hundred microseconds in the client. Inputs that are taken within a few milliseconds share
batches instead, and their confirmations. Groups are sent and released strictly in the order in which their inputs were put:
rows reach the local state in that order.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, Protocol

from streams import metrics
from streams.errors import DeliveryError
from streams.kafka.record import EncodedOutput, Raw, Where
from streams.runtime import traced
from streams.slow import PAUSES, STORED, SlowInputs
from streams.tracing.spans import Span, exemplar, within

log = logging.getLogger(__name__)

LINGER_S: Final = 0.002
LONGEST_LINGER_S: Final = 0.025
"""A group waits for as long as another input came within the shorter time, at most the longer. A lone input waits little; under
load there are fewer requests, which drain a backlog faster."""
MAX_IN_FLIGHT: Final = 1_000
"""Inputs taken and not yet acknowledged, per stage: enough to hide the broker's latency, little to do again."""


class Transmit(Protocol):
    """Sends one group: records in their order, per topic and partition."""

    async def __call__(self, records: Mapping[Where, Sequence[Raw]]) -> Mapping[Where, asyncio.Future[int]]:
        """Hand all over, and return for each place the future that tells the offset of its last record."""


class Store(Protocol):
    """Store: where confirmed rows go."""

    def __call__(self, partition: int, writes: Mapping[bytes, bytes | None], offset: int) -> None:
        """Write a partition's rows, and how far into its changelog they reach."""


@dataclass(slots=True)
class QueuedInput:
    """One input that was taken.

    Attributes:
        partition: Its partition number.
        acknowledge: Called once, when it and all before it are confirmed.
        outputs: What it sends, for metrics.
        writes: The rows that it writes.
        settled: Called after its rows are stored.
        span: What tracing tells of it, once it is confirmed.
    """

    partition: int
    acknowledge: Callable[[], object]
    outputs: Sequence[EncodedOutput] = ()
    writes: Mapping[bytes, bytes | None] | None = None
    settled: Callable[[], None] | None = None
    taken_at_s: float = field(default_factory=time.perf_counter)
    span: Span | None = None


@dataclass
class Group:
    """Inputs that are sent and confirmed together."""

    entries: list[QueuedInput] = field(default_factory=list)
    records: dict[Where, list[Raw]] = field(default_factory=lambda: defaultdict(list))
    confirmations: Mapping[Where, asyncio.Future[int]] = field(default_factory=dict)
    waiting: int = 0
    sent: bool = False
    sent_at_s: float = 0.0
    confirmed_at_s: float = 0.0


def nothing(_: Sequence[EncodedOutput]) -> None:
    """Do nothing with confirmed outputs."""


class SendQueue:
    """Collects, sends, confirms and acknowledges for one stage.

    Args:
        stage: The stage's name.
        transmit: Sends a group.
        fail: Called once with the error that stops the worker.
        confirmed: Called with the outputs of each input after the broker confirmed them.
        store: Where confirmed rows go; None for a stage without state.
        changelog: The topic of the rows' changelog.
        max_in_flight: Inputs that may be taken and not yet acknowledged.
    """

    def __init__(
        self,
        stage: str,
        transmit: Transmit,
        fail: Callable[[Exception], None],
        confirmed: Callable[[Sequence[EncodedOutput]], None] = nothing,
        store: Store | None = None,
        changelog: str = "",
        max_in_flight: int = MAX_IN_FLIGHT,
    ) -> None:
        self.stage = stage
        self.failed = False
        self.in_flight = 0
        self._transmit = transmit
        self._fail = fail
        self._confirmed = confirmed
        self._store = store
        self._changelog = changelog
        self._max_in_flight = max_in_flight
        self._seconds = metrics.STAGE_SECONDS.labels(stage)
        self._batches = metrics.BATCHES_SENT.labels(stage)
        self._slow = SlowInputs(stage, PAUSES)
        self._group = Group()
        self._sent: deque[Group] = deque()
        self._filled = asyncio.Event()
        self._room = asyncio.Event()

    async def wait_for_room(self) -> None:
        """Wait until another input may be taken."""
        while self.in_flight >= self._max_in_flight and not self.failed:
            self._room.clear()
            await self._room.wait()

    def put(self, entry: QueuedInput, records: Sequence[tuple[Where, Raw]]) -> None:
        """Take an input with all that it causes; it is sent with the next group."""
        self.in_flight += 1
        self._group.entries.append(entry)
        for where, raw in records:
            self._group.records[where].append(raw)
        if entry.writes:
            place = (self._changelog, entry.partition)
            self._group.records[place].extend((key, value, []) for key, value in entry.writes.items())
        self._filled.set()

    @contextlib.asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """Send groups in the background for as long as the block runs."""
        task = asyncio.create_task(self._send_groups())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def drained(self) -> None:
        """Wait until nothing is in flight, or the worker fails."""
        while self.in_flight and not self.failed:
            self._room.clear()
            await self._room.wait()

    def stop(self, error: Exception) -> None:
        """Stop the worker; nothing that is in flight will be acknowledged."""
        if not self.failed:
            self.failed = True
            log.error("%s", error)
            self._room.set()
            self._fail(error)

    async def _send_groups(self) -> None:
        try:
            while not self.failed:
                await self._filled.wait()
                await self._gathering()
                await self._send_group()
        except Exception as error:  # whatever the client raises, nothing of this group may be acknowledged
            self.stop(self._told("a record could not be sent", error))

    async def _send_group(self) -> None:
        group, self._group = self._group, Group()
        self._filled.clear()
        self._sent.append(group)
        self._batches.inc()
        group.sent_at_s = group.confirmed_at_s = time.perf_counter()
        group.confirmations = await self._transmit(group.records)
        group.waiting = len(group.confirmations)
        group.sent = True
        for confirmation in group.confirmations.values():
            confirmation.add_done_callback(partial(self._on_confirmation, group))
        if not group.waiting:
            self._release()

    async def _gathering(self) -> None:
        """Wait until no further input comes to the group, or its first has waited for long enough."""
        until_s, known = time.perf_counter() + LONGEST_LINGER_S, 0
        while known < len(self._group.entries) and time.perf_counter() < until_s:
            known = len(self._group.entries)
            await asyncio.sleep(LINGER_S)

    def _on_confirmation(self, group: Group, future: asyncio.Future[int]) -> None:
        group.waiting -= 1
        error = asyncio.CancelledError() if future.cancelled() else future.exception()
        if error is not None:
            self.stop(self._told("the broker did not confirm a record", error))
        elif not group.waiting:
            group.confirmed_at_s = time.perf_counter()
            self._release()

    def _told(self, what: str, error: BaseException) -> Exception:
        """Return the error to stop with: one that says all in a line by itself as it is."""
        return error if isinstance(error, DeliveryError) else DeliveryError(f"{self.stage}: {what}: {error!r}")

    def _release(self) -> None:
        """Store and acknowledge all groups from the front that are confirmed; what raises ends the worker.

        This runs in a callback of the event loop, where nobody else would see an error: the group would be lost, and the worker
        would stand still with its lease renewed.
        """
        what = ""
        try:
            while self._sent and self._sent[0].sent and not self._sent[0].waiting and not self.failed:
                group = self._sent.popleft()
                what = (
                    "rows cannot be stored"  # a full disk, a broken database: the next worker starts from the changelog
                )
                self._store_rows(group)
                what = "what is confirmed cannot be released"
                self._acknowledge(group)
        except Exception as error:
            self.stop(DeliveryError(f"{self.stage}: {what}: {error!r}"))

    def _acknowledge(self, group: Group) -> None:
        now_s = time.perf_counter()
        if group.entries:
            decided_s = group.entries[0].taken_at_s
            self._slow.took(len(group.entries), decided_s, group.sent_at_s, group.confirmed_at_s, now_s)
        for entry in group.entries:
            self.in_flight -= 1
            if entry.settled is not None:
                entry.settled()
            if entry.span is None:
                self._told_of(entry, now_s)
            else:
                with within(entry.span.context):
                    self._told_of(entry, now_s)
                traced.ended(entry.span, [output.message for output in entry.outputs])
        self._room.set()

    def _told_of(self, entry: QueuedInput, now_s: float) -> None:
        self._confirmed(entry.outputs)
        entry.acknowledge()
        self._seconds.observe(now_s - entry.taken_at_s, exemplar())

    def _store_rows(self, group: Group) -> None:
        writes: dict[int, dict[bytes, bytes | None]] = defaultdict(dict)
        for entry in group.entries:
            if entry.writes:
                writes[entry.partition].update(entry.writes)
        if self._store is None:
            return
        with PAUSES.during(STORED):
            for partition, rows in writes.items():
                self._store(partition, rows, group.confirmations[self._changelog, partition].result())
