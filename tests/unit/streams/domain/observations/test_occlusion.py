"""Occlusion, recall by it, and the persons that probably stand there."""

from __future__ import annotations

from itertools import pairwise
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.cameras import Box
from streams.domain.observations.occlusion import (
    MEASURED,
    PERSISTENCE,
    STEPS,
    MatchedFrame,
    OcclusionStep,
    estimate,
    hidden_shares,
    measured,
    occlusions,
    persistence,
    step_numbers,
)


def box(x: float, foot: float, width: float = 10, height: float = 20) -> Box:
    """Return a box by its left side and its lower edge."""
    return Box(x_min_px=x, y_min_px=foot - height, x_max_px=x + width, y_max_px=foot)


FAR = box(0, 20)


@pytest.mark.parametrize(
    ("boxes", "shares"),
    [
        ([], []),
        ([FAR], [0]),
        ([FAR, box(0, 30)], [0.5, 0]),
        ([FAR, box(5, 20.5)], [0.5, 0]),
        ([FAR, box(0, 20)], [0, 0]),
        ([FAR, box(20, 30)], [0, 0]),
        ([FAR, box(0, 30), box(0, 30)], [0.5, 0, 0]),
        ([FAR, box(-5, 21), box(5, 22)], [0.95, 0, 0]),
        ([FAR, box(-10, 60, 40, 70)], [1, 0]),
    ],
)
def test_occlusion(boxes: list[Box], shares: list[float]) -> None:
    """Nobody, alone, from below, from the side, equally near, apart, twice the same, two sides, wholly."""
    assert occlusions(boxes) == pytest.approx(shares, abs=0.06)


@pytest.mark.parametrize(("covered", "step"), [(0, 0), (1, 1), (2, 2), (5, 3), (7, 4), (10, 5)])
def test_steps_of_occlusion(covered: int, step: int) -> None:
    """A limit belongs to its own step; tenths are seen exactly."""
    nearer = Box(x_min_px=-10, y_min_px=-1, x_max_px=covered, y_max_px=21)
    assert step_numbers([FAR, nearer])[0] == step


def test_nobody_is_estimated_where_nobody_is_seen() -> None:
    """An empty zone stays empty."""
    assert (estimate([]).count, estimate([]).error) == (0, 0)


def test_the_estimate_by_its_formula() -> None:
    """One who is free and one who is half hidden, each with its own step."""
    free, half = MEASURED[0], MEASURED[3]
    found = estimate([FAR, box(0, 30)])
    assert found.count == pytest.approx(free.precision / free.recall + half.precision / half.recall)
    variance = sum(s.precision * (2 - s.recall - s.precision) / s.recall**2 for s in (free, half))
    assert found.error == pytest.approx(sqrt(variance))


def test_who_hides_need_not_be_counted() -> None:
    """Somebody outside the zone may hide somebody in it."""
    alone, hidden = estimate([FAR]), estimate([FAR], [box(0, 30)])
    assert alone.count == MEASURED[0].precision / MEASURED[0].recall
    assert hidden.count == MEASURED[3].precision / MEASURED[3].recall


def test_the_measured_figures_are_those_of_the_whole_sequence() -> None:
    """PETS2009 S2L1: 4,650 annotated persons; those who are free are found alike, and the more are hidden the fewer are found."""
    assert tuple(step.up_to for step in MEASURED) == STEPS
    assert sum(step.annotated for step in MEASURED) == 4_650
    assert sum(s.found for s in MEASURED) == sum(s.right for s in MEASURED)
    assert all(before.recall > after.recall > 0 for before, after in pairwise(MEASURED[1:]))
    assert MEASURED[0].recall == pytest.approx(MEASURED[1].recall, abs=0.01)
    assert 0 < PERSISTENCE < 1


def frame(*found: bool, tracks: tuple[int, ...] = (1, 2)) -> MatchedFrame:
    """Return a frame with persons far apart, each found or not."""
    people = tuple(box(100 * number, 20) for number in range(len(found)))
    boxes = tuple(person for person, seen in zip(people, found, strict=True) if seen)
    pairs = tuple((boxes.index(person), place) for place, person in enumerate(people) if person in boxes)
    return MatchedFrame(people, tracks[: len(found)], boxes, pairs)


def test_measuring_counts_by_step() -> None:
    """A free person found, twice; a half hidden one missed; and a box on nobody who is annotated, which is left out."""
    people = (FAR, box(0, 30))
    double = box(3, 30)
    steps = measured([MatchedFrame(people, (1, 2), (people[1], double, box(300, 20)), ((0, 1),))])
    assert steps[0] == OcclusionStep(0.0, annotated=1, found=1, boxes=2, right=1)
    assert steps[3] == OcclusionStep(0.5, annotated=1, found=0, boxes=0, right=0)
    assert (steps[0].recall, steps[3].recall, steps[0].precision, steps[5].recall) == (1, 0, 0.5, 1)
    assert measured([])[0].annotated == 0


@pytest.mark.parametrize(
    ("frames", "lasts"),
    [
        ([], 0),
        ([frame(True, False)], 0),
        ([frame(True, False)] * 4, 1),
        ([frame(True, False), frame(False, True)] * 2, -1),
        ([frame(True, False), frame(), frame(True, False)], 0),
        ([frame(True, False), frame(True, False, tracks=(3, 4))], 0),
    ],
)
def test_how_long_a_miss_lasts(frames: list[MatchedFrame], lasts: float) -> None:
    """Nothing, one frame, always the same, always the other, gone in between, others."""
    assert persistence(frames, measured(frames)) == pytest.approx(lasts)


def test_the_estimate_finds_the_number_that_was_drawn() -> None:
    """Of persons far apart who are found with the measured recall, and boxes that are right with the measured precision."""
    generator = np.random.default_rng(1)
    step, people = MEASURED[0], 20
    told = []
    for _ in range(400):
        right = generator.binomial(people, step.recall)
        wrong = generator.poisson(people * step.recall * (1 / step.precision - 1))
        told.append(estimate([box(100 * n, 20) for n in range(right + wrong)]))
    assert np.mean([t.count for t in told]) == pytest.approx(people, rel=0.02)
    spread = np.std([t.count for t in told])
    assert np.mean([t.error for t in told]) == pytest.approx(spread, rel=0.35)


@given(st.lists(st.tuples(*[st.integers(0, 40)] * 2, *[st.integers(1, 30)] * 2), min_size=1, max_size=8))
def test_what_is_hidden_agrees_with_looking_at_each_point(places: list[tuple[int, int, int, int]]) -> None:
    """Of each box a hundred points, whether they lie in one that stands nearer."""
    corners = [(x, y, x + w, y + h) for x, y, w, h in places]
    shares = []
    for left, upper, right, lower in corners:
        nearer = [each for each in corners if each[3] > lower]
        points = [
            (left + (column + 0.5) / 10 * (right - left), upper + (row + 0.5) / 10 * (lower - upper))
            for column in range(10)
            for row in range(10)
        ]
        shares.append(sum(any(a <= x < c and b <= y < d for a, b, c, d in nearer) for x, y in points) / 100)
    assert hidden_shares(np.array(corners, np.float64)).tolist() == pytest.approx(shares)
