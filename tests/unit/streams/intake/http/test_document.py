"""What a partner posts: only a report's fields go on, and each that cannot be read is told, all at once."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schemas.incidents import ReportNote
from streams.domain.incidents.raw_report import RawReport
from streams.intake.http.document import DEEPEST, EXPECTED, Document, read_document, too_deep
from streams.intake.sources.categories import load_categories
from streams.intake.sources.recorded import RecordedReports
from tests.support.intake_http import NOW, REPORT

ZONE = ZoneInfo("Europe/Amsterdam")
SOURCE = RecordedReports(load_categories())


def _read(document: Any) -> Document:
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read_document(body, NOW, ZONE, NOW)


def _report(document: Any) -> RawReport:
    reading = SOURCE.read(_read(document).content, NOW)
    assert isinstance(reading, RawReport), reading
    return reading


def test_a_whole_report_has_no_faults() -> None:
    """And is read as `intake recorded` reads it."""
    document = _read(REPORT)
    assert document.faults == ()
    assert document.source == "politie-gms"
    assert _report(REPORT).source_id == "2026-4711"


def test_names_texts_and_numbers_of_people_end_here() -> None:
    """What is no field of a report does not go on, also within a position and a place."""
    personal = REPORT | {
        "text": "Zwartjanssen belde 0612345678",
        "reporter": {"name": "Zwartjanssen"},
        "Zwartjanssen": 1,
        "place": REPORT["place"] | {"resident": "Zwartjanssen"},
        "position": REPORT["position"] | {"near": "Zwartjanssen"},
        "at_s": 5,
    }
    content = _read(personal).content.decode()
    assert "Zwartjanssen" not in content
    assert "0612345678" not in content
    assert json.loads(content).keys() == REPORT.keys() | {"reported_at"}


def test_all_faults_are_told_at_once_and_without_values() -> None:
    """By their fields' names, with what was expected."""
    document = _read(
        {
            "source": "Zwartjanssen de Boer",
            "operation": "Zwartjanssen",
            "category": ["Zwartjanssen"],
            "priority": "Zwartjanssen",
            "position": "Zwartjanssen",
            "place": {"street": "Zwartjanssen 0612345678 zei dat er heel veel mensen", "town": 5},
            "occurred_at": "Zwartjanssen",
            "reported_at": "Zwartjanssen",
            "exercise": "Zwartjanssen",
        }
    )
    assert [fault.field for fault in document.faults] == [
        "source", "source_id", "operation", "category", "priority", "position", "place.street", "place.town",
        "occurred_at", "reported_at", "exercise",
    ]  # fmt: skip
    assert document.missing
    assert "Zwartjanssen" not in repr(document.faults)


def test_the_notes_told_by_field_are_those_of_the_report() -> None:
    """A partner reads by field what an operator sees of the whole report."""
    odd = REPORT | {
        "priority": "brandt",
        "position": {"lat": 4.8573, "lon": "52,30633", "accuracy_m": -1},
        "place": "thuis",
        "occurred_at": "2026-11-29T12:59:00",
        "category": ["x"],
    }
    told = {fault.note for fault in _read(odd).faults}
    assert told == {note.value for note in _report(odd).notes}
    assert {ReportNote(note) for note in told} <= EXPECTED.keys()


@pytest.mark.parametrize("said", [True, "ja", 1])
def test_an_exercise_stays_one(said: Any) -> None:
    """Who lost the word would send cars to what is not real; what cannot be read counts as real."""
    assert _report(REPORT | {"exercise": said}).exercise is True
    assert _report(REPORT | {"exercise": "perhaps"}).exercise is None
    assert _read(REPORT | {"exercise": False}).faults == ()


@pytest.mark.parametrize("said", [None, "", "noon", "2026-11-29", 0, []])
def test_what_does_not_say_when_it_was_reported_was_reported_when_signed(said: Any) -> None:
    """So that one that is recorded and sent again opens nothing that was cancelled meanwhile."""
    assert _report(REPORT | {"reported_at": said}).reported_at == NOW
    assert _report(REPORT | {"reported_at": "2026-11-29T11:59:00Z"}).reported_at == NOW - timedelta(seconds=90)


def test_a_signer_whose_clock_is_ahead_reports_now() -> None:
    """Within the tolerance of the signature; nothing happens ahead of now."""
    document = read_document(json.dumps(REPORT).encode(), NOW + timedelta(minutes=4), ZONE, NOW)
    reading = SOURCE.read(document.content, NOW)
    assert isinstance(reading, RawReport)
    assert reading.reported_at == NOW


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"5", b'"x"', b"{", b"null", b"{" * 60_000, b"[" * 60_000, b'{"a":' * 10_000, b"9" * 10_000],
    ids=lambda body: f"{len(body)}{body[:6]!r}",
)
def test_what_is_no_report_is_one_fault(body: bytes) -> None:
    """Of the whole document."""
    document = _read(body)
    assert document.missing
    assert [fault.field for fault in document.faults] == ["(document)"]
    assert document.content == b""


def test_depth_is_counted_outside_of_texts() -> None:
    """Brackets in somebody's words are no levels; an end that never comes hangs nothing."""
    assert not too_deep(b'{"a": "' + b"[" * 50_000 + b'"}')
    assert not too_deep(b'{"a": "' + b'\\"[' * 10_000)
    assert not too_deep(b"[" * DEEPEST)
    assert too_deep(b"[" * (DEEPEST + 1))
    assert not too_deep(b"[]" * 30_000)
    assert not too_deep(b'{"position": {"geometry": {"coordinates": [4.8, 52.3]}}}')
