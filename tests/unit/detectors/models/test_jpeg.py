"""Whatever the bytes are, decoding gives the expected picture or says in one line why not."""

from __future__ import annotations

import struct

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.models.jpeg import MAX_PIXELS, PictureError, decode_grey, decode_jpeg, jpeg_size


def jpeg(width_px: int = 64, height_px: int = 48, grey: bool = False) -> bytes:
    """Return a small picture as JPEG."""
    shape = (height_px, width_px) if grey else (height_px, width_px, 3)
    picture = np.random.default_rng(1).integers(0, 255, shape, dtype=np.uint8)
    return cv2.imencode(".jpg", picture)[1].tobytes()


@pytest.mark.parametrize(("width_px", "height_px"), [(64, 48), (1, 1), (1, 300), (641, 359)])
@pytest.mark.parametrize("grey", [False, True])
def test_a_picture_has_three_channels_and_its_size(width_px: int, height_px: int, grey: bool) -> None:
    """Greyscale becomes three equal channels; the smallest picture is one pixel."""
    picture = decode_jpeg(jpeg(width_px, height_px, grey), width_px, height_px)
    assert picture.shape == (height_px, width_px, 3)
    if grey:
        assert np.array_equal(picture[..., 0], picture[..., 2])


def with_size(width_px: int, height_px: int, bits: int = 8) -> bytes:
    """Return a JPEG whose header claims another size."""
    data = bytearray(jpeg())
    start = next(i for i in range(2, len(data)) if data[i] == 0xFF and data[i + 1] == 0xC0)
    data[start + 4 : start + 9] = struct.pack(">BHH", bits, height_px, width_px)
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no JPEG"),
        (b"\x89PNG\r\n", "no JPEG"),
        (b"\xff\xd8", "header is broken"),
        (jpeg()[:40], "header is broken"),
        (jpeg()[:-200], "cut off"),
        (jpeg(65, 48), "is 65x48, expected 64x48"),
        (with_size(60_000, 60_000), f"more than {MAX_PIXELS} pixels"),
        (with_size(64, 48, bits=12), "12 bits per sample"),
    ],
)
def test_a_broken_picture_is_refused_before_it_is_decoded(data: bytes, says: str) -> None:
    """Cut off, of another size, of 12 bits, or a bomb: one line says which."""
    with pytest.raises(PictureError, match=says):
        decode_jpeg(data, 64, 48)


@given(st.binary(max_size=400), st.integers(0, 400))
def test_any_bytes_give_a_picture_or_a_picture_error(noise: bytes, at: int) -> None:
    """Fuzz: noise alone, and noise written over a good picture."""
    for data in (noise, jpeg()[:at] + noise + jpeg()[at + len(noise) :], b"\xff\xd8" + noise):
        try:
            decode_jpeg(data, 64, 48)
            jpeg_size(data)
        except PictureError:
            pass


def test_brightness_alone_is_decoded_reduced() -> None:
    """By as much as leaves the longer side as long as is needed; what is no such picture is refused as in colours."""
    assert decode_grey(jpeg(640, 480), 640, 480, 320).shape == (240, 320)
    assert decode_grey(jpeg(100, 50), 100, 50, 320).shape == (50, 100)
    with pytest.raises(PictureError, match="expected 64x48"):
        decode_grey(jpeg(65, 48), 64, 48, 320)
