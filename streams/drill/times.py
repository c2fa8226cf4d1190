"""Times of several drills: how each leg, and the time until the partner was told, is spread over them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

from streams.drill.run import INFORMED, LEGS, OPERATOR, DrillResult

SHARE: Final = 0.95


@dataclass(frozen=True, slots=True)
class TimeSpread:
    """Time spread: of a time over several drills (ms).

    Attributes:
        median_ms: Half of them took no longer.
        p95_ms: The smallest that 95 % of them do not exceed: the nearest rank, so a time that was seen.
        max_ms: The longest.
    """

    median_ms: float
    p95_ms: float
    max_ms: float

    @classmethod
    def of(cls, values_ms: Sequence[float]) -> TimeSpread:
        """Return the spread of some times, one at least (ms)."""
        ordered = sorted(values_ms)
        rank = math.ceil(SHARE * len(ordered))
        return cls(round(median(ordered), 1), ordered[rank - 1], ordered[-1])

    def as_dict(self) -> dict[str, float]:
        """Return the fields for a program."""
        return {"median_ms": self.median_ms, "p95_ms": self.p95_ms, "max_ms": self.max_ms}


@dataclass(frozen=True, slots=True)
class DrillTimes:
    """Drill times: of several drills.

    Attributes:
        legs: The spread of each leg that came in any of them.
        informed: From the report to the partner who is told, the operator's time included; None where none was told.
        without_operator: The same without the operator's time: what is the pipeline's alone.
        told: In how many the partner was told.
    """

    legs: dict[str, TimeSpread]
    informed: TimeSpread | None
    without_operator: TimeSpread | None
    told: int


def times_of(results: Sequence[DrillResult]) -> DrillTimes:
    """Return the times of drills; one whose leg did not come counts for those that did."""
    legs = {
        leg: TimeSpread.of(values)
        for leg in LEGS
        if (values := [each.legs_ms[leg] for each in results if leg in each.legs_ms])
    }
    told = [each for each in results if each.informed_ms is not None]
    informed = [sum(each.legs_ms[leg] for leg in INFORMED) for each in told]
    alone = [total - each.legs_ms[OPERATOR] for total, each in zip(informed, told, strict=True)]
    return DrillTimes(
        legs,
        TimeSpread.of([round(each, 1) for each in informed]) if informed else None,
        TimeSpread.of([round(each, 1) for each in alone]) if alone else None,
        len(told),
    )
