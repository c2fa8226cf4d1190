"""Answer: what became of lines that were sent to the Logboek."""

from __future__ import annotations

from typing import NamedTuple

from schemas.base import Word


class LogbookFault(Word):
    """Logbook fault: why lines are not confirmed; safe as a metric label."""

    UNREACHABLE = "unreachable"
    NOT_ALLOWED = "not_allowed"
    REFUSED = "refused"
    PARTLY_REFUSED = "partly_refused"
    BUSY = "busy"
    TOKEN_UNREADABLE = "token_unreadable"  # noqa: S105 - the name of a fault


class LogbookAnswer(NamedTuple):
    """Logbook answer: what became of lines: None where all are confirmed, and what the receiver answered, for the log."""

    fault: LogbookFault | None = None
    status: int = 0
