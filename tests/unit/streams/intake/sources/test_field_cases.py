"""What partners' systems send in practice: each case bears the name under which it was seen, with the value that is right.

Lines go through the whole of intake, so that a case is about what an operator gets.
"""

from __future__ import annotations

import codecs
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.categories import Category
from schemas.codec import decode
from schemas.dead_letters import DeadLetterReference
from schemas.incidents import Incident, Operation, ReportNote
from streams.intake.intake import Intake
from streams.intake.lines import Line, LineSplitter
from streams.intake.sources.categories import load_categories
from streams.intake.sources.recorded import RecordedReports

NOW = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
STADSPLEIN = (52.3063, 4.8573)
ROBBERY = {"source": "meldpunt", "category": "straatroof", "priority": "P 1"}
PLACE = {"street": "Stadsplein", "town": "Amstelveen"}


class Desk:
    """An intake whose records are decoded again, by a clock of its own."""

    def __init__(self) -> None:
        self.now = NOW
        self.intake = Intake(RecordedReports(load_categories(), time_zone="Europe/Amsterdam"), None, lambda: self.now)

    def take(self, *lines: Line) -> list[Any]:
        """Return what lines cause."""
        outgoing = [self.intake.prepare(line) for line in lines]
        return [decode(each.record.value, each.record.headers) for each in outgoing if each is not None]

    def say(self, **fields: Any) -> Incident:
        """Return the incident that a robbery with these fields makes."""
        content = json.dumps(ROBBERY | fields).encode()
        [incident] = self.take(Line(1, content, len(content)))
        assert isinstance(incident, Incident), incident
        return incident


def where(incident: Incident) -> tuple[float, float] | None:
    """Return latitude and longitude to about ten metres."""
    position = incident.position
    return None if position is None else (round(position.lat, 4), round(position.lon, 4))


