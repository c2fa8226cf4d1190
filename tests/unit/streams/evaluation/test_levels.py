"""Levels as the product holds them, persons who are remembered, and what could be reached at best."""

from __future__ import annotations

import numpy as np
import pytest

from schemas.cameras import Box
from streams.evaluation.levels import ever_found, held_levels, levels_held_right, second_medians, with_remembered
from tests.support.crowds import GROUND, person

ZONE = [(0.0, 0.0), (100.0, 0.0), (100.0, 100.0), (0.0, 100.0)]
"""Ten metres of the flat ground each way."""


@pytest.mark.parametrize(
    ("densities", "persistence_s", "held"),
    [
        ([], 0, []),
        ([0.1, 0.2, 0.4, 0.7], 0, [0, 1, 2, 3]),
        ([0.5] * 4, 2, [0, 0, 2, 2]),
        ([0.5, 0.17, 0.15, 0.5], 0, [2, 1, 0, 2]),
        ([0.5, 0.33, 0.31], 0, [2, 2, 1]),
        ([0.5, 0.1, 0.5, 0.1], 2, [0, 0, 0, 0]),
    ],
)
def test_a_level_is_held_as_the_product_holds_it(densities: list[float], persistence_s: float, held: list[int]) -> None:
    """After its persistence, and until it is left by a fifth."""
    assert held_levels(densities, persistence_s) == held


def test_what_holds_is_compared_and_not_what_flickers() -> None:
    """A second that is wrong alone is no wrong level where levels must last."""
    true, told = [0.5] * 8, np.array([[0.5, 0.5, 0.5, 0.1, 0.5, 0.5, 0.5, 0.5]])
    assert levels_held_right(told, true, 0) == 7 / 8
    assert levels_held_right(told, true, 2) == 1.0
    assert levels_held_right(np.zeros((1, 0)), [], 2) == 0.0


def test_seconds_are_whole() -> None:
    """What is left of the last one is left out."""
    assert second_medians([1, 1, 9, 2, 2, 0, 7], 3) == [1, 2]


def walker(frame: int) -> Box:
    """Return somebody who walks east, half a metre in each of seven frames per second."""
    return person(2.2 + 0.5 * frame, -3)


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        (4, [1, 1, 1, 1]),
        (2, [1, 1, 1, 1]),  # goes on where nobody sees him
    ],
)
def test_who_was_seen_is_remembered_where_he_would_be(seen: int, expected: list[float]) -> None:
    """At the speed of his last second."""
    frames = [[walker(number)] if number < seen else [] for number in range(4)]
    numbers = [[1] if boxes else [] for boxes in frames]
    assert with_remembered(frames, numbers, GROUND, ZONE, 7) == expected


def test_who_would_have_left_and_who_was_seen_long_ago_is_not_counted() -> None:
    """One walks out of the zone unseen; one stands still and is forgotten after two seconds; one has no track."""
    gone = [[walker(number)] if number < 15 else [] for number in range(20)]
    counts = with_remembered(gone, [[1] if boxes else [] for boxes in gone], GROUND, ZONE, 7)
    assert counts[14:] == [1, 1, 0, 0, 0, 0]
    stands = [[person(5, -5)] if number < 2 else [] for number in range(20)]
    counts = with_remembered(stands, [[1] if boxes else [] for boxes in stands], GROUND, ZONE, 7)
    assert counts == [1] * 16 + [0] * 4
    assert with_remembered(stands, [[None] if boxes else [] for boxes in stands], GROUND, ZONE, 7)[2:] == [0] * 18


def test_at_best_everybody_counts_who_was_ever_found() -> None:
    """Not before it, and not one whom nothing ever showed."""
    one, other = person(5, -5), person(7, -7)
    truth, numbers = [[one, other]] * 3, [[1, 2]] * 3
    assert ever_found(truth, numbers, [[], [one], []], ZONE) == [0, 1, 1]
