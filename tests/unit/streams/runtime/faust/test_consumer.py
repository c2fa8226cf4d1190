"""How a stage reads: a fetch reads a copy of what is active, hands on without a detour, and waits for a stage that is behind."""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.client import AIOKafkaClient
from aiokafka.consumer import consumer as reading
from aiokafka.consumer import fetcher
from aiokafka.consumer.subscription_state import SubscriptionState
from aiokafka.errors import KafkaConnectionError, TopicAuthorizationFailedError
from faust.types import TP
from mode.utils.queues import FlowControlEvent, FlowControlQueue

from streams.errors import DeliveryError
from streams.runtime.faust import consumer as consuming
from streams.runtime.faust import producer as producing
from streams.runtime.faust.consumer import (
    ENOUGH,
    FETCH_WAITS_MS,
    QUIET_WAITS_MS,
    READ_AT_ONCE,
    READ_PICTURES_AT_ONCE,
    OrderedConsumer,
    QuietFetcher,
    buffer_for,
)
from streams.runtime.faust.producer import FirstOffset
from streams.settings import KafkaSettings
from tests.support.apps import app_in
from tests.support.raw_batches import HEAD, Written, batch, sealed

OURS = TP("evidence", 0)
PAUSED = TP("evidence", 3)
URGENT = TP("evidence-urgent", 0)


class FakeThread:
    """aiokafka in its thread: to it, no partitions mean all of them. It answers when it is told to."""

    def __init__(self) -> None:
        self.records: dict[TP, list[int]] = {OURS: [1], PAUSED: [2]}
        self.asked: list[set[TP]] = []
        self.answer = asyncio.Event()
        self.answered = False
        self.fails: Exception | None = None

    def has(self, tp: TP) -> bool:
        """Return whether something of a partition waits."""
        return tp in self.records

    async def getmany(self, active: set[TP], _: float) -> dict[TP, list[int]]:
        """Return the records of the partitions as they are named when the answer comes."""
        self.asked.append(active)
        await self.answer.wait()
        self.answered = True
        if self.fails is not None:
            raise self.fails
        return {tp: found for tp, found in self.records.items() if not active or tp in active}


def consumer_in(folder: Path) -> tuple[Any, FakeThread]:
    """Return the consumer of an app that is not connected, over a fake of its thread."""
    consumer: Any = app_in(folder).consumer
    assert isinstance(consumer, OrderedConsumer)
    thread = FakeThread()
    consumer._thread = thread
    consumer._set_active_tps({OURS})
    return consumer, thread


def test_a_rebalance_during_a_fetch_does_not_make_it_read_everything(tmp_path: Path) -> None:
    """The set that is emptied is not the fetch's own, and what came of a partition that is paused by now is dropped."""

    async def scenario() -> None:
        consumer, thread = consumer_in(tmp_path)
        fetch = asyncio.create_task(consumer._getmany(consumer._get_active_partitions(), 1.0))
        await asyncio.sleep(0)
        consumer.pause_partitions({OURS, PAUSED})
        thread.answer.set()
        assert await fetch == {}
        assert thread.asked == [{OURS}]

    asyncio.run(scenario())


def test_without_active_partitions_nothing_is_fetched(tmp_path: Path) -> None:
    """The framework's thread would read all."""

    async def scenario() -> None:
        consumer, thread = consumer_in(tmp_path)
        thread.answer.set()
        consumer.pause_partitions({OURS})
        assert await consumer._getmany(consumer._get_active_partitions(), 1.0) == {}
        assert thread.asked == []

    asyncio.run(scenario())


def test_records_of_a_partition_whose_buffer_filled_meanwhile_are_kept(tmp_path: Path) -> None:
    """It was taken from the active ones only so that no more is fetched."""

    async def scenario() -> None:
        consumer, thread = consumer_in(tmp_path)
        fetch = asyncio.create_task(consumer._getmany(consumer._get_active_partitions(), 1.0))
        await asyncio.sleep(0)
        consumer.on_buffer_full(OURS)
        thread.answer.set()
        assert await fetch == {OURS: [1]}

    asyncio.run(scenario())


def test_what_overtakes_is_fetched_first(tmp_path: Path) -> None:
    """Others only where nothing of it waits, so that a backlog does not hold up what is urgent."""

    async def scenario() -> None:
        consumer, thread = consumer_in(tmp_path)
        thread.answer.set()
        thread.records[URGENT] = [3]
        consumer._set_active_tps({OURS, URGENT})
        assert await consumer._getmany(consumer._get_active_partitions(), 1.0) == {URGENT: [3]}
        del thread.records[URGENT]
        assert await consumer._getmany(consumer._get_active_partitions(), 1.0) == {OURS: [1]}
        assert thread.asked == [{URGENT}, {OURS, URGENT}]

    asyncio.run(scenario())


