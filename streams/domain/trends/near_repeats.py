"""Near-repeats: one of a kind within 200 m and 14 days of another, and whether there are more of them than by chance.

The distances and the two weeks are those of the literature on burglary (Johnson, Bowers et al. 2007, J. Quant. Criminol. 23,
201-219: raised risk within 200 m and two weeks in ten areas of five countries). The test is Knox's (1964, Appl.
Stat. 13, 25-29): pairs that are close in both place and time, against as many when the dates are dealt out anew.

Positions fade. An exact place is kept for at most four weeks, which pairs of 14 days need; after that only its square of
200 m is. So pairs are listed by exact distance, and the test over a year counts pairs in one square.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import floor, hypot
from typing import Final

import numpy as np

CLOSE_M: Final = 100.0
WIDE_M: Final = 200.0
DAYS: Final = 14
SQUARE_M: Final = 200.0
LEAST_EVENTS: Final = 20
"""Below it a test over so few pairs says nothing."""
DEALT: Final = 999
"""Random deals of the dates; the smallest probability that can come out is 1 in 1,000."""
MOST_EVENTS: Final = 2_000
"""The newest that are tested: keeps the test below a second in a disaster."""


@dataclass(frozen=True, slots=True)
class RepeatEvent:
    """One of a kind: its day (proleptic ordinal), area, place in RD New (metres), and an id that orders equal days."""

    day: int
    area: tuple[str, int | None]
    x_m: float
    y_m: float
    name: str


@dataclass(frozen=True, slots=True)
class RepeatPair:
    """Two near each other: the later one's day and area, and how far they are apart."""

    day: int
    area: tuple[str, int | None]
    distance_m: float

    @property
    def close(self) -> bool:
        """Return whether it is of the nearer distance class."""
        return self.distance_m <= CLOSE_M


@dataclass(frozen=True, slots=True)
class Chance:
    """Chance: what chance would have: the mean number of pairs, and the probability of as many or more as there are."""

    pairs: int
    expected: float | None
    probability: float | None


def pairs_of(event: RepeatEvent, others: Iterable[RepeatEvent]) -> list[RepeatPair]:
    """Return the pairs that an event makes with others within 200 m and 14 days. Of one day the greater id is the later."""
    found = []
    for other in others:
        apart_m = hypot(event.x_m - other.x_m, event.y_m - other.y_m)
        if apart_m <= WIDE_M and abs(event.day - other.day) <= DAYS:
            later = max(event, other, key=lambda each: (each.day, each.name))
            found.append(RepeatPair(later.day, later.area, apart_m))
    return found


def square_of(x_m: float, y_m: float) -> tuple[int, int]:
    """Return the square of 200 m (RD New) that a place lies in."""
    return floor(x_m / SQUARE_M), floor(y_m / SQUARE_M)


def by_chance(days: Sequence[int], squares: Sequence[tuple[int, int]], seed: int) -> Chance:
    """Return how many pairs share a square within 14 days, and how many would by chance.

    Args:
        days: Of each event, oldest first.
        squares: Of each event; as many as `days`.
        seed: Of the random deals: the same seed gives the same figures.
    """
    days, squares = days[-MOST_EVENTS:], squares[-MOST_EVENTS:]
    members = defaultdict(list)
    for number, square in enumerate(squares):
        members[square].append(number)
    together = [pair for each in members.values() for pair in combinations(each, 2)]
    dates = np.array(days, dtype=np.int64)
    if not together:
        return Chance(0, None if len(days) < LEAST_EVENTS else 0.0, None if len(days) < LEAST_EVENTS else 1.0)
    one, other = np.array(together).T
    pairs = int((np.abs(dates[one] - dates[other]) <= DAYS).sum())
    if len(days) < LEAST_EVENTS:
        return Chance(pairs, None, None)
    random = np.random.default_rng(seed)
    dealt = np.empty(DEALT, dtype=np.int64)
    for number in range(DEALT):
        shuffled = random.permutation(dates)
        dealt[number] = (np.abs(shuffled[one] - shuffled[other]) <= DAYS).sum()
    as_many = int((dealt >= pairs).sum())
    return Chance(pairs, round(float(dealt.mean()), 3), (as_many + 1) / (DEALT + 1))
