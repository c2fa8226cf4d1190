"""GMS: a control room's incidents, in both spellings, with codes and with names, whatever their state."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.categories import Category
from schemas.incidents import Incident, Operation, ReportNote
from streams.domain.incidents.raw_report import NotForUs, RawReport
from streams.domain.incidents.revisions import AcceptedReport, IntakeResult, NothingNew, normalise
from streams.errors import ConfigurationError
from streams.intake.sources.categories import load_categories
from streams.intake.sources.gazetteer import Gazetteer, GazetteerEntry
from streams.intake.sources.gms import GmsReports
from tests.support.incoming import GMS

NOW = datetime(2026, 11, 29, 12, 0, 30, tzinfo=UTC)
CATEGORIES = load_categories()
SOURCE = GmsReports(CATEGORIES, partner="politie-gms")


def read(document: dict[str, Any], source: GmsReports = SOURCE) -> RawReport:
    """Return what must be a report."""
    reading = source.read(json.dumps(document).encode(), NOW)
    assert isinstance(reading, RawReport), reading
    return reading


def test_a_whole_incident() -> None:
    """Every field that is kept arrives in our terms; RD metres become degrees, local time UTC."""
    report = read(GMS)
    assert (report.source, report.source_id, report.cancels) == ("politie-gms", "FLK-2026-4711", False)
    assert (report.category, report.category_source) == (Category.BRAND, "brand/gebouw/01-woning-woongebouw")
    assert (report.source_priority, report.place) == ("1", "Stadsplein, Amstelveen")
    assert report.position is not None
    assert (round(report.position.lat, 4), round(report.position.lon, 4)) == (52.3063, 4.8573)
    assert report.occurred_at == datetime(2026, 11, 29, 11, 58, tzinfo=UTC)
    assert report.notes == (ReportNote.ZONE_ASSUMED,)


def test_the_other_suppliers_spelling_is_the_same_incident() -> None:
    """Also where a message bus wraps it."""

    def camel(value: Any) -> Any:
        if isinstance(value, dict):
            return {name[:1].lower() + name[1:]: camel(each) for name, each in value.items()}
        return [camel(each) for each in value] if isinstance(value, list) else value

    assert read(camel(GMS)) == read(GMS) == read({"message": camel(GMS)})


@pytest.mark.parametrize(
    ("classified", "category", "code"),
    [
        ({"MeldingsclassificatieCode": "bzibwn"}, Category.WONINGINBRAAK, "bzibwn"),
        ({"Meldingsclassificatie3": "vogwst"}, Category.GEWELD_VECHTPARTIJ, "vogwst"),
        ({"Meldingsclassificatie1": "Brand"}, Category.BRAND, "brand"),
        ({"Meldingsclassificatie1": "Brand", "Meldingsclassificatie2": "Buiten"}, Category.BRAND, "brand/buiten"),
        (
            {
                "Meldingsclassificatie1": "Leefmilieu",
                "Meldingsclassificatie2": "Overlast van/door",
                "Meldingsclassificatie3": "Jeugd",
            },
            Category.JEUGDOVERLAST,
            "leefmilieu/overlast-van-door/jeugd",
        ),
    ],
)  # fmt: skip
def test_a_classification_is_a_code_or_the_names_of_its_levels(
    classified: dict[str, str], category: Category, code: str
) -> None:
    """Where no table has all levels, the wider ones count."""
    report = read(GMS | {"BrwDisciplineGegevens": {"Prioriteit": 1} | classified})
    assert (report.category, report.category_source, report.category_known) == (category, code, True)


def test_an_unmapped_classification_is_kept_and_marked() -> None:
    """Its name travels, so that `intake unmapped` lists it; it is no category that is known to be minor."""
    report = read(GMS | {"BrwDisciplineGegevens": {"Prioriteit": 1, "Meldingsclassificatie1": "Zwerm wespen"}})
    assert (report.category, report.category_source, report.category_known) == (Category.OVERIG, "zwerm-wespen", False)


def test_of_several_services_the_most_urgent_and_the_first_that_says_what_it_is_count() -> None:
    """Fire at prio 2 with a category of no meaning, ambulance at prio 1."""
    report = read(
        GMS
        | {
            "BrwDisciplineGegevens": {
                "Prioriteit": 2,
                "MeldingsclassificatieCode": "ogwemt",
                "StartDTG": "20261129125900",
            },
            "CpaDisciplineGegevens": {
                "Prioriteit": 1,
                "MeldingsclassificatieCode": "ogwels",
                "StartDTG": "20261129125800",
            },
        }
    )
    assert (report.source_priority, report.category_source) == ("1", "ogwels")
    assert report.occurred_at == datetime(2026, 11, 29, 11, 58, tzinfo=UTC)


def test_grip_scales_up() -> None:
    """The highest number counts; other characteristics are not read."""
    scaled = GMS | {"Karakteristieken": [{"Naam": "GRIP", "Waarden": ["1", "GRIP 2", "hoog"]}, {"Naam": 7}, None]}
    assert read(scaled).source_priority == "P1 GRIP2"


def test_a_house_number_and_the_letters_of_a_postcode_are_dropped() -> None:
    """Four digits stand for a street that is not told, and have the gazetteer's position."""
    known = Gazetteer(version="1", places=(GazetteerEntry(name="1181", lat=52.3, lon=4.86, accuracy_m=1500),))
    source = GmsReports(CATEGORIES, known)
    report = read(
        GMS | {"IncidentLocatie": {"Postcode": "1181 zm", "Huisnummer": 12, "Plaatsnaam": "Amstelveen"}}, source
    )
    assert report.place == "1181, Amstelveen"
    assert report.position is not None
    assert report.position.accuracy_m == 1500


def test_coordinates_in_the_wrong_order_are_put_right() -> None:
    """With a note."""
    where = GMS["IncidentLocatie"] | {"XCoordinaat": "479949", "YCoordinaat": "118859"}
    report = read(GMS | {"IncidentLocatie": where})
    assert report.position == read(GMS).position
    assert ReportNote.POSITION_SWAPPED in report.notes


def test_the_life_of_an_incident() -> None:
    """Created, synchronised, changed, cancelled; its end at the control room changes nothing here."""
    known: Incident | None = None
    told: list[IntakeResult] = []
    for minute, document in enumerate(
        [
            GMS,
            GMS | {"kindOfChange": "synchronisatie"},
            GMS
            | {"kindOfChange": "updated", "BrwDisciplineGegevens": GMS["BrwDisciplineGegevens"] | {"Prioriteit": 2}},
            GMS | {"kindOfChange": "updated", "status": "vervallen"},
        ]
    ):
        decision = normalise(read(document), known, NOW + timedelta(minutes=minute))
        assert isinstance(decision, AcceptedReport | NothingNew)
        told.append(decision.result)
        known = decision.incident if isinstance(decision, AcceptedReport) else known
    assert told == [IntakeResult.CREATED, IntakeResult.DUPLICATE, IntakeResult.UPDATED, IntakeResult.CANCELLED]
    assert known is not None
    assert (known.operation, known.revision) == (Operation.CANCEL, 2)
    assert SOURCE.read(json.dumps(GMS | {"status": "afgesloten"}).encode(), NOW) == NotForUs("closed")


@pytest.mark.parametrize("partner", ["canary", "a b", "é", "x" * 200])
def test_a_partner_that_can_be_none_is_refused(partner: str) -> None:
    """The canary's name would hide real reports."""
    with pytest.raises(ConfigurationError, match="--partner"):
        GmsReports(CATEGORIES, partner=partner)