def test_the_thread_knows_what_it_has_fetched(tmp_path: Path) -> None:
    """By the framework's names of partitions, though aiokafka has its own."""
    consumer: Any = app_in(tmp_path).consumer
    thread = consumer._new_consumer_thread()
    thread._consumer = SimpleNamespace(_fetcher=SimpleNamespace(_records={TopicPartition(*URGENT): object()}))
    assert thread.has(URGENT)
    assert not thread.has(OURS)


def test_positions_change_only_while_no_fetch_is_under_way(tmp_path: Path) -> None:
    """What a fetch returns after a seek would stand for records that were never taken."""

    async def scenario() -> None:
        consumer, thread = consumer_in(tmp_path)
        fetch = asyncio.create_task(consumer._getmany(consumer._get_active_partitions(), 1.0))
        await asyncio.sleep(0)
        asyncio.get_running_loop().call_later(0.05, thread.answer.set)
        async with consumer.no_fetch_under_way:
            assert thread.answered
        assert await fetch == {OURS: [1]}

    asyncio.run(scenario())


class Committed:
    """aiokafka's committed offsets, and what is sought: it leaves offset 0 and none alone by itself."""

    def __init__(self, committed: dict[TP, int | None]) -> None:
        self.committed = committed
        self.sought: dict[TP, int] = {}

    async def seek_to_committed(self) -> dict[TopicPartition, int | None]:
        """Seek where there is an offset above 0."""
        self.sought |= {tp: offset for tp, offset in self.committed.items() if offset}
        return {TopicPartition(*tp): offset for tp, offset in self.committed.items()}

    async def seek_wait(self, offsets: dict[TP, int]) -> None:
        """Seek."""
        self.sought |= offsets

    async def seek_to_beginning(self, *places: TopicPartition) -> None:
        """Seek to what is there; aiokafka takes its own type alone."""
        assert all(isinstance(place, TopicPartition) for place in places)
        self.sought |= {TP(*place): -2 for place in places}


def test_a_partition_without_a_committed_offset_is_sought_too(tmp_path: Path) -> None:
    """What a fetch handed out of it before would otherwise be passed over; changelogs are the recovery's."""

    async def scenario() -> None:
        consumer: Any = app_in(tmp_path).consumer
        consumer.app.tables._changelogs["decide-state-changelog"] = object()
        thread = Committed({OURS: 7, PAUSED: 0, URGENT: None, TP("decide-state-changelog", 0): None})
        consumer._thread = thread
        await consumer.perform_seek()
        assert thread.sought == {OURS: 7, PAUSED: 0, URGENT: -2}

    asyncio.run(scenario())


def test_the_broker_may_not_keep_a_request_for_long(tmp_path: Path) -> None:
    """A request that names quiet partitions alone would keep the busy ones waiting for a second and a half."""

    async def scenario() -> None:
        consumer: Any = app_in(tmp_path).consumer
        made = consumer._new_consumer_thread()._create_worker_consumer(consumer.transport)
        assert made._fetch_max_wait_ms == FETCH_WAITS_MS

    asyncio.run(scenario())


@pytest.mark.parametrize("at_once", [READ_AT_ONCE, READ_PICTURES_AT_ONCE])
def test_a_buffer_never_fills_so_far_that_it_stops_its_partitions(at_once: int) -> None:
    """With all of them stopped the framework would sleep for a second."""
    queue = FlowControlQueue[int](buffer_for(at_once), flow_control=FlowControlEvent())
    assert at_once * (1 + ENOUGH) < queue.pressure_high_size


