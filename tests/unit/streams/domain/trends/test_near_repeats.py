"""Near-repeats: which pairs there are, and the test against chance."""

from __future__ import annotations

import numpy as np
import pytest

from streams.domain.trends.near_repeats import (
    DEALT,
    MOST_EVENTS,
    Chance,
    RepeatEvent,
    RepeatPair,
    by_chance,
    pairs_of,
    square_of,
)

HERE, THERE = ("WK036204", 2018), ("WK036203", 2018)


def event(day: int = 100, x_m: float = 0, name: str = "a", area: tuple[str, int | None] = HERE) -> RepeatEvent:
    return RepeatEvent(day, area, x_m, 0.0, name)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (event(100, 0, "b"), [RepeatPair(100, HERE, 0.0)]),
        (event(114, 200, "b", THERE), [RepeatPair(114, THERE, 200.0)]),
        (event(86, 100, "b", THERE), [RepeatPair(100, HERE, 100.0)]),
        (event(115, 0, "b"), []),
        (event(85, 0, "b"), []),
        (event(100, 200.1, "b"), []),
        (event(100, 5, "A", THERE), [RepeatPair(100, HERE, 5.0)]),
    ],
    ids=["same", "on both limits", "before", "too late", "too early", "too far", "of one day by name"],
)
def test_a_pair_is_near_in_place_and_time_and_belongs_to_the_later_one(
    other: RepeatEvent, expected: list[RepeatPair]
) -> None:
    """Whichever of the two is asked; the limits are inside."""
    assert pairs_of(event(), [other]) == expected
    assert pairs_of(other, [event()]) == expected


def test_no_others_make_no_pairs_and_distance_classes_meet_at_100_m() -> None:
    """100 m is of the nearer class."""
    assert pairs_of(event(), []) == []
    assert [RepeatPair(1, HERE, apart_m).close for apart_m in (0, 100, 100.1, 200)] == [True, True, False, False]


@pytest.mark.parametrize(("x_m", "y_m", "square"), [(0, 0, (0, 0)), (199.9, 200, (0, 1)), (-0.1, 118_859, (-1, 594))])
def test_a_place_lies_in_one_square_of_200_m(x_m: float, y_m: float, square: tuple[int, int]) -> None:
    """Also west of zero."""
    assert square_of(x_m, y_m) == square


def scattered(number: int, seed: int) -> tuple[list[int], list[tuple[int, int]]]:
    """Return events over a year and 60 squares, without any link between place and time."""
    random = np.random.default_rng(seed)
    days = sorted(random.integers(0, 364, number).tolist())
    return days, [(int(square), 0) for square in random.integers(0, 60, number)]


@pytest.mark.parametrize(
    ("days", "squares", "expected"),
    [
        ([], [], Chance(0, None, None)),
        ([1, 5], [(0, 0), (0, 0)], Chance(1, None, None)),
        (list(range(19)), [(0, 0)] * 19, Chance(161, None, None)),
        (list(range(20)), [(each, 0) for each in range(20)], Chance(0, 0.0, 1.0)),
    ],
    ids=["none", "one pair", "one too few", "never together"],
)
def test_few_events_are_counted_but_not_tested(
    days: list[int], squares: list[tuple[int, int]], expected: Chance
) -> None:
    """Below twenty a test says nothing."""
    assert by_chance(days, squares, seed=1) == expected


def test_repeats_are_found_and_the_figures_are_the_same_each_time() -> None:
    """Forty events of which each third is followed by another in its square within a week."""
    days, squares = scattered(120, seed=5)
    events = list(zip(days, squares, strict=True))
    events += [(day + 6, square) for day, square in events[::3]]
    events.sort()
    found = by_chance([day for day, _ in events], [square for _, square in events], seed=7)
    assert found == by_chance([day for day, _ in events], [square for _, square in events], seed=7)
    assert found.expected is not None
    assert found.pairs > 1.5 * found.expected
    assert found.probability == pytest.approx(1 / (DEALT + 1))


def test_where_there_is_no_link_the_test_says_so_as_often_as_it_should() -> None:
    """Of 40 years without any link about one in twenty has a probability of at most 5 %: by chance not above five."""
    found = [by_chance(*scattered(150, seed), seed=seed).probability for seed in range(40)]
    assert sum(probability is not None and probability <= 0.05 for probability in found) <= 5


def test_only_the_newest_events_are_tested() -> None:
    """A disaster does not hold up the stage."""
    days = [0] * 5 + list(range(1_000, 1_000 + MOST_EVENTS))
    squares = [(0, 0)] * 5 + [(each, 1) for each in range(MOST_EVENTS)]
    assert by_chance(days, squares, seed=1).pairs == 0
