"""Crowd estimate: which density is probable where so many boxes are shown, and people walk so fast.

Two witnesses, each with its own error: the boxes, by the camera's curve (`crowd_curve.py`), and how fast who walks gets on, by
the fundamental diagram of pedestrians. Of a crowd that stands, an audience or a queue that waits, speed says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import hypot, log, pi, sqrt
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from streams.domain.observations.crowd_curve import CrowdCurve
from streams.domain.observations.motion import TrackMotion, walking

FREE_SPEED_M_PER_S: Final = 1.34
SPREAD_M_PER_S: Final = 0.26
JAM_PER_M2: Final = 5.4
GAMMA_PER_M2: Final = 1.913
"""Weidmann, "Transporttechnik der Fussgänger", ETH Zürich, 1993: the speed of free walkers and how far they differ, the density
at which nobody gets on, and how speed falls with density."""
WALKS_FROM_M_PER_S: Final = 0.3
ONE_WAY: Final = 0.5
"""A crowd walks when it is faster than a standing one seems to be (a foot point's .14 m over 3 s makes .07 m/s), or when at least
half of its movement goes one way: a jam creeps, an audience stirs [own]."""

GRID_PER_M2: Final[NDArray[np.float64]] = np.arange(0.025, JAM_PER_M2, 0.025)
_DIAGRAM: Final = FREE_SPEED_M_PER_S * (1 - np.exp(-GAMMA_PER_M2 * (1 / GRID_PER_M2 - 1 / JAM_PER_M2)))


class DensityFit(NamedTuple):
    """DensityFit: what was fitted to crowds whose density is known.

    Attributes:
        held_up_share: How often a crowd is slower than its density makes it: a gate, a show.
        speed_error_m_per_s: How far the mean speed of a crowd lies from the diagram, one standard deviation.
        curve_error: How far crowds lie from the camera's curve, as a share of it.
    """

    held_up_share: float
    speed_error_m_per_s: float
    curve_error: float


FITTED: Final = DensityFit(held_up_share=0.7, speed_error_m_per_s=0.1, curve_error=0.1)
"""`toezicht eval density` fits it: the highest likelihood of the true density (docs/crowds.md says of which scenes)."""


class Pace(NamedTuple):
    """Pace: the mean speed of persons on foot, of how many, and whether they walk or stand."""

    speed_m_per_s: float
    persons: int
    walks: bool


class DensityEstimate(NamedTuple):
    """The density that is probable, and one standard deviation of it."""

    per_m2: float
    error_per_m2: float


def pace(persons: Sequence[TrackMotion]) -> Pace | None:
    """Return how fast persons walk, and whether they do; None where nobody's speed is known."""
    on_foot = walking(persons)
    speeds = [each.speed_per_s or 0.0 for each in on_foot]
    if not speeds:
        return None
    mean = sum(speeds) / len(speeds)
    along = [sum(each.heading[axis] * speed for each, speed in zip(on_foot, speeds, strict=True)) for axis in (0, 1)]
    one_way = len(speeds) > 1 and hypot(*along) >= ONE_WAY * sum(speeds) > 0
    return Pace(mean, len(speeds), mean >= WALKS_FROM_M_PER_S or one_way)


def estimate_density(
    shown_per_m2: float, curve: CrowdCurve, seen: Pace | None, fit: DensityFit = FITTED
) -> DensityEstimate:
    """Return the density that is probable: the mean of its posterior, and the standard deviation; see `posterior`."""
    weights = posterior(shown_per_m2, curve, seen, fit)
    mean = float(weights @ GRID_PER_M2)
    error = sqrt(max(0.0, float(weights @ GRID_PER_M2**2) - mean**2))
    return DensityEstimate(mean if shown_per_m2 > 0 else 0.0, error)


def posterior(shown_per_m2: float, curve: CrowdCurve, seen: Pace | None, fit: DensityFit) -> NDArray[np.float64]:
    """Return how probable each density of `GRID_PER_M2` is.

    Bayes' rule over densities up to a jam. Before anything is seen small ones are likelier, as 1/density: then few boxes give
    what a count gives. Boxes are normal around the curve. The mean speed of who walks is normal around the diagram; for the
    share `held_up_share` it is anything below it, since people may be slower than they could, and are never faster for long.

    Args:
        shown_per_m2: Boxes per square metre of visible ground where they stand closest.
        curve: The camera's.
        seen: How fast who stands there walks; None where that is not known.
        fit: What was fitted.
    """
    expected = np.interp(GRID_PER_M2, curve.true_per_m2, curve.shown_per_m2)
    spread = np.interp(GRID_PER_M2, curve.true_per_m2, curve.spread_per_m2)
    variance = spread**2 + (fit.curve_error * expected) ** 2 + (0.3 * curve.least_step_per_m2) ** 2
    likelihood = -((shown_per_m2 - expected) ** 2) / (2 * variance) - np.log(variance) / 2 - np.log(GRID_PER_M2)
    if seen is not None and seen.walks:
        likelihood = likelihood + _speed_likelihood(seen, fit)
    weights = np.exp(likelihood - likelihood.max())
    return np.asarray(weights / weights.sum(), np.float64)


def _speed_likelihood(seen: Pace, fit: DensityFit) -> NDArray[np.float64]:
    """Return the logarithm of how likely a mean speed is at each density; few persons' mean says less.

    Faster than free walkers is as free as they are.
    """
    error = hypot(fit.speed_error_m_per_s, SPREAD_M_PER_S / sqrt(seen.persons))
    away = (min(seen.speed_m_per_s, FREE_SPEED_M_PER_S) - _DIAGRAM) / error
    free = np.exp(-(away**2) / 2 - log(error * sqrt(2 * pi)))
    held_up = 1 / (1 + np.exp(np.clip(1.702 * away, -50, 50))) / np.maximum(_DIAGRAM, WALKS_FROM_M_PER_S)
    held = fit.held_up_share
    return np.asarray(np.log(np.maximum((1 - held) * free + held * held_up, 1e-300)), np.float64)
