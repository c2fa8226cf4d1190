"""Operations: what a line of a partner's system does to its report, in the spellings that are seen."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from schemas.incidents import ReportNote
from streams.intake.sources import fields


class LineOperation(StrEnum):
    """Line operation: what a line does; what ends a call at the partner (`closed`) says nothing of whether it happened."""

    REPORT = "report"
    CANCEL = "cancel"
    TEST = "test"
    CLOSED = "closed"


OPERATIONS: Final[Mapping[str, LineOperation]] = {
    spelling: operation
    for operation, spellings in {
        LineOperation.REPORT: "report create created new update updated reopen reopened melding nieuw wijziging heropend",
        LineOperation.CANCEL: (
            "cancel cancelled canceled cancellation withdraw withdrawn withdrawal revoke revoked "
            "intrekken ingetrokken intrekking annuleren geannuleerd annulering"
        ),
        LineOperation.TEST: "test exercise drill proef oefening",
        LineOperation.CLOSED: "close closed finish finished afsluiten afgesloten sluiten gesloten afgerond",
    }.items()
    for spelling in spellings.split()
}
"""Spellings of partners' systems, in lower case."""


def operation(value: Any, notes: list[ReportNote], known: Mapping[str, LineOperation] = OPERATIONS) -> LineOperation:
    """Return what a line does; one that says nothing that we know is a report, with a note.

    Args:
        value: What stands there.
        notes: Gets the notes.
        known: Spellings in lower case, and what each means.
    """
    said = fields.text(value)
    notes += said.notes
    found = known.get(said.value.casefold(), None if said.value else LineOperation.REPORT)
    if found is None:
        notes.append(ReportNote.FIELD_LEFT_OUT)
        return LineOperation.REPORT
    return found
