"""What the Locatieserver answers is only taken where it is the place that was asked for."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.geo import Position
from streams.domain.geometry.country import inside_country
from streams.intake.geocoding.answers import position_in
from tests.support.locatieserver import STREET, TOWN, answer
from tests.support.mutation import Mutator, tries

COUNT = 100_000


def test_a_street_is_where_its_centroid_is() -> None:
    """Longitude first, with the accuracy of a street, wherever it stands in the answer."""
    found = position_in(answer(TOWN, STREET), "stadsplein", "Amstelveen")
    assert found == Position(lat=52.30633, lon=4.8573, accuracy_m=150.0)


def test_a_street_that_is_not_known_is_in_its_town() -> None:
    """As roughly as that is; another street that the server gives in its place is not taken."""
    other = STREET | {"straatnaam": "Stationsplein"}
    assert position_in(answer(other, TOWN), "Stadsplein", "Amstelveen") == Position(
        lat=52.3031, lon=4.8586, accuracy_m=2_500
    )
    assert position_in(answer(other), "Stadsplein", "Amstelveen") is None


def test_the_same_street_of_another_town_is_another_place() -> None:
    """A report of one town is never put into another."""
    assert position_in(answer(STREET | {"woonplaatsnaam": "Amsterdam"}), "Stadsplein", "Amstelveen") is None
    assert position_in(answer(TOWN | {"woonplaatsnaam": "Amsterdam"}), "", "Amstelveen") is None


@pytest.mark.parametrize(
    "centroid",
    [None, 5, "", "POINT(52.30633 4.8573)", "POINT(0 0)", "POINT(4.8573)", "POINT(4.8573 52.30633) ", "POINT(nan nan)",
     "POLYGON((4 52))", "POINT(1e9 52)", "POINT(2.35 48.85)", ["POINT(4.8573 52.30633)"]],
)  # fmt: skip
def test_a_centroid_that_cannot_be_is_none(centroid: Any) -> None:
    """Swapped, abroad, no point."""
    assert position_in(answer(STREET | {"centroide_ll": centroid}), "Stadsplein", "Amstelveen") is None


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b'{"response": []}', b'{"response": {"docs": {}}}', b"[" * 99_999]
)
def test_what_is_no_answer_is_none(content: bytes) -> None:
    """Whatever a server that is ill says."""
    assert position_in(content, "Stadsplein", "Amstelveen") is None


def test_a_mutated_answer_is_a_place_in_the_country_or_none() -> None:
    """Nothing raises."""
    seeds = [answer(TOWN, STREET), answer(STREET), answer()]
    mutator, found = Mutator(29), 0
    for _ in range(tries(COUNT)):
        position = position_in(mutator.line(seeds), "Stadsplein", "Amstelveen")
        found += position is not None
        assert position is None or inside_country(position)
    assert found > 0