CASES: dict[str, tuple[dict[str, Any], dict[str, Any], set[ReportNote]]] = {
    "swapped-lat-lon": (
        {"source_id": "R02", "position": {"lat": 4.8573, "lon": 52.3063, "accuracy_m": 50}, "place": PLACE},
        {"where": STADSPLEIN, "place": "Stadsplein, Amstelveen"},
        {ReportNote.POSITION_SWAPPED},
    ),
    "null-island": (
        {"source_id": "R01", "position": {"lat": 0, "lon": 0, "accuracy_m": 50}, "place": PLACE},
        {"where": None, "place": "Stadsplein, Amstelveen"},
        {ReportNote.POSITION_LEFT_OUT},
    ),
    "accuracy-zero": (
        {"source_id": "R03", "position": {"lat": 52.3063, "lon": 4.8573, "accuracy_m": 0}},
        {"where": STADSPLEIN, "accuracy_m": 50.0},
        {ReportNote.ACCURACY_UNKNOWN},
    ),
    "position-of-nulls": (
        {"source_id": "R04", "position": {"lat": None, "lon": None}, "place": PLACE},
        {"where": None, "place": "Stadsplein, Amstelveen"},
        set(),
    ),
    "place-null": ({"source_id": "R07", "place": None}, {"place": "", "where": None}, set()),
    "priority-null": (
        {"source_id": "R08", "priority": None, "place": {"town": "Amstelveen"}},
        {"urgency": 3, "source_priority": ""},
        set(),
    ),
    "go-zero-time": (
        {"source_id": "R10", "occurred_at": "0001-01-01T00:00:00Z", "place": {"town": "Amstelveen"}},
        {"occurred_at": NOW},
        {ReportNote.TIME_OF_ARRIVAL},
    ),
    "time-without-zone": (
        {"source_id": "R14", "occurred_at": "2026-11-29T03:17:34", "place": {"town": "Amstelveen"}},
        {"occurred_at": datetime(2026, 11, 29, 2, 17, 34, tzinfo=UTC)},
        {ReportNote.ZONE_ASSUMED},
    ),
    "geojson-point": (
        {"source_id": "R16", "position": {"type": "Point", "coordinates": [4.8573, 52.3063]}},
        {"where": STADSPLEIN, "accuracy_m": 50.0},
        set(),
    ),
    "rd-swapped": (
        {"source_id": "R18", "position": {"x_rd": 479949, "y_rd": 118859}},
        {"where": STADSPLEIN},
        {ReportNote.POSITION_SWAPPED},
    ),
    "rd-as-lat-lon": (
        {"source_id": "R17", "position": {"lat": 479949, "lon": 118859}},
        {"where": STADSPLEIN},
        {ReportNote.POSITION_CONVERTED},
    ),
    "comma-decimal": (
        {"source_id": "R20", "position": {"lat": "52,3063", "lon": "4,8573"}},
        {"where": STADSPLEIN},
        {ReportNote.NUMBER_REPAIRED},
    ),
    "dutch-priority": (
        {"source_id": "R28", "priority": "hoog", "place": {"town": "Amstelveen"}},
        {"urgency": 2, "source_priority": "hoog"},
        set(),
    ),
    "number-as-id": (
        {"source_id": 20260042, "priority": 1, "place": {"town": "Amstelveen"}},
        {"source_id": "20260042", "urgency": 1},
        set(),
    ),
    "clock-ahead": (
        {"source_id": "R15", "occurred_at": "2026-11-29T12:10:00Z", "place": {"town": "Amstelveen"}},
        {"occurred_at": NOW},
        {ReportNote.CLOCK_OFF},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_case_of_the_field_is_read(name: str) -> None:
    """A bad optional field is left out or put right, with a note; null means not said."""
    fields, expected, notes = CASES[name]
    incident = Desk().say(**fields)
    told = {
        "where": where(incident),
        "accuracy_m": incident.position and incident.position.accuracy_m,
        "place": incident.place,
        "urgency": incident.urgency,
        "source_priority": incident.source_priority,
        "source_id": incident.source_id,
        "occurred_at": incident.occurred_at,
    }
    assert {field: told[field] for field in expected} == expected
    assert set(incident.notes) == notes
    assert incident.category is Category.STRAATROOF
    if "urgency" not in expected:
        assert incident.urgency == 1


def test_long_ids() -> None:
    """Two reports whose ids have 126 characters and differ in the last one are two reports."""
    desk = Desk()
    long = "4711-" + "0" * 120
    one, other = desk.say(source_id=long + "1"), desk.say(source_id=long + "2")
    assert one.incident_id != other.incident_id
    assert len(one.source_id) <= 120
    assert one.notes == other.notes == (ReportNote.ID_HASHED,)
    [again] = Desk().take(*_lines(json.dumps(ROBBERY | {"source_id": long + "1"}).encode()))
    assert again.incident_id == one.incident_id


def test_long_ids_with_a_run_before_them() -> None:
    """The name of a run does not push the end of an id out of it."""
    source = RecordedReports(load_categories(), run="x" * 100)
    reports = [source.read(json.dumps(ROBBERY | {"source_id": "0" * 40 + end}).encode(), NOW) for end in "12"]
    assert len({report.source_id for report in reports}) == 2  # type: ignore[union-attr]


def _lines(content: bytes) -> list[Line]:
    splitter = LineSplitter()
    return [*splitter.add(content), *splitter.end()]


@pytest.mark.parametrize(
    ("mark", "encoding"),
    [
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
        (codecs.BOM_UTF32_LE, "utf-32-le"),
        (codecs.BOM_UTF32_BE, "utf-32-be"),
    ],
)
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_byte_order_mark(mark: bytes, encoding: str, ends: str) -> None:
    """A file of Windows: its first report is read, and the ones behind it too, whatever the encoding."""
    text = ends.join(json.dumps(ROBBERY | {"source_id": f"R{number}"}) for number in range(3)) + ends
    found = Desk().take(*_lines(mark + text.encode(encoding)))
    assert [each.source_id for each in found if isinstance(each, Incident)] == ["R0", "R1", "R2"]
    assert all(each.notes == () for each in found)


def test_byte_order_mark_within_a_feed() -> None:
    """Files that were put behind each other have one at the start of a line."""
    lines = [json.dumps(ROBBERY | {"source_id": str(number)}).encode() for number in range(2)]
    found = Desk().take(*_lines(lines[0] + b"\n" + codecs.BOM_UTF8 + lines[1] + b"\n"))
    assert [type(each) for each in found] == [Incident, Incident]


def test_reactivated() -> None:
    """Under the same id: report, cancellation, report. It is open again, and can be withdrawn again."""
    desk = Desk()
    operations = []
    for operation in ("report", "cancel", "report", "cancel", "report"):
        desk.now += timedelta(minutes=1)
        operations.append(desk.say(source_id="R30", operation=operation))
    assert [each.operation for each in operations] == [
        Operation.CREATE, Operation.CANCEL, Operation.UPDATE, Operation.CANCEL, Operation.UPDATE,
    ]  # fmt: skip
    assert [each.revision for each in operations] == [0, 1, 2, 3, 4]
    assert desk.intake.summary.results["reactivated"] == 2


@pytest.mark.parametrize(
    "written", ["Cancel", " CANCEL ", "cancelled", "Canceled", "withdrawn", "ingetrokken", "Annuleren"]
)
def test_cancel_in_another_spelling(written: str) -> None:
    """Whatever the case, in either language: a cancellation."""
    desk = Desk()
    desk.say(source_id="R33", category="BZDSBR")
    assert desk.say(source_id="R33", operation=written, category="BZDSBR").operation is Operation.CANCEL


def test_one_bad_byte() -> None:
    """One byte that is not UTF-8 loses no urgent report: the text is repaired, and that is told."""
    content = json.dumps(ROBBERY | {"source_id": "R40", "place": PLACE}).encode().replace(b"Stads", b"Stad\xff")
    [incident] = Desk().take(Line(1, content, len(content)))
    assert isinstance(incident, Incident)
    assert (incident.urgency, incident.category) == (1, Category.STRAATROOF)
    assert ReportNote.TEXT_REPAIRED in incident.notes


def test_without_an_identity_of_its_own_it_is_a_dead_letter() -> None:
    """What cannot be told from other reports cannot be kept apart from them."""
    for fields in ({"source_id": ""}, {"source_id": None}, {"source_id": "1", "source": "two words"}, {}):
        content = json.dumps(ROBBERY | fields).encode()
        [letter] = Desk().take(Line(1, content, len(content)))
        assert isinstance(letter, DeadLetterReference)


@pytest.mark.parametrize(
    "unsaid", [{}, {"priority": None, "category": None}, {"priority": "weet niet", "category": ["x"]}]
)
def test_an_update_without_priority_and_category(unsaid: dict[str, Any]) -> None:
    """Left out, null or unreadable: what is not said stays as it is known."""
    desk = Desk()
    desk.say(source_id="R50", priority="A0")
    desk.now += timedelta(minutes=1)
    fields = {"source": "meldpunt", "source_id": "R50", "position": {"lat": 52.3063, "lon": 4.8573}} | unsaid
    content = json.dumps(fields).encode()
    [incident] = desk.take(Line(1, content, len(content)))
    assert (incident.category, incident.urgency, incident.source_priority) == (Category.STRAATROOF, 0, "A0")
    assert ReportNote.UNKNOWN_KIND not in incident.notes
    assert where(incident) == STADSPLEIN


def _results(desk: Desk, *lines: dict[str, Any]) -> list[str]:
    """Return what becomes of robberies, a minute apart."""
    found = []
    for fields in lines:
        desk.now += timedelta(minutes=1)
        before = desk.intake.summary.results.copy()
        content = json.dumps(ROBBERY | {"source_id": "R60"} | fields).encode()
        desk.take(Line(1, content, len(content)))
        found += list(desk.intake.summary.results - before)
    return found


def at(minutes: int) -> dict[str, str]:
    """Return when a line says that it was reported."""
    return {"reported_at": (NOW + timedelta(minutes=minutes)).isoformat()}


CANCELLED = {"operation": "cancel"}


@pytest.mark.parametrize("ahead", [0, 5, -5], ids=["right", "fast", "slow"])
@pytest.mark.parametrize("cancelled", [{}, at(3)], ids=["no-time", "time"])
def test_reading_a_cancelled_report_again(ahead: int, cancelled: dict[str, str]) -> None:
    """Whatever the partner's clock: the same report changes nothing, and a later one under the same id opens it again."""
    report = at(1 + ahead)
    cancel = CANCELLED | (at(2 + ahead) if cancelled else {})
    desk = Desk()
    first, again = _results(desk, report, cancel), _results(desk, report, cancel, report, report)
    assert (first, again) == (["created", "cancelled"], ["after_cancel", "duplicate", "after_cancel", "after_cancel"])
    later = at(9 + ahead) if cancelled or ahead >= 0 else at(9)
    assert _results(desk, later, cancel | at(10 + ahead), report) == ["reactivated", "cancelled", "after_cancel"]


def test_reading_a_cancelled_report_without_a_time_again() -> None:
    """It cannot be told from one that a partner reactivates, so that it opens again: lost would be worse."""
    assert _results(Desk(), {}, CANCELLED, {}, CANCELLED) == ["created", "cancelled", "reactivated", "cancelled"]


def test_a_clock_that_was_years_ahead_once_keeps_nothing_closed() -> None:
    """What is reported by the right clock afterwards opens the report again."""
    found = _results(
        Desk(), at(1), {"reported_at": "2036-01-01T00:00:00Z", "priority": "P 2"}, CANCELLED | at(3), at(4)
    )
    assert found == ["created", "updated", "cancelled", "reactivated"]
