"""Urgent calls with text behind the town, with persons and with other towns, each by its line. Persons' names are made up."""

from __future__ import annotations

import pytest

from schemas.incidents import ReportNote
from streams.domain.incidents.raw_report import NotForUs
from streams.domain.incidents.urgency import urgency
from tests.support.pages import NOW, p2000, page, read_text


@pytest.mark.parametrize(
    ("behind", "uncertain"),
    [
        ("Zuid", True),
        ("Westwijk", True),
        ("graag spoed", True),
        ("mensen nog binnen", True),
        ("op straat", True),
        ("in de kelder", True),
        ("TS kapot", False),
        ("achterzijde", False),
        ("hoek Handweg", False),
        ("tpv benzinestation", False),
        ("ri Uithoorn", False),
        ("nabij Schiphol", False),
        ("TS Aalsmeer", False),
        ("afrit Aalsmeer", False),
        ("mw. A. Kerkhof", False),
        ("mw de Vries", False),
        ("dhr. Stein", False),
        ("Mw. Best", False),
        ("fam: Ter Horst", False),
        ("> Haarlem", True),
        ("- Badhoevedorp", True),
    ],
)
def test_a_fire_of_ours_is_on_the_list_whatever_stands_behind_its_town(behind: str, uncertain: bool) -> None:
    """With its street and town and nothing else; the report says where the place is not sure."""
    report = read_text(f"P 1 BAD-05 BR woning Korte Laan Amstelveen {behind} 131235")
    assert (report.category.value, report.place) == ("brand", "Korte Laan, Amstelveen")
    assert (ReportNote.PLACE_UNCERTAIN in report.notes) is uncertain


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("P 1 BAD-05 BR woning Korte Laan Amstelveen-Zuid 131235", "Korte Laan, Amstelveen"),
        ("P 1 BAD-05 BR woning Korte Laan Amstelveen-Westwijk 131235", "Korte Laan, Amstelveen"),
        ("P 1 BAD-05 BR woning Korte Laan/Amstelveen 131235", "Korte Laan, Amstelveen"),
        ("P 1 BAD-02 Ongeval letsel A9 Li 12,3 Amstelveen afrit Aalsmeer 131235", "A9 Li 12,3, Amstelveen"),
        ("P 1 BAD-02 Ongeval letsel A9 Amstelveen - Badhoevedorp 131235", "A9, Amstelveen"),
        ("P 1 BAD-02 Ongeval letsel Amstelveen > Haarlem 131235", "Amstelveen"),
        ("P 1 BAD-02 Ongeval letsel A9 Amstelveen-Badhoevedorp 131235", "A9, Amstelveen"),
        ("A1 13111 Korte Laan Amstelveen VUmc Amsterdam rit 12345", "Amstelveen"),
        ("P 1 BAD-05 BR WONING KORTE LAAN AMSTELVEEN OP STRAAT 131235", "Korte Laan, Amstelveen"),
    ],
)
def test_a_town_of_ours_counts_beside_another(text: str, place: str) -> None:
    """Where radio group or vehicles are of the room's region."""
    assert read_text(text).place == place


@pytest.mark.parametrize(
    "text",
    [
        "P 1 BAD-01 BR woning Restaurant Amstelveen Kerkstraat Aalsmeer 131231",
        "P 1 BAD-01 BR woning Restaurant Amstelveen, Kerkstraat Aalsmeer 131231",
        "P 1 BAD-01 BR woning Kerkstraat Aalsmeer richting Amstelveen 131231",
        "P 1 BAD-01 BR woning Kerkstraat Aalsmeer TS Amstelveen 131231",
        "P 1 BAD-01 BR woning Amstelveen Amsterdam 131231",
        "P 1 BMD-01 BR woning Korte Laan Amstelveen - Mijdrecht 091231",
        "P 1 BON-01 BR woning Amstelveen Kerkstraat mensen binnen 041231",
        "P 1 BDH-01 BR woning Kerkweg Bovenkerk ZH mensen binnen 161231",
        "P 1 BRT-01 BR woning Kerkstraat fam. Stein Rotterdam 171231",
    ],
)
def test_a_town_of_elsewhere_stays_elsewhere(text: str) -> None:
    """Where ours is an object's name, a direction, a crew's or a street's, or the crews are of another region."""
    assert p2000().read(page(text), NOW) == NotForUs("elsewhere")


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("naam: Van Rietdijk", "Amstelveen"),
        ("mw: Rietdijk", "Amstelveen"),
        ("dhr, Ruiterkamp", "Amstelveen"),
        ("mw (85) Ruiterkamp", "Amstelveen"),
        ("mw 85 jr, Ruiterkamp", "Amstelveen"),
        ("mw 85jr, Ruiterkamp", "Amstelveen"),
        ("mw A., Ruiterkamp", "Amstelveen"),
        ("mw.Rietdijk", "Amstelveen"),
        ("fam.Ruiterkamp", "Amstelveen"),
        ("mevr.v.d.Burg", "Amstelveen"),
        ("mw/dhr Ruiterkamp", "Amstelveen"),
        ("mw/Ruiterkamp", "Amstelveen"),
        ("t.a.v. Jan Kerkhof", "Amstelveen"),
        ("bew. Kerkhof", "Amstelveen"),
        ("pt: Kerkhof", "Amstelveen"),
        ("mw (85) Ruiterkamp Dorpsstraat", "Dorpsstraat, Amstelveen"),
        ("mw (85) Ruiterkamp, Legmeerdijk", "Legmeerdijk, Amstelveen"),
        ("mw, Ruiterkamp Van Heuven Goedhartlaan", "Van Heuven Goedhartlaan, Amstelveen"),
        ("Laan van de Helende Meesters Jansen onwel", "Laan van de Helende Meesters, Amstelveen"),
        ("Laan van de Helende Meesters 12hs", "Laan van de Helende Meesters, Amstelveen"),
        ("Laan van Walcheren 12bis", "Laan van Walcheren, Amstelveen"),
        ("Laan van Walcheren 12-2hs", "Laan van Walcheren, Amstelveen"),
        ("Laan van Walcheren 12A-hs", "Laan van Walcheren, Amstelveen"),
        ("Laan van Walcheren nr12", "Laan van Walcheren, Amstelveen"),
        ("Plein van Verwelius Pietersen bewusteloos", "Plein van Verwelius, Amstelveen"),
        ("laan van kronenburg pietersen bewusteloos", "laan van kronenburg, Amstelveen"),
    ],
)
def test_nobodys_name_and_no_house_number_is_in_a_place(said: str, place: str) -> None:
    """Over breaks, behind a full stop without a blank, and behind a street whose name has several words."""
    assert read_text(f"P 1 BAD-05 Reanimatie {said} Amstelveen 131235").place == place


