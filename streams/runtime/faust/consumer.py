"""Consumer: how a stage reads: the framework's consumer, which loses nothing at a rebalance, and hands on without a detour.

- A fetch that is under way holds the live set of the partitions that may be read. A rebalance empties that set, and to aiokafka
  no partitions mean all of them: it hands out records of partitions that are paused, they are dropped, and the position stands
  behind them. Here a fetch has a copy, and no seek happens while one is under way.
- The framework makes four tasks for each message that it hands on, so that a rebalance can interrupt it where a buffer is full.
  Here a message for which there is room is handed on at once, which saves a tenth of a stage's processor time.
- A message that is handed on at once no longer waits for the stage. So reading waits: more is asked for when the stage has worked
  off most of what it has. A buffer that runs full would stop its partitions, and with all of them stopped the framework
  sleeps for a second.
- A batch that aiokafka cannot unpack ends the framework, at each start again. Here it is a record, which is set aside.
- What overtakes is asked for by itself only where some of it was fetched: a question to the thread that reads costs as much as a
  record does.
- What a transaction wrote that was aborted, or is still open, is not read.
- The broker may keep a request for which it has nothing for a fifth of a second, and not for the framework's one and a half; for
  half a second where the request names all partitions.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Generator
from functools import partial
from typing import Any, Final

from aiokafka import TopicPartition
from aiokafka.consumer import consumer as reading
from aiokafka.consumer import fetcher
from aiokafka.errors import TopicAuthorizationFailedError
from aiokafka.record.memory_records import MemoryRecords
from faust.transport.drivers import aiokafka
from faust.types import TP
from mode.services import WaitResults

from streams import topics
from streams.errors import DeliveryError
from streams.kafka.batches import Batches
from streams.kafka.errors import may_not
from streams.kafka.options import COMMITTED
from streams.runtime.lag import PartitionEnd
from streams.runtime.offsets import PassedOver

FETCH_WAITS_MS: Final = 200
"""For so long the broker may keep a request for which it has nothing. The framework's 1,500 ms made latencies of seconds; with 50
a worker of four stages that does nothing took a tenth of a core, and the broker a quarter, for no less latency."""
QUIET_WAITS_MS: Final = 500
"""The same while nothing is read ahead: the request names every partition then, so that whatever comes ends the wait at once
(Kafka's own default). A pipeline that does nothing asks half as often."""
READ_AT_ONCE: Final = 128
"""Records that one fetch hands on at the most. Urgent ones wait for these, and for what may still lie before them (`ENOUGH`)."""
READ_PICTURES_AT_ONCE: Final = 16
"""The same for pictures: 100 kB each (design §6)."""
ENOUGH: Final = 0.5
"""While a stage has more waiting than this share of what is read at once, nothing is asked for: it is busy for longer than
a fetch takes."""
LOOK_AGAIN_S: Final = 0.004

PASSED_OVER: Final = PassedOver()
"""What this process's readers passed over of partitions: to all of them the same, since all read what is committed."""


class _PartitionRecords(fetcher.PartitionRecords):  # type: ignore[misc]
    """What was fetched of one partition; what is passed over of it is noted."""

    def __init__(
        self, tp: TopicPartition, records: Batches, aborted: Any, fetch_offset: int, *args: Any, **options: Any
    ) -> None:
        records.asked = fetch_offset
        records.passed_over = partial(PASSED_OVER.note, (tp.topic, tp.partition))
        super().__init__(tp, records, aborted, fetch_offset, *args, **options)


class QuietFetcher(fetcher.Fetcher):  # type: ignore[misc]
    """aiokafka's fetcher, which lets the broker keep a request for longer while the consumer has nothing left to hand on."""

    @property
    def _fetch_max_wait_ms(self) -> int:
        return self._wait_ms if self._records else max(self._wait_ms, QUIET_WAITS_MS)

    @_fetch_max_wait_ms.setter
    def _fetch_max_wait_ms(self, wait_ms: int) -> None:
        self._wait_ms = wait_ms


fetcher.PartitionRecords = _PartitionRecords
reading.Fetcher = QuietFetcher
fetcher.MemoryRecords = lambda data: Batches(
    data, MemoryRecords
)  # of all of aiokafka's consumers: restoring state reads so too


def buffer_for(at_once: int) -> int:
    """Return how large the framework's buffer must be: at 1 / 1.25 of its size it would stop a partition, which must not be."""
    return 2 * at_once


class Begun:
    """A coroutine that has made its first step, and waits for something."""

    def __init__(self, coroutine: Coroutine[Any, Any, Any], waits_for: Any) -> None:
        self._coroutine = coroutine
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, Any]:
        """Go on with it: give what it waits for to whoever runs this, and what comes of that to the coroutine."""
        waits_for = self._waits_for
        while True:
            try:
                try:
                    yield waits_for
                except BaseException as error:
                    waits_for = self._coroutine.throw(error)
                else:
                    waits_for = self._coroutine.send(None)
            except StopIteration as done:
                return done.value


