"""Unmapped words: partners' codes and words that no table explains, counted, so that the table grows.

They are safe to show. A source passes on as `category_source` only what is shaped like a code, or a word of its own list; what
may be somebody's sentence or number stands there as `unknown` (`sources/categories.py`). Nothing else of a report is shown but
its partner and how urgent it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from schemas.base import iso_utc
from schemas.incidents import Incident, Operation, ReportNote
from streams.domain.incidents.urgency import MOST_URGENT


@dataclass(slots=True)
class UnmappedWord:
    """Unmapped word: one code or word of one partner.

    Attributes:
        source: The partner and feed.
        word: As it stands in the messages; `unknown` or empty where the source passed none on.
        reports: How many reports have it.
        urgent: How many of them are of urgency 0 or 1.
        newest_at: When the newest was read (UTC).
    """

    source: str
    word: str
    reports: int
    urgent: int
    newest_at: datetime

    def as_dict(self) -> dict[str, Any]:
        """Return the fields for a program."""
        return asdict(self) | {"newest_at": iso_utc(self.newest_at)}

    def __str__(self) -> str:
        """Return one line for a person."""
        word = self.word or "(none)"
        return f"{self.reports:>6} {self.urgent:>6}  {self.newest_at:%Y-%m-%d %H:%M}Z  {self.source:<20} {word}"


HEADING = f"{'count':>6} {'urgent':>6}  {'newest':<17}  {'partner':<20} code or word"


def unmapped(incidents: Iterable[Incident]) -> list[UnmappedWord]:
    """Return what no table explains, the urgent first, then the most frequent; each report counts once, by its newest word."""
    newest: dict[str, Incident] = {}
    for incident in incidents:
        if incident.operation is not Operation.CANCEL:
            newest[incident.incident_id] = incident
    found: dict[tuple[str, str], UnmappedWord] = {}
    for incident in newest.values():
        if ReportNote.UNKNOWN_KIND not in incident.notes:
            continue
        name = (incident.source, incident.category_source)
        word = found.setdefault(name, UnmappedWord(*name, 0, 0, incident.received_at))
        word.reports += 1
        word.urgent += incident.urgency <= MOST_URGENT
        word.newest_at = max(word.newest_at, incident.received_at)
    return sorted(found.values(), key=lambda each: (-each.urgent, -each.reports, each.source, each.word))
