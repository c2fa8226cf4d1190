"""Base rate: how often a window about nothing shows so much of a measure, here and at this hour."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Final, NamedTuple

from streams.domain.normal.hours import BLOCK_S, Bucket, hours_apart
from streams.domain.normal.measure import EDGES, Measure
from streams.domain.normal.profile import Counts, ProfileRow, counted

LEAST_BLOCKS: Final = 12
"""Blocks, two hours, below which an hour borrows from others: with two hours learnt, .08 of windows about nothing were unusual,
.11 at worst; with one hour .12 and .30 (evidence of the issue, section 5)."""


FARTHEST_H: Final = 6
"""An hour borrows from none that is farther away, a quarter of a day: what a night showed says nothing of a market. [own]"""


class LearntOf(StrEnum):
    """Learnt of: which hours a base rate was learnt from: those beside it are near, `day_kind` are others of such a day."""

    HOUR = "hour"
    NEAR_HOURS = "near_hours"
    DAY_KIND = "day_kind"
    NOTHING = "nothing"


_LEARNT_OF: Final = {0: LearntOf.HOUR, 1: LearntOf.NEAR_HOURS}


class Usual(NamedTuple):
    """Usual: how many blocks had the largest of a measure in which bin, at an hour and those that it borrows from."""

    measure: Measure
    counts: Counts
    learnt_of: LearntOf

    @property
    def blocks(self) -> int:
        """Return how many blocks it was learnt from."""
        return sum(self.counts)

    @property
    def known(self) -> bool:
        """Return whether enough was learnt for a base rate."""
        return self.learnt_of is not LearntOf.NOTHING

    def reached(self, least: float) -> int:
        """Return how many blocks reached a value, which must be a bin's edge."""
        return sum(self.counts[EDGES[self.measure].index(least) :])


def usual(of: Callable[[Bucket], ProfileRow | None], bucket: Bucket, measure: Measure) -> Usual:
    """Return what is usual at an hour, from the nearest hours of its kind of day that taught enough.

    Args:
        of: The profile of a bucket, as far as it is usable, or None.
        bucket: The hour.
        measure: Of what.
    """
    rows: list[ProfileRow] = []
    counts = counted(rows, measure)
    for reach in range(FARTHEST_H + 1):
        further = _rows(of, hours_apart(bucket, reach))
        if not further:
            continue  # hours of which nothing is known add nothing
        rows += further
        counts = counted(rows, measure)
        if sum(counts) >= LEAST_BLOCKS:
            return Usual(measure, counts, _LEARNT_OF.get(reach, LearntOf.DAY_KIND))
    return Usual(measure, counts, LearntOf.NOTHING)


def base_rate(found: Usual, least: float, window_s: float) -> float:
    """Return how often a window reaches a value, which must be a bin's edge: above 0 and below 1.

    Of one block it is Laplace's rule of succession, (k + 1) / (n + 2) (P. S. Laplace, Essai philosophique sur les probabilités,
    1814); a window of m blocks reaches it where one of them does, as if they did not depend on each other.
    """
    of_block = (found.reached(least) + 1) / (found.blocks + 2)
    return of_any(of_block, window_s / BLOCK_S)


def of_any(rate: float, times: float) -> float:
    """Return how often something shows in any of so many, a number of at least one that need not be whole."""
    missed: float = (1.0 - rate) ** max(1.0, times)
    return 1.0 - missed


def unusual_from(found: Usual, quantile: float, least: float) -> float | None:
    """Return the value from which on a measure is unusual: a bin's edge that few enough blocks reached.

    Args:
        found: What is usual.
        quantile: The share of blocks that must lie below it.
        least: It is never lower than this, which must be a bin's edge.

    Returns:
        The lowest such edge, or None where too many blocks lie in the last bin: nothing is unusual there.
    """
    at_most = (1.0 - quantile) * found.blocks
    edges = (edge for edge in EDGES[found.measure] if edge >= least)
    return next((edge for edge in edges if found.reached(edge) <= at_most), None)


def _rows(of: Callable[[Bucket], ProfileRow | None], buckets: Iterable[Bucket]) -> list[ProfileRow]:
    return [row for bucket in buckets if (row := of(bucket)) is not None]
