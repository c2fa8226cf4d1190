"""Which density is probable: what boxes say, what speed adds, and of whom it says nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.domain.observations.crowd_curve import CrowdCurve
from streams.domain.observations.crowd_estimate import Pace, estimate_density, pace
from streams.domain.observations.motion import TrackMotion
from streams.domain.observations.objects import ObjectKind

CURVE = CrowdCurve(
    true_per_m2=np.array([0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 5.5]),
    shown_per_m2=np.array([0.0, 0.45, 0.7, 1.0, 1.25, 1.45, 1.7]),
    spread_per_m2=np.array([0.0, 0.15, 0.2, 0.25, 0.28, 0.3, 0.33]),
    least_step_per_m2=1 / 9,
)


def walker(
    speed: float, heading: tuple[float, float] = (1.0, 0.0), kind: ObjectKind = ObjectKind.PERSON
) -> TrackMotion:
    return TrackMotion(1, kind, (0, 0), 30, (0, 0), heading, speed)


@given(st.floats(0, 3), st.floats(0, 3))
def test_more_boxes_are_more_persons(one: float, other: float) -> None:
    """Of boxes alone, and of a crowd that walks; never more than a jam, never below nothing."""
    low, high = sorted((one, other))
    for seen in (None, Pace(0.6, 6, True)):
        first, second = estimate_density(low, CURVE, seen), estimate_density(high, CURVE, seen)
        assert 0 <= first.per_m2 <= second.per_m2 + 0.02 <= 5.5
        assert first.error_per_m2 >= 0


@given(st.floats(0.4, 1.5), st.floats(0, 1.6), st.floats(0, 1.6))
def test_a_slower_crowd_that_walks_is_denser(shown: float, one: float, other: float) -> None:
    """As far as both can be: boxes of a jam (1.6 and more here) do not walk freely, and what is told of such lies between."""
    slow, fast = (estimate_density(shown, CURVE, Pace(speed, 8, True)).per_m2 for speed in sorted((one, other)))
    assert slow >= fast - 0.05


def test_nobody_shown_is_nobody_told() -> None:
    """With an error: somebody may be missed."""
    found = estimate_density(0.0, CURVE, None)
    assert found.per_m2 == 0
    assert found.error_per_m2 > 0


def test_a_few_boxes_are_about_what_they_count() -> None:
    assert estimate_density(2 / 9, CURVE, None).per_m2 == pytest.approx(0.24, abs=0.06)


def test_speed_sharpens_what_boxes_say() -> None:
    """Who walks freely is no dense crowd, however many boxes; its error is smaller than that of boxes alone."""
    alone, free = estimate_density(1.2, CURVE, None), estimate_density(1.2, CURVE, Pace(1.2, 8, True))
    assert free.per_m2 < alone.per_m2 - 0.5
    assert free.error_per_m2 < alone.error_per_m2


def test_of_a_standing_crowd_boxes_speak_alone() -> None:
    """An audience stands at any density."""
    assert estimate_density(0.7, CURVE, Pace(0.05, 8, False)) == estimate_density(0.7, CURVE, None)


@pytest.mark.parametrize(
    ("persons", "seen"),
    [
        ([], None),
        ([walker(2.0, kind=ObjectKind.RIDER)], None),
        ([walker(1.2), walker(0.8)], (1.0, 2, True)),
        ([walker(1.2), walker(1.2, (-1.0, 0.0))], (1.2, 2, True)),
        ([walker(0.1), walker(0.1), walker(0.1, (0.0, 1.0))], (0.1, 3, True)),
        ([walker(0.1), walker(0.1, (-1.0, 0.0)), walker(0.1, (0.0, 1.0)), walker(0.1, (0.0, -1.0))], (0.1, 4, False)),
        ([walker(0.0, (0.0, 0.0))] * 3, (0.0, 3, False)),
        ([walker(0.1)], (0.1, 1, False)),
    ],
    ids=["nobody", "a rider", "walk", "walk both ways", "a jam creeps", "an audience stirs", "still", "one alone"],
)
def test_who_walks_and_who_stands(persons: list[TrackMotion], seen: tuple[float, int, bool] | None) -> None:
    found = pace(persons)
    told = None if found is None else (round(found.speed_m_per_s, 6), found.persons, found.walks)
    assert told == seen
