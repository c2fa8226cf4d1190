"""Surges: the tail's figures, the rules for small numbers, and how often a surge is claimed where there is none."""

from __future__ import annotations

from itertools import pairwise
from math import exp, factorial

import numpy as np
import pytest

from schemas.trends import Judgement
from streams.domain.trends.surges import LEAST_WEEKS, WEEKS, Base, base_of, common_dispersion, judge, tail_probability

CATEGORIES, AREAS = 8, 15
CELLS = CATEGORIES * AREAS
"""As many cells as a room with 14 areas, itself, and some eight categories tests."""
ROOM_WEEKS = 100


def poisson_tail(count: int, mean: float) -> float:
    return 1 - sum(exp(-mean) * mean**each / factorial(each) for each in range(count))


def test_without_spread_and_with_endless_history_the_tail_is_poissons() -> None:
    """The estimate's own error goes, and nothing but Poisson is left."""
    for count in (0, 1, 5, 12):
        base = Base(weeks=10_000_000, total=40_000_000, dispersion=1.0)
        assert tail_probability(count, base) == pytest.approx(poisson_tail(count, 4.0), rel=1e-4)


def test_with_a_short_history_the_tail_is_that_of_a_rate_that_is_known_from_it() -> None:
    """A gamma rate of `total` events in `weeks` gives a negative binomial count: added up here from its own recursion."""
    weeks, total = 13, 26
    success = weeks / (weeks + 1)
    term, below = success**total, 0.0
    for each in range(6):
        below += term
        term *= (each + total) / (each + 1) * (1 - success)
    assert tail_probability(6, Base(weeks, total, 1.0)) == pytest.approx(1 - below, rel=1e-9)


@pytest.mark.parametrize("dispersion", [1.0, 1.7, 6.0])
@pytest.mark.parametrize("total", [5, 52, 3_000])
def test_a_tail_is_a_probability_and_falls_with_the_count(total: int, dispersion: float) -> None:
    """Of none or more it is 1; more spread makes a high count less unlikely."""
    base = Base(WEEKS, total, dispersion)
    tails = [tail_probability(count, base) for count in range(0, 200, 7)]
    assert tails[0] == pytest.approx(1.0)
    assert all(0 <= later <= earlier + 1e-9 <= 1 + 1e-9 for earlier, later in pairwise(tails))
    high = int(3 * base.per_week + 10)
    assert tail_probability(high, Base(WEEKS, total, dispersion)) >= tail_probability(high, Base(WEEKS, total, 1.0))


@pytest.mark.parametrize(("count", "least", "most"), [(0, 1, 1), (1_000, 1, 1), (50_000, 0.4, 0.6), (90_000, 0, 0)])
def test_a_tail_of_great_numbers_does_not_vanish(count: int, least: float, most: float) -> None:
    """Single terms are below what a float can hold."""
    assert least <= tail_probability(count, Base(WEEKS, 50_000 * WEEKS, 1.0)) <= most


@pytest.mark.parametrize(
    ("counts", "week", "first", "expected"),
    [
        ({}, 10, 10, Base(0, 0, 1.0)),
        ({10: 9}, 10, 0, Base(10, 0, 1.0)),
        ({9: 4}, 10, 9, Base(1, 4, 1.0)),
        ({8: 1, 9: 3, 10: 50}, 10, 8, Base(2, 4, 1.0)),
        ({8: 0, 9: 10}, 10, 8, Base(2, 10, 10.0)),
        (dict.fromkeys(range(200), 2), 100, 0, Base(52, 104, 1.0)),
    ],
    ids=["nothing", "the week itself", "one week", "calm", "spread", "at most a year"],
)
def test_the_base_is_the_whole_weeks_before(counts: dict[int, int], week: int, first: int, expected: Base) -> None:
    """Never the week that is judged, nor one that was not counted as a whole; a missing week had none."""
    assert base_of(counts, week, first) == expected


