"""The moment of a page: the decoder's time, or the host's where the decoder's cannot be right.

multimon-ng prints UTC whatever the host's zone (it uses `gmtime`). A line that comes live was sent a moment ago: where its time
lies more than a minute from the host's clock, the decoder's clock or zone is wrong, and the host's time stands in for it, with
a note. A file that is read again keeps its lines' times, except those that no clock that runs can show: ahead of now, or before
2001.
"""

from __future__ import annotations

import os
import stat
import sys
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from schemas.incidents import ReportNote

APART: Final = timedelta(minutes=1)
"""A page travels for seconds; what differs by more is a clock."""
NEVER_SET_BEFORE: Final = datetime(2001, 1, 1, tzinfo=UTC)
"""Clocks that nobody set begin at 1970, 1980 or 2000."""


class ClockTrust(StrEnum):
    """Clock trust: whose time a report has."""

    LIVE = "live"
    """The line's, unless it lies more than a minute from the host's."""
    REPLAYED = "replayed"
    """The line's, unless it lies ahead of now or before any clock was set."""
    LINE = "line"
    """The line's, whatever it says."""
    HOST = "host"
    """The moment of reading."""


def trust_of(choice: str) -> ClockTrust:
    """Return what an option means: `auto` is live, unless standard input is a file."""
    if choice != "auto":
        return ClockTrust(choice)
    try:
        is_file = stat.S_ISREG(os.fstat(sys.stdin.fileno()).st_mode)
    except (OSError, ValueError, AttributeError):
        is_file = False
    return ClockTrust.REPLAYED if is_file else ClockTrust.LIVE


def moment_of(time: str, zone: ZoneInfo, trust: ClockTrust, now: datetime) -> tuple[datetime, ReportNote | None]:
    """Return when a page was sent (UTC), and the note where that is not what the line says.

    Args:
        time: The decoder's time, or empty.
        zone: The zone in which the decoder prints.
        trust: Whose time counts.
        now: When the line was read (UTC).
    """
    if trust is ClockTrust.HOST or not time:
        return now, None
    said = _said(time, zone, now)
    if said is None:
        return now, ReportNote.TIME_OF_ARRIVAL
    if trust is ClockTrust.LINE:
        return said, None
    off = abs(said - now) > APART if trust is ClockTrust.LIVE else said - now > APART or said < NEVER_SET_BEFORE
    return (now, ReportNote.CLOCK_OFF) if off else (said, None)


def _said(time: str, zone: ZoneInfo, now: datetime) -> datetime | None:
    """Return the time in UTC; of an hour that comes twice in autumn the one nearer to now."""
    try:
        local = datetime.fromisoformat(time)
        if local.tzinfo is not None:
            return local.astimezone(UTC)
        moments = [local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
    except (ValueError, OverflowError):
        return None
    return min(moments, key=lambda moment: abs(moment - now))
