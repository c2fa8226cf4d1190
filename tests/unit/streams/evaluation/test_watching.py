"""Scenes are watched as they go: everybody in view, at their pace, where they stand."""

from __future__ import annotations

import numpy as np
import pytest

from streams.domain.normal.measure import UNKNOWN
from streams.evaluation import watching
from tests.support.streets import VIEW, street


def test_true_tracks_are_measured_as_they_go() -> None:
    """Walking pace, nobody standing together, everybody counted; turning takes a little of the pace."""
    told = watching.watched(*watching.true_frames(street(), 0, 60)).shown
    assert [each.second_s for each in told] == list(range(60))
    sizes = [each.sizes for each in told[5:]]
    assert {size[0] for size in sizes} == {6}
    assert max(size[1] or 0 for size in sizes) == pytest.approx(1.3, abs=0.02)
    assert {size[3] for size in sizes} <= {None, 0.0}


def test_the_drawn_mast_sees_the_whole_depth_of_a_view() -> None:
    """Its foot points lie where people stand."""
    ground = watching.on_a_mast(VIEW)
    places = np.array([[10.0, 1.0], [10.0, 10.0], [10.0, 19.0]])
    pixels = ground.to_pixels(places)
    assert ((pixels > 0) & (pixels < (1280, 720))).all()
    assert ground.to_ground(pixels) == pytest.approx(places)


def test_sizes_are_those_of_the_view() -> None:
    """A second that was not watched has none."""
    told = watching.watched(*watching.true_frames(street(), 0, 5)).shown
    assert watching.sizes_in(told, 7)[-1] == UNKNOWN
    assert watching.sizes_in(told, 7)[3] == told[3].sizes
