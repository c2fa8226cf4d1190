"""Restart backoff: how long a process that ended waits until it is started again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FIRST_BACKOFF_S: Final = 0.25
LONGEST_BACKOFF_S: Final = 30.0
HEALTHY_AFTER_S: Final = 60.0
"""A process that lived this long is healthy: its next restart waits the shortest time again."""


@dataclass
class Backoff:
    """Doubles while a process keeps ending.

    Attributes:
        pause_s: How long the next restart waits (s).
    """

    pause_s: float = FIRST_BACKOFF_S

    def ended(self, lived_s: float) -> float:
        """Return how long (s) a process waits that ended after having lived so long (s)."""
        if lived_s > HEALTHY_AFTER_S:
            self.pause_s = FIRST_BACKOFF_S
        pause_s, self.pause_s = self.pause_s, min(LONGEST_BACKOFF_S, self.pause_s * 2)
        return pause_s
