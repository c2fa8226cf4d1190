"""Raw report: what a source of reports says of one line, before anything is decided about it.

A report is free of names, free text and house numbers already here: what must not travel is dropped where it is read.
"Not for us" is another type than "broken": the first is counted, the second goes to dead letters.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from schemas.categories import Category
from schemas.dead_letters import DeadLetterReason
from schemas.geo import Position
from schemas.incidents import ReportNote
from schemas.phrases.catalogue import text_of
from schemas.phrases.phrase import Told

ENTERED_BY_HAND: Final = "operator"
"""The source of what an operator enters: the control room itself, told from every partner."""


@dataclass(frozen=True, slots=True)
class RawReport:
    """One report as its source tells it.

    Attributes:
        source: The partner and feed, safe as an identifier: p2000, politie-gms.
        source_id: The source's own id; the same report sent again has the same.
        cancels: Whether it withdraws the report with this id.
        category: What it is about; `overig` where the source's code is unknown.
        category_source: The source's own code or word.
        category_known: Whether the code is in the mapping.
        source_priority: As the source writes it; empty where it says none, or none that can be read.
        place: Street or square and town; may be empty.
        position: Where, or None.
        occurred_at: When it happened (UTC), or None where the source does not say.
        reported_at: When the source reported it (UTC), or None where it does not say.
        category_said: Whether it says a category that can be read, known or not.
        exercise: Whether it calls itself an exercise; None where it does not say.
        notes: What could not be read as it was meant; an optional field that cannot be read is left out with a note.
    """

    source: str
    source_id: str
    cancels: bool
    category: Category
    category_source: str
    category_known: bool
    source_priority: str
    place: str
    position: Position | None
    occurred_at: datetime | None
    reported_at: datetime | None
    category_said: bool = True
    notes: tuple[ReportNote, ...] = ()
    exercise: bool | None = None


@dataclass(frozen=True, slots=True)
class NotForUs:
    """A line that is no report: a test, talk between crews, a banner. `reason` is a bounded code."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A line that should be a report and is not, and what is told of it without the line's values."""

    reason: DeadLetterReason
    what: Told

    @property
    def detail(self) -> str:
        """Return what is told in one English line."""
        return text_of(self.what)


Reading = RawReport | NotForUs | Unreadable
"""What a source makes of one line."""
