"""Recorded reports: every field, every fault, and nothing personal behind the reader."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.categories import Category
from schemas.dead_letters import DeadLetterReason
from schemas.incidents import ReportNote
from streams.domain.incidents.raw_report import NotForUs, RawReport, Unreadable
from streams.intake.sources.categories import load_categories
from streams.intake.sources.recorded import RecordedReports, play_at_s

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SOURCE = RecordedReports(load_categories())
SECRET = "Q. Zwartjanssen, 06-12345678, zwart@example.org"


def _line(**fields: Any) -> bytes:
    return json.dumps({"source": "politie-gms", "source_id": "4711"} | fields).encode()


def _report(**fields: Any) -> RawReport:
    reading = SOURCE.read(_line(**fields), NOW)
    assert isinstance(reading, RawReport), reading
    return reading


def test_a_whole_line() -> None:
    """All fields arrive, in our terms."""
    report = _report(
        category="bzdsbr",
        priority="P 1",
        position={"lat": 52.306326, "lon": 4.857297, "accuracy_m": 30},
        place={"street": "Stadsplein 12", "town": "Amstelveen"},
        occurred_at="2026-11-24T12:58:00+01:00",
        reported_at="2026-11-24T11:59:00Z",
    )
    assert (report.source, report.source_id, report.cancels) == ("politie-gms", "4711", False)
    assert (report.category, report.category_source, report.category_known) == (Category.STRAATROOF, "bzdsbr", True)
    assert (report.source_priority, report.place) == ("P 1", "Stadsplein, Amstelveen")
    assert report.position is not None
    assert report.position.accuracy_m == 30
    assert report.occurred_at == NOW - timedelta(minutes=2)
    assert report.reported_at == NOW - timedelta(minutes=1)


def test_a_line_with_no_more_than_its_id() -> None:
    """What is not said is null, empty or overig."""
    report = _report()
    assert report.category is Category.OVERIG
    assert (report.position, report.occurred_at, report.reported_at) == (None, None, None)
    assert (report.place, report.source_priority) == ("", "")


def test_rijksdriehoek_becomes_degrees() -> None:
    """The fact sheet's point of the Stadshart arrives within a metre or so."""
    position = _report(position={"x_rd": 118859, "y_rd": 479949}).position
    assert position is not None
    assert position.lat == pytest.approx(52.306326, abs=2e-5)
    assert position.lon == pytest.approx(4.857297, abs=2e-5)
    assert position.accuracy_m == 50


@pytest.mark.parametrize("operation", ["report", "cancel", "test"])
def test_operations(operation: str) -> None:
    """A cancellation is marked, a test is not for us."""
    reading = SOURCE.read(_line(operation=operation), NOW)
    if operation == "test":
        assert reading == NotForUs("test")
    else:
        assert isinstance(reading, RawReport)
        assert reading.cancels is (operation == "cancel")


@pytest.mark.parametrize(
    ("code", "category", "shown", "known"),
    [
        ("bzibwn", Category.WONINGINBRAAK, "bzibwn", True),
        ("BZIBWN", Category.WONINGINBRAAK, "BZIBWN", True),
        ("E33", Category.VERWARD_PERSOON, "E33", True),
        ("jongerenoverlast", Category.JEUGDOVERLAST, "jongerenoverlast", True),
        ("zakkenrollerij", Category.ZAKKENROLLERIJ, "zakkenrollerij", True),
        ("vodzdl", Category.DRUGSOVERLAST_DEALEN, "vodzdl", True),
        ("zzzz", Category.OVERIG, "zzzz", False),
        ("", Category.OVERIG, "unknown", False),
        ("de buurman slaat zijn vrouw", Category.OVERIG, "unknown", False),
        ("x" * 200, Category.OVERIG, "unknown", False),
        ("0612345678", Category.OVERIG, "unknown", False),
    ],
)
def test_categories(code: str, category: Category, shown: str, known: bool) -> None:
    """Codes of both partners and our own names are known; words in place of a code are not passed on."""
    report = _report(category=code)
    assert (report.category, report.category_source, report.category_known) == (category, shown, known)


