"""The small copy keeps the picture's shape and knows where masks reach."""

from __future__ import annotations

import numpy as np
import pytest

from detectors.view.thumbnail import small_grey, small_shown, small_size

pytestmark = pytest.mark.vision


@pytest.mark.parametrize(
    ("width_px", "height_px", "size"),
    [
        (640, 360, (320, 180)),
        (768, 576, (240, 180)),
        (1920, 1080, (320, 180)),
        (320, 180, (320, 180)),
        (64, 48, (64, 48)),
        (1, 1, (1, 1)),
        (3000, 1, (320, 1)),
    ],
)
def test_the_copy_has_the_pictures_shape(width_px: int, height_px: int, size: tuple[int, int]) -> None:
    """It is never larger than 320x180, never enlarged, and never empty."""
    assert small_size(width_px, height_px) == size
    assert small_grey(np.zeros((height_px, width_px, 3), np.uint8)).shape == size[::-1]


@pytest.mark.parametrize("shape", [(360, 640), (360, 640, 1), (360, 640, 3)])
def test_grey_pictures_are_taken_too(shape: tuple[int, ...]) -> None:
    """A camera at night may send no colour."""
    grey = small_grey(np.full(shape, 77, np.uint8))
    assert (grey.shape, int(grey.min()), int(grey.max())) == ((180, 320), 77, 77)


def test_a_mask_hides_what_it_touches_and_its_border() -> None:
    """Not a pixel that is shown has a masked one in it or beside it."""
    hidden = np.zeros((360, 640), np.bool_)
    hidden[100:201, 100:201] = True
    shown = small_shown(hidden)
    assert shown.shape == (180, 320)
    assert not shown[49:102, 49:102].any()
    assert (shown[48] == 255).all()
    assert (shown[102] == 255).all()


@pytest.mark.parametrize(("hidden", "share"), [(False, 1.0), (True, 0.0)])
def test_no_mask_and_nothing_but_mask(hidden: bool, share: float) -> None:
    """Everything is shown, or nothing."""
    assert (small_shown(np.full((90, 160), hidden)) > 0).mean() == share