class QuickThread(aiokafka.AIOKafkaConsumerThread):  # type: ignore[misc]
    """Faust's thread that reads from the broker, which does not wait long for partitions that have nothing.

    A request names the partitions of which nothing is read ahead at that moment. Under load these may be quiet ones alone; while
    the broker waits for them, what comes to the busy ones is not asked for.
    """

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._isolation_level = COMMITTED["isolation_level"]
        consumer._fetch_max_wait_ms = FETCH_WAITS_MS
        return consumer

    def has(self, tp: TP) -> bool:
        """Return whether something of a partition was fetched and not handed on yet; whoever asks waits for nothing."""
        return tp in self._ensure_consumer()._fetcher._records

    async def crash(self, exc: BaseException) -> None:
        """End with the reason: a right that was taken away is met by whichever comes first, a fetch or a commit of offsets."""
        if isinstance(exc, TopicAuthorizationFailedError):
            exc = self.consumer.may_not_read(exc)
        await super().crash(exc)


class OrderedConsumer(aiokafka.Consumer):  # type: ignore[misc]
    """Faust's consumer, whose fetches read what they were asked to read, and not what a rebalance made of it."""

    no_fetch_under_way: asyncio.Lock
    """Held by a fetch, and by whoever changes the positions."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.no_fetch_under_way = asyncio.Lock()

    def _new_consumer_thread(self) -> QuickThread:
        return QuickThread(self, loop=self.loop, beacon=self.beacon)

    async def wait_first(self, *coros: Any, timeout: Any = None) -> Any:
        """Wait for the first of several; where the first is done with its first step, no task is made for any.

        The fetch loop calls it for each message: to put it into the stage's buffer, or to find that the flow is suspended.
        """
        first, *others = coros
        if timeout is not None or not asyncio.iscoroutine(first) or self.should_stop:
            return await super().wait_first(*coros, timeout=timeout)
        try:
            waits_for = first.send(None)
        except BaseException as end:
            for other in others:
                other.close()
            if isinstance(end, StopIteration):
                return WaitResults([first], [end.value], False)
            raise
        return await super().wait_first(Begun(first, waits_for), *others)

    async def seek_to_committed(self) -> Any:
        """Seek all partitions to their committed offsets, and those without any to where their stage begins.

        aiokafka leaves a partition alone whose committed offset is 0 or none, wherever it stands.
        """
        found = await super().seek_to_committed()
        streams = {TP(*tp): offset for tp, offset in found.items() if not self._is_changelog_tp(TP(*tp))}
        zero = {tp: 0 for tp, offset in streams.items() if offset == 0}
        if zero:
            await self.seek_wait(zero)
        new = [place for place, offset in found.items() if offset is None and TP(*place) in streams]
        if new and self.app.conf.consumer_auto_offset_reset == "earliest":
            await self._thread.seek_to_beginning(*new)
        return found

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> Any:
        """Fetch from the partitions that are active now, and return what is of those that still are.

        What lies in topics that overtake is returned first, and of the others not more than `READ_AT_ONCE`.
        """
        while self._enough() and self.flow_active and not self.should_stop:
            await asyncio.sleep(LOOK_AGAIN_S)
        async with self.no_fetch_under_way:
            asked = set(active_partitions or ()) & self._get_active_partitions()
            first = {tp for tp in asked if topics.overtakes(tp.topic) and self._thread.has(tp)}
            try:
                found = await super()._getmany(first, 0) if first else {}
                if not found and asked:
                    found = await super()._getmany(asked, timeout)
            except TopicAuthorizationFailedError as error:
                raise self.may_not_read(error) from None
        wanted = self._get_active_partitions() | self._buffered_partitions
        return {tp: records for tp, records in found.items() if tp in wanted}

    def may_not_read(self, error: TopicAuthorizationFailedError) -> DeliveryError:
        """Return in one line which topics may not be read: aiokafka tells one by its name, and several as a set of names."""
        told = [names if isinstance(names, (set, frozenset)) else {names} for names in error.args]
        names = ", ".join(sorted(str(each) for each in set().union(*told)))
        return DeliveryError(f"{self.app.conf.id}: {may_not(self.transport.user, 'READ', names)}")

    def partition_end(self, tp: TP) -> PartitionEnd | None:
        """Return where an assigned partition ends, as far as the consumer in its thread knows."""
        subscription = self._thread._ensure_consumer()._subscription.subscription
        assignment = None if subscription is None else subscription.assignment
        place = TopicPartition(tp.topic, tp.partition)
        if assignment is None or place not in assignment.tps:
            return None
        state = assignment.state_value(place)
        if not state.has_valid_position or state.highwater is None:
            return None
        return PartitionEnd(state.position, state.highwater if state.lso is None else state.lso, state.highwater)

    def _enough(self) -> bool:
        """Return whether the stage has so much waiting that it is busy for longer than a fetch takes."""
        waiting = max((channel.queue.qsize() for channel in self.app.topics), default=0)
        return bool(waiting > ENOUGH * self.app.conf.broker_max_poll_records)


class OrderedTransport(aiokafka.Transport):  # type: ignore[misc]
    """Faust's transport with the consumer above.

    Attributes:
        user: Who reads, for what is told.
    """

    user = "this worker"

    Consumer = OrderedConsumer
