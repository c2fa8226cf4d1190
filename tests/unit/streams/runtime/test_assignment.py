"""From the coming of partitions to their going: what may be taken, what is committed, and when the worker must end."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest

from streams.errors import DeliveryError
from streams.runtime import assignment as module
from streams.runtime.assignment import MAX_UNCOMMITTED, PartitionAssignment
from streams.runtime.lease import Lease
from streams.runtime.send_queue import QueuedInput, SendQueue
from tests.support.kafka import FakeGroup, FakeMessage, FakeTransmit

WHERE = ("incidents", 0)
OUT = ("alerts", 0)


class Scene:
    """An assignment that holds one partition, over fakes."""

    def __init__(self, *, complete: bool = True) -> None:
        self.now_s = 100.0
        self.group, self.transmit = FakeGroup(), FakeTransmit()
        self.failures: list[Exception] = []
        self.send_queue = SendQueue("test", self.transmit, self.failures.append)
        self.lease = Lease(7, lambda: self.now_s)
        self.assignment: PartitionAssignment = self.group.assignment(
            self.send_queue, self.failures, lease=self.lease, complete=complete
        )

    async def take(self, offset: int, generation: int = 1) -> bool:
        """Offer a message, and hand over its one output where it is admitted."""
        message = FakeMessage(*WHERE, offset, generation)
        if not await self.assignment.admit(message):
            return False
        self.send_queue.put(QueuedInput(0, self.assignment.acknowledgement(message)), [(OUT, (b"k", b"v", []))])
        return True


def running(scenario: Callable[[Scene], Awaitable[None]], *, complete: bool = True) -> None:
    """Run a scenario on an event loop, with the partition opened at offset 5."""

    async def run() -> None:
        scene = Scene(complete=complete)
        async with scene.send_queue.sending():
            assert await scene.assignment.opened({WHERE: 5}, 1)
            await scenario(scene)

    asyncio.run(run())


async def sent(scene: Scene) -> None:
    """Let the send queue send what it has, and take the confirmations that are there."""
    while scene.send_queue._group.entries:
        await asyncio.sleep(0.001)
    for _ in range(5):
        await asyncio.sleep(0)


def test_opening_commits_the_positions_and_begins_the_lease() -> None:
    """That is the proof of membership before anything is taken."""

    async def scenario(scene: Scene) -> None:
        assert scene.group.commits == [{WHERE: 5}]
        assert scene.lease.held

    running(scenario)


def test_a_worker_that_is_no_member_takes_nothing() -> None:
    """The group moved on while it recovered: the next rebalance tells what it holds."""

    async def run() -> None:
        scene = Scene()
        scene.group.member = False
        assert not await scene.assignment.opened({WHERE: 5}, 1)
        assert not scene.lease.held
        assert not await scene.take(5)

    asyncio.run(run())


def test_an_input_in_flight_holds_the_committed_offset_back() -> None:
    """Hold one back and read the committed offset: it stays before it, though later ones are confirmed."""

    async def scenario(scene: Scene) -> None:
        scene.transmit.hold = True
        assert await scene.take(5)
        await sent(scene)
        scene.transmit.hold = False
        assert await scene.take(6)
        await sent(scene)
        await scene.assignment.commit()
        assert scene.group.commits[-1] == {WHERE: 5}
        scene.transmit.confirm(0, "alerts")
        await sent(scene)
        await scene.assignment.commit()
        assert scene.group.commits[-1] == {WHERE: 7}

    running(scenario)


def test_a_gap_with_records_in_it_ends_the_worker() -> None:
    """The framework cleared them from its queue: the next worker begins at the committed offset and takes them."""

    async def scenario(scene: Scene) -> None:
        assert await scene.take(5)
        scene.group.first[WHERE] = 6
        with pytest.raises(DeliveryError, match="offset 6 was due and 9 was delivered"):
            await scene.take(9)
        await sent(scene)
        await scene.assignment.commit()
        assert scene.group.commits[-1] == {WHERE: 6}

    running(scenario)


@pytest.mark.parametrize("first", [None, 9])
def test_a_gap_without_records_is_passed_over(first: int | None) -> None:
    """Expired records, and the marks of a partner's transactions."""

    async def scenario(scene: Scene) -> None:
        if first is not None:
            scene.group.first[WHERE] = first
        assert await scene.take(9)
        await sent(scene)
        await scene.assignment.commit()
        assert scene.group.commits[-1] == {WHERE: 10}

    running(scenario)


