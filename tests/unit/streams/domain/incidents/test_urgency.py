"""All partners' priorities on one scale, and what may be urgent in bytes that nobody could read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.incidents.urgency import LOOKED_THROUGH, known_urgency, may_be_urgent, urgency


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("A0", 0), ("A1", 1), ("A2", 2), ("B1", 3), ("B2", 3), ("B3", 3), ("C1", 4), ("C2", 4),
        ("P 1", 1), ("P1", 1), ("p 2", 2), ("P 3", 3), ("P 4", 4), ("P 5", 4), ("PRIO 1", 1), ("prio2", 2),
        ("1", 1), ("1.0", 1), ("MC1", 1), ("0", 1), ("9", 4),
        ("high", 2), ("normal", 3), ("low", 4),
        ("P 2 GRIP 1", 1), ("A0 GRIP 3", 0), ("GRIP 2", 1),
        ("hoog", 2), ("Normaal", 3), ("LAAG", 4), ("spoed", 1), ("zeer hoog", 1), ("urgent", 1), ("gemiddeld", 3),
        ("Prio: 1", 1), ("P-1", 1), ("P.1", 1), ("Prioriteit 1", 1), ("P\u00a01", 1), ("\uff30\uff11", 1), ("GRIP", 1),
        ("", 3), ("P", 3), ("A12", 3), ("GRIPPE", 3), ("12", 3),
    ],
)  # fmt: skip
def test_urgency(said: str, expected: int) -> None:
    """All partners' priorities are on one scale; an unknown one is 3."""
    assert urgency(said) == expected


@given(st.text(max_size=20))
def test_urgency_of_anything(said: str) -> None:
    """Whatever a partner writes, the urgency is on the scale."""
    assert 0 <= urgency(said) <= 4


def test_what_is_unknown_is_told_apart_from_what_is_routine() -> None:
    """Both are 3 on the scale, and only one of them is a field that could not be read."""
    assert (known_urgency("P 3"), known_urgency("meteen"), known_urgency("")) == (3, None, None)


@pytest.mark.parametrize(
    "content",
    [
        b'{"source": "a b", "priority": "P 1"}',
        b'{"source": "a b", "priority": 1, "x',
        b"{'priority': 'hoog'",
        b'{"prioriteit":"SPOED"}',
        b'"urgency":0,',
        b'{"source_priority": "A1", ',
        b"FLEX|gisteren|1600/2/K/A|12.092|002029568|ALN|P 1 BAD-01 Brand woning Dorpsstraat",
        b"FLEX|x|A1 12164 Rit 79824",
        b"A0 reanimatie",
        b"prio 1 ongeval",
        b"P 2 brand (GRIP 1)",
        '{"priority": "P 1"}'.encode("utf-16-le"),
        b"\xff\xfeP 1\x80",
    ],
)
def test_bytes_that_may_be_urgent(content: bytes) -> None:
    """A priority is recognised whatever stands around it."""
    assert may_be_urgent(content)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"source": "a b", "priority": "P 2"}',
        b'{"priority": 10}',
        b'{"priority": "laag"}',
        b'{"urgency": 3}',
        b"FLEX|x|P 2 BNN-01 Brand woning",
        b"A2 12164 Rit 79824",
        b"P 12",
        b"XP 1",
        b"B1 12164",
        b"GRIP",
        b"position {}",
    ],
)
def test_bytes_that_are_not(content: bytes) -> None:
    """What is routine wakes nobody."""
    assert not may_be_urgent(content)


def test_only_the_beginning_is_looked_through_and_whatever_is_longer_may_be_urgent() -> None:
    """A megabyte takes a fifth of a second, in which a stage does nothing else."""
    assert may_be_urgent(b" " * (LOOKED_THROUGH + 1))
    assert not may_be_urgent(b" " * LOOKED_THROUGH)
    assert may_be_urgent(b" " * (LOOKED_THROUGH - 4) + b" P 1")
