"""Outage: something that a process waits for, told once, then seldom, and when it is over."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import Final

log = logging.getLogger(__name__)

REMIND_EVERY_S: Final = 600.0


class Outage:
    """Outage: what is told of something that is waited for.

    Args:
        say: Takes a line for a person.
        clock_s: A monotonic clock (s).
    """

    def __init__(self, say: Callable[[str], None] = log.warning, clock_s: Callable[[], float] = time.monotonic) -> None:
        self._say = say
        self._clock_s = clock_s
        self._line = ""
        self._told_at_s = 0.0

    def tell(self, line: str) -> None:
        """Say what is waited for, where that is new or was said ten minutes ago."""
        now_s = self._clock_s()
        if line != self._line or now_s - self._told_at_s >= REMIND_EVERY_S:
            self._line, self._told_at_s = line, now_s
            self._say(line)

    def over(self, line: str) -> None:
        """Say that it is there, where it was said that it is not."""
        if self._line:
            self._line = ""
            self._say(line)