def test_a_gap_that_a_reader_passed_over_is_not_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    """Each transaction of a partner leaves one: a question for each would hold up all partitions, and a line fill the log."""
    caplog.set_level(logging.INFO)

    async def scenario(scene: Scene) -> None:
        scene.group.passed_over.note(WHERE, 6, 8)
        scene.group.passed_over.note(WHERE, 8, 9)
        scene.group.passed_over.note(WHERE, 11, 12)
        for offset in (5, 9, 10):
            assert await scene.take(offset)
        assert scene.group.asked == []
        assert await scene.take(13)  # of 12 nobody said anything
        assert scene.group.asked == [WHERE]

    running(scenario)
    assert [line for line in caplog.messages if "has nothing" in line] == [
        f"test: {WHERE[0]}/{WHERE[1]} has nothing from 11 to 12"
    ]


def test_pictures_may_be_missed() -> None:
    """Nobody looks up what became of them."""

    async def scenario(scene: Scene) -> None:
        scene.group.first[WHERE] = 6
        assert await scene.take(9)

    running(scenario, complete=False)


def test_messages_of_an_older_generation_and_repeated_deliveries_are_not_taken() -> None:
    """They come again, or were taken before."""

    async def scenario(scene: Scene) -> None:
        assert not await scene.take(5, generation=0)
        assert await scene.take(5)
        assert not await scene.take(5)

    running(scenario)


def test_before_partitions_go_everything_in_flight_is_confirmed_and_committed() -> None:
    """Whoever gets them begins after it, and nothing more is sent."""

    async def scenario(scene: Scene) -> None:
        for offset in (5, 6, 7):
            assert await scene.take(offset)
        await scene.assignment.revoked()
        assert scene.group.commits[-1] == {WHERE: 8}
        assert not scene.lease.held
        assert not await scene.take(8)

    running(scenario)


def test_a_worker_that_cannot_finish_before_its_partitions_go_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is in flight is unknown then, and must not be taken for done."""
    monkeypatch.setattr(module, "DRAIN_WITHIN_S", 0.05)

    async def scenario(scene: Scene) -> None:
        scene.transmit.hold = True
        assert await scene.take(5)
        with pytest.raises(DeliveryError, match="1 inputs are not confirmed"):
            await scene.assignment.revoked()
        assert not scene.lease.held

    running(scenario)


def test_no_more_is_taken_than_a_crash_could_repeat() -> None:
    """The ring of what inputs caused must still hold all that was taken since the last commit."""

    async def scenario(scene: Scene) -> None:
        for offset in range(5, 5 + MAX_UNCOMMITTED):
            assert await scene.take(offset)
        waiting = asyncio.create_task(scene.take(5 + MAX_UNCOMMITTED))
        await sent(scene)
        assert not waiting.done()
        await scene.assignment.commit()
        assert await waiting

    running(scenario)


def test_an_idle_worker_renews_its_lease_and_one_that_was_put_out_does_not() -> None:
    """A commit of the same offsets is proof enough."""

    async def scenario(scene: Scene) -> None:
        await scene.assignment.commit()
        assert len(scene.group.commits) == 1
        scene.now_s += 5
        await scene.assignment.commit()
        assert scene.group.commits[1:] == [{WHERE: 5}]
        scene.group.member = False
        scene.now_s += 20
        await scene.assignment.commit()
        assert not scene.lease.held

    running(scenario)


def test_a_worker_that_cannot_work_is_seen_and_one_without_partitions_is_left_alone() -> None:
    """Whether it lost its membership, gave its partitions away, or never got any; a spare worker waits in peace."""

    async def run() -> None:
        scene = Scene()
        scene.now_s += 20
        assert scene.assignment.stalled_s == 20
        await scene.assignment.opened({WHERE: 5}, 1)
        assert scene.assignment.stalled_s == 0
        scene.now_s += 10
        assert scene.assignment.stalled_s == 3
        await scene.assignment.revoked()
        scene.now_s += 4
        assert scene.assignment.stalled_s == 4
        await scene.assignment.opened({}, 2)
        scene.now_s += 400
        assert scene.assignment.stalled_s == 0

    asyncio.run(run())


def test_a_commit_that_raises_ends_the_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """It would go on taking, and nobody would know how far it was."""
    monkeypatch.setattr(module, "COMMIT_EVERY_S", 0.001)

    async def scenario(scene: Scene) -> None:
        async def broken(_: object) -> bool:
            raise RuntimeError("the consumer's thread is gone")

        scene.assignment._commit = broken
        scene.now_s += 5
        async with scene.assignment.committing():
            async with asyncio.timeout(30):
                while not scene.failures:
                    await asyncio.sleep(0.001)
        assert "cannot be committed" in str(scene.failures[0])

    running(scenario)