@pytest.mark.parametrize(
    ("content", "reason", "named"),
    [
        (b'{"source": "politie-gms", "source_id": "1"', DeadLetterReason.NOT_JSON, ""),
        (b"\x00\x01\xfe\xff", DeadLetterReason.NOT_JSON, ""),
        (b"FLEX|2021-06-28 16:50:35|x", DeadLetterReason.NOT_JSON, ""),
        (b"[]", DeadLetterReason.INVALID, "(whole line)"),
        (b"null", DeadLetterReason.INVALID, "(whole line)"),
        (b"{}", DeadLetterReason.INVALID, "source"),
        (_line(source="two words"), DeadLetterReason.INVALID, "source"),
        (_line(source_id=""), DeadLetterReason.INVALID, "source_id"),
        (_line(source_id=None), DeadLetterReason.INVALID, "source_id"),
        (_line(source_id={"nr": 1}), DeadLetterReason.INVALID, "source_id"),
        (_line(source=["politie-gms"]), DeadLetterReason.INVALID, "source"),
        (_line(source="canary"), DeadLetterReason.INVALID, "canary"),
        (b"[" * 60_000, DeadLetterReason.NOT_JSON, "deep"),
        (b'{"source_id": ' + b"1" * 5_000 + b"}", DeadLetterReason.NOT_JSON, "digits"),
    ],
)
def test_faults(content: bytes, reason: DeadLetterReason, named: str) -> None:
    """Each fault has its bounded reason, and its detail names the field."""
    reading = SOURCE.read(content, NOW)
    assert isinstance(reading, Unreadable)
    assert reading.reason is reason
    assert named in reading.detail


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({"source_id": "a\nb"}, ReportNote.ID_HASHED),
        ({"operation": "escalate"}, ReportNote.FIELD_LEFT_OUT),
        ({"operation": {"name": "cancel"}}, ReportNote.FIELD_LEFT_OUT),
        ({"category": {"code": "brgb01"}}, ReportNote.UNKNOWN_KIND),
        ({"occurred_at": "yesterday"}, ReportNote.TIME_OF_ARRIVAL),
        ({"occurred_at": "2026-11-24"}, ReportNote.TIME_OF_ARRIVAL),
        ({"reported_at": "yesterday"}, ReportNote.FIELD_LEFT_OUT),
        ({"occurred_before_s": "soon"}, ReportNote.FIELD_LEFT_OUT),
        ({"occurred_at": "2026-11-24T12:00:00"}, ReportNote.ZONE_ASSUMED),
        ({"position": {"lat": 52.3}}, ReportNote.POSITION_LEFT_OUT),
        ({"position": {"lat": 152.3, "lon": 4.8}}, ReportNote.POSITION_LEFT_OUT),
        ({"position": {"x_rd": 1}}, ReportNote.POSITION_LEFT_OUT),
        ({"position": {"x_rd": 1e12, "y_rd": -1e12}}, ReportNote.POSITION_LEFT_OUT),
        ({"position": "bij de kerk"}, ReportNote.POSITION_LEFT_OUT),
        ({"place": "Stadsplein 12"}, ReportNote.PLACE_LEFT_OUT),
        ({"place": {"street": ["Stadsplein"]}}, ReportNote.PLACE_LEFT_OUT),
        ({"place": {"street": "aan de overkant van de weg bij de groene deur"}}, ReportNote.PLACE_LEFT_OUT),
        ({"priority": "meteen komen"}, ReportNote.PRIORITY_UNKNOWN),
        ({"priority": True}, ReportNote.PRIORITY_UNKNOWN),
        ({"exercise": "misschien"}, ReportNote.FIELD_LEFT_OUT),
        ({"exercise": 2}, ReportNote.FIELD_LEFT_OUT),
        ({"exercise": ["ja"]}, ReportNote.FIELD_LEFT_OUT),
    ],
)
def test_a_field_that_cannot_be_read_is_left_out_with_a_note(fields: dict[str, Any], note: ReportNote) -> None:
    """The report is read all the same; an incident without its position, place, time or priority is one."""
    report = _report(**{"category": "bzdsbr", "priority": "P 1"} | fields)
    assert report.notes == (note,)
    assert report.source == "politie-gms"


