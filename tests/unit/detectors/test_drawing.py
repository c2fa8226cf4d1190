"""Lines are drawn where they are given, on a copy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from detectors.drawing import PictureFileError, draw_grid, write_picture
from detectors.privacy.masks import MaskedImage, PrivacyMask
from detectors.sources.recorded import read_picture


def blank() -> MaskedImage:
    """Return a black picture of 100x80."""
    return PrivacyMask(100, 80, []).apply(np.zeros((80, 100, 3), np.uint8))


def test_a_line_is_drawn_and_the_picture_itself_stays() -> None:
    """A horizontal line in row 40 that begins outside the picture."""
    image = blank()
    drawn = draw_grid(image, [("", np.array([(-50.0, 40.0), (90.0, 40.0)]))], [])
    assert drawn[40, 50].any()
    assert not drawn[60, 50].any()
    assert not image.any()


def test_an_outline_is_closed_and_named() -> None:
    """Its last side is drawn too, and its name stands in the middle."""
    square = np.array([(10.0, 10.0), (90.0, 10.0), (90.0, 70.0), (10.0, 70.0)])
    drawn = draw_grid(blank(), [], [("plein", square)])
    assert drawn[40, 10].any()
    assert drawn[30:40, 50:80].any()


@pytest.mark.parametrize("points", [np.array([(1e12, 5.0), (-1e12, 5.0)]), np.array([(500.0, 500.0), (600.0, 600.0)])])
def test_lines_far_outside_do_no_harm(points: np.ndarray) -> None:
    """Near the horizon pixels grow without bound."""
    assert draw_grid(blank(), [("x 1", points)], []).shape == (80, 100, 3)


def test_nothing_to_draw() -> None:
    """Gives the picture as it is."""
    assert not draw_grid(blank(), [], []).any()


def test_a_picture_is_written_as_its_name_says(tmp_path: Path) -> None:
    """And read back; another ending or a folder that is not there is one line."""
    write_picture(blank(), tmp_path / "a.png")
    read = read_picture(tmp_path / "a.png")
    assert read is not None
    assert read.shape == (80, 100, 3)
    for name, says in (
        ("a.pixels", "expected a picture's ending"),
        ("a", "expected a picture's"),
        ("no/a.png", "cannot"),
    ):
        with pytest.raises(PictureFileError, match=says):
            write_picture(blank(), tmp_path / name)
