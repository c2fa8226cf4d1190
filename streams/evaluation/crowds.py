"""Quality of crowd counts: how right counts and densities are against annotated persons: the maths of `toezicht eval crowd`.

A frame shows boxes: those that a detector found, or annotated ones of which some were drawn to be missed. Counts are the median
of the last second, as an observation's; densities are counts over the ground of a zone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.cameras import Box
from streams.domain.geometry.area import Corners, visible_area_m2
from streams.domain.geometry.projection import GroundMap, Points
from streams.domain.geometry.zones import foot_point, inside
from streams.domain.observations.occlusion import OcclusionStep, estimate, step_numbers
from streams.evaluation.levels import (
    LEVELS_PER_M2,
    ever_found,
    levels_held_right,
    second_medians,
    with_remembered,
)

Frames = Sequence[Sequence[Box]]
"""The boxes of persons of each frame, in order and without gaps."""
PERSISTENCES_S: Final = (0.0, 3.0, 5.0, 20.0)
"""For which persistences held levels are judged: the rules file's 20 s, and some that half a minute outlasts."""
_PLACE_STEP_M: Final = 0.5
_EDGE_STEPS: Final = 20


@dataclass(frozen=True, slots=True)
class DensityQuality:
    """Density quality: how right a density is, in persons per square metre.

    Attributes:
        mae_per_m2: Mean absolute error over all frames.
        densest_quarter_mae_per_m2: The same over the quarter of frames with the highest true density.
        bias_per_m2: Mean error over all frames; negative where too few are told.
        levels_right: Share of seconds in which the level is the true one of that second (`LEVELS_PER_M2`), without hysteresis.
        levels_held_right: By persistence: share of seconds in which the level that the product's rule holds is the one that it
            holds on the true densities.
    """

    mae_per_m2: float
    densest_quarter_mae_per_m2: float
    bias_per_m2: float
    levels_right: float
    levels_held_right: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class ZoneQuality:
    """One square on the ground, and how right its density is, told in several ways.

    Counted plainly (`raw`), allowing for missed persons (`corrected`), with those who were seen a moment ago (`remembered`), and
    with all who were ever found (`at_best`; None where that is not known).

    `within_error` is the share of frames in which the truth lies within one told standard deviation of the corrected density;
    some .68 if the deviation is right.
    """

    side_m: float
    centre_x_m: float
    centre_y_m: float
    area_m2: float
    true_mean_per_m2: float
    true_max_per_m2: float
    raw: DensityQuality
    corrected: DensityQuality
    remembered: DensityQuality
    at_best: DensityQuality | None
    within_error: float


@dataclass(frozen=True, slots=True)
class CountQuality:
    """Mean absolute error of the whole picture's count, in persons, of each frame and of the last second's median."""

    mae: float
    median_mae: float
    bias: float


def drawn(
    truth: Frames,
    tracks: Sequence[Sequence[int]],
    steps: Sequence[OcclusionStep],
    persistence: float,
    generator: np.random.Generator,
) -> list[list[Box]]:
    """Return the annotated boxes without those that are drawn to be missed, each with its step's measured recall.

    A person's luck is a number between 0 and 1 and is found while it is below the recall. It lasts to the next frame with the
    probability `persistence` and is drawn anew otherwise, so that misses last as long as measured while their share stays.
    """
    luck: dict[int, float] = {}
    kept: list[list[Box]] = []
    for boxes, numbers in zip(truth, tracks, strict=True):
        before, luck = luck, {}
        shown: list[Box] = []
        for box, track, step in zip(boxes, numbers, step_numbers(boxes), strict=True):
            lasts = track in before and generator.random() < persistence
            luck[track] = before[track] if lasts else generator.random()
            if luck[track] < steps[step].recall:
                shown.append(box)
        kept.append(shown)
    return kept


