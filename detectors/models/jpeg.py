"""JPEG decoding: from JPEG bytes to a picture, with a defined result for whatever is not one."""

from __future__ import annotations

import struct
from typing import Final

import numpy as np

from detectors.errors import DetectorsError
from detectors.models.base import Picture
from detectors.opencv import cv2

MAX_PIXELS: Final = 20_000_000
"""Largest picture that is decoded: beyond 5K video, and a bound on what a small file can unpack to."""
_FRAME_MARKERS: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""JPEG's start-of-frame markers (ITU-T T.81, table B.1): those that tell the picture's size."""
_COLOR: Final = {
    1: cv2.IMREAD_COLOR,
    2: cv2.IMREAD_REDUCED_COLOR_2,
    4: cv2.IMREAD_REDUCED_COLOR_4,
    8: cv2.IMREAD_REDUCED_COLOR_8,
}
_GREY: Final = {
    1: cv2.IMREAD_GRAYSCALE,
    2: cv2.IMREAD_REDUCED_GRAYSCALE_2,
    4: cv2.IMREAD_REDUCED_GRAYSCALE_4,
    8: cv2.IMREAD_REDUCED_GRAYSCALE_8,
}
"""How OpenCV is told to leave out pixels while it decodes: the JPEG library then computes smaller blocks."""


class PictureError(DetectorsError):
    """The bytes are no usable JPEG; one line says why."""


def decode_jpeg(data: bytes, width_px: int, height_px: int, needed_px: int | None = None) -> Picture:
    """Return the picture, of shape (height_px, width_px, 3) in BGR; greyscale becomes three equal channels.

    Args:
        data: The JPEG.
        width_px: The width that it must have.
        height_px: The height that it must have.
        needed_px: How long its longer side needs to be: a larger picture is decoded reduced by 2, 4 or 8, which is faster.
            None decodes every pixel.

    Raises:
        PictureError: It is no JPEG, cut off, of another size than the one expected, or larger than `MAX_PIXELS`.
    """
    return _decoded(data, (width_px, height_px), _COLOR[reduction(width_px, height_px, needed_px)])


def decode_grey(data: bytes, width_px: int, height_px: int, needed_px: int) -> Picture:
    """Return the picture's brightness, (height, width), reduced as `decode_jpeg` reduces, in half of its time.

    Raises:
        PictureError: See `decode_jpeg`.
    """
    return _decoded(data, (width_px, height_px), _GREY[reduction(width_px, height_px, needed_px)])


def _decoded(data: bytes, size_px: tuple[int, int], flags: int) -> Picture:
    found = jpeg_size(data)
    if found[0] * found[1] > MAX_PIXELS:
        raise PictureError(f"the picture is {found[0]}x{found[1]}, more than {MAX_PIXELS} pixels are not decoded")
    if found != size_px:
        raise PictureError(f"the picture is {found[0]}x{found[1]}, expected {size_px[0]}x{size_px[1]}")
    if not data.rstrip(b"\x00").endswith(b"\xff\xd9"):
        raise PictureError("the picture is cut off: its end marker is missing")
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), flags | cv2.IMREAD_IGNORE_ORIENTATION)
    if picture is None:
        raise PictureError("the picture cannot be decoded")
    return np.asarray(picture, dtype=np.uint8)


def reduction(width_px: int, height_px: int, needed_px: int | None) -> int:
    """Return by how much (1, 2, 4 or 8) a picture is reduced so that its longer side keeps at least what is needed."""
    if needed_px is None:
        return 1
    return next((by for by in (8, 4, 2) if max(width_px, height_px) >= by * needed_px), 1)


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Return width and height in pixels from the header, without decoding.

    Raises:
        PictureError: It is no JPEG, or its header is broken.
    """
    if data[:2] != b"\xff\xd8":
        raise PictureError("the bytes are no JPEG")
    position = 2
    while position + 9 <= len(data):
        if data[position] != 0xFF:
            break
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        if marker in _FRAME_MARKERS:
            precision, height, width = struct.unpack(">BHH", data[position + 4 : position + 9])
            if precision != 8:
                raise PictureError(f"the picture has {precision} bits per sample, expected 8")
            return width, height
        length = int.from_bytes(data[position + 2 : position + 4], "big")
        position += 2 + max(2, length)
    raise PictureError("the JPEG's header is broken or cut off")
