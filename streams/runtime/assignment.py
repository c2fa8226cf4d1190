"""One stage's hold on its partitions: what it may take, send and commit, from their coming to their going.

- **Coming.** After recovery the framework's positions stand at the committed offsets; they are committed once more, which
  proves that the worker is a member, and only then is anything taken (`opened`).
- **Taking.** Each record must be the one after the last (`streams/runtime/offsets.py`). A gap that its reader passed over is
  none. Another is looked up in the topic: where records lie in it, the framework lost them, and the worker ends, so that
  the next one takes them.
- **Committing.** Every half second, up to the first input that is not released. Each commit also renews the lease
  (`streams/runtime/lease.py`).
- **Going.** Before the partitions are given away everything in flight is confirmed, and committed where the group still
  takes it (`revoked`); what is not committed is repeated by the next owner. What cannot be confirmed ends the worker.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any, Final

from streams import metrics
from streams.errors import DeliveryError
from streams.kafka.record import Where
from streams.runtime.lease import Lease
from streams.runtime.offsets import Offered, OffsetTracker, PassedOver
from streams.runtime.processed import SLOTS
from streams.runtime.send_queue import SendQueue
from streams.slow import COMMITTED, MOVED, PAUSES

log = logging.getLogger(__name__)

COMMIT_EVERY_S: Final = 0.5
DRAIN_WITHIN_S: Final = 4.0
MAX_UNCOMMITTED: Final = SLOTS * 3 // 4
"""Inputs of a partition that may be taken since its last commit: after a crash all of them must still be known as done."""

Commit = Callable[[Mapping[Where, int]], Awaitable[bool]]
FirstOffset = Callable[[Where, int], Awaitable[int | None]]


class PartitionAssignment:
    """One stage's hold on its partitions.

    Args:
        stage: The stage's name.
        send_queue: What its inputs cause.
        lease: The right to send.
        commit: Commits offsets in the stage's group; returns False where the worker is no longer a member.
        first_offset: Returns the first offset at or after one that a partition really has, or None at its end.
        complete: Whether no record may be missed; pictures may.
        passed_over: What readers saw that is no record; of that the topic is not asked again.
    """

    def __init__(
        self,
        stage: str,
        send_queue: SendQueue,
        lease: Lease,
        commit: Commit,
        first_offset: FirstOffset,
        *,
        complete: bool,
        passed_over: PassedOver | None = None,
    ) -> None:
        self.stage = stage
        self.send_queue = send_queue
        self.lease = lease
        self.offsets = OffsetTracker()
        self._commit = commit
        self._first_offset = first_offset
        self._complete = complete
        self._passed_over = passed_over or PassedOver()
        self._gaps = metrics.DELIVERY_GAPS.labels(stage)  # a series from the start, so that its first increase is seen
        self._generation: int | None = None
        self._committing = asyncio.Lock()
        self._committed = asyncio.Event()

    @property
    def stalled_s(self) -> float:
        """Return for how long this worker has been unable to work (s); one that has no partitions is not stalled."""
        idle = self._generation is not None and not self.offsets.positions()
        return 0.0 if idle else self.lease.missing_s

    @property
    def taking(self) -> bool:
        """Return whether the partitions are held, and have not begun to go."""
        return self._generation is not None

    async def opened(self, positions: Mapping[Where, int], generation: int) -> bool:
        """Begin with partitions that came; return False where the group has moved on already."""
        async with self._committing:
            sent_at_s = self.lease.now_s()
            if positions and not await self._commit(positions):
                return False
            self.lease.prove(sent_at_s)
            self.offsets.open(positions)
            self._generation = generation
        log.info(
            "%s: generation %d begins at %s",
            self.stage, generation, " ".join(f"{topic}/{number}@{at}" for (topic, number), at in sorted(positions.items())),
        )  # fmt: skip
        return True

    async def revoked(self) -> None:
        """Let go of all partitions: finish what is in flight, commit it where the group still takes it, and send nothing more.

        Raises:
            DeliveryError: It could not be finished in time, so what is in flight is unknown: the worker must end.
        """
        self._generation = None
        try:
            if self.send_queue.in_flight and not self.lease.held:
                raise TimeoutError  # others may have the partitions already: nothing more will be sent
            async with asyncio.timeout(DRAIN_WITHIN_S):
                with PAUSES.during(MOVED):
                    await self.send_queue.drained()
                    await self.commit()
        except TimeoutError:
            raise DeliveryError(
                f"{self.stage}: partitions go away, and {self.send_queue.in_flight} inputs are not confirmed"
            ) from None
        finally:
            self.lease.end()
            self.offsets.close()

    async def admit(self, message: Any) -> bool:
        """Wait until a message of the framework may be taken, and return whether it is to be handled.

        Raises:
            DeliveryError: The framework passed over records that are there.
        """
        await self.send_queue.wait_for_room()
        where = (message.topic, message.partition)
        while self.offsets.uncommitted(message.partition) >= MAX_UNCOMMITTED and not self.send_queue.failed:
            self._committed.clear()
            await self._committed.wait()
        if self.send_queue.failed or message.generation_id != self._generation:
            return False
        offered = self.offsets.offer(where, message.offset)
        if offered is Offered.GAP:
            await self._explain_gap(where, message.offset)
            offered = self.offsets.offer(where, message.offset)
        return offered is Offered.NEXT

    def acknowledgement(self, message: Any) -> Callable[[], None]:
        """Return what to call when all that a message caused is confirmed."""
        return self.offsets.release_of((message.topic, message.partition), message.offset)

    @contextlib.asynccontextmanager
    async def committing(self) -> AsyncIterator[None]:
        """Commit in the background for as long as the block runs."""
        task = asyncio.create_task(self._commit_often())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def commit(self) -> None:
        """Commit what is released, and renew the lease where it ages."""
        async with self._committing:
            positions = self.offsets.to_commit()
            if not positions and self.lease.aging:
                positions = self.offsets.positions()
            if not positions:
                return
            sent_at_s = self.lease.now_s()
            with PAUSES.during(COMMITTED):
                member = await self._commit(positions)
            if member:
                self.lease.prove(sent_at_s)
                self.offsets.committed(positions)
                self._committed.set()

    async def _commit_often(self) -> None:
        try:
            while True:
                await asyncio.sleep(COMMIT_EVERY_S)
                if self._generation is not None:
                    await self.commit()
        except Exception as error:  # whatever the client raises: a worker that does not commit must not go on
            self.send_queue.stop(DeliveryError(f"{self.stage}: offsets cannot be committed: {error!r}"))

    async def _explain_gap(self, where: Where, offset: int) -> None:
        """Pass over offsets that the topic does not have: expired ones, and the marks of transactions."""
        expected = self.offsets.next_of(where)
        known = self._passed_over.covers(where, expected, offset)
        if self._complete and not known:
            found = await self._first_offset(where, expected)
            if found is not None and found < offset:
                self._gaps.inc()
                raise DeliveryError(
                    f"{self.stage}: {where[0]}/{where[1]}: offset {expected} was due and {offset} was delivered: "
                    "the worker ends, so that nothing is passed over"
                )
        if where in self.offsets.positions():  # it may have gone while the topic was asked
            level = logging.DEBUG if known else logging.INFO  # a partner's transactions have a mark each
            log.log(level, "%s: %s/%d has nothing from %d to %d", self.stage, *where, expected, offset - 1)
            self.offsets.pass_over(where, offset)