def causal_median(values: Sequence[float], frames: int) -> list[float]:
    """Return for each value the median of it and those before it, `frames` of them at most."""
    return [float(median(values[max(0, end - frames) : end])) for end in range(1, len(values) + 1)]


def count_quality(truth: Frames, seen: Frames, frames_per_s: int) -> CountQuality:
    """Return how right the count of all persons in the picture is."""
    true = np.array([len(boxes) for boxes in truth], np.float64)
    counts = [float(len(boxes)) for boxes in seen]
    errors = np.array(counts) - true
    smooth = np.array(causal_median(counts, frames_per_s)) - true
    return CountQuality(float(np.abs(errors).mean()), float(np.abs(smooth).mean()), float(errors.mean()))


def most_visited(truth: Frames, ground: GroundMap, side_m: float) -> tuple[float, float]:
    """Return the middle of the square that most annotated persons stand in, summed over all frames, in metres.

    Squares along the map's axes in steps of half a metre; of equal ones the most western, then the most southern. It depends on
    the truth alone, never on what is seen or estimated.

    Raises:
        ValueError: No annotated person stands on the ground.
    """
    feet = _feet_m([box for boxes in truth for box in boxes], ground)
    feet = feet[np.isfinite(feet).all(axis=1)]
    if not len(feet):
        raise ValueError("no annotated person stands on the calibrated ground")
    low, high = feet.min(axis=0), feet.max(axis=0)
    visits = []
    for axis in (0, 1):
        first = low[axis] - _PLACE_STEP_M / 2  # so that nobody stands on an edge because of how squares are placed
        starts = np.arange(first, max(high[axis] - side_m, low[axis]) + _PLACE_STEP_M / 2, _PLACE_STEP_M)
        away = feet[:, axis] - starts[:, None]
        visits.append((starts, ((away >= 0) & (away <= side_m)).astype(np.float32)))
    (xs, in_x), (ys, in_y) = visits
    best_x, best_y = np.unravel_index(int(np.argmax(in_x @ in_y.T)), (len(xs), len(ys)))
    return float(xs[best_x] + side_m / 2), float(ys[best_y] + side_m / 2)


def zone_quality(
    truth: Frames,
    rounds: Sequence[Frames],
    ground: GroundMap,
    centre: tuple[float, float],
    side_m: float,
    frames_per_s: int,
    followed: Sequence[Sequence[Sequence[int | None]]],
    tracks: Sequence[Sequence[int]] | None,
) -> ZoneQuality:
    """Return how right the density of a square is, over one or several rounds of what was seen.

    Args:
        truth: The annotated persons of each frame.
        rounds: What was seen in the same frames, once or several times.
        ground: The camera's calibration.
        centre: The middle of the square, in metres.
        side_m: Its side.
        frames_per_s: Frames in a second.
        followed: By which number a tracker follows each box of each round.
        tracks: By which number each annotated person is known; None where what was seen is no part of what is annotated.

    Raises:
        ValueError: A part of the square cannot be in the picture.
    """
    zone = square_px(centre, side_m, ground)
    area_m2 = visible_area_m2(zone, (), ground)
    true = np.array([len(_standing(boxes, zone)) for boxes in truth], np.float64) / area_m2
    raw, corrected, errors, remembered, at_best = [], [], [], [], []
    for seen, numbers in zip(rounds, followed, strict=True):
        counts = [float(len(_standing(boxes, zone))) for boxes in seen]
        estimates = [estimate(*_split(boxes, zone)) for boxes in seen]
        raw.append(np.array(causal_median(counts, frames_per_s)) / area_m2)
        corrected.append(np.array(causal_median([e.count for e in estimates], frames_per_s)) / area_m2)
        errors.append(np.array(causal_median([e.error for e in estimates], frames_per_s)) / area_m2)
        kept = with_remembered(seen, numbers, ground, zone, frames_per_s)
        remembered.append(np.array(causal_median(kept, frames_per_s)) / area_m2)
        if tracks is not None:
            ever = ever_found(truth, tracks, seen, zone)
            at_best.append(np.array(causal_median(ever, frames_per_s)) / area_m2)
    within = np.abs(np.array(corrected) - true) <= np.array(errors)
    return ZoneQuality(
        side_m=side_m,
        centre_x_m=centre[0],
        centre_y_m=centre[1],
        area_m2=area_m2,
        true_mean_per_m2=float(true.mean()),
        true_max_per_m2=float(true.max()),
        raw=_density_quality(true, np.array(raw), frames_per_s),
        corrected=_density_quality(true, np.array(corrected), frames_per_s),
        remembered=_density_quality(true, np.array(remembered), frames_per_s),
        at_best=_density_quality(true, np.array(at_best), frames_per_s) if at_best else None,
        within_error=float(within.mean()),
    )


