"""Masked pictures as JPEG within a size limit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from detectors.opencv import cv2
from detectors.privacy.masks import MaskedImage

_QUALITY_STEP: Final = 15
_LEAST_QUALITY: Final = 40
"""Below this, block edges cost a detector more than a missing picture does; a setting never goes under it."""


@dataclass(frozen=True, slots=True)
class JpegEncoder:
    """Encodes pictures.

    Attributes:
        quality: JPEG quality, 1 to 100.
        max_bytes: Largest result.
    """

    quality: int
    max_bytes: int

    def encode(self, image: MaskedImage) -> bytes | None:
        """Return the picture as JPEG, at a lower quality where it would be too large; None where that does not help."""
        quality = self.quality
        while True:
            done, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
            if done and encoded.size <= self.max_bytes:
                return encoded.tobytes()
            if not done or quality <= _LEAST_QUALITY:
                return None
            quality = max(_LEAST_QUALITY, quality - _QUALITY_STEP)
