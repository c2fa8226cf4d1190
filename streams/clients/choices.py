"""Choices: the codes that an operator picks from, each with its words: what an outside program offers in its dialogs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from schemas.phrases.codes.notes import note_choice
from schemas.phrases.codes.operator_list import closing_verdict
from schemas.phrases.phrase import Phrase
from streams.domain.alerts.actions import VERDICTS as _VERDICTS
from streams.domain.alerts.notes import NOTES as _NOTES
from streams.domain.alerts.notes import NoteValue


@dataclass(frozen=True, slots=True)
class ListCode:
    """List code: a code of a list, its words, and what value goes with it: `number`, `camera`, `partner`; None for none."""

    code: str
    phrase: Phrase
    takes: str | None = None


VERDICTS: Final = tuple(ListCode(verdict, closing_verdict(verdict)) for verdict in _VERDICTS)
NOTES: Final = tuple(
    ListCode(code.value, note_choice(code.value), None if rule.takes is NoteValue.NOTHING else rule.takes.value)
    for code, rule in _NOTES.items()
)
SHELVE_REASONS: Final[tuple[ListCode, ...]] = ()
FALSE_ALARM_REASONS: Final[tuple[ListCode, ...]] = ()
