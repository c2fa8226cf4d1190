"""Dutch as operators read it: by the clock on their wall, one of each is one, and no sentence claims more than was seen."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.base import iso_utc
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.operator_list import capped, falls_to, limit
from schemas.phrases.codes.sightings import not_kept_before
from schemas.phrases.language import Language
from schemas.phrases.phrase import Phrase
from tests.support.phrases import made


def dutch(code: str, **values: Any) -> str:
    return sentence(made(code, **values), Language.NL)


@pytest.mark.parametrize(("month", "clock"), [(1, "04:05:06"), (7, "05:05:06")])
def test_moments_are_local(month: int, clock: str) -> None:
    """In winter and in summer; English keeps UTC, and says so."""
    at = datetime(2026, month, 4, 3, 5, 6, tzinfo=UTC)
    assert sentence(falls_to("P3", at), Language.NL) == f"→ P3 om {clock}"
    assert sentence(falls_to("P3", at)) == "→ P3 03:05:06 UTC"
    assert clock in sentence(not_kept_before(at), Language.NL)
    late = datetime(2026, month, 31, 23, 30, tzinfo=UTC)
    following = "1 feb" if month == 1 else "1 aug"
    assert following in sentence(made("near-repeat", at=iso_utc(late)), Language.NL)


def test_a_limit_says_why_it_holds() -> None:
    """What is called routine is held by that, not by its kind."""
    words = sentence(capped("P2", limit("routine")), Language.NL)
    assert words == "≤ P2 (wie het meldt, noemt het niet dringend)"
    assert sentence(limit("brand"), Language.NL) == "hoogste voor deze soort"


@pytest.mark.parametrize(
    ("code", "name", "one", "two"),
    [
        ("running", "runners", "1 persoon rent,", "2 personen rennen,"),
        ("wrong-direction", "persons", "1 persoon ging over", "2 personen gingen over"),
        ("near-repeat", "earlier", "1 eerdere melding binnen", "2 eerdere meldingen binnen"),
        ("grouped-none-left", "grouped", "1 gegroepeerde melding", "2 gegroepeerde meldingen"),
        ("trend-short-count", "count", "1 melding geteld", "2 meldingen geteld"),
        ("trend-short-history", "weeks", "Er is pas 1 hele week bekend;", "Er zijn pas 2 hele weken bekend;"),
        ("trend-knox", "pairs", "1 paar in", "2 paren in"),
    ],
)
def test_one_is_one(code: str, name: str, one: str, two: str) -> None:
    """And two are two."""
    assert one in dutch(code, **{name: 1})
    assert two in dutch(code, **{name: 2})


def test_what_a_camera_saw_is_not_more_than_that() -> None:
    """A camera that corroborates a robbery saw somebody run, and no robbery; one that contradicts saw nobody."""
    assert dutch("best-corroborated", camera="cam-1", why="iemand rent").startswith("een camera zag wat erbij hoort: ")
    assert dutch("best-contradicted", camera="cam-1", why="zag niemand").startswith("wat een camera zag, spreekt het ")


def test_what_nobody_judged_is_told_as_that() -> None:
    """The source says nothing, and the urgency is what the rules take."""
    words = sentence(Phrase(code="urgency-assumed", values={"urgency": 1, "source": "meldpunt"}), Language.NL)
    assert words.endswith("meldpunt zegt niet hoe dringend het is, de regels gaan hiervan uit")