FIELDS = [
    "operation",
    "category",
    "priority",
    "position",
    "place",
    "occurred_at",
    "reported_at",
    "occurred_before_s",
    "at_s",
    "exercise",
]


@pytest.mark.parametrize("value", [None, "", "  ", [], {}], ids=["null", "empty", "blank", "list", "object"])
@pytest.mark.parametrize("field", FIELDS)
def test_null_and_empty_mean_not_said(field: str, value: Any) -> None:
    """In every optional field, as if it were not there."""
    assert SOURCE.read(_line(**{field: value}), NOW) == SOURCE.read(_line(), NOW)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (True, True),
        ("ja", True),
        (" TRUE ", True),
        (1, True),
        (False, False),
        ("nee", False),
        ("0", False),
        (None, None),
        ("?", None),
    ],
)
def test_whether_it_is_an_exercise(value: Any, said: bool | None) -> None:
    """As partners' systems write it; what cannot be read is no exercise, since taking what is real for one costs more."""
    assert _report(exercise=value).exercise is said


@pytest.mark.parametrize("part", ["street", "town"])
def test_null_within_a_place(part: str) -> None:
    """The other half stays."""
    report = _report(place={"street": "Stadsplein", "town": "Amstelveen"} | {part: None})
    assert report.place == ("Amstelveen" if part == "street" else "Stadsplein")
    assert report.notes == ()


@pytest.mark.parametrize("operation", ["close", "Afgesloten", "finished"])
def test_what_ends_at_the_partner_withdraws_nothing(operation: str) -> None:
    """That a call is done there says nothing about whether it happened."""
    assert SOURCE.read(_line(operation=operation), NOW) == NotForUs("closed")


def test_an_empty_line_is_not_for_us() -> None:
    """A blank line between reports is no fault."""
    assert SOURCE.read(b"  ", NOW) == NotForUs("blank")


def test_personal_fields_go_nowhere() -> None:
    """Reporter, text, telephone and notes are in none of the outputs, whether the line is good or bad."""
    personal = dict.fromkeys(("reporter", "text", "phone", "kladblok", SECRET), SECRET)
    for fields in ({}, {"category": SECRET}, {"priority": SECRET}, {"place": {"street": SECRET, "town": SECRET}}):
        assert "Zwart" not in repr(SOURCE.read(_line(**personal, **fields), NOW))
    for field in (
        "operation",
        "occurred_at",
        "position",
        "place",
        "priority",
        "source",
        "reported_at",
        "occurred_before_s",
    ):
        shown = repr(SOURCE.read(_line(**personal, **{field: SECRET}), NOW))
        assert "Zwart" not in shown
        assert "1234" not in shown


def test_scenario_fields() -> None:
    """A scenario says when to play a line, and how long before that it happened; a run's name makes other reports."""
    line = _line(at_s=12.5, occurred_before_s=40)
    assert play_at_s(line) == 12.5
    assert [play_at_s(other) for other in (b"{", b"{}", _line(at_s=-1), _line(at_s="soon"))] == [0, 0, 0, 0]
    assert _report(occurred_before_s=40).occurred_at == NOW - timedelta(seconds=40)
    again = RecordedReports(load_categories(), run="2").read(line, NOW)
    assert isinstance(again, RawReport)
    assert again.source_id == "2/4711"


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_any_bytes_are_classified(content: bytes) -> None:
    """No bytes make the reader raise."""
    assert isinstance(SOURCE.read(content, NOW), Unreadable | NotForUs | RawReport)


FIELD_NAMES = (
    "source source_id operation category priority position place occurred_at reported_at occurred_before_s at_s text "
    "exercise"
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["lat", "lon", "x_rd", "y_rd", "accuracy_m", "street", "town"]), inner)
    ),
    max_leaves=6,
)


@settings(max_examples=400)
@given(st.dictionaries(st.sampled_from(FIELD_NAMES.split()), VALUES))
def test_any_fields_are_classified(fields: dict[str, Any]) -> None:
    """No values make the reader raise, and no detail holds more than a line."""
    reading = SOURCE.read(_line(**fields), NOW)
    if isinstance(reading, Unreadable):
        assert len(reading.detail) <= 200
        assert "\n" not in reading.detail
