"""A picture lies in the input where ultralytics puts it, and boxes find their way back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.models.letterbox import GREY, Fit, fit, show

SIZES = st.integers(1, 3_000)


@pytest.mark.parametrize(
    ("picture", "place"),
    [
        ((768, 576), Fit(0, 80, 640, 480)),
        ((640, 640), Fit(0, 0, 640, 640)),
        ((1920, 1080), Fit(0, 140, 640, 360)),
        ((1080, 1920), Fit(140, 0, 360, 640)),
        ((1, 1), Fit(0, 0, 640, 640)),
        ((3_000, 1), Fit(0, 319, 640, 1)),
        ((641, 481), Fit(0, 80, 640, 480)),
    ],
)
def test_both_sides_are_scaled_alike_and_centred(picture: tuple[int, int], place: Fit) -> None:
    """Worked out by hand; the thinnest picture keeps one pixel."""
    assert fit(*picture, 640, 640) == place


@pytest.mark.vision
@pytest.mark.parametrize("size", [(768, 576), (333, 777), (641, 359), (1, 1), (640, 640), (2_000, 3)])
def test_the_input_is_what_ultralytics_makes(size: tuple[int, int]) -> None:
    """Pixel by pixel."""
    from detectors.ultralytics_setup import prepare_ultralytics

    prepare_ultralytics()
    from ultralytics.data.augment import LetterBox

    picture = np.random.default_rng(1).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    target = np.empty((640, 640, 3), np.uint8)
    show(picture, fit(*size, 640, 640), target, clean=False)
    assert np.array_equal(target, LetterBox((640, 640))(image=picture))


def test_what_another_picture_left_is_covered() -> None:
    """A wide picture after a high one leaves nothing at the sides."""
    target = np.empty((64, 64, 3), np.uint8)
    high, wide = np.full((64, 32, 3), 200, np.uint8), np.full((32, 64, 3), 100, np.uint8)
    show(high, fit(32, 64, 64, 64), target, clean=False)
    show(wide, fit(64, 32, 64, 64), target, clean=False)
    assert set(np.unique(target[:16])) == {GREY}
    assert set(np.unique(target[16:48])) == {100}
    show(wide, fit(64, 32, 64, 64), target, clean=True)
    assert set(np.unique(target)) == {GREY, 100}


@given(SIZES, SIZES)
def test_the_whole_place_is_the_whole_picture(width_px: int, height_px: int) -> None:
    """Any size: the place lies in the input, and its corners are the picture's."""
    place = fit(width_px, height_px, 640, 384)
    assert 0 <= place.left_px <= place.left_px + place.width_px <= 640
    assert 0 <= place.top_px <= place.top_px + place.height_px <= 384
    corners = [place.left_px, place.top_px, place.left_px + place.width_px, place.top_px + place.height_px]
    back = place.in_picture(np.array([corners], np.float32), width_px, height_px)
    assert back[0] == pytest.approx([0, 0, width_px, height_px])


def test_no_boxes_are_no_boxes() -> None:
    """An empty array keeps its shape."""
    assert fit(64, 48, 640, 640).in_picture(np.empty((0, 4), np.float32), 64, 48).shape == (0, 4)
