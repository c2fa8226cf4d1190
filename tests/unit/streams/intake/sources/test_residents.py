"""Signalen and Meldingen: residents' reports, whatever their state; nothing that people write, and no home."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.categories import Category
from schemas.incidents import Incident, ReportNote
from streams.domain.incidents.raw_report import NotForUs, RawReport
from streams.domain.incidents.revisions import AcceptedReport, IntakeResult, NothingNew, normalise
from streams.domain.incidents.urgency import urgency
from streams.intake.sources.categories import load_categories
from streams.intake.sources.meldingen import IN_THE_FORM, MeldingenReports
from streams.intake.sources.partner import JsonReports
from streams.intake.sources.signalen import STATES, SignalenReports
from tests.support.incoming import MELDING, SIGNAL

NOW = datetime(2026, 11, 29, 12, 0, 30, tzinfo=UTC)
SIGNALEN, MELDINGEN = SignalenReports(load_categories()), MeldingenReports(load_categories())


def read(source: JsonReports, document: dict[str, Any]) -> RawReport:
    """Return what must be a report."""
    reading = source.read(json.dumps(document).encode(), NOW)
    assert isinstance(reading, RawReport), reading
    return reading


@pytest.mark.parametrize(("source", "document"), [(SIGNALEN, SIGNAL), (MELDINGEN, MELDING)])
def test_a_whole_document(source: JsonReports, document: dict[str, Any]) -> None:
    """The same report by either system, less the house number."""
    report = read(source, document)
    assert (report.source, report.source_id, report.cancels) == (source.name, "4711", False)
    assert (report.category, report.category_source) == (Category.JEUGDOVERLAST, "jongerenoverlast")
    assert (urgency(report.source_priority), report.place) == (2, "Stadsplein, Amstelveen")
    assert report.position is not None
    assert (report.position.lat, report.position.lon, report.position.accuracy_m) == (52.3063, 4.8573, 50)
    assert report.reported_at == datetime(2026, 11, 29, 11, 59, tzinfo=UTC)
    assert report.notes == ()


def test_when_it_happened() -> None:
    """Signalen asks for it; a melding has the moment at which it was made."""
    assert read(SIGNALEN, SIGNAL).occurred_at == datetime(2026, 11, 29, 11, 30, tzinfo=UTC)
    assert read(MELDINGEN, MELDING).occurred_at == datetime(2026, 11, 29, 11, 58, tzinfo=UTC)


@pytest.mark.parametrize(
    "named",
    [{"id": 4711}, {"id": "4711"}, {"id": None}, {"id": None, "id_display": "SIG-4711", "signal_id": None}],
)
def test_a_signal_is_the_same_by_number_or_as_it_is_shown(named: dict[str, Any]) -> None:
    """The private API has all three, a webhook may have one."""
    assert read(SIGNALEN, SIGNAL | named).source_id == "4711"


@pytest.mark.parametrize(
    "category",
    [
        {"sub_slug": "jongerenoverlast"},
        {"sub_category": "https://signalen.example.org/signals/v1/public/terms/categories/overlast/sub_categories/jongerenoverlast"},
        {"category_url": "/signals/v1/public/terms/categories/overlast/sub_categories/jongerenoverlast/"},
        {"sub": "Jongerenoverlast"},
    ],
)  # fmt: skip
def test_a_category_is_a_slug_an_address_or_a_name(category: dict[str, str]) -> None:
    """As the public API takes it, the private one gives it, and lists show it."""
    assert read(SIGNALEN, SIGNAL | {"category": category}).category is Category.JEUGDOVERLAST


def test_an_unmapped_category_is_kept_and_marked() -> None:
    """So that `intake unmapped` lists it."""
    signal = read(SIGNALEN, SIGNAL | {"category": {"sub_slug": "nieuwe-soort"}})
    melding = read(MELDINGEN, MELDING | {"classification": {"name": "Nieuwe soort"}})
    for report in (signal, melding):
        assert (report.category, report.category_source, report.category_known) == (
            Category.OVERIG,
            "nieuwe-soort",
            False,
        )


def results(source: JsonReports, documents: list[dict[str, Any]]) -> list[str]:
    """Return what each document causes, one after the other, a minute apart."""
    known: Incident | None = None
    told: list[str] = []
    for minute, document in enumerate(documents):
        now = NOW + timedelta(minutes=minute)
        reading = source.read(json.dumps(document).encode(), now)
        if isinstance(reading, NotForUs):
            told.append(reading.reason)
            continue
        assert isinstance(reading, RawReport), reading
        decision = normalise(reading, known, now, known.reported_at if known else None)
        assert isinstance(decision, AcceptedReport | NothingNew)
        known = decision.incident if isinstance(decision, AcceptedReport) else known
        told.append(str(decision.result))
    return told


def test_the_life_of_a_signal() -> None:
    """Told, in hand, dealt with, opened again, cancelled, opened again."""

    def state(name: str, minute: int) -> dict[str, Any]:
        return SIGNAL | {"status": {"state": name, "created_at": f"2026-11-29T13:{minute:02}:00+01:00"}}

    life = [state(name, minute) for minute, name in enumerate(("m", "i", "b", "o", "reopened", "a", "reopened"))]
    life[4] |= {"priority": {"priority": "low"}}
    assert results(SIGNALEN, life) == [
        IntakeResult.CREATED, IntakeResult.DUPLICATE, IntakeResult.DUPLICATE, "closed", IntakeResult.UPDATED,
        IntakeResult.CANCELLED, IntakeResult.REACTIVATED,
    ]  # fmt: skip


def test_the_life_of_a_melding() -> None:
    """Being written, sent, planned, completed, asked to be opened again, cancelled, opened again."""

    def state(name: str, minute: int) -> dict[str, Any]:
        return MELDING | {"state": name, "updated_at": f"2026-11-29T12:{minute:02}:00Z"}

    names = ("new", "classified", "submitted", "planned", "completed", "reopen_requested", "canceled", "reopened")
    assert results(MELDINGEN, [state(name, minute) for minute, name in enumerate(names)]) == [
        "not_sent", "not_sent", IntakeResult.CREATED, IntakeResult.DUPLICATE, "closed", IntakeResult.DUPLICATE,
        IntakeResult.CANCELLED, IntakeResult.REACTIVATED,
    ]  # fmt: skip


def test_a_signal_without_a_street_has_its_areas_name() -> None:
    """By CBS's code, of the year in which it happened."""
    location = {"buurt_code": "BU03620401", "address": {"woonplaats": "Amstelveen"}}
    assert read(SIGNALEN, SIGNAL | {"location": location}).place == "Stadshart, Amstelveen"
    unknown = read(SIGNALEN, SIGNAL | {"location": {"buurt_code": "BU99999999"}})
    assert (unknown.place, unknown.notes) == ("", (ReportNote.PLACE_LEFT_OUT,))


