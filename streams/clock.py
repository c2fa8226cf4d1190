"""Clocks: the one place where the time of day is read; everything else is given a moment."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns now, in UTC."""


def utc_now() -> datetime:
    """Return now, in UTC."""
    return datetime.now(UTC)


def boottime_s() -> float:
    """Return seconds since the machine started (s), which go on while it is suspended: for what others may do meanwhile.

    `time.monotonic` stands still then, which is right for how long this process waited for somebody.
    """
    return time.clock_gettime(time.CLOCK_BOOTTIME)
