"""What a source of reports is, and how to add one.

A source is one file here with one class: it turns one line of its feed into a `RawReport`, `NotForUs` or `Unreadable`,
and never raises. Names, free text, telephone numbers and house numbers are dropped in that class, so that nothing
behind it ever sees them.

Example::

    class Bell:
        name = "bell"

        def read(self, content: bytes, now: datetime) -> Reading:
            if content != b"ding":
                return Unreadable(DeadLetterReason.UNREADABLE_REPORT, "expected ding")
            return RawReport(source="bell", source_id=..., ...)

        def recall(self, incident: Incident) -> None:
            pass
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from schemas.incidents import Incident
from streams.domain.incidents.raw_report import Reading


class IncidentSource(Protocol):
    """One feed of reports.

    Attributes:
        name: The feed; also a metric label, and what dead letters name as the place where a line stood.
    """

    name: str

    def read(self, content: bytes, now: datetime) -> Reading:
        """Return what one line says. Never raises, whatever the bytes.

        Args:
            content: One line without its line end.
            now: When it was read (UTC).
        """

    def recall(self, incident: Incident) -> None:
        """Learn of a report that this feed gave before the process was started again, oldest first."""
