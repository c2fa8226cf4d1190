"""Names of places lose their house numbers, and a gazetteer knows the finest position."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.config.yaml import FileError, parse_yaml
from streams.intake.sources.gazetteer import Gazetteer, clean_name, join_place

TEXT = """
version: "1"
places:
  - {name: Amstelveen, lat: 52.30, lon: 4.86, accuracy_m: 4000}
  - {name: "1181", lat: 52.31, lon: 4.87, accuracy_m: 1500}
  - {name: Stadsplein, town: Amstelveen, lat: 52.3063, lon: 4.8573, accuracy_m: 120}
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Stadsplein", "Stadsplein"),
        ("Stadsplein 12", "Stadsplein"),
        ("Stadsplein 12-A", "Stadsplein"),
        ("Stadsplein 12 hs", "Stadsplein"),
        ("Burg. Haspelslaan 55bis", "Burg. Haspelslaan"),
        ("1e Constantijn Huygensstraat 20 III", "1e Constantijn Huygensstraat"),
        ("Laan van Kronenburg 14", "Laan van Kronenburg"),
        ("'t Hart 3", "'t Hart"),
        ("Sint-Janstraat", "Sint-Janstraat"),
        ("  Stadsplein   12  ", "Stadsplein"),
        ("", ""),
        ("12", ""),
        ("2e", ""),
        ("de bewoner van nummer twaalf belde ons net op", ""),
        ("x" * 80, ""),
        ("06-12345678", ""),
        ("jan@example.org", ""),
    ],
)
def test_clean_name(text: str, expected: str) -> None:
    """Numbers and what belongs to them go; what is no name at all becomes nothing."""
    assert clean_name(text) == expected


@given(st.text(max_size=80))
def test_clean_name_of_anything_holds_no_number(text: str) -> None:
    """No digit survives but an ordinal's at the beginning, and the result is short."""
    name = clean_name(text)
    assert len(name) <= 55
    assert not re.search(r"\d", re.sub(r"^\d{1,2}e ", "", name, flags=re.IGNORECASE))


def test_join_place() -> None:
    """Either part may be missing."""
    assert [join_place(*pair) for pair in (("A", "B"), ("A", ""), ("", "B"), ("", ""))] == ["A, B", "A", "B", ""]


def test_the_finest_position_wins() -> None:
    """A street in its town, else the postcode's area, else the town, else nothing."""
    gazetteer = parse_yaml(TEXT, "places.yaml", Gazetteer, {})

    def accuracy_m(street: str, town: str, postcode: str = "") -> float | None:
        position = gazetteer.position(street, town, postcode)
        return None if position is None else position.accuracy_m

    assert accuracy_m("stadsplein", "AMSTELVEEN", "1181AB") == 120
    assert accuracy_m("Stadsplein", "Amsterdam") is None
    assert accuracy_m("Elders", "Amstelveen", "1181AB") == 1500
    assert accuracy_m("Elders", "Amstelveen") == 4000
    assert accuracy_m("", "", "") is None


def test_a_place_twice_is_a_fault_in_the_file() -> None:
    """The error is one line with the file's name."""
    twice = TEXT + "  - {name: amstelveen, lat: 52.0, lon: 4.0, accuracy_m: 1}\n"
    with pytest.raises(FileError, match=r"places\.yaml:\d+: .*same name"):
        parse_yaml(twice, "places.yaml", Gazetteer, {})
