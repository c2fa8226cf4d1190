"""Desk: documents of many requests to one intake, and to each request what became of its own once the broker has it.

Intake and its send window are for one thread (`streams/intake/intake.py`), so one thread takes what requests hand in, in order.
The window confirms records in the order in which they were put, so the oldest answer that waits is the one that is confirmed; a
document that caused no record is answered when all before it are confirmed, since what it repeats may be among them.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from streams.errors import DeliveryError, ToezichtError
from streams.intake.intake import Taken
from streams.intake.lines import Line

log = logging.getLogger(__name__)

MOST_WAITING: Final = 500
"""Documents that wait for the desk; a request beyond is told to come back."""
IDLE_S: Final = 0.2
"""How often an idle desk looks whether to stop."""
TURN_S: Final = 0.002
"""How long it waits for a confirmation before it takes what came meanwhile."""
FLUSH_S: Final = 3.0
"""How long it waits for confirmations at the end."""
STUCK_S: Final = 10.0
"""A broker that confirms nothing for so long is told to load balancers (`/readyz`) and to senders, at once."""


class TakesDocuments(Protocol):
    """Takes documents: what a desk needs of an intake."""

    @property
    def unconfirmed(self) -> int:
        """Return how many records the broker has not confirmed."""

    def answer(self, line: Line) -> Taken:
        """Take one document, and return what became of it."""

    def tend(self, wait_s: float = 0.0) -> None:
        """Go on with what is not confirmed."""

    def close(self) -> str:
        """Disconnect, and return what is not confirmed; empty for nothing."""


ConnectIntake = Callable[[threading.Event, Callable[[float], None], Callable[[str], None]], TakesDocuments]
"""Makes the intake: gets whether to stop, how to wait (s), and whom to tell of each confirmed record's topic."""


class NotTakenError(Exception):
    """A document was not taken, or not confirmed in time: its sender should try again."""


@dataclass(slots=True)
class _Job:
    content: bytes
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Taken]
    taken: Taken | None = None
    records: int = 0
    """How many records must be confirmed until it is answered, its own among them."""


class _StoppedError(Exception):
    """The desk was told to stop while it waited for a broker."""


