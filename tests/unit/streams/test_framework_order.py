"""The two orders that are turned round: a fetch reads a copy of what is active, and a seek comes before everything else."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import faust
import pytest
from aiokafka import TopicPartition
from faust.tables.recovery import RebalanceAgain, ServiceStopped
from faust.types import TP

from streams.framework import FETCH_WAITS_MS, OrderedConsumer, OrderedRecovery, faust_app
from streams.settings import KafkaSettings
from tests.unit.streams.test_runner import Counting

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

    async def getmany(self, active: set[TP], _: float) -> dict[TP, list[int]]:
        """Return the records of the partitions as they are named when the answer comes."""
        self.asked.append(active)
        await self.answer.wait()
        self.answered = True
        return {tp: found for tp, found in self.records.items() if not active or tp in active}


def app_in(folder: Path) -> faust.App:
    """Return a stage's app that connects to nothing."""
    return faust_app(Counting(), KafkaSettings(bootstrap_servers="127.0.0.1:1"), folder)


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
        assert thread.asked == [{URGENT}, {URGENT}, {OURS, URGENT}]

    asyncio.run(scenario())


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


class Calls:
    """The consumer and the flow as a recovery uses them; notes what is called, in order."""

    def __init__(self, app: Any) -> None:
        self.made: list[str] = []
        self.app = app
        app._fetcher.maybe_start = self.start
        app._consumer = self
        app.consumer_generation_id = 7
        app.flow_control.resume = lambda: self.made.append("clear queues")
        app.tables.opened = self.opened
        app.on_rebalance_end = lambda: None
        self.no_fetch_under_way = asyncio.Lock()

    def assignment(self) -> set[TP]:
        """Return one partition."""
        return {OURS}

    async def perform_seek(self) -> None:
        """Seek."""
        assert self.no_fetch_under_way.locked()
        self.made.append("seek")

    async def position(self, _: TP) -> int:
        """Return where it stands after the seek."""
        return 408 if self.made == ["seek"] else 457

    async def opened(self, positions: dict[TP, int], generation: int) -> bool:
        """Note where the stage begins."""
        self.made.append(f"open {positions[OURS]} in {generation}")
        return True

    def resume_partitions(self, _: set[TP]) -> None:
        """Resume."""
        assert self.no_fetch_under_way.locked()
        self.made.append("resume partitions")

    def resume_flow(self) -> None:
        """Resume."""
        self.made.append("resume flow")

    async def start(self) -> None:
        """Start the fetch loop."""
        self.made.append("fetch")


@pytest.mark.parametrize("end", ["_resume_streams", "on_recovery_completed"])
def test_partitions_are_sought_opened_and_cleared_before_they_are_resumed(tmp_path: Path, end: str) -> None:
    """After a recovery, and after a rebalance without one: the framework resumes first and loses what comes meanwhile."""

    async def scenario() -> None:
        app = app_in(tmp_path)
        calls = Calls(app)
        await getattr(app.tables.recovery, end)(7)
        assert calls.made == ["seek", "open 408 in 7", "clear queues", "resume partitions", "resume flow", "fetch"]

    asyncio.run(scenario())


def test_an_older_recovery_does_not_begin(tmp_path: Path) -> None:
    """The group has moved on: the next recovery says where the partitions stand."""

    async def scenario() -> None:
        app = app_in(tmp_path)
        calls = Calls(app)
        await app.tables.recovery.on_recovery_completed(6)
        assert calls.made == []

    asyncio.run(scenario())


async def never() -> None:
    """Wait for ever."""
    await asyncio.Event().wait()


def waiting(folder: Path, step: Coroutine[Any, Any, None], before: str = "") -> None:
    """Wait for one step of a recovery, after something happened to it."""

    async def scenario() -> None:
        recovery: Any = app_in(folder).tables.recovery
        assert isinstance(recovery, OrderedRecovery)
        if before == "rebalance":
            recovery.signal_recovery_start.set()
        elif before == "stop":
            recovery._stopped.set()
        async with asyncio.timeout(0.3):
            await recovery._wait(step, timeout=0.01)

    asyncio.run(scenario())


def test_a_step_that_takes_long_is_waited_for(tmp_path: Path) -> None:
    """The framework would take it for an order to stop, and stand still for ever; only the test's own limit ends this."""
    with pytest.raises(TimeoutError):
        waiting(tmp_path, never())


def test_another_rebalance_and_an_order_to_stop_are_told_apart(tmp_path: Path) -> None:
    """Each as the framework's own recovery expects it."""
    with pytest.raises(RebalanceAgain):
        waiting(tmp_path, never(), "rebalance")
    with pytest.raises(ServiceStopped):
        waiting(tmp_path, never(), "stop")


def test_a_worker_keeps_its_name_in_the_group_over_a_restart(tmp_path: Path) -> None:
    """It is that of its state folder, so two workers on one host differ."""
    names = [app_in(tmp_path / name).conf.consumer_group_instance_id for name in ("decide", "decide", "decide 2/é")]
    assert names[0] == names[1] != names[2]
    assert all(character.isascii() and (character.isalnum() or character in "._-") for character in names[2])


def test_the_broker_may_not_keep_a_request_for_long(tmp_path: Path) -> None:
    """A request that names quiet partitions alone would keep the busy ones waiting for a second and a half."""

    async def scenario() -> None:
        consumer: Any = app_in(tmp_path).consumer
        made = consumer._new_consumer_thread()._create_worker_consumer(consumer.transport)
        assert made._fetch_max_wait_ms == FETCH_WAITS_MS

    asyncio.run(scenario())
