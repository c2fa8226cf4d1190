"""The one place where the time of day is read; everything else is given a moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns now, in UTC."""


def utc_now() -> datetime:
    """Return now, in UTC."""
    return datetime.now(UTC)
