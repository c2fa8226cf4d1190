"""Notes on reports in words: what could not be read as it was meant."""

from __future__ import annotations

from typing import Final

from schemas.alerts import Alert
from schemas.incidents import ordered_notes
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.operator_list import report_note
from schemas.phrases.language import Language

MARK: Final = "!"
"""Stands before a note, so that nobody takes it for a reason of the priority."""


def notes_of(alert: Alert, language: Language) -> list[str]:
    """Return the notes on an alert's reports that hold (on all of them where none does), each once, in words."""
    holding = [report for report in alert.reports if not report.cancelled] or alert.reports
    found = ordered_notes(note for report in holding for note in report.notes)
    return [f"{MARK} {sentence(report_note(note.value), language)}" for note in found]
