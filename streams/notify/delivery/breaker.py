"""Circuit breaker: a target that fails again and again is left alone, and asked with one message whether it is back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from streams.notify.delivery.backoff import full_jitter_s

OPENS_AFTER: Final = 5
"""Failures in a row: so many do not come from one bad moment of a network."""
FIRST_S: Final = 2.0
LONGEST_S: Final = 30.0
"""How long a target that was down is left alone at most (s): within so long after its return it hears what it missed."""


class Breaker:
    """Circuit breaker of one target. Closed lets all through, open nothing, half-open one message.

    Args:
        random: Returns a number from 0 to 1.
    """

    def __init__(self, random: Callable[[], float]) -> None:
        self._random = random
        self._failures = 0
        self._opened = 0
        self._until_s: float | None = None
        self._probing = False

    @property
    def open(self) -> bool:
        """Return whether the target is left alone, or asked whether it is back."""
        return self._until_s is not None

    @property
    def reopens_s(self) -> float | None:
        """Return when the next message may ask (s since 1970); None while closed, or while one asks."""
        return None if self._probing else self._until_s

    def admits(self, now_s: float) -> int | None:
        """Return how many messages may leave now; None for any number."""
        if self._until_s is None:
            return None
        return 0 if self._probing or now_s < self._until_s else 1

    def left(self) -> None:
        """Take that a message left; while open it asks for all."""
        self._probing = self.open

    def succeeded(self) -> bool:
        """Close, and return whether it was open."""
        was_open = self.open
        self._failures = self._opened = 0
        self._until_s, self._probing = None, False
        return was_open

    def failed(self, now_s: float, retry_after_s: float) -> None:
        """Count a failure; open, and stay open longer each time."""
        self._failures += 1
        if not self.open and self._failures < OPENS_AFTER:
            return
        if self.open and not self._probing:  # what was under way when it opened tells nothing new
            return
        wait_s = max(retry_after_s, full_jitter_s(self._opened, FIRST_S, LONGEST_S, self._random))
        self._opened += 1
        self._until_s, self._probing = now_s + wait_s, False
