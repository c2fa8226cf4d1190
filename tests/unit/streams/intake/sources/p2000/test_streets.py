"""Streets and towns in messages: whole names, and nothing of a person or an object."""

# ruff: noqa: E501 - lists

from __future__ import annotations

import pytest

from streams.intake.sources.gazetteer import NO_GAZETTEER, Gazetteer, GazetteerEntry
from streams.intake.sources.p2000.message import parse
from streams.intake.sources.p2000.room import load_room
from streams.intake.sources.p2000.streets import PlaceFinder, one_apart

ROOM = load_room()
KNOWN = Gazetteer(
    version="1",
    places=(
        GazetteerEntry(name="Poelmanga Brink", town="Amstelveen", lat=52.3, lon=4.85, accuracy_m=150),
        GazetteerEntry(name="Brink", town="Amstelveen", lat=52.3, lon=4.85, accuracy_m=150),
    ),
)


def street_of(text: str, gazetteer: Gazetteer = NO_GAZETTEER) -> str:
    """Return the street that is found in a message of Amstelveen."""
    place = PlaceFinder(ROOM, gazetteer).find(parse(f"P 1 {text} Amstelveen 131231").words)
    assert place.town == "Amstelveen"
    return place.street


@pytest.mark.parametrize(
    "street",
    [
        "Startbaan", "Dorpsstraat", "Amsteldijk Noord", "Laan van Kronenburg", "Laan van de Helende Meesters", "Korte Laan", "Lage Laan",
        "Oude Karselaan", "Eerste Oosterweg", "2e Hugo de Grootstraat", "Burgemeester Haspelslaan", "Prof. J.H. Bavincklaan", "Keizer Karelplein",
        "Groen van Prinstererlaan", "Wolfert van Borsselenweg", "Piet de Winterlaan", "Van der Hooplaan", "Sint Urbanuslaan", "Straat van Gibraltar",
        "Charlotte van Pallandtlaan", "Europaweg-Zuid", "Van Heuven Goedhartlaan", "Turfschip", "In de Wolken", "Brandwijk",
    ],
)  # fmt: skip
def test_a_street_is_found_whole(street: str) -> None:
    """With the words before and behind its ending that belong to its name."""
    found = street_of(street)
    assert found == street.replace("2e ", "")


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("Dorpsstraat 12", "Dorpsstraat"),
        ("Dorpsstraat 123 hs, 1181AB", "Dorpsstraat"),
        ("Sporthal Zuid Dorpsstraat", "Dorpsstraat"),
        ("Zorgcentrum Het Nieuwe Huis Legmeerdijk", "Legmeerdijk"),
        ("Restaurant De Boer (achter) Legmeerdijk", "Legmeerdijk"),
        ("Café de Brug Lage Laan", "Lage Laan"),
        ("Beneluxbaan hoek Handweg", "Handweg"),
        ("Startbaan thv Handweg", "Handweg"),
        ("Startbaan : : Handweg", "Handweg"),
        ("Rijksweg A9 Li 12,3", "A9 Li 12,3"),
        ("A9 Re 12.3", "A9 Re 12,3"),
        ("N201 R 35,0", "N201 R 35,0"),
        ("BAKKERLAAN", "Bakkerlaan"),
        ("LAAN VAN KRONENBURG", "Laan van Kronenburg"),
        ("Poelmanga Brink", ""),
        ("Meander", ""),
    ],
)
def test_what_stands_around_a_street_is_left(text: str, street: str) -> None:
    """House numbers, objects and crossings; what has no ending of a street is none."""
    assert street_of(text) == street


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("thv fam. Van der Kerkhof", ""),
        ("thv mw Zwartjanssen Dorpsstraat", "Dorpsstraat"),
        ("dhr. Zwartjanssen", ""),
        ("bij mevr Van Dijkveld, Legmeerdijk", "Legmeerdijk"),
        ("fam De Vriesendijk 12 Legmeerdijk", "Legmeerdijk"),
        ("bewoner Jansen Handweg", ""),
        ("Jansen Legmeerdijk", "Legmeerdijk"),
        ("Zwartjanssen Legmeerdijk", "Legmeerdijk"),
        ("Van der Zwartjanssen Legmeerdijk", "Legmeerdijk"),
        ("Huisartsenpraktijk Zwartjanssen Legmeerdijk", "Legmeerdijk"),
        ("ZWARTJANSSEN LEGMEERDIJK", "Legmeerdijk"),
        ("zwartjanssen legmeerdijk", "legmeerdijk"),
    ],
)
def test_no_person_is_shown(text: str, street: str) -> None:
    """Neither behind a word for one, nor before a street, also where the name ends as a street does."""
    assert street_of(text) == street


def test_the_gazetteers_streets_are_known_whole() -> None:
    """The longest that fits, whatever their ending."""
    assert street_of("Poelmanga Brink", KNOWN) == "Poelmanga Brink"
    assert street_of("Restaurant Uitzicht Brink", KNOWN) == "Brink"


@pytest.mark.parametrize(
    ("text", "town", "province"),
    [
        ("Kerkstraat Ouderkerk aan den IJssel", "Ouderkerk aan den IJssel", ""),
        ("Kerkstraat Ouderkerk aan de Amstel", "Ouderkerk aan de Amstel", ""),
        ("Kerkstraat ouderkerk a/d amstel", "Ouderkerk aan de Amstel", ""),
        ("Robijnlaan 's-Gravenhage", "'s-Gravenhage", ""),
        ("Robijnlaan ’s-Gravenhage", "'s-Gravenhage", ""),
        ("Kerkstraat Bergen NH", "Bergen", "NH"),
        ("Bachlaan Schiedam SCHIDM", "Schiedam", ""),
        ("Kerkstraat Son en Breugel", "Son en Breugel", ""),
        ("Amstelveenseweg Amsterdam", "Amsterdam", ""),
        ("Kerkstraat richting Amsterdam", "", ""),
        ("Amsterdam Kerkstraat", "Amsterdam", ""),
        ("Amsterdam Onbekenddorp", "", ""),
        ("Amstelveen aan Zee", "", ""),
    ],
)
def test_a_town_is_matched_whole(text: str, town: str, province: str) -> None:
    """The last of its part, or the first before a street; never as a part of another name."""
    place = PlaceFinder(ROOM, NO_GAZETTEER).find(parse(f"P 1 {text}").words)
    assert (place.town, place.province) == (town, province)


@pytest.mark.parametrize(
    ("word", "near"),
    [("amstelven", True), ("amstelveeen", True), ("amstleveen", True), ("amstelvien", True), ("amstelveen", False), ("amstelvn", False),
     ("amsterdam", False), ("", False)],
)  # fmt: skip
def test_one_letter_apart(word: str, near: bool) -> None:
    """Left out, put in, swapped or replaced; the same word is not apart."""
    assert one_apart(word, "amstelveen") is near
