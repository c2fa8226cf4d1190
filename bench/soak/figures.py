"""Growth: how much a curve rises after the warm-up, by a robust slope and by its ends, and whether that is more than allowed.

The slope is Theil and Sen's: the median of the slopes through every two samples (Sen 1968, JASA 63, 1379-1389). Up to 29 % of the
samples may lie anywhere, so a scenario's peak or a collection of garbage does not bend it as it bends least squares. A step is
what it may miss, so the median of the last tenth is held against that of the first tenth too, and the larger of the two counts.
"""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

MEMORY: Final = "uss_mb"
JUDGED: Final = (MEMORY, "threads", "files", "lag")
"""What may not grow; all else is told and drawn alone."""
MEMORY_SHARE: Final = 0.05
"""How much memory may grow after the warm-up, as a share of what it was: the goal of the project."""
HALF: Final = 0.5
"""Threads and files are whole: one more is more than this."""
SCATTERING: Final = "lag"
"""It goes up and down with each report: its scatter is no growth."""
SCATTERS: Final = 2.0
LEAST_SAMPLES: Final = 10


class Point(NamedTuple):
    """One sample of a curve: when (s since the begin), and how much."""

    at_s: float
    value: float


Curves = Mapping[str, Mapping[str, Sequence[Point]]]
"""Curves: for each process or stage, for each thing that was sampled, its points in the order of time."""


@dataclass(frozen=True, slots=True)
class Growth:
    """Growth: of one curve from the end of the warm-up to its end, in the curve's own unit.

    Attributes:
        level: The median of the first tenth after the warm-up.
        slope: By Theil and Sen's slope, over the whole time.
        ends: The median of the last tenth less that of the first.
        allowed: How much it may be.
    """

    level: float
    slope: float
    ends: float
    allowed: float

    @property
    def amount(self) -> float:
        """Return how much it grew: the larger of the two."""
        return max(self.slope, self.ends)

    @property
    def too_much(self) -> bool:
        """Return whether that is more than is allowed."""
        return self.amount > self.allowed

    def document(self) -> dict[str, Any]:
        """Return it for a program; `percent` of the level, None where that is zero."""
        percent = None if not self.level else round(100 * self.amount / self.level, 2)
        told = {"level": self.level, "by_slope": self.slope, "by_ends": self.ends, "allowed": self.allowed}
        return {name: round(value, 3) for name, value in told.items()} | {"percent": percent, "grows": self.too_much}


def growth(what: str, points: Sequence[Point]) -> Growth:
    """Return how much a curve grew.

    Args:
        what: The thing, for how much is allowed.
        points: Those after the warm-up, `LEAST_SAMPLES` or more.

    Raises:
        ValueError: There are too few.
    """
    from scipy.stats import theilslopes  # the extra vision

    if len(points) < LEAST_SAMPLES:
        raise ValueError(f"{what}: {len(points)} samples after the warm-up, expected {LEAST_SAMPLES} or more")
    values = [point.value for point in points]
    times_s = [point.at_s for point in points]
    slope = float(theilslopes(values, times_s)[0]) * (times_s[-1] - times_s[0])
    tenth = max(1, len(values) // 10)
    level = statistics.median(values[:tenth])
    return Growth(level, slope, statistics.median(values[-tenth:]) - level, _allowed(what, level, values))


def _allowed(what: str, level: float, values: Sequence[float]) -> float:
    if what == MEMORY:
        return MEMORY_SHARE * level
    if what != SCATTERING:
        return HALF
    middle = statistics.median(values)
    return HALF + SCATTERS * statistics.median(abs(value - middle) for value in values)


def judged(curves: Curves, warm_up_s: float, not_judged: frozenset[str] = frozenset()) -> dict[str, dict[str, Growth]]:
    """Return the growth of every curve that may not grow, by process and thing.

    Args:
        curves: What was sampled.
        warm_up_s: Samples before that do not count (s).
        not_judged: Processes whose growth is told by others: Java fills its heap before it collects.

    Returns:
        Without those that have too few samples after the warm-up: see `untold`.
    """
    after = _judgeable(curves, warm_up_s, not_judged)
    return {
        process: {what: growth(what, points) for what, points in things.items() if len(points) >= LEAST_SAMPLES}
        for process, things in after.items()
    }


def untold(curves: Curves, warm_up_s: float, not_judged: frozenset[str] = frozenset()) -> list[str]:
    """Return the curves of which nothing can be said, as `process thing`: too few samples after the warm-up."""
    return [
        f"{process} {what}"
        for process, things in _judgeable(curves, warm_up_s, not_judged).items()
        for what, points in things.items()
        if len(points) < LEAST_SAMPLES
    ]


def _judgeable(curves: Curves, warm_up_s: float, not_judged: frozenset[str]) -> dict[str, dict[str, list[Point]]]:
    return {
        process: {
            what: [point for point in points if point.at_s >= warm_up_s]
            for what, points in things.items()
            if what in JUDGED
        }
        for process, things in curves.items()
        if process not in not_judged
    }


def grown(found: Mapping[str, Mapping[str, Growth]]) -> list[str]:
    """Return what grew more than it may, as `process thing`."""
    return [f"{process} {what}" for process, things in found.items() for what, each in things.items() if each.too_much]


def share_of_a_core(points: Sequence[Point], warm_up_s: float) -> float:
    """Return processor seconds per second after the warm-up, of a curve of processor seconds used so far."""
    after = [point for point in points if point.at_s >= warm_up_s]
    if len(after) < 2:
        return 0.0
    return (after[-1].value - after[0].value) / (after[-1].at_s - after[0].at_s)
