"""What takes a call back, and what only looks so: a derelict building, one crew of several."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.pages import NOW, p2000, read_text

FIRE = "P 1 BAD-05 BR woning Korte Laan Amstelveen 131235"
LATER = NOW + timedelta(minutes=5)


@pytest.mark.parametrize(
    "text",
    [
        "P 1 BAD-05 BR gebouw (vervallen pand) Korte Laan Amstelveen 131235",
        "P 1 BAD-05 BR gebouw (vervallen woning) Korte Laan Amstelveen 131235",
        "P 1 BAD-05 BR vervallen schuur Korte Laan Amstelveen 131235",
        "P 1 BAD-05 BR gebouw, vervallen, Korte Laan Amstelveen 131235",
        "P 1 BAD-05 Vervallen schuur in brand Korte Laan Amstelveen 131235",
        "P 1 BAD-02 Ongeval met letsel Korte Laan Amstelveen (vervallen boerderij)",
        "P 1 BAD-05 (Intrekken TS) BR woning Korte Laan Amstelveen 131235",
        "P 1 BAD-05 (Intrekken 2e TS) BR woning Korte Laan Amstelveen 131235",
        "P 1 BAD-05 (Intrekken alarm 2e TS) BR woning Korte Laan Amstelveen 131235",
        "P 1 BAD-05 (Intrekken HV) Ongeval beknelling Korte Laan Amstelveen 131235",
        "P 1 BAD-05 (Intrekken AL) BR woning Korte Laan Amstelveen 131235",
        "P 1 BAD-05 (Intrekken 131236) BR woning Korte Laan Amstelveen 131235",
        "P 1 BAD-05 (Intrekken 13-1236) BR woning Korte Laan Amstelveen 131235",
        "P 1 BAD-05 BR woning Korte Laan Amstelveen 131235 intrekken TS",
        "P 1 BAD-05 (Alarm niet intrekken) BR woning Korte Laan Amstelveen 131235",
        "P 1 BAD-05 (niet intrekken) BR woning Korte Laan Amstelveen 131235",
        "P 1 BAD-05 BR woning niet intrekken Korte Laan Amstelveen 131235",
        "P 1 BAD-05 (feest geannuleerd) BR woning Korte Laan Amstelveen 131235",
        "A1 13111 (Intrekken MMT) Amstelveen",
    ],
)
def test_a_call_that_goes_on(text: str) -> None:
    """A derelict building, a crew or a service that is not needed, and what is not withdrawn, take no call back."""
    assert not read_text(text).cancels


@pytest.mark.parametrize(
    "text",
    [
        "P 1 BAD-05 (vervallen) BR woning Korte Laan Amstelveen 131235",
        "P 1 BAD-05 (melding vervallen) BR woning Korte Laan Amstelveen 131235",
        "P 1 BAD-05 Vervallen BR woning Korte Laan Amstelveen 131235",
        "P 1 BAD-05 Vervallen alarm BR woning Korte Laan Amstelveen 131235",
        "P 1 BAD-05 BR woning Korte Laan Amstelveen 131235 vervallen",
        "P 1 BAD-05 (Intrekken) BR woning Korte Laan Amstelveen 131235",
        "P 1 BAD-05 (Intrekken BR woning) Korte Laan Amstelveen 131235",
        "P 1 BAD-05 (Intrekken alarm brw en ambu) BR woning Korte Laan Amstelveen 131235",
        "P 1 BAD-05 (alarm geannuleerd) BR woning Korte Laan Amstelveen 131235",
        "A1 13111 Amstelveen (Intrekken Ambu)",
    ],
)
def test_a_call_that_is_taken_back(text: str) -> None:
    """Whole: by the word alone, or with what says that it is the alarm."""
    assert read_text(text).cancels


@pytest.mark.parametrize(
    ("units", "over"),
    [("131236", False), ("131235 131236", False), ("131235 131236 131291", True), ("", True)],
)
def test_a_withdrawal_of_some_crews(units: str, over: bool) -> None:
    """One that names units ends a call only where it names all of them."""
    source = p2000()
    first = read_text(FIRE, source)
    read_text(FIRE.replace("131235", "131236 131291"), source)
    then = read_text(f"P 1 BAD-05 (Intrekken Alarm Brw) BR woning Korte Laan Amstelveen {units}", source, LATER)
    assert (then.source_id, then.cancels, then.source_priority) == (first.source_id, over, "P 1")
