"""Watchdog of the local broker: starts it again on its port and data where it died or stands still, and says so.

It is polled by the thread that started the broker, since the kernel ends Java with that thread, and it never waits longer
than for one probe: the processes beside it are looked after by the same loop.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Protocol, Self

from streams.errors import ToezichtError
from streams.local.backoff import Backoff
from streams.local.broker import BrokerKilledError
from streams.metrics import WORKER_RESTARTS

BROKER: Final = "broker"
"""What it is called in the metric of restarts."""
FIRST_STARTS: Final = 5
"""How often it is tried at first: what is killed so often while it starts will not come up by itself."""
PROBE_EVERY_S: Final = 5.0
PROBE_EVERY_WHILE_STARTING_S: Final = 0.2
STILL_AFTER_PROBES: Final = 12
"""So many probes in a row without an answer, a minute: it stands still. Counted and not timed, since after a machine or this
process was suspended the clock tells nothing about the broker."""
START_AGAIN_WITHIN_S: Final = 600.0
"""After a kill it first reads through what it had not yet marked as written; a start that is cut short begins with that again."""


class Watched(Protocol):
    """The broker, as far as it is watched."""

    def start(self) -> None:
        """Start it and wait until it answers."""

    def start_again(self) -> None:
        """Start it on its port and data, without waiting."""

    def running(self) -> bool:
        """Return whether its process lives."""

    def answers(self) -> bool:
        """Return whether it answers a request, waiting a moment at most."""

    def how_it_ended(self) -> str:
        """Return in one line how its process ended."""

    def kill(self) -> None:
        """End its process at once."""

    def stop(self) -> None:
        """Stop it in an orderly way."""


class Watchdog:
    """Keeps a broker up while it is polled; a context manager that starts it and stops it.

    Attributes:
        up: Whether it answered since it was last started, as far as was looked.
        restarts: How often it was started again.
    """

    def __init__(
        self,
        broker: Watched,
        say: Callable[[str], None],
        clock_s: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare; `say` takes one line for a person."""
        self.up = False
        self.restarts = 0
        self._broker = broker
        self._say = say
        self._clock_s = clock_s
        self._sleep = sleep
        self._backoff = Backoff()
        self._started_at_s = self._gone_at_s = self._probe_at_s = clock_s()
        self._start_at_s: float | None = None
        self._unanswered = 0
        WORKER_RESTARTS.labels(BROKER)  # a series from the start: `increase` does not see one that begins at 1

    def __enter__(self) -> Self:
        """Start it; see `start`."""
        self.start()
        return self

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        """Stop it."""
        self._broker.stop()

    def start(self) -> None:
        """Start it and wait until it answers.

        Raises:
            BrokerError: It cannot be started, or was killed again and again while it started; one line says which.
            DownloadError: The jars could not be fetched.
        """
        for attempt in range(1, FIRST_STARTS + 1):
            try:
                self._broker.start()
                break
            except BrokerKilledError as error:
                if attempt == FIRST_STARTS:
                    raise
                self._say(f"{error}, starting it again")
                self._count()
                self._sleep(self._backoff.ended(0.0))
        self._started_at_s, self.up = self._clock_s(), True

    def poll(self) -> None:
        """Start it again where it died, after its backoff, and kill it where it stands still. Call several times a second."""
        now_s = self._clock_s()
        if self._start_at_s is not None:
            if now_s >= self._start_at_s:
                self._start_again(now_s)
        elif not self._broker.running():
            what = "died" if self.up else "died while starting"
            self._went(f"the broker {what} ({self._broker.how_it_ended()}), starting it again", now_s)
        elif now_s >= self._probe_at_s:
            self._probe(now_s)

    def _probe(self, now_s: float) -> None:
        if self._broker.answers():
            if not self.up:
                self._say(f"the broker answers again, {self._clock_s() - self._gone_at_s:.0f} s after it went")
            self.up, self._unanswered = True, 0
        else:
            self._unanswered += 1
            if self.up and self._unanswered >= STILL_AFTER_PROBES:
                self._broker.kill()
                self._went("the broker lives and answers nothing, killing it and starting it again", now_s)
            elif not self.up and now_s - self._started_at_s > START_AGAIN_WITHIN_S:
                self._broker.kill()
                self._went(
                    f"the broker did not answer within {START_AGAIN_WITHIN_S:.0f} s, killing it and starting it again",
                    now_s,
                )
        self._probe_at_s = now_s + (PROBE_EVERY_S if self.up else PROBE_EVERY_WHILE_STARTING_S)

    def _went(self, line: str, now_s: float) -> None:
        if self.up:
            self.up, self._gone_at_s = False, now_s
        self._wait(line, now_s, now_s - self._started_at_s)
        self._count()

    def _wait(self, line: str, now_s: float, lived_s: float) -> None:
        """Say what happened and when it is tried again: at once, or after a pause where it keeps happening."""
        pause_s = self._backoff.ended(lived_s)
        self._start_at_s = now_s + pause_s
        self._say(line + (f" in {pause_s:.0f} s" if pause_s >= 1 else ""))

    def _start_again(self, now_s: float) -> None:
        self._start_at_s, self._unanswered = None, 0
        self._started_at_s = self._probe_at_s = now_s
        try:
            self._broker.start_again()
        except (ToezichtError, OSError) as error:
            self._wait(f"the broker cannot be started again: {error}; trying again", now_s, 0.0)

    def _count(self) -> None:
        self.restarts += 1
        WORKER_RESTARTS.labels(BROKER).inc()
