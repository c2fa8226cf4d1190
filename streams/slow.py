"""Slow: why inputs took long, told in one line of the log by what the worker and the broker did meanwhile.

An input that is decided on waits until its group is sent, until the broker has confirmed it and all before it, and until its rows
are stored. Where that takes long, the line says how long each step took, and what else happened then: Python collected garbage,
rows were written while RocksDB flushed, offsets were committed, partitions moved, the event loop stood still. How much of a core
the process had tells one that had no turn from one that had too much to do.
"""

from __future__ import annotations

import gc
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

log = logging.getLogger(__name__)

SLOW_S: Final = 0.25
"""From so long on an input is told of: the goal for 99 of 100 at half of what a worker can do, in seconds."""
TOLD_EVERY_S: Final = 10.0
"""One line in so long a time at most, with how many there were and the slowest of them."""
WORTH_NOTING_S: Final = 0.005
KEPT: Final = 512
"""Pauses that are remembered: some seconds of them, where each is worth noting."""
GARBAGE, STORED, COMMITTED, MOVED, STOOD = (
    "garbage collected", "rows stored", "offsets committed", "partitions moved", "event loop stood",
)  # fmt: skip


class Pause(NamedTuple):
    """Pause: something that took a while: what, and from when until when, in seconds of `time.perf_counter`."""

    what: str
    began_s: float
    ended_s: float


class Pauses:
    """Pauses: what took a while in this process lately.

    Args:
        now_s: A clock (s).
        used_s: Processor seconds that the process has used.
    """

    def __init__(
        self, now_s: Callable[[], float] = time.perf_counter, used_s: Callable[[], float] = time.process_time
    ) -> None:
        self._now_s = now_s
        self._used_s = used_s
        self._noted: deque[Pause] = deque(maxlen=KEPT)
        self._used: deque[tuple[float, float]] = deque(maxlen=KEPT)
        self._collecting_s = 0.0

    def note(self, what: str, began_s: float) -> None:
        """Note what began then and ends now, where it took long enough."""
        now_s = self._now_s()
        if now_s - began_s >= WORTH_NOTING_S:
            self._noted.append(Pause(what, began_s, now_s))

    @contextmanager
    def during(self, what: str) -> Iterator[None]:
        """Note what the block does."""
        began_s = self._now_s()
        try:
            yield
        finally:
            self.note(what, began_s)

    def turn(self) -> None:
        """Note how much of a processor was used until now."""
        self._used.append((self._now_s(), self._used_s()))

    def collected(self, phase: str, _: dict[str, Any]) -> None:
        """Note a collection of garbage (`gc.callbacks`)."""
        if phase == "start":
            self._collecting_s = self._now_s()
        else:
            self.note(GARBAGE, self._collecting_s)

    def between(self, began_s: float, ended_s: float) -> str:
        """Return what happened between two moments, the longest first, and how much of a core the process had.

        Garbage can be collected at any line of it, by any thread, and is noted then: what is looked through is a copy.
        """
        sums: dict[str, float] = {}
        for what, began, ended in self._noted.copy():
            overlap_s = min(ended, ended_s) - max(began, began_s)
            if overlap_s > 0:
                sums[what] = sums.get(what, 0.0) + overlap_s
        told = [f"{what} {seconds:.2f} s" for what, seconds in sorted(sums.items(), key=lambda each: -each[1])]
        before = [each for each in self._used.copy() if each[0] <= began_s][-1:]
        if before and ended_s > before[0][0]:
            share = (self._used_s() - before[0][1]) / (self._now_s() - before[0][0])
            told.append(f"{share:.2f} of a core used")
        return ", ".join(told) or "nothing known"


PAUSES: Final = Pauses()
"""Of this process: all its stages share the event loop."""


def watch_garbage() -> None:
    """Note from now on when garbage is collected; once is enough."""
    if PAUSES.collected not in gc.callbacks:
        gc.callbacks.append(PAUSES.collected)


@dataclass(slots=True)
class SlowInputs:
    """Slow inputs: tells of one stage's slow inputs.

    Attributes:
        stage: The stage's name.
        happened: What happened meanwhile.
    """

    stage: str
    happened: Pauses
    _told_at_s: float = float("-inf")
    _untold: int = 0

    def took(self, number: int, decided_s: float, sent_s: float, confirmed_s: float, now_s: float) -> None:
        """Take how long a group's first input took; nothing comes of it where that is not long.

        Args:
            number: How many inputs the group has.
            decided_s: When its first input was decided on.
            sent_s: When the group was handed to the client.
            confirmed_s: When the broker had confirmed all of it.
            now_s: When it was released: all before it are confirmed, and its rows stored.
        """
        if now_s - decided_s < SLOW_S:
            return
        self._untold += number
        if now_s - self._told_at_s < TOLD_EVERY_S:
            return
        log.info(
            "%s: slow: %.2f s for %d inputs (%d since it was told last): "
            "gathered %.2f, confirmed after %.2f, released after %.2f; meanwhile %s",
            self.stage, now_s - decided_s, number, self._untold, sent_s - decided_s, confirmed_s - sent_s, now_s - confirmed_s,
            self.happened.between(decided_s, now_s), extra={"stage": self.stage},
        )  # fmt: skip
        self._told_at_s, self._untold = now_s, 0
