"""Pulse: what tells whether a room's picture is of now: its recorded time, the canary, and how much was asked of operators."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta
from typing import Final

CANARY_LATE: Final = timedelta(seconds=150)
"""The canary is sent each minute and takes some seconds; two that are missing are no accident (docs/console.md §7)."""
HOUR: Final = timedelta(hours=1)


class Pulse:
    """Pulse: the newest times of one room, none of them later than now.

    A clock somewhere that runs ahead would else hide for so long that nothing comes any more.

    Args:
        began_at: Since when this process reads; a canary is not late before it could have come.
    """

    def __init__(self, began_at: datetime) -> None:
        self._began_at = began_at
        self.ticks_at: datetime | None = None
        self.canary_at: datetime | None = None
        self._asked: deque[datetime] = deque()

    def tick(self, at: datetime, now: datetime) -> None:
        """Take a tick of the room's partition."""
        self.ticks_at = _newer(self.ticks_at, at, now)

    def canary(self, at: datetime, now: datetime) -> None:
        """Take a canary of the room's partition that came back at a time."""
        self.canary_at = _newer(self.canary_at, at, now)

    def asked(self, at: datetime) -> None:
        """Take a change of an alert that newly asked for attention."""
        self._asked.append(at)

    def asked_within_hour(self, now: datetime) -> int:
        """Return how many did in the last 60 minutes."""
        while self._asked and self._asked[0] < now - HOUR:
            self._asked.popleft()
        return len(self._asked)

    def canary_late(self, now: datetime) -> bool:
        """Return whether no canary came back for too long."""
        return now - (self.canary_at or self._began_at) > CANARY_LATE


def _newer(known: datetime | None, at: datetime, now: datetime) -> datetime:
    return min(now, at if known is None else max(known, at))
