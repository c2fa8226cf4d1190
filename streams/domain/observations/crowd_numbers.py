"""The numbers of a crowd: how many, how certain, how dense, and whether it grows."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from typing import Final

import numpy as np

from schemas.observations import GroundMeasure
from streams.domain.geometry.visible_ground import densest
from streams.domain.observations.crowd_estimate import Pace, estimate_density, pace
from streams.domain.observations.memory import CountedSecond, Normal
from streams.domain.observations.motion import Scale, TrackMotion, known_normal, mean_speed, spread
from streams.domain.observations.open_second import Modelled, Probable, ZoneSecond
from streams.domain.observations.scene import CrowdGround

BOXES_BOUND_PER_M2: Final = 1.0
"""From here on a count of boxes is a lower bound. In PETS2009 S1L1, which reaches 1.0 persons/m² in the densest 3 x 3 m, true .5
reads .35, 2 reads .85 and 4.5 reads 1.45 (design §6)."""
FALLBACK_ERROR: Final = 1.1
FALLBACK_ERROR_SHARE: Final = 0.2
"""The fallback detector's error in persons. HOG's mean absolute error on PETS2009 S2L1 is .70 to .89 (design §6); times 1.25 it
is one standard deviation of a normal distribution. It was measured at about six persons, and grows with them."""
RISE_SPAN_S: Final = 30
RISE_SECONDS: Final = 15
"""A rise is told from so many seconds on, over at least such a span."""


def rise_per_min(counts: Sequence[CountedSecond]) -> float | None:
    """Return by how many persons per minute a count rises, negative where it falls; None before enough is known.

    The median of the slopes of all pairs of seconds, which a few wrong counts do not move: Theil (1950), Sen, "Estimates of
    the regression coefficient based on Kendall's tau", Journal of the American Statistical Association 63, 1968.
    """
    if len(counts) < RISE_SECONDS or counts[-1].second_s - counts[0].second_s < RISE_SPAN_S:
        return None
    at_s, persons = np.array(counts, np.float64).T
    first, second = np.triu_indices(len(counts), 1)
    slopes = (persons[second] - persons[first]) / (at_s[second] - at_s[first])
    return round(60 * float(np.median(slopes)), 1) + 0.0  # no -0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """Measured: how many persons a zone showed in a second.

    Attributes:
        count: The median of its frames.
        error: The count's error in persons, one standard deviation; None where it is not known.
        density_per_m2: The count over the ground that can be seen; None where the zone is not calibrated.
        lower_bound: Whether there are probably more.
        ground: The rest of what is told in metres; None where the zone is not calibrated.
    """

    count: int
    error: float | None
    density_per_m2: float | None
    lower_bound: bool
    ground: GroundMeasure | None


def measure(
    seen: ZoneSecond,
    degraded: bool,
    area_m2: float | None,
    persons: Sequence[TrackMotion],
    scale: Scale,
    normal: Normal | None,
    visible: CrowdGround | None = None,
) -> Measured:
    """Return the numbers of a zone.

    Args:
        seen: What its second showed.
        degraded: Whether the detector is the fallback, whose recall among others was not measured.
        area_m2: The zone's ground that can be seen; None where it is not calibrated.
        persons: Those in the zone whose tracks are known.
        scale: In what lengths are told.
        normal: The zone's normal speed as learnt before this second.
        visible: The zone's ground with its curve from boxes to density; None where there is none.
    """
    count = int(statistics.median(seen.counts) + 0.5)
    probable = None if degraded or seen.probable is None else probable_persons(count, seen.probable)
    error = count_error(count, probable)
    if area_m2 is None:
        return Measured(count, round(error, 2), None, seen.lower_bound, None)
    density_per_m2 = round(count / area_m2, 3)
    ground = _ground(area_m2, seen.densest_per_m2, error, probable, persons, scale, normal)
    if visible is not None and not degraded:
        ground = _with_estimate(ground, count, persons, visible)
        error = max(error, (ground.error_per_m2 or 0.0) * area_m2)
    # What stands closest decides: a zone may be large and empty around a crowd.
    bound = seen.lower_bound or max(density_per_m2, ground.densest_per_m2) > BOXES_BOUND_PER_M2
    measured = Measured(count, round(error, 2), density_per_m2, bound, ground)
    return measured if seen.modelled is None or not bound else by_model(measured, seen.modelled, ground)


def by_model(boxes: Measured, modelled: Modelled, ground: GroundMeasure) -> Measured:
    """Return what a counting model says where boxes give a lower bound only.

    It claims no more than the density up to which its error was measured, and never less than the boxes. Its own error is the
    operator's to know, so none is told.
    """
    told_per_m2 = min(modelled.persons / ground.area_m2, modelled.measured_to_per_m2)
    if boxes.density_per_m2 is None or told_per_m2 <= boxes.density_per_m2:
        return boxes
    nothing = dict.fromkeys(
        (
            "error_per_m2",
            "corrected_per_m2",
            "corrected_error_per_m2",
            "estimated_per_m2",
            "estimated_error_per_m2",
            "crowd",
        )
    )
    return Measured(
        count=round(told_per_m2 * ground.area_m2),
        error=None,
        density_per_m2=round(told_per_m2, 3),
        lower_bound=modelled.persons / ground.area_m2 > modelled.measured_to_per_m2,
        ground=ground.model_copy(update={**nothing, "counted_by": modelled.model}),
    )


def probable_persons(count: int, first: Probable) -> Probable:
    """Return how many persons probably stand in a zone that showed `count`: as many are missed as in the second's first frame."""
    return Probable(count, max(0.0, count + first.persons - first.shown), first.error)