def square_px(centre: tuple[float, float], side_m: float, ground: GroundMap) -> Corners:
    """Return a square of the ground along the map's axes as a polygon in pixels, its edges followed.

    Raises:
        ValueError: A part of it cannot be in the picture.
    """
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * side_m / 2 + centre
    share = np.arange(_EDGE_STEPS)[:, None] / _EDGE_STEPS
    edge = np.vstack([a + share * (b - a) for a, b in zip(corners, np.roll(corners, -1, axis=0), strict=True)])
    pixels = ground.to_pixels(edge)
    if not np.isfinite(pixels).all():
        raise ValueError(
            f"the square of {side_m:g} m around ({centre[0]:.2f}, {centre[1]:.2f}) is not before the camera"
        )
    return [(float(x), float(y)) for x, y in pixels]


def _density_quality(true: NDArray[np.float64], told: NDArray[np.float64], frames_per_s: int) -> DensityQuality:
    """Return how right densities (rounds, frames) are against the true ones (frames,)."""
    errors = told - true
    densest = np.argsort(-true, kind="stable")[: max(1, len(true) // 4)]
    ends = np.arange(frames_per_s - 1, len(true), frames_per_s)
    true_seconds = second_medians(true, frames_per_s)
    right = np.digitize(told[:, ends], LEVELS_PER_M2) == np.digitize(true_seconds, LEVELS_PER_M2)
    return DensityQuality(
        mae_per_m2=float(np.abs(errors).mean()),
        densest_quarter_mae_per_m2=float(np.abs(errors[:, densest]).mean()),
        bias_per_m2=float(errors.mean()),
        levels_right=float(right.mean()) if right.size else 0.0,
        levels_held_right={
            f"{persistence_s:g}_s": levels_held_right(told[:, ends], true_seconds, persistence_s)
            for persistence_s in PERSISTENCES_S
        },
    )


def _standing(boxes: Sequence[Box], zone: Corners) -> list[Box]:
    return [box for box in boxes if inside(foot_point(box), zone)]


def _split(boxes: Sequence[Box], zone: Corners) -> tuple[list[Box], list[Box]]:
    """Return the boxes that stand in a zone, and the others."""
    standing = [inside(foot_point(box), zone) for box in boxes]
    within = [box for box, stands in zip(boxes, standing, strict=True) if stands]
    return within, [box for box, stands in zip(boxes, standing, strict=True) if not stands]


def _feet_m(boxes: Sequence[Box], ground: GroundMap) -> Points:
    return ground.to_ground(np.array([foot_point(box) for box in boxes], np.float64).reshape(-1, 2))


def foot_errors_m(pairs: Sequence[tuple[Box, Box]], ground: GroundMap) -> NDArray[np.float64]:
    """Return how far apart on the ground (N,) the foot points of a found and its annotated box are, in metres.

    Pairs of which one stands at or beyond the horizon are left out.
    """
    found, true = _feet_m([box for box, _ in pairs], ground), _feet_m([box for _, box in pairs], ground)
    away = np.linalg.norm(found - true, axis=1)
    return np.asarray(away[np.isfinite(away)], np.float64)