def test_a_state_that_nobody_knows_is_a_report() -> None:
    """With a note: a new state of theirs must lose nothing."""
    for report in (read(SIGNALEN, SIGNAL | {"status": {"state": "zz"}}), read(MELDINGEN, MELDING | {"state": "zz"})):
        assert ReportNote.FIELD_LEFT_OUT in report.notes


def test_every_state_is_decided_on() -> None:
    """Of Signalen all that the fact sheet names; of Meldingen none that is being written."""
    for name, done in STATES.items():
        reading = SIGNALEN.read(json.dumps(SIGNAL | {"status": {"state": name}}).encode(), NOW)
        assert isinstance(reading, NotForUs) == (str(done) == "closed")
    for name in IN_THE_FORM:
        assert MELDINGEN.read(json.dumps(MELDING | {"state": name}).encode(), NOW) == NotForUs("not_sent")


def test_a_position_that_is_latitude_first_is_put_right() -> None:
    """With a note; GeoJSON has longitude first."""
    signal = SIGNAL | {"location": {"geometrie": {"type": "Point", "coordinates": [52.3063, 4.8573]}}}
    melding = MELDING | {"geo_location": {"type": "Point", "coordinates": [52.3063, 4.8573]}}
    for report in (read(SIGNALEN, signal), read(MELDINGEN, melding)):
        assert report.position is not None
        assert (report.position.lat, report.position.lon) == (52.3063, 4.8573)
        assert ReportNote.POSITION_SWAPPED in report.notes


@pytest.mark.parametrize(("stated", "expected"), [(1, 2), (0, 3), (-1, 4), (None, 3), (7, 3), ("hoog", 2)])
def test_a_meldings_urgency(stated: Any, expected: int) -> None:
    """A number that is none of the three is unsaid: a 1 is no P1."""
    assert urgency(read(MELDINGEN, MELDING | {"urgency": stated}).source_priority) == expected