class IntakeDesk:
    """Intake desk: one thread with one intake.

    Args:
        name: The source, for logs and threads.
        connect: Makes the intake, in the desk's own thread; it may wait for a broker.
        clock_s: A monotonic clock (s).
    """

    def __init__(self, name: str, connect: ConnectIntake, clock_s: Callable[[], float] = time.monotonic) -> None:
        self.name = name
        self.failure: ToezichtError | None = None
        self._connect = connect
        self._clock_s = clock_s
        self._jobs: queue.Queue[_Job] = queue.Queue(MOST_WAITING)
        self._waiting: deque[_Job] = deque()
        self._done: list[_Job] = []
        self._confirmed = self._sent = 0
        self._number = 0
        self._moved_at_s = clock_s()
        self._stopping = threading.Event()
        self._connected = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"desk-{name}", daemon=True)

    def start(self) -> None:
        """Begin to connect, and to take documents."""
        self._thread.start()

    def stop(self) -> None:
        """Take no more documents, wait a moment for what is not confirmed, and end."""
        self._stopping.set()
        self._thread.join(FLUSH_S + 5.0)

    @property
    def ready(self) -> bool:
        """Return whether it is connected, knows what was reported lately, and gets confirmations."""
        return self._connected.is_set() and self.failure is None and not self._stuck and self._thread.is_alive()

    @property
    def _stuck(self) -> bool:
        return self._sent > self._confirmed and self._clock_s() - self._moved_at_s > STUCK_S

    async def take(self, content: bytes, within_s: float) -> Taken:
        """Return what became of a document, once everything that it caused is confirmed.

        Args:
            content: One document.
            within_s: How long to wait (s).

        Raises:
            NotTakenError: The desk is full or not ready, or the broker did not confirm in time; the document may still arrive,
                and the same again then changes nothing.
        """
        if not self.ready:
            raise NotTakenError
        loop = asyncio.get_running_loop()
        job = _Job(content, loop, loop.create_future())
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            raise NotTakenError from None
        try:
            return await asyncio.wait_for(job.answer, within_s)
        except TimeoutError:
            raise NotTakenError from None

    def _run(self) -> None:
        try:
            intake = self._connect(self._stopping, self._pause, self._one_confirmed)
        except _StoppedError:
            return
        except ToezichtError as error:
            self.failure = error
            return
        self._connected.set()
        try:
            while not self._stopping.is_set():
                self._turn(intake)
            self._flush(intake)
        except DeliveryError as error:
            self.failure = error
        except Exception as error:  # a defect of ours must end the process, not leave requests waiting for nobody
            log.exception("the desk of %s ended", self.name)
            self.failure = ToezichtError(f"the desk of {self.name} failed: {type(error).__name__}")
        finally:
            if left := intake.close():
                log.error("not confirmed: %s; their senders were not told that they arrived", left)
            self._fail_all()

    def _pause(self, wait_s: float) -> None:
        if self._stopping.wait(wait_s):
            raise _StoppedError

    def _turn(self, intake: TakesDocuments) -> None:
        """Take what waits, and look for confirmations."""
        for job in self._batch(IDLE_S if not intake.unconfirmed else 0.0):
            self._take(intake, job)
        intake.tend(TURN_S if intake.unconfirmed else 0.0)
        self._answer()

    def _batch(self, wait_s: float) -> list[_Job]:
        jobs: list[_Job] = []
        try:
            jobs.append(self._jobs.get(timeout=wait_s) if wait_s else self._jobs.get_nowait())
            while len(jobs) < MOST_WAITING:
                jobs.append(self._jobs.get_nowait())
        except queue.Empty:
            pass
        return jobs

    def _take(self, intake: TakesDocuments, job: _Job) -> None:
        self._number += 1
        if self._sent == self._confirmed:
            self._moved_at_s = self._clock_s()
        job.taken = intake.answer(Line(self._number, job.content, len(job.content)))
        self._sent = self._confirmed + intake.unconfirmed
        job.records = self._sent
        self._waiting.append(job)

    def _one_confirmed(self, _: str) -> None:
        self._confirmed += 1
        self._moved_at_s = self._clock_s()

    def _answer(self) -> None:
        """Tell all whose records are confirmed, those of one loop in one go."""
        while self._waiting and self._waiting[0].records <= self._confirmed:
            self._done.append(self._waiting.popleft())
        if self._done:
            done, self._done = self._done, []
            _call(done[0].loop, partial(_tell, done))

    def _flush(self, intake: TakesDocuments) -> None:
        """Take what was handed in before the end, and wait a moment for the broker."""
        for job in self._batch(0.0):
            self._take(intake, job)
        deadline_s = self._clock_s() + FLUSH_S
        while intake.unconfirmed and self._clock_s() < deadline_s:
            intake.tend(TURN_S)
            self._answer()
        self._answer()

    def _fail_all(self) -> None:
        """Let nobody wait for a desk that is gone."""
        left = [*self._waiting, *self._batch(0.0)]
        self._waiting.clear()
        for job in left:
            job.taken = None
        if left:
            _call(left[0].loop, partial(_tell, left))


def _tell(jobs: Iterable[_Job]) -> None:
    """Answer requests, in their loop; one that waits no longer is gone."""
    for job in jobs:
        if job.answer.done():
            continue
        if job.taken is None:
            job.answer.set_exception(NotTakenError())
        else:
            job.answer.set_result(job.taken)


def _call(loop: asyncio.AbstractEventLoop, function: Callable[[], object]) -> None:
    try:
        loop.call_soon_threadsafe(function)
    except RuntimeError:  # the loop ended meanwhile, and with it all that waited
        log.debug("nobody waits for an answer any more")
