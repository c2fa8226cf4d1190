"""Emergencies whose words also are an exercise's, a test's or talk's."""

from __future__ import annotations

import pytest

from streams.domain.incidents.raw_report import NotForUs
from tests.support.pages import NOW, p2000, page, read_text


@pytest.mark.parametrize(
    "text",
    [
        "P 1 BAD-05 BR woning (geen oefening) Korte Laan Amstelveen 131235",
        "P 1 BAD-05 Geen oefening BR woning Korte Laan Amstelveen 131235",
        "P 1 BAD-05 BR woning (geen proefalarm) Korte Laan Amstelveen 131235",
        "P 1 BAD-05 BR woning, geen testmelding, Korte Laan Amstelveen 131235",
        "P 1 BAD-05 Ongeval gev. stof (corona test straat) Korte Laan Amstelveen",
        "P 1 BAD-05 Ongeval gev. stof (test locatie) Korte Laan Amstelveen",
        "P 1 BAD-05 BR woning (let op: test locatie) Korte Laan Amstelveen",
        "P 1 Vrouw gevallen Passage Amstelveen",
        "P 1 Man onder puin Korte Laan Amstelveen bel 112",
        "1 Noodsituatie graag spoed contact melder Korte Laan Amstelveen",
    ],
)
def test_an_emergency_is_neither_exercise_nor_talk(text: str) -> None:
    """Whatever of its words could also say so."""
    assert read_text(text).source_priority in {"P 1", "1"}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("P 1 BAD-05 (Oefening HV) BR woning Korte Laan Amstelveen 131235", "exercise"),
        ("P 1 BAD-05 (test) BR woning Korte Laan Amstelveen 131235", "test"),
        ("P 1 BAD-05 (let op: proefalarm) BR woning Korte Laan Amstelveen 131235", "test"),
        ("P 1 Graag contact MKA Amstelveen", "talk"),
        ("P 2 Contact melder Korte Laan Amstelveen", "talk"),
    ],
)
def test_what_is_no_emergency(text: str, reason: str) -> None:
    """Still is none."""
    assert p2000().read(page(text), NOW) == NotForUs(reason)
