"""Lag: how many records of a partition a stage has not taken, and whether a transaction that is left open holds it up."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from streams.kafka.outage import Outage
from streams.kafka.record import Where

log = logging.getLogger(__name__)

HELD_AFTER_S: Final = 10.0
"""Transactions of well-behaved clients last milliseconds to a second."""


@dataclass(frozen=True, slots=True)
class PartitionEnd:
    """Partition end: what a consumer knows of where a partition ends.

    Attributes:
        position: The offset that it reads next; what stands before it was handed on, or is no record.
        stable: The offset behind what is committed: the first of an open transaction stands there.
        end: The offset behind the last record.
    """

    position: int
    stable: int
    end: int

    def lag(self, done: int, *, idle: bool) -> int:
        """Return how many records wait for a stage.

        Args:
            done: The first offset that it has not finished with.
            idle: Whether it has finished with all that was handed to it: then marks of transactions are all that it passed over.
        """
        return max(0, self.end - (max(done, self.position) if idle else done))


class HeldUp:
    """Held up: which partitions stand before a transaction that nobody ends; told once and then seldom.

    Args:
        stage: For the log.
        clock_s: A monotonic clock (s).
        say: Takes a line for a person.
    """

    def __init__(
        self, stage: str, clock_s: Callable[[], float] = time.monotonic, say: Callable[[str], None] = log.warning
    ) -> None:
        self._stage = stage
        self._clock_s = clock_s
        self._say = say
        self._since: dict[Where, tuple[int, float]] = {}
        self._outages: dict[Where, Outage] = {}

    def look(self, where: Where, at: PartitionEnd) -> None:
        """Say what holds up a partition, where that lasts."""
        outage = self._outages.setdefault(where, Outage(self._say, self._clock_s))
        place = f"{self._stage}: {where[0]}/{where[1]}"
        if at.stable >= at.end or at.position < at.stable:
            self._since.pop(where, None)
            outage.over(f"{place} goes on")
            return
        stable, since_s = self._since.get(where, (-1, 0.0))
        if stable != at.stable:
            self._since[where] = (at.stable, self._clock_s())
        elif self._clock_s() - since_s >= HELD_AFTER_S:
            what = f"a transaction that a client left open at offset {stable} holds up what stands behind it"
            outage.tell(f"{place}: {what}; the broker ends it after its transaction.timeout.ms")
