"""MOTA, switches and IDF1 as they are defined, counted by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.evaluation.tracking import TrackingQuality, TrackingScore
from schemas.cameras import Box

Places = Mapping[str, float]
Frames = Sequence[tuple[Places, Places]]


def box(x: float) -> Box:
    """Return a box 10 wide and high."""
    return Box(x_min_px=x, y_min_px=0, x_max_px=x + 10, y_max_px=10)


def score(frames: Frames) -> TrackingQuality:
    """Return the quality of frames: where annotated tracks are, and where tracks are."""
    total = TrackingScore()
    for truth, found in frames:
        total.add({key: box(x) for key, x in truth.items()}, {key: box(x) for key, x in found.items()})
    return total.quality()


TWO = {"A": 0.0, "B": 100.0}


@pytest.mark.parametrize(
    ("frames", "misses", "false_positives", "switches", "mota", "idf1"),
    [
        ([], 0, 0, 0, 0.0, 0.0),
        ([({}, {})], 0, 0, 0, 0.0, 0.0),
        ([({}, {"1": 0.0})], 0, 1, 0, 0.0, 0.0),
        ([(TWO, {})], 2, 0, 0, 0.0, 0.0),
        ([(TWO, {"1": 0.0, "2": 100.0})] * 3, 0, 0, 0, 1.0, 1.0),
        # three pixels beside: 7 / 13 overlap is enough; four: 6 / 14 is not
        ([({"A": 0.0}, {"1": 3.0})], 0, 0, 0, 1.0, 1.0),
        ([({"A": 0.0}, {"1": 4.0})], 1, 1, 0, -1.0, 0.0),
        # one object whose track changes in the middle: one switch; one of both tracks is right, in 2 of 4 frames
        ([({"A": 0.0}, {"1": 0.0})] * 2 + [({"A": 0.0}, {"2": 0.0})] * 2, 0, 0, 1, 0.75, 0.5),
        # two objects that change their tracks: two switches in 8 boxes; each keeps one in 2 of 4 frames
        ([(TWO, {"1": 0.0, "2": 100.0})] * 2 + [(TWO, {"2": 0.0, "1": 100.0})] * 2, 0, 0, 2, 0.75, 0.5),
        # an object that was not seen for a frame and comes back under its own number is no switch
        ([({"A": 0.0}, {"1": 0.0}), ({"A": 0.0}, {}), ({"A": 0.0}, {"1": 0.0})], 1, 0, 0, 0.667, 0.8),
        # ... and under another one is
        ([({"A": 0.0}, {"1": 0.0}), ({"A": 0.0}, {}), ({"A": 0.0}, {"2": 0.0})], 1, 0, 1, 0.333, 0.4),
        # a nearer track does not take over what another one still follows
        ([({"A": 0.0}, {"1": 2.0}), ({"A": 0.0}, {"1": 2.0, "2": 0.0})], 0, 1, 0, 0.5, 0.8),
        # two tracks near one object: one is false
        ([({"A": 0.0}, {"1": 0.0, "2": 1.0})], 0, 1, 0, 0.0, 0.667),
        # objects that follow each other closely: the assignment is best over all, and not greedy
        ([({"A": 0.0, "B": 3.0}, {"1": 2.0, "2": 5.0})], 0, 0, 0, 1.0, 1.0),
    ],
)
def test_figures(frames: Frames, misses: int, false_positives: int, switches: int, mota: float, idf1: float) -> None:
    """Each by hand."""
    quality = score(frames)
    assert (quality.misses, quality.false_positives, quality.switches) == (misses, false_positives, switches)
    assert (quality.mota, quality.idf1) == (mota, idf1)
    assert quality.frames == len(frames)


def test_a_track_that_went_over_to_another_object_is_held_by_one_of_both() -> None:
    """Both had it last; it is counted once."""
    frames = [
        ({"A": 0.0}, {"1": 0.0}),
        ({"A": 50.0, "B": 0.0}, {"1": 0.0}),
        ({"A": 2.0, "B": 0.0}, {"1": 0.0}),
    ]
    quality = score(frames)
    assert (quality.objects, quality.misses, quality.false_positives, quality.switches) == (5, 2, 0, 0)


PLACES = st.dictionaries(st.sampled_from("ABCD"), st.floats(0, 40), max_size=4)


@given(st.lists(st.tuples(PLACES, PLACES), max_size=6))
def test_figures_keep_their_bounds(frames: list[tuple[dict[str, float], dict[str, float]]]) -> None:
    """Whatever is compared: the truth against itself is perfect, and nothing is better than that."""
    quality = score(frames)
    assert quality.mota <= 1
    assert 0 <= quality.idf1 <= 1
    assert 0 <= quality.misses <= quality.objects
    itself = score([(truth, truth) for truth, _ in frames])
    apart = [all(abs(a - b) > 10 for a in truth.values() for b in truth.values() if a != b) for truth, _ in frames]
    distinct = all(len(set(truth.values())) == len(truth) for truth, _ in frames)
    if itself.objects and all(apart) and distinct:
        assert (itself.mota, itself.idf1) == (1.0, 1.0)