def test_nothing_is_asked_for_while_the_stage_has_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Handing on no longer waits for the stage, so reading does; one less, and it is asked for."""
    monkeypatch.setattr(consuming, "LOOK_AGAIN_S", 0)

    async def scenario() -> None:
        consumer, thread = consumer_in(tmp_path)
        thread.answer.set()
        channel = consumer.app.topic("evidence", value_type=bytes)
        consumer.app.topics.add(channel)
        for number in range(READ_AT_ONCE // 2 + 1):
            channel.queue.put_nowait(number)
        fetch = asyncio.create_task(consumer._getmany(consumer._get_active_partitions(), 1.0))
        for _ in range(20):
            await asyncio.sleep(0)
        assert thread.asked == []
        channel.queue.get_nowait()
        assert await fetch == {OURS: [1]}

    asyncio.run(scenario())


@pytest.mark.parametrize("end", ["flow", "stop"])
def test_a_consumer_that_is_stopped_does_not_wait_for_its_stage(tmp_path: Path, end: str) -> None:
    """What waits is given up then."""

    async def scenario() -> None:
        consumer, thread = consumer_in(tmp_path)
        thread.answer.set()
        channel = consumer.app.topic("evidence", value_type=bytes)
        consumer.app.topics.add(channel)
        for number in range(READ_AT_ONCE):
            channel.queue.put_nowait(number)
        fetch = asyncio.create_task(consumer._getmany(consumer._get_active_partitions(), 1.0))
        await asyncio.sleep(0)
        if end == "flow":
            consumer.stop_flow()
        else:
            consumer._stopped.set()
        async with asyncio.timeout(5):
            await fetch

    asyncio.run(scenario())


class Buffer:
    """A stage's buffer, into which a message is put; one that is full waits for room."""

    def __init__(self, full: bool = False, error: Exception | None = None) -> None:
        self.room = asyncio.Event()
        self.error = error
        self.held: list[str] = []
        self.given_up = False
        if not full:
            self.room.set()

    async def put(self, message: str) -> str:
        """Put a message, in two steps where there is no room."""
        try:
            await self.room.wait()
            if not self.held:
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.given_up = True
            raise
        if self.error:
            raise self.error
        self.held.append(message)
        return message


def first(
    folder: Path, buffer: Callable[[], Buffer], then: Callable[[Buffer, asyncio.Event], Coroutine[Any, Any, None]]
) -> tuple[Buffer, Any, int]:
    """Put a second message into a buffer as the fetch loop does; return the buffer, what comes of it, and the tasks made."""

    async def scenario() -> tuple[Buffer, Any, int]:
        made, suspended = buffer(), asyncio.Event()
        consumer, _ = consumer_in(folder)
        tasks = 0

        def count(loop: asyncio.AbstractEventLoop, coroutine: Any, **_: Any) -> asyncio.Task[Any]:
            nonlocal tasks
            tasks += 1
            return asyncio.Task(coroutine, loop=loop)

        other = asyncio.create_task(then(made, suspended))
        asyncio.get_running_loop().set_task_factory(count)
        try:
            async with asyncio.timeout(5):
                result = await consumer.wait_first(made.put("message"), suspended.wait())
        finally:
            asyncio.get_running_loop().set_task_factory(None)
            await other
        return made, result, tasks

    return asyncio.run(scenario())


def with_room() -> Buffer:
    """Return a buffer that has room."""
    buffer = Buffer()
    buffer.held.append("earlier")
    return buffer


def full() -> Buffer:
    """Return a buffer that is full."""
    return Buffer(full=True)


async def nothing(_: Buffer, __: asyncio.Event) -> None:
    """Do nothing meanwhile."""


async def make_room(buffer: Buffer, _: asyncio.Event) -> None:
    """Take what is in the buffer."""
    buffer.room.set()


async def suspend(_: Buffer, suspended: asyncio.Event) -> None:
    """Begin a rebalance."""
    suspended.set()


def test_a_message_for_which_there_is_room_is_handed_on_without_a_task(tmp_path: Path) -> None:
    """The framework makes four for each."""
    buffer, result, tasks = first(tmp_path, with_room, nothing)
    assert buffer.held == ["earlier", "message"]
    assert (result.results, result.stopped, tasks) == (["message"], False, 0)


def test_a_message_waits_for_room(tmp_path: Path) -> None:
    """All steps that it still has to make are made."""
    buffer, result, tasks = first(tmp_path, full, make_room)
    assert (buffer.held, result.results, result.stopped) == (["message"], ["message"], False)
    assert tasks > 0


def test_a_message_that_waits_is_given_up_where_the_flow_is_suspended(tmp_path: Path) -> None:
    """It will be read again by whoever has its partition then."""
    buffer, result, _ = first(tmp_path, full, suspend)
    assert (buffer.held, buffer.given_up, result.results) == ([], True, [True])


@pytest.mark.parametrize(("made", "then"), [(with_room, nothing), (full, make_room)])
def test_an_error_of_handing_on_is_raised(
    tmp_path: Path, made: Callable[[], Buffer], then: Callable[[Buffer, asyncio.Event], Coroutine[Any, Any, None]]
) -> None:
    """At its first step and at a later one."""

    def broken() -> Buffer:
        buffer = made()
        buffer.error = ValueError("no such channel")
        return buffer

    with pytest.raises(ValueError, match="no such channel"):
        first(tmp_path, broken, then)


