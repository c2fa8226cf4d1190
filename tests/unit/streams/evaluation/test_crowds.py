"""Counts and densities are judged as their figures are defined."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from schemas.cameras import Box
from streams.domain.geometry.projection import HomographyMap
from streams.domain.observations.occlusion import STEPS, OcclusionStep
from streams.evaluation.crowds import (
    causal_median,
    count_quality,
    drawn,
    foot_errors_m,
    most_visited,
    square_px,
    zone_quality,
)
from tests.support.calibrations import TILTED, surveyed
from tests.support.crowds import GROUND, person


def steps(recall: float) -> tuple[OcclusionStep, ...]:
    """Return the same recall for each step of occlusion."""
    return tuple(OcclusionStep(up_to, 1_000, round(1_000 * recall), 0, 0) for up_to in STEPS)


PEOPLE = [[person(1.5, -1.5), person(8, -8)]] * 400
TRACKS = [[1, 2]] * 400


@pytest.mark.parametrize("recall", [0.0, 1.0])
def test_all_or_none_are_drawn(recall: float) -> None:
    """Without chance."""
    kept = drawn(PEOPLE, TRACKS, steps(recall), 0.5, np.random.default_rng(1))
    assert {len(boxes) for boxes in kept} == {round(2 * recall)}
    assert drawn([], [], steps(recall), 0.5, np.random.default_rng(1)) == []


@pytest.mark.parametrize("persistence", [0.0, 0.8])
def test_as_many_are_drawn_as_recall_says(persistence: float) -> None:
    """Whether luck lasts or not; where it does, what follows is more often alike."""
    kept = drawn(PEOPLE * 20, TRACKS * 20, steps(0.7), persistence, np.random.default_rng(2))
    seen = np.array([PEOPLE[0][0] in boxes for boxes in kept], np.float64)
    assert seen.mean() == pytest.approx(0.7, abs=0.04)
    assert np.corrcoef(seen[1:], seen[:-1])[0, 1] == pytest.approx(persistence, abs=0.05)


def test_the_same_seed_draws_the_same() -> None:
    """And another one something else."""
    one, same, other = (drawn(PEOPLE, TRACKS, steps(0.7), 0.5, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert one == same != other


@pytest.mark.parametrize(
    ("values", "medians"),
    [([], []), ([3], [3]), ([1, 5], [1, 3]), ([1, 5, 1, 1], [1, 3, 1, 1]), ([0, 0, 9, 9, 9], [0, 0, 0, 9, 9])],
)
def test_the_median_looks_back_only(values: list[float], medians: list[float]) -> None:
    """Over three values: none, one, two, an outlier, a step that comes late."""
    assert causal_median(values, 3) == medians


def test_the_count_is_judged_frame_by_frame_and_smoothed() -> None:
    """One frame of seven misses both: errors of 2/7, none after the median, and too few."""
    truth = PEOPLE[:7]
    found = count_quality(truth, [*truth[:3], [], *truth[4:]], 7)
    assert (found.mae, found.median_mae, found.bias) == pytest.approx((2 / 7, 0, -2 / 7))


def test_the_square_lies_where_most_stand() -> None:
    """Three in one corner against two in the other; the square may not depend on what is seen."""
    frames = [[person(1, -9), person(1.5, -8.5), person(2, -8)], [person(9, -1), person(8, -1)]]
    x, y = most_visited(frames, GROUND, 3)
    assert abs(x - 1.5) <= 1.5
    assert abs(y + 8.5) <= 1.5
    with pytest.raises(ValueError, match="no annotated person"):
        most_visited([[]], GROUND, 3)


def test_one_place_is_enough() -> None:
    """All on one spot, less room than the square's side."""
    x, y = most_visited([[person(5, -5)]], GROUND, 3)
    assert (x, y) == pytest.approx((6.25, -3.75))


def untracked(frames: Sequence[Sequence[Box]]) -> list[list[None]]:
    """Return that no box is followed."""
    return [[None] * len(boxes) for boxes in frames]


def test_who_sees_all_is_right() -> None:
    """One person in 9 m² all the time."""
    quality = zone_quality(PEOPLE[:14], [PEOPLE[:14]], GROUND, (1.5, -1.5), 3, 7, [untracked(PEOPLE[:14])], None)
    assert quality.at_best is None
    assert quality.area_m2 == pytest.approx(9)
    assert quality.true_mean_per_m2 == pytest.approx(1 / 9)
    assert (quality.raw.mae_per_m2, quality.raw.bias_per_m2, quality.raw.levels_right) == pytest.approx((0, 0, 1))


def test_who_sees_nobody_is_wrong_by_the_truth() -> None:
    """Two seconds with two persons (.22 per m², level 1) and two without; the densest quarter is the first of them."""
    truth = [[person(1, -1), person(2, -2)]] * 14 + [[]] * 14
    numbers = [list(range(len(boxes))) for boxes in truth]
    quality = zone_quality(truth, [[[]] * 28], GROUND, (1.5, -1.5), 3, 7, [[[]] * 28], numbers)
    assert quality.raw.mae_per_m2 == pytest.approx(1 / 9)
    assert quality.raw.densest_quarter_mae_per_m2 == pytest.approx(2 / 9)
    assert quality.raw.bias_per_m2 == pytest.approx(-1 / 9)
    assert quality.raw.levels_right == 0.5
    assert quality.raw.levels_held_right == {"0_s": 0.5, "3_s": 1.0, "5_s": 1.0, "20_s": 1.0}
    assert quality.at_best == quality.remembered == quality.raw, "who was never found is in none of them"
    assert quality.within_error == 0.5


def test_a_square_behind_the_camera_is_refused() -> None:
    """The camera of the tilted ground stands at y = -10 m."""
    tilted = HomographyMap.fitted(surveyed(TILTED), "c1")
    with pytest.raises(ValueError, match="not before the camera"):
        square_px((5, -12), 6, tilted)
    assert square_px((5, 5), 10, tilted)[0] == pytest.approx((0, 100))


def test_foot_errors() -> None:
    """A foot three pixels beside and four below is half a metre off; beyond the horizon there is no distance."""
    found = Box(x_min_px=13, y_min_px=0, x_max_px=17, y_max_px=24)
    true = Box(x_min_px=10, y_min_px=0, x_max_px=14, y_max_px=20)
    assert foot_errors_m([(found, true)], GROUND) == pytest.approx([0.5])
    assert foot_errors_m([], GROUND).size == 0
    above = Box(x_min_px=10, y_min_px=-30, x_max_px=14, y_max_px=-10)
    assert foot_errors_m([(above, true)], HomographyMap.fitted(surveyed(TILTED), "c1")).size == 0
