"""Privacy masks: parts of the picture that nobody may see, painted over directly after decoding.

Only this module turns a `Frame` into a `MaskedFrame`, and everything behind it takes `MaskedFrame`s alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NewType

import numpy as np
from numpy.typing import NDArray

from detectors.errors import SourceError, SourceFault
from detectors.opencv import cv2
from detectors.sources.base import Frame, FrameSource, Image
from schemas.phrases.codes.cameras import picture_size

MaskedImage = NewType("MaskedImage", NDArray[np.uint8])
"""Pixels (height, width, 3), blue-green-red, with the masks painted."""

_MARGIN_PX: Final = 1
"""Width by which a mask is grown, so that the rounding of its corners to whole pixels uncovers nothing."""
_MAX_COORDINATE_PX: Final = 20_000
"""Largest picture side (schemas.base.Pixels); keeps OpenCV's fixed-point drawing within its range."""

Polygon = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class MaskedFrame:
    """A picture that may be seen. `take` counts the runs through a file: pictures of two takes do not follow on."""

    image: MaskedImage
    captured_at: datetime
    due_at: datetime | None
    take: int


class PrivacyMask:
    """The masks of one camera, drawn once in the pixels of the source's picture.

    Args:
        width_px: Width of the picture that the polygons were drawn on.
        height_px: Its height.
        polygons: Corners (x, y) in pixels, origin at the top left, y downwards. What a polygon that crosses itself
            encloses is masked too, and where polygons overlap the overlap stays masked.
    """

    def __init__(self, width_px: int, height_px: int, polygons: Sequence[Polygon]) -> None:
        self._shape = (height_px, width_px)
        hidden = np.zeros(self._shape, np.uint8)
        for polygon in polygons:
            hidden |= _fill(polygon, self._shape)
        if polygons:
            side = 2 * _MARGIN_PX + 1
            hidden = cv2.dilate(hidden, np.ones((side, side), np.uint8)).astype(np.uint8)
        self._hidden: NDArray[np.bool_] = hidden.astype(bool)
        rows, columns = np.any(self._hidden, axis=1).nonzero()[0], np.any(self._hidden, axis=0).nonzero()[0]
        self._area = (slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)) if rows.size else None
        self._kept = _kept_bits(self._hidden if self._area is None else self._hidden[self._area])

    @property
    def hidden(self) -> NDArray[np.bool_]:
        """Return which pixels are masked: (height, width), a copy."""
        return self._hidden.copy()

    def apply(self, image: Image) -> MaskedImage:
        """Paint the masks into the picture itself, so that no unmasked copy stays, and return it.

        Raises:
            SourceError: `wrong_size`: the picture is not of the size that the masks were drawn on, so that they would
                cover other places.
        """
        if image.shape[:2] != self._shape or image.shape[2:] != (3,):
            raise SourceError(
                SourceFault.WRONG_SIZE,
                picture_size(image.shape[1], image.shape[0], self._shape[1], self._shape[0]),
            )
        if self._area is not None:
            part = image[self._area]
            np.bitwise_and(part, self._kept, out=part)
        return MaskedImage(image)


def _kept_bits(hidden: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Return which bits of each pixel (height, width, 3) are kept: none where it is hidden, which paints it black.

    Looking each hidden pixel up takes twenty times as long, for every picture of every camera.
    """
    return np.repeat(np.where(hidden, np.uint8(0), np.uint8(255))[:, :, None], 3, axis=2)


def _fill(polygon: Polygon, shape: tuple[int, int]) -> NDArray[np.uint8]:
    """Return 1 where a polygon and everything that it encloses lies; one drawing each, since OpenCV fills even-odd."""
    corners = np.clip(np.asarray(polygon, np.float64), -_MAX_COORDINATE_PX, _MAX_COORDINATE_PX).round().astype(np.int32)
    # One pixel of border, so that what a polygon encloses together with the picture's edge is not taken for enclosed.
    drawn = np.zeros((shape[0] + 2, shape[1] + 2), np.uint8)
    cv2.fillPoly(drawn, [corners + 1], 1)
    outlines, _ = cv2.findContours(drawn, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(drawn, outlines, -1, 1, cv2.FILLED)
    return drawn[1:-1, 1:-1]


class MaskedSource:
    """A source whose pictures are masked before anyone else can take them."""

    def __init__(self, source: FrameSource, mask: PrivacyMask) -> None:
        self._source = source
        self._mask = mask

    def read(self) -> MaskedFrame | None:
        """Return the next picture, masked; None at the end of a file.

        Raises:
            SourceError: See the source's own `read`, and `wrong_size`.
        """
        frame: Frame | None = self._source.read()
        if frame is None:
            return None
        return MaskedFrame(self._mask.apply(frame.image), frame.captured_at, frame.due_at, frame.take)

    def close(self) -> None:
        """Close the source."""
        self._source.close()
