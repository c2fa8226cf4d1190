"""What no table explains is counted by its code, the urgent first, and nothing else of a report is shown."""

from __future__ import annotations

from datetime import timedelta

from schemas.incidents import Incident, Operation, ReportNote
from streams.intake.unmapped import unmapped
from tests.support.situations import NOON, incident

KIND = (ReportNote.UNKNOWN_KIND,)


def unknown(name: str, word: str, urgency: int = 3, source: str = "meldpunt", **changes: object) -> Incident:
    """Return a report of an unknown kind."""
    return incident(name, category_source=word, urgency=urgency, source=source, **({"notes": KIND} | changes))


def test_words_are_counted_once_for_each_report() -> None:
    """By its newest revision; a code that a table knows by now, and one that a cancellation repeats, do not count."""
    reports = [
        unknown("a", "zzzz"),
        unknown("a", "zzzz", revision=1, operation=Operation.UPDATE),
        unknown("b", "zzzz", urgency=1, received_at=NOON + timedelta(hours=1)),
        unknown("c", "yyyy"),
        unknown("c", "bzdsbr", notes=(), revision=1, operation=Operation.UPDATE),
        unknown("d", "xxxx", operation=Operation.CANCEL, revision=1),
        unknown("e", "often"),
        unknown("f", "often"),
        unknown("g", "often"),
        unknown("h", "zzzz", source="politie-gms"),
        incident("i"),
    ]
    assert [(word.source, word.word, word.reports, word.urgent) for word in unmapped(reports)] == [
        ("meldpunt", "zzzz", 2, 1),
        ("meldpunt", "often", 3, 0),
        ("politie-gms", "zzzz", 1, 0),
    ]
    assert unmapped(reports)[0].newest_at == NOON + timedelta(hours=1)


def test_a_line_has_no_more_than_the_word() -> None:
    """Neither a place nor an id."""
    [word] = unmapped([unknown("case-4711", "zzzz", place="Stadsplein, Amstelveen")])
    shown = str(word) + str(word.as_dict())
    assert "zzzz" in shown
    assert "4711" not in shown
    assert "Stadsplein" not in shown