def test_marks_of_transactions_and_what_was_aborted_are_noted_as_passed_over() -> None:
    """By aiokafka's own way through an answer: two records, one that was aborted, the mark of that, another record, a mark."""

    def within(kind: int, base: int, records: list[Written]) -> bytes:
        head = list(HEAD.unpack(batch(records)[: HEAD.size]))
        head[5], head[9] = kind, 7  # the producer's id
        return sealed(HEAD.pack(*head), batch(records)[HEAD.size :], 0, base)

    place = TopicPartition("evidence", 3)
    aborts, commits = (struct.pack(">hh", 0, kind) for kind in (0, 1))
    data = (
        batch([(b"k", b"v", [])] * 2, base=40)
        + within(0x10, 42, [(b"k", b"aborted", [])] * 3)
        + within(0x30, 45, [(aborts, b"", [])])
        + within(0x10, 46, [(b"k", b"v", [])])
        + within(0x30, 47, [(commits, b"", [])])
    )
    consuming.PASSED_OVER._ranges.clear()
    records = fetcher.PartitionRecords(place, fetcher.MemoryRecords(data), [(7, 42)], 40, None, None, True, 1)
    assert [record.offset for record in records] == [40, 41, 46]
    assert consuming.PASSED_OVER._ranges == {place: ((42, 46), (47, 48))}


def test_a_question_about_a_gap_waits_for_a_broker_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or each broker that is started anew would end the workers of whoever reads a partner's transactions."""
    asked: list[int] = []

    async def look(_: FirstOffset, __: object, offset: int) -> int:
        asked.append(offset)
        if len(asked) < 3:
            raise KafkaConnectionError
        return 9

    monkeypatch.setattr(FirstOffset, "_look", look)
    monkeypatch.setattr(producing, "TRY_AGAIN_S", 0)
    assert asyncio.run(FirstOffset(KafkaSettings(bootstrap_servers="127.0.0.1:1"))(("evidence", 0), 5)) == 9
    assert asked == [5, 5, 5]


def test_the_broker_may_keep_a_request_for_longer_only_where_it_names_all_that_is_read() -> None:
    """With records read ahead it names the other partitions alone: what comes to the busy one would wait for them."""
    quiet, busy = asyncio.run(requests())
    assert (named(quiet), quiet._max_wait_ms) == ({0, 1}, QUIET_WAITS_MS)
    assert (named(busy), busy._max_wait_ms) == ({1}, FETCH_WAITS_MS)
    assert vars(reading)["Fetcher"] is QuietFetcher  # what aiokafka's consumer makes is ours


async def requests() -> tuple[Any, Any]:
    """Return what is asked of two partitions while nothing is read ahead, and while records of the first one are."""
    subscription = SubscriptionState()
    places = [TopicPartition("evidence", number) for number in range(2)]
    subscription.assign_from_user(places)
    client = AIOKafkaClient(bootstrap_servers="127.0.0.1:1")
    asking = QuietFetcher(client, subscription, fetch_max_wait_ms=FETCH_WAITS_MS)
    assignment = subscription.subscription.assignment
    for place in places:
        assignment.state_value(place).reset_to(0)
    asking._select_read_replica = lambda _: 1
    try:
        [(_, quiet)], *_ = asking._get_actions_per_node(assignment)
        asking._records[places[0]] = SimpleNamespace(calculate_backoff=lambda: 0)
        [(_, busy)], *_ = asking._get_actions_per_node(assignment)
    finally:
        asking._records.clear()
        await asking.close()
        await client.close()
    return quiet, busy


def named(request: Any) -> set[int]:
    """Return the partitions that a fetch request names."""
    return {partition for _, partitions in request._topics for partition, *_ in partitions}


@pytest.mark.parametrize("told", ["incidents", {"incidents"}, frozenset({"incidents"})])
def test_a_right_that_is_lacking_is_one_line(tmp_path: Path, told: object) -> None:
    """A fetch meets it by the topic's name, a commit of offsets by a set of names: whichever comes first says the same."""
    error = TopicAuthorizationFailedError(told)
    line = 'may not READ topic "incidents": run `toezicht topics acls`'

    async def scenario() -> None:
        consumer, thread = consumer_in(tmp_path)
        thread.fails = error
        thread.answer.set()
        with pytest.raises(DeliveryError, match=line):
            await consumer._getmany(consumer._get_active_partitions(), 1.0)
        committing = consumer._new_consumer_thread()
        committing.parent_loop = asyncio.get_running_loop()
        committing._thread_running = asyncio.get_running_loop().create_future()
        await committing.crash(error)
        assert isinstance(committing.crash_reason, DeliveryError)
        assert str(committing.crash_reason).endswith(line)
        with pytest.raises(DeliveryError):
            await committing._thread_running

    asyncio.run(scenario())