@pytest.mark.parametrize(
    ("count", "base", "judgement"),
    [
        (4, Base(52, 1, 1.0), Judgement.SMALL_COUNT),
        (0, Base(0, 0, 1.0), Judgement.SMALL_COUNT),
        (99, Base(LEAST_WEEKS - 1, 50, 1.0), Judgement.SHORT_HISTORY),
        (99, Base(LEAST_WEEKS, 4, 1.0), Judgement.SMALL_BASE),
        (99, Base(LEAST_WEEKS, 5, 1.0), Judgement.SURGE),
        (5, Base(52, 52, 1.0), Judgement.USUAL),
        (6, Base(52, 26, 1.0), Judgement.SURGE),
        (6, Base(52, 26, 3.0), Judgement.USUAL),
        (10, Base(52, 350, 1.0), Judgement.USUAL),
    ],
)
def test_nothing_is_claimed_of_small_numbers(count: int, base: Base, judgement: Judgement) -> None:
    """The reason is told instead; what is tested says its probability and limit."""
    found = judge(count, base, tested=120)
    assert found.judgement is judgement
    if judgement in {Judgement.SURGE, Judgement.USUAL}:
        assert found.probability is not None
        assert found.limit is not None
        assert found.limit == pytest.approx(0.05 / 120)
        assert (found.probability <= found.limit) is (judgement is Judgement.SURGE)
    else:
        assert (found.probability, found.limit) == (None, None)


def false_surges(spread: float, seed: int, weeks: int = ROOM_WEEKS) -> float:
    """Return the share of weeks in which any of a room's cells has a surge, though nothing changes.

    Eight categories in fifteen areas, with means from one in ten weeks to twenty a week, most of them small.

    Args:
        spread: True variance over mean; 1 is Poisson.
        seed: Of the random weeks.
        weeks: How many weeks, each with a history of its own.
    """
    random = np.random.default_rng(seed)
    means, shape = np.geomspace(0.1, 20, AREAS), (weeks, CATEGORIES, AREAS, WEEKS + 1)
    if spread == 1:
        counts = random.poisson(means[:, None], shape)
    else:
        counts = random.negative_binomial((means / (spread - 1))[:, None], 1 / spread, shape)
    return float(np.mean([any(any_surge(category) for category in week.tolist()) for week in counts]))


def any_surge(cells: list[list[int]]) -> bool:
    """Return whether any cell of one category has a surge in its last week."""
    bases = [base_of(dict(enumerate(cell[:-1])), WEEKS, 0) for cell in cells]
    common = common_dispersion(bases)
    judged = (judge(cell[-1], base.spread_by(common), CELLS) for cell, base in zip(cells, bases, strict=True))
    return any(each.judgement is Judgement.SURGE for each in judged)


@pytest.mark.parametrize("spread", [1.0, 2.0])
def test_a_room_where_nothing_changes_has_few_weeks_with_a_false_surge(spread: float) -> None:
    """The aim is one week in twenty; 7 % leaves room for 200 simulated weeks being a sample."""
    shares = [false_surges(spread, seed) for seed in (1, 2)]
    assert np.mean(shares) <= 0.07


@pytest.mark.parametrize(
    ("bases", "expected"),
    [
        ([], 1.0),
        ([Base(WEEKS, 4, 9.0), Base(3, 90, 9.0)], 1.0),
        ([Base(WEEKS, 50, 1.0), Base(WEEKS, 5, 2.0), Base(3, 90, 9.0)], 1.5),
    ],
    ids=["none", "none that can be tested", "two"],
)
def test_what_a_categorys_cells_have_in_common_is_their_mean(bases: list[Base], expected: float) -> None:
    """Of those that can be tested; a cell that spreads more keeps its own."""
    assert common_dispersion(bases) == expected
    assert Base(WEEKS, 50, 1.2).spread_by(expected).dispersion == max(1.2, expected)


def test_a_doubled_burglary_week_in_the_whole_room_is_found_and_a_usual_one_is_not() -> None:
    """At the plan's 350 a year: 6.7 a week, of which 7 are usual and 20 are not."""
    base = Base(WEEKS, 350, 1.0)
    assert judge(7, base, CELLS).judgement is Judgement.USUAL
    assert judge(20, base, CELLS).judgement is Judgement.SURGE


def test_the_tail_of_a_geometric_count_is_exact() -> None:
    """One count in one week: size 1, half a chance of each more; the sum downwards ends at none."""
    base = Base(weeks=1, total=1, dispersion=1.0)
    assert [tail_probability(count, base) for count in (0, 1, 2, 5)] == pytest.approx([1, 1 / 2, 1 / 4, 1 / 32])
