"""Surges: a week's count that is unlikely under the rate of the weeks before it.

The model. Of at most 52 whole weeks before the week the mean m per week is taken. The next week's count is predicted to
have mean m and variance d·m·(1 + 1/n): d allows for more spread than Poisson's, and 1/n for the mean of n weeks being an
estimate itself. This is the prediction of Farrington, Andrews, Beale and Catchpole (1996, J. R. Stat. Soc. A 159,
547-563: quasi-Poisson with d at least 1), without its terms for trend and season. The tail is that of the negative
binomial distribution with that mean and variance (as in Noufaily et al. 2013, Stat. Med. 32, 1206-1222); with d = 1 it is
exactly the predictive distribution of a Poisson rate that is known from n weeks alone.

The spread. d is the highest of 1, the cell's own variance over mean, and the mean of these over all cells of its category
that can be tested. A year of weeks tells the spread of a single cell badly, and where it comes out too low by chance a
surge is claimed too soon; what the category's cells have in common is known better.

Many cells. A count is a surge where its probability is at most 5 % divided by the number of cells that are tested in that
week (Bonferroni): so in a control room without any change, at most about one week in twenty has any surge at all.

Tiny numbers. Nothing is claimed of a count below 5, with fewer than 13 whole weeks of history, or where those hold fewer than
5 in total. A count only grows as its week goes on, save for what is taken out, so judging it before the week is
over is no second chance for a false alarm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, lgamma, log
from typing import Final

from schemas.trends import Judgement

MODEL: Final = "negative-binomial-52w-bonferroni"
WEEKS: Final = 52
SMALL: Final = 5
"""Counts below it are told as they are, and nothing is made of them (Farrington et al. ask for 5 as well)."""
LEAST_WEEKS: Final = 13
ANY_FALSE_SURGE: Final = 0.05
"""Probability of at least one false surge in a week, over all cells that are tested."""
_NEGLIGIBLE: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Base:
    """Base: what the weeks before a week tell.

    Attributes:
        weeks: How many whole weeks are known, at most 52.
        total: What was counted in them.
        dispersion: Variance over mean per week, at least 1; 1 where nothing was counted.
    """

    weeks: int
    total: int
    dispersion: float

    @property
    def per_week(self) -> float:
        """Return the mean count per week; 0 without weeks."""
        return self.total / self.weeks if self.weeks else 0.0

    def spread_by(self, dispersion: float) -> Base:
        """Return the base with at least this dispersion."""
        return replace(self, dispersion=max(self.dispersion, dispersion))

    @property
    def enough(self) -> bool:
        """Return whether a surge can be said on it."""
        return self.weeks >= LEAST_WEEKS and self.total >= SMALL


@dataclass(frozen=True, slots=True)
class JudgedCount:
    """Judged count: what a count says, its probability and the limit that it was held against; None where it was not tested."""

    judgement: Judgement
    probability: float | None = None
    limit: float | None = None


def base_of(counts: Mapping[int, int], week: int, first_week: int) -> Base:
    """Return what the weeks before one tell.

    Args:
        counts: By week number; a week that is missing had none.
        week: The week that is to be judged.
        first_week: The first week that was counted as a whole.
    """
    known = [counts.get(each, 0) for each in range(max(first_week, week - WEEKS), week)]
    weeks, total = len(known), sum(known)
    if weeks < 2 or total == 0:
        return Base(weeks, total, 1.0)
    mean = total / weeks
    variance = sum((count - mean) ** 2 for count in known) / (weeks - 1)
    return Base(weeks, total, max(1.0, variance / mean))


def common_dispersion(bases: Sequence[Base]) -> float:
    """Return the mean dispersion of the cells of one category that can be tested; 1 where there are none."""
    found = [base.dispersion for base in bases if base.enough]
    return sum(found) / len(found) if found else 1.0


def tail_probability(count: int, base: Base) -> float:
    """Return the probability of this count or more in one week under the model above.

    Args:
        count: 0 or more.
        base: With at least one week and one count.
    """
    mean = base.per_week
    size = mean / (base.dispersion * (1 + 1 / base.weeks) - 1)  # mean² / (variance - mean)
    miss = mean / (mean + size)
    first = count if count > mean else count - 1  # the sum goes away from the mean, where terms only shrink
    if first < 0:
        return 1.0
    log_term = lgamma(first + size) - lgamma(size) - lgamma(first + 1) + size * log(1 - miss) + first * log(miss)
    term, total, at = exp(log_term), 0.0, first
    while term > _NEGLIGIBLE * total:
        total += term
        if count > mean:
            term *= (at + size) / (at + 1) * miss
            at += 1
        else:
            term *= at / ((at - 1 + size) * miss) if at else 0.0
            at -= 1
    return min(1.0, total if count > mean else 1 - total)


def judge(count: int, base: Base, tested: int) -> JudgedCount:
    """Return what a week's count says; `tested` is how many cells are tested in that week."""
    if count < SMALL:
        return JudgedCount(Judgement.SMALL_COUNT)
    if base.weeks < LEAST_WEEKS:
        return JudgedCount(Judgement.SHORT_HISTORY)
    if not base.enough:
        return JudgedCount(Judgement.SMALL_BASE)
    probability, limit = tail_probability(count, base), ANY_FALSE_SURGE / max(1, tested)
    return JudgedCount(Judgement.SURGE if probability <= limit else Judgement.USUAL, probability, limit)
