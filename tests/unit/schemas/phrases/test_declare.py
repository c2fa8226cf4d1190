"""A code is declared once, with a kind for each value, and makes its phrase of what it is given."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from schemas.phrases.codes import common, factors
from schemas.phrases.declare import CODES, Whole, code_of, phrase
from schemas.phrases.phrase import Phrase

AT = datetime(2026, 11, 24, 10, tzinfo=UTC)


def test_a_declaration_makes_its_phrase() -> None:
    """Numbers with the decimals of their kind, moments as messages have them, and the same object for the same values."""
    said = factors.near_repeat(2, 99.6, 14, 12.4, AT)
    assert said == Phrase(
        code="near-repeat",
        values={
            "earlier": 2,
            "within_m": 100,
            "within_days": 14.0,
            "nearest_m": 12,
            "at": "2026-11-24T10:00:00.000000Z",
        },
    )
    assert factors.near_repeat(earlier=2, within_m=99.6, within_days=14, nearest_m=12.4, at=AT) is said


def test_several_phrases_are_one() -> None:
    """One is itself, and none is none."""
    one, other = common.own_words("a"), common.own_words("b")
    assert common.together() is None
    assert common.together(one) is one
    assert common.together(one, other) == Phrase(code="several", values={"phrases": (one, other)})


def test_long_text_is_cut() -> None:
    """A name from outside can be longer than a message may tell."""
    assert common.own_words("x" * 400).values["text"] == "x" * 300


def test_a_declaration_needs_kinds_and_a_name_of_its_own() -> None:
    """Otherwise nobody could tell what a value is."""

    def of_no_kind(number: int) -> Phrase:
        raise NotImplementedError

    def urgency(urgency: Whole) -> Phrase:
        raise NotImplementedError

    before = dict(CODES)
    for declaration, expected in ((of_no_kind, "number has no kind"), (urgency, "declared twice")):
        given: Any = declaration
        with pytest.raises(TypeError, match=expected):
            phrase(given)
    assert before == CODES


def test_a_function_is_named_as_its_code() -> None:
    """A name that Python keeps for itself ends with an underscore."""
    assert (code_of("near_repeat"), code_of("is_")) == ("near-repeat", "is")
