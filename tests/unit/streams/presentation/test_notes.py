"""Notes on a report are told in the operator's language, each once, and apart from the reasons of the priority."""

from __future__ import annotations

import pytest

from schemas.alerts import AlertReport
from schemas.categories import Category
from schemas.incidents import ReportNote
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.operator_list import report_note
from schemas.phrases.language import Language
from streams.presentation.alerts import row
from streams.presentation.notes import MARK, notes_of
from tests.support.alerts import alert
from tests.support.messages import NOON


def report(*notes: ReportNote, cancelled: bool = False) -> AlertReport:
    """Return a report with these notes."""
    return alert().reports[0].model_copy(update={"notes": notes, "cancelled": cancelled})


@pytest.mark.parametrize("language", Language)
def test_every_note_has_words_of_its_own(language: Language) -> None:
    """In both languages, and short enough for a line."""
    words = [sentence(report_note(note.value), language) for note in ReportNote]
    assert len(set(words)) == len(words)
    assert all(5 < len(each) <= 80 and "_" not in each for each in words)


def test_the_list_shows_each_note_once_behind_a_mark() -> None:
    """Whichever of an alert's reports has it; an alert without notes shows none."""
    swapped, kind = ReportNote.POSITION_SWAPPED, ReportNote.UNKNOWN_KIND
    noted = alert(reports=(report(kind), report(swapped, kind)))
    assert row(noted, NOON, Language.NL).why.splitlines()[-2:] == [
        f"{MARK} de coördinaten stonden verwisseld en zijn omgedraaid",
        f"{MARK} onbekend soort melding",
    ]
    assert MARK not in row(alert(), NOON, Language.NL).why


def test_an_unknown_kind_is_not_called_by_a_category() -> None:
    """`overig` would say that it is known and minor; with a category that counts, that one is told."""
    noted = (report(ReportNote.UNKNOWN_KIND),)
    unknown = alert(category=Category.OVERIG, reports=noted)
    assert [row(unknown, NOON, language).what for language in Language] == ["onbekend soort", "unknown kind"]
    assert row(alert(category=Category.OVERIG), NOON, Language.NL).what == "overig"
    assert row(alert(category=Category.BRAND, reports=noted), NOON, Language.NL).what == "brand"


def test_what_was_withdrawn_has_no_say_while_another_report_holds() -> None:
    """Its notes would be about something that nobody claims any more."""
    withdrawn = report(ReportNote.CLOCK_OFF, cancelled=True)
    assert notes_of(alert(reports=(report(), withdrawn)), Language.EN) == []
    assert len(notes_of(alert(reports=(withdrawn,)), Language.EN)) == 1