def count_error(count: int, probable: Probable | None) -> float:
    """Return a count's error in persons: how far the probable number lies from it, and that number's own error.

    Without a probable number it is the fallback detector's.
    """
    if probable is None:
        return max(FALLBACK_ERROR, FALLBACK_ERROR_SHARE * count)
    return hypot(probable.persons - count, probable.error)


def _ground(
    area_m2: float,
    densest_per_m2: Sequence[float],
    error: float,
    probable: Probable | None,
    persons: Sequence[TrackMotion],
    scale: Scale,
    normal: Normal | None,
) -> GroundMeasure:
    speed = mean_speed(persons)
    usual = known_normal(normal, scale.measured_by)
    spreading = spread(persons, scale)
    return GroundMeasure(
        calibration_version=scale.measured_by,
        area_m2=round(area_m2, 1),
        densest_per_m2=round(statistics.median(densest_per_m2), 3) if densest_per_m2 else 0.0,
        error_per_m2=round(error / area_m2, 3),
        corrected_per_m2=None if probable is None else round(probable.persons / area_m2, 3),
        corrected_error_per_m2=None if probable is None else round(probable.error / area_m2, 3),
        speed_m_per_s=None if speed is None else round(speed, 2),
        speed_drop=None if speed is None or not usual else round(min(1.0, max(0.0, 1 - speed / usual)), 2),
        dispersal=None if spreading is None else round(spreading.away, 2),
    )


def densest_pace(persons: Sequence[TrackMotion], visible: CrowdGround) -> Pace | None:
    """Return how fast who stands closest walks; None where nobody's speed is known there."""
    places = np.array([each.place for each in persons], np.float64).reshape(-1, 2)
    within = densest(places, visible.visible).within
    return pace([each for each, stands in zip(persons, within, strict=True) if stands])


def _with_estimate(
    ground: GroundMeasure, count: int, persons: Sequence[TrackMotion], visible: CrowdGround
) -> GroundMeasure:
    """Return the measures with the density that is probable where people stand closest, and errors that allow for it.

    What boxes hide there they hide in the whole zone: its errors are at least that share of it.
    """
    if visible.curve is None or not ground.densest_per_m2:
        return ground
    seen = densest_pace(persons, visible)
    found = estimate_density(ground.densest_per_m2, visible.curve, seen)
    share, error_share = (value / ground.densest_per_m2 for value in found)
    density_per_m2 = count / ground.area_m2
    probable_per_m2, error_per_m2 = density_per_m2 * share, density_per_m2 * error_share
    changes: dict[str, float | str | None] = {
        "estimated_per_m2": round(found.per_m2, 3),
        "estimated_error_per_m2": round(found.error_per_m2, 3),
        "crowd": None if seen is None else "walking" if seen.walks else "standing",
        "error_per_m2": round(
            max(ground.error_per_m2 or 0.0, hypot(probable_per_m2 - density_per_m2, error_per_m2)), 3
        ),
    }
    if ground.corrected_per_m2 is not None:
        own = ground.corrected_error_per_m2 or 0.0
        changes["corrected_error_per_m2"] = round(
            max(own, hypot(probable_per_m2 - ground.corrected_per_m2, error_per_m2)), 3
        )
    return ground.model_copy(update=changes)
