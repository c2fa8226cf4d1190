"""The fallback looks where something moved or was found, and at the whole of a camera's first picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.models.base import Picture
from detectors.models.hog import HogDetector
from detectors.models.motion_regions import MotionRegions, _grown, _merged, _overlap
from schemas.cameras import Box

pytestmark = pytest.mark.vision

WHOLE = [(0, 0, 320, 240)]


def picture(x: int | None = None) -> Picture:
    """Return a grey picture of 320x240, with a bright block of 20x60 at x."""
    pixels = np.full((240, 320, 3), 90, np.uint8)
    if x is not None:
        pixels[100:160, x : x + 20] = 250
    return pixels


def test_the_first_picture_is_looked_at_as_a_whole_and_an_unchanged_one_not_at_all() -> None:
    """Nothing moved and nothing was found: there is nothing to look for."""
    motion = MotionRegions()
    assert motion.regions(picture(), 10, 10) == WHOLE
    for _ in range(5):
        regions = motion.regions(picture(), 10, 10)
    assert regions == []


def test_what_moves_is_looked_at() -> None:
    """The region holds the block that came, and is smaller than the picture."""
    motion = MotionRegions()
    for _ in range(20):
        motion.regions(picture(), 10, 10)
    [(left, top, right, bottom)] = motion.regions(picture(150), 10, 10)
    assert left <= 150
    assert top <= 100
    assert right >= 170
    assert bottom >= 160
    assert (right - left) * (bottom - top) < 320 * 240 / 3


def test_where_something_was_found_is_looked_at_again() -> None:
    """Although it stands still."""
    motion = MotionRegions()
    for _ in range(20):
        motion.regions(picture(), 10, 10)
    motion.remember([Box(x_min_px=40, y_min_px=50, x_max_px=60, y_max_px=110)])
    [(left, top, right, bottom)] = motion.regions(picture(), 10, 10)
    assert (left < 40, right > 60) == (True, True)
    assert (top < 50, bottom > 110) == (True, True)


def test_a_picture_of_another_size_begins_anew() -> None:
    """A camera may be set to another resolution."""
    motion = MotionRegions()
    motion.regions(picture(), 10, 10)
    motion.remember([Box(x_min_px=40, y_min_px=50, x_max_px=60, y_max_px=110)])
    assert motion.regions(np.zeros((120, 160, 3), np.uint8), 10, 10) == [(0, 0, 160, 120)]


@given(st.tuples(st.integers(0, 300), st.integers(0, 200), st.integers(1, 200), st.integers(1, 200)))
def test_a_grown_region_lies_in_the_picture_and_is_large_enough(place: tuple[int, int, int, int]) -> None:
    """Wherever it was."""
    region = (place[0], place[1], min(320, place[0] + place[2]), min(240, place[1] + place[3]))
    left, top, right, bottom = _grown(region, 5, (64, 128), (320, 240))
    assert 0 <= left < right <= 320
    assert 0 <= top < bottom <= 240
    assert right - left >= 64
    assert bottom - top >= 128


@given(
    st.lists(
        st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(1, 20), st.integers(1, 20)).map(
            lambda p: (p[0], p[1], p[0] + p[2], p[1] + p[3])
        ),
        max_size=12,
    )
)
def test_merged_regions_cover_all_and_do_not_overlap(regions: list[tuple[int, int, int, int]]) -> None:
    """No pixel is searched twice, and none is left out."""
    merged = _merged(regions)
    assert all(not _overlap(a, b) for number, a in enumerate(merged) for b in merged[number + 1 :])
    for left, top, right, bottom in regions:
        assert any(m[0] <= left and m[1] <= top and m[2] >= right and m[3] >= bottom for m in merged)


@pytest.mark.parametrize("shape", [(1, 1, 3), (576, 768, 3), (200, 3000, 3)])
def test_hog_takes_pictures_of_any_shape(shape: tuple[int, int, int]) -> None:
    """Too small for its window, usual, very wide: nobody in them."""
    hog = HogDetector()
    assert [hog.detect([np.zeros(shape, np.uint8)], ["a"]) for _ in range(2)] == [[[]], [[]]]
