"""Measure: one of the five numbers that a normal profile is learnt from, and the bins in which it is counted."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from schemas.observations import Measures


class Measure(StrEnum):
    """Measure: what is counted: see `schemas.observations.Measures` for how each is measured, and in which unit."""

    PERSONS = "persons"
    FASTEST = "fastest"
    STANDING = "standing"
    DROPPED = "dropped"
    STAY = "stay"


EDGES: Final[Mapping[Measure, tuple[float, ...]]] = {
    Measure.PERSONS: (0, 1, 2, 3, 5, 7, 10, 15, 21, 31, 46, 71),
    Measure.FASTEST: (0, 1.0, 1.4, 1.8, 2.2, 2.6, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0),
    Measure.STANDING: (0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22),
    Measure.DROPPED: (0, 1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30),
    Measure.STAY: (0, 10, 20, 30, 60, 120, 180, 300, 600, 900, 1800, 3600),
}
"""The lower edge of each bin, in the measure's unit; the last is open. Each next one is larger by a step that a person would call
another size [own]; 1.4 m/s is walking, 2.2 m/s is where running begins (evidence of the issue, section 5)."""
BINS: Final = 12
ON_THE_GROUND: Final = frozenset({Measure.FASTEST, Measure.STANDING})
"""What is measured in metres: another calibration makes what was learnt of it another thing."""

Sizes = tuple[float | None, float | None, float | None, float | None, float | None]
"""One number for each measure, in the order of `Measure`; None where it is not known."""
UNKNOWN: Final[Sizes] = (None, None, None, None, None)


def sizes_of(measures: Measures | None) -> Sizes:
    """Return what a message says of each measure."""
    if measures is None:
        return UNKNOWN
    fastest = measures.fastest_m_per_s
    if fastest is None and measures.standing_together is not None:
        fastest = 0.0  # metres are known, and nobody's speed: nobody went anywhere
    return (
        measures.persons,
        fastest,
        measures.standing_together,
        measures.dropped,
        measures.longest_stay_s,
    )


def at_rest(sizes: Sizes, longer_s: float) -> Sizes:
    """Return what a second shows in which nothing moved, so many seconds after one that showed these."""
    persons, fastest, standing, dropped, stay_s = sizes
    stayed_s = stay_s + longer_s if stay_s else stay_s
    return (persons, fastest and 0.0, standing, dropped and 0.0, stayed_s)


def size(sizes: Sizes, measure: Measure) -> float | None:
    """Return one measure's number."""
    return sizes[_PLACE[measure]]


def bin_of(measure: Measure, value: float) -> int:
    """Return the bin that a value falls in."""
    return bisect_right(EDGES[measure], value) - 1


_PLACE: Final = {measure: place for place, measure in enumerate(Measure)}
