"""Recurring fault: the same one many times a minute, such as each picture of a camera that a registry does not have.

It is told once a minute, with how many there were: a log of a thousand equal lines hides the line that matters.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

TOLD_EVERY: Final = timedelta(minutes=1)
MOST_SUBJECTS: Final = 10_000
"""Subjects that are remembered; more cameras than one cluster has."""


class RecurringFaults:
    """Recurring faults: what was told of which subject, by the records' own time, so that a backlog is told as it came."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[datetime, int]] = {}

    def count(self, subject: str, at: datetime) -> int | None:
        """Count a fault; return how many came since the last one that was told, or None where this one need not be told."""
        told_at, untold = self._told.get(subject, (None, 0))
        if told_at is not None and abs(at - told_at) < TOLD_EVERY:
            self._told[subject] = told_at, untold + 1
            return None
        if len(self._told) >= MOST_SUBJECTS:
            self._told.clear()
        self._told[subject] = at, 0
        return untold
