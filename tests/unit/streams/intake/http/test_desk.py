"""One thread takes the documents of many requests, and each request is answered when the broker has its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from streams.errors import DeliveryError
from streams.intake.http.desk import MOST_WAITING, STUCK_S, IntakeDesk, NotTakenError
from streams.intake.intake import Taken
from streams.intake.lines import Line


class SlowIntake:
    """An intake whose broker confirms when the test says so; a document `repeat` causes no record."""

    def __init__(self, confirmed: Callable[[str], None]) -> None:
        self.let_go = threading.Semaphore(0)
        self.fails = threading.Event()
        self.unconfirmed = 0
        self.seen: list[bytes] = []
        self.closed = False
        self._confirmed = confirmed

    def answer(self, line: Line) -> Taken:
        self.seen.append(line.content)
        if line.content != b"repeat":
            self.unconfirmed += 1
        return Taken(line.content.decode())

    def tend(self, wait_s: float = 0.0) -> None:
        if self.fails.is_set():
            raise DeliveryError("incidents: the broker refuses a record")
        while self.unconfirmed and self.let_go.acquire(blocking=False):
            self.unconfirmed -= 1
            self._confirmed("incidents")

    def close(self) -> str:
        self.closed = True
        return "1 of what lines 1 to 1 told" if self.unconfirmed else ""


class Desk:
    """A desk, with its intake once it is connected."""

    def __init__(self) -> None:
        self.intake: SlowIntake | None = None
        self.now_s = 0.0
        self.desk = IntakeDesk("incidents", self._connect, lambda: self.now_s)

    def _connect(
        self, stopping: threading.Event, pause: Callable[[float], None], confirmed: Callable[[str], None]
    ) -> SlowIntake:
        self.intake = SlowIntake(confirmed)
        return self.intake

    async def begun(self) -> SlowIntake:
        self.desk.start()
        while not self.desk.ready:
            await asyncio.sleep(0.001)
        assert self.intake is not None
        return self.intake


async def _seen(intake: SlowIntake, count: int) -> None:
    while len(intake.seen) < count:
        await asyncio.sleep(0.001)


def test_each_is_answered_when_its_own_record_is_confirmed() -> None:
    """In order; what caused no record is answered with what stands before it."""

    async def main() -> None:
        made = Desk()
        intake = await made.begun()
        first = asyncio.create_task(made.desk.take(b"first", 60))
        await _seen(intake, 1)
        repeat = asyncio.create_task(made.desk.take(b"repeat", 60))
        await _seen(intake, 2)
        second = asyncio.create_task(made.desk.take(b"second", 60))
        await _seen(intake, 3)
        await asyncio.sleep(0.05)
        assert not first.done()
        assert not repeat.done()
        intake.let_go.release()
        assert (await first, await repeat) == (Taken("first"), Taken("repeat"))
        assert not second.done()
        intake.let_go.release()
        assert await second == Taken("second")
        made.desk.stop()
        assert intake.closed

    asyncio.run(main())


def test_what_is_not_confirmed_in_time_is_not_taken() -> None:
    """Its sender is told to try again; the record is kept, and its confirmation later hurts nobody."""

    async def main() -> None:
        made = Desk()
        intake = await made.begun()
        with pytest.raises(NotTakenError):
            await made.desk.take(b"first", 0.05)
        intake.let_go.release()
        again = asyncio.create_task(made.desk.take(b"repeat", 60))
        assert await again == Taken("repeat")
        made.desk.stop()

    asyncio.run(main())


def test_a_broker_that_confirms_nothing_is_told_at_once() -> None:
    """After ten seconds nobody waits ten seconds more for the same answer, until it confirms again."""

    async def main() -> None:
        made = Desk()
        intake = await made.begun()
        first = asyncio.create_task(made.desk.take(b"first", 60))
        await _seen(intake, 1)
        made.now_s = STUCK_S + 1
        assert [made.desk.ready] == [False]
        with pytest.raises(NotTakenError):
            await made.desk.take(b"second", 60)
        intake.let_go.release()
        assert await first == Taken("first")
        assert [made.desk.ready] == [True]
        made.desk.stop()

    asyncio.run(main())


def test_more_than_can_wait_is_not_taken() -> None:
    """Memory is bounded, whatever comes."""

    async def main() -> None:
        made = Desk()
        made.desk._connected.set()
        made.desk._thread = threading.current_thread()
        waiting = [asyncio.create_task(made.desk.take(b"x", 60)) for _ in range(MOST_WAITING)]
        await asyncio.sleep(0)
        with pytest.raises(NotTakenError):
            await made.desk.take(b"x", 60)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    asyncio.run(main())


def test_a_broker_that_refuses_ends_the_desk_and_all_that_wait() -> None:
    """What is refused for good is refused again: the process ends, and its supervisor starts it."""

    async def main() -> None:
        made = Desk()
        intake = await made.begun()
        first = asyncio.create_task(made.desk.take(b"first", 60))
        await _seen(intake, 1)
        intake.fails.set()
        with pytest.raises(NotTakenError):
            await first
        assert isinstance(made.desk.failure, DeliveryError)
        assert not made.desk.ready
        with pytest.raises(NotTakenError):
            await made.desk.take(b"second", 60)
        made.desk.stop()

    asyncio.run(main())


def test_it_stops_while_it_waits_for_a_broker() -> None:
    """Within its next pause."""
    waits = threading.Event()

    def connect(
        stopping: threading.Event, pause: Callable[[float], None], confirmed: Callable[[str], None]
    ) -> SlowIntake:
        waits.set()
        while True:
            pause(60)

    desk = IntakeDesk("incidents", connect)
    desk.start()
    assert waits.wait(10)
    assert not desk.ready
    desk.stop()
    assert not desk._thread.is_alive()
    assert desk.failure is None