@pytest.mark.parametrize(
    ("said", "category", "street"),
    [
        ("Ongeval wegvervoer met brand A9 Li 12,3", "brand", "A9 Li 12,3"),
        ("Aanrijding auto tegen boom, persoon bekneld Beneluxbaan", "medisch_onwel", "Beneluxbaan"),
        ("Stormschade persoon bekneld Korte Laan", "medisch_onwel", "Korte Laan"),
        ("Liftopsluiting brandlucht Korte Laan", "brand", "Korte Laan"),
        ("Ongeval wegvervoer auto te water Handweg", "medisch_onwel", "Handweg"),
        ("Aanrijding fietser, letsel Handweg", "medisch_onwel", "Handweg"),
        ("Aanrijding fietser met letsel Handweg", "medisch_onwel", "Handweg"),
        ("Aanrijding vrachtwagen reanimatie Handweg", "medisch_onwel", "Handweg"),
        ("Aanrijding auto tegen boom, geen letsel Handweg", "verkeer_context", "Handweg"),
        ("Stormschade geen persoon bekneld Korte Laan", "overig", "Korte Laan"),
        ("Stormschade dak los Brandwijk", "overig", "Brandwijk"),
        ("Liftopsluiting fam: Brand, Korte Laan 12", "overig", "Korte Laan"),
        ("Nacontrole BR woning Korte Laan", "overig", "Korte Laan"),
        ("Hulpverlening algemeen stormschade, persoon bekneld Korte Laan", "medisch_onwel", "Korte Laan"),
    ],
)
def test_a_lesser_classification_hides_no_emergency(said: str, category: str, street: str) -> None:
    """Which stands behind it; not where it is denied, is over, or is a street's or somebody's name."""
    report = read_text(f"P 1 BAD-02 {said} Amstelveen 131235")
    assert (report.category.value, report.place) == (category, f"{street}, Amstelveen")


def test_an_emergency_behind_the_place_counts_too() -> None:
    """And the place is still the one before it."""
    report = read_text("P 1 BAD-02 Liftopsluiting Korte Laan Amstelveen, brandlucht 131235")
    assert (report.category.value, report.place) == ("brand", "Korte Laan, Amstelveen")


@pytest.mark.parametrize(
    ("text", "category", "level"),
    [
        ("P  1 BAD-05 Letsel Korte Laan Amstelveen", "medisch_onwel", 1),
        ("P1, BAD-05 Letsel Korte Laan Amstelveen", "medisch_onwel", 1),
        ("P-1 BAD-05 Vrouw gevallen Korte Laan Amstelveen", "overig", 1),
        ("P: 1 BAD-05 BR woning Korte Laan Amstelveen", "brand", 1),
        ("Prio-1 Letsel Korte Laan Amstelveen", "medisch_onwel", 1),
        ("Ongeval letsel prio-1 Korte Laan Amstelveen", "medisch_onwel", 1),
        ("P  1 BAD-05 BR woning Korte Laan Amstelveen", "brand", 1),
        ("1 (Grote BR) BR woning Korte Laan Amstelveen", "brand", 1),
        ("1, BR woning Korte Laan Amstelveen", "brand", 1),
        ("A2 Li 35,1 Ongeval letsel Amstelveen", "medisch_onwel", 3),
        ("A2 35,1 Ongeval letsel Amstelveen", "medisch_onwel", 3),
        ("A1 R. Zwartjanssen Amstelveen", "medisch_onwel", 1),
    ],
)
def test_a_priority_is_read_however_it_is_spelt(text: str, category: str, level: int) -> None:
    """With two blanks, a comma, a hyphen, before brackets; a motorway with its hectometre is none."""
    report = read_text(text)
    assert (report.category.value, urgency(report.source_priority)) == (category, level)
