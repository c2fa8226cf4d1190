"""Tests of privacy masks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point, Polygon

from detectors.capture.encoder import JpegEncoder
from detectors.errors import SourceError
from detectors.opencv import cv2
from detectors.privacy.masks import MaskedSource, PrivacyMask
from tests.support.capture import ScriptedSource, frame

SQUARE = [(8.0, 8.0), (24.0, 8.0), (24.0, 24.0), (8.0, 24.0)]


@pytest.mark.parametrize(
    ("polygons", "hidden", "seen"),
    [
        ([], [], [(0, 0), (63, 47)]),
        ([SQUARE], [(8, 8), (16, 16), (24, 24)], [(4, 4), (28, 28)]),
        ([SQUARE, SQUARE], [(16, 16)], [(28, 28)]),
        ([[(0, 0), (64, 0), (64, 48), (0, 48)]], [(0, 0), (63, 47)], []),
        ([[(10, 10), (40, 40), (40, 10), (10, 40)]], [(15, 13), (37, 30)], [(5, 45)]),
        ([[(5, 5), (5.2, 5), (5, 5.2)]], [(5, 5)], [(10, 10)]),
    ],
)
def test_masked_pixels(
    polygons: list[list[tuple[float, float]]], hidden: list[tuple[int, int]], seen: list[tuple[int, int]]
) -> None:
    """Pixels in a mask are painted, also where masks overlap, reach the edge, cross themselves or are tiny."""
    image = PrivacyMask(64, 48, polygons).apply(frame().image)
    assert all(image[y, x].tolist() == [0, 0, 0] for x, y in hidden)
    assert all(image[y, x].tolist() == [200, 200, 200] for x, y in seen)


def test_what_a_star_encloses_is_hidden() -> None:
    """The middle of a five-pointed star is masked although the polygon winds around it twice."""
    star = [(32 + 20 * np.sin(k * 4 * np.pi / 5), 24 - 20 * np.cos(k * 4 * np.pi / 5)) for k in range(5)]
    assert PrivacyMask(64, 48, [star]).hidden[24, 32]


def test_no_unmasked_copy_stays() -> None:
    """The picture itself is painted, so nothing holds the pixels from before."""
    original = frame().image
    PrivacyMask(64, 48, [SQUARE]).apply(original)
    assert original[16, 16].tolist() == [0, 0, 0]


@pytest.mark.parametrize("size", [(63, 48), (48, 64), (640, 480)])
def test_a_picture_of_another_size_is_refused(size: tuple[int, int]) -> None:
    """Masks drawn on another size would cover other places, so there is no picture at all."""
    source = MaskedSource(ScriptedSource([frame(size=size)]), PrivacyMask(64, 48, [SQUARE]))
    with pytest.raises(SourceError, match=f"{size[0]}x{size[1]}") as caught:
        source.read()
    assert caught.value.fault == "wrong_size"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 64), st.floats(0, 48)), min_size=3, max_size=12))
def test_any_polygon_hides_what_lies_in_it(corners: list[tuple[float, float]]) -> None:
    """Every corner within the picture and every pixel inside is masked; nothing far from the polygon's hull is."""
    hidden = PrivacyMask(64, 48, [corners]).hidden
    polygon = Polygon(corners)
    hull = polygon.convex_hull.buffer(4)
    for x, y in corners:
        if x < 63 and y < 47:
            assert hidden[round(y), round(x)]
    for x in range(0, 64, 3):
        for y in range(0, 48, 3):
            if polygon.is_valid and polygon.contains(Point(x, y)):
                assert hidden[y, x]
            if not hull.contains(Point(x, y)):
                assert not hidden[y, x]


def test_masked_pixels_never_reach_the_jpeg() -> None:
    """Where the mask lies, the decoded JPEG shows nothing of a picture full of noise."""
    noise = np.random.default_rng(1).integers(0, 255, (48, 64, 3), np.uint8)
    image = PrivacyMask(64, 48, [SQUARE]).apply(noise)
    jpeg = JpegEncoder(90, 900_000).encode(image)
    assert jpeg is not None
    decoded = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert decoded is not None
    assert decoded[8:24, 8:24].mean() < 3


@pytest.mark.parametrize(("max_bytes", "fits"), [(900_000, True), (25_000, True), (500, False)])
def test_size_limit(max_bytes: int, fits: bool) -> None:
    """A picture that is too large is encoded at a lower quality, and given up where that does not help."""
    noise = np.random.default_rng(1).integers(0, 255, (120, 160, 3), np.uint8)
    jpeg = JpegEncoder(95, max_bytes).encode(PrivacyMask(160, 120, []).apply(noise))
    assert (jpeg is not None) == fits
    assert jpeg is None or len(jpeg) <= max_bytes
