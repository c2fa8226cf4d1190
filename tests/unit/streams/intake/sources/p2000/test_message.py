"""The grammar: priority, brackets, radio group, numbers and words, wherever dispatchers put them."""

from __future__ import annotations

import pytest

from streams.intake.sources.p2000.message import parse


@pytest.mark.parametrize(
    ("text", "priority"),
    [
        ("P 1 BR woning", "P 1"),
        ("P1 BR woning", "P 1"),
        ("p 2 br woning", "P 2"),
        ("PRIO 1 Brand", "PRIO 1"),
        ("Prio: 2 Brand", "PRIO 2"),
        ("A1 Amstelveen", "A1"),
        ("A 2 Amstelveen", "A2"),
        ("B1 Amstelveen", "B1"),
        ("1 Explosie Startbaan", "1"),
        ("ALARM B-PLOEG > P 1 BAD-14 BR WONING", "P 1"),
        ("(Intrekken Alarm Brw) P 1 BR woning", "P 1"),
        ("Ongeval/Wegvervoer/Letsel prio 1 Amstelveen", "PRIO 1"),
        ("MDN: P 1 BR woning Startbaan", "P 1"),
        ("Persoon te water Landtong", ""),
        ("A12 Re 30,1 Verkeersstremming", ""),
        ("1e Hugo de Grootstraat", ""),
        ("131231 posten", ""),
        ("P 12 Parkeren", ""),
        ("", ""),
    ],
)
def test_priorities(text: str, priority: str) -> None:
    """At the front, behind text, in the middle, as a digit, or none; a motorway is none."""
    assert parse(text).priority == priority


def test_the_parts_of_a_fire_call() -> None:
    """Each by its shape; words that a number or a bracket parts do not belong together."""
    message = parse("P 1 BAD-05 (Middel BR) BR woning (Schoorsteen) Korte Laan 12 Amstelveen 131235 13-1236 13-27-001")
    assert (message.group, message.channel, message.drill) == ("BAD", "05", False)
    assert message.brackets == ["middel br", "schoorsteen"]
    assert (message.units, message.objects) == (["131235", "131236"], ["13"])
    assert [word for word in message.words if word] == ["BR", "woning", "Korte", "Laan", "Amstelveen"]
    assert message.words[3:8] == ["", "Korte", "Laan", "", "Amstelveen"] or "" in message.words


@pytest.mark.parametrize(
    ("text", "units", "numbers", "postcode"),
    [
        ("A1 13111 Parkstraat 1181 Amstelveen 82536", ["13111"], ["82536"], "1181"),
        ("A1 AMBU 17133 Bachlaan 3113CD Schiedam SCHIDM bon 30417", ["17133"], ["30417"], "3113"),
        ("A1 Zevenbergen rit: 20501 eh: 20121", ["20121"], ["20501"], ""),
        ("A1 Ambu 07133 - Oosterbeek Rit 40557", ["07133"], ["40557"], ""),
        ("A2 (dia: ja) 12164 Rit 79824 Sloterweg", ["12164"], ["79824"], ""),
        ("A0 Startbaan 1181 AB", [], [], "1181"),
        ("P 1 417267 Letsel Startbaan", [], ["417267"], ""),
        ("1 Explosie Startbaan ICnum 310077", [], ["310077"], ""),
        ("P 1 BR woning Startbaan 1234 NH 131231", ["131231"], [], ""),
    ],
)
def test_numbers(text: str, units: list[str], numbers: list[str], postcode: str) -> None:
    """Vehicles, rides, police reports and postcodes are told apart by where they stand and what stands before them."""
    message = parse(text)
    assert (message.units, message.numbers, message.postcode) == (units, numbers, postcode)


@pytest.mark.parametrize(
    "text",
    [
        "B1 1181GZ : Laan van Kronenburg Amstelveen Obj: Ziekenhuis A2 Zuid Rit: 40618",
        "B1 Laan van Kronenburg Amstelveen naar Ziekenhuis Zuid",
        "B1 Laan van Kronenburg Amstelveen bestemming: Ziekenhuis Zuid",
    ],
)
def test_objects_and_destinations_are_left(text: str) -> None:
    """Nothing of them stands among the words."""
    assert [word for word in parse(text).words if word][:4] == ["Laan", "van", "Kronenburg", "Amstelveen"]
    assert "Ziekenhuis" not in parse(text).words


def test_brackets_that_never_close() -> None:
    """The message was cut: what stands behind is read as any text."""
    message = parse("P 1 BAD-05 BR woning (Middel BR Korte Laan Amstelveen 131235")
    assert message.units == ["131235"]
    assert "Amstelveen" in message.words
    assert parse("P 1 ((a) b) Startbaan").words[-1] == "Startbaan"


def test_a_radio_group_for_exercises() -> None:
    """OTO: training, exercising, testing."""
    assert parse("P 1 BAD-OTO-01 BR woning").drill
    assert not parse("P 1 BNN-BV-21 Nacontrole").drill
