"""Still of a camera for who installs it: masked before anything else, and nobody in it can be known.

Where a detector that can be relied on is there, persons and vehicles in it, and what moved meanwhile, are a mosaic, and the scene
is as sharp as on a snapshot. Else, and where a camera has no masks because it is in no registry, the whole picture is a mosaic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from detectors.capture.encoder import JpegEncoder
from detectors.errors import SourceError, SourceFault
from detectors.models.base import Detector, Picture
from detectors.privacy.masks import MaskedImage, MaskedSource
from detectors.privacy.pixelate import coarse, moved_between, pixelated, reduced

QUALITY: Final = 85
MAX_BYTES: Final = 4_000_000
NEIGHBOURS: Final = 4
"""How many pictures after the first are looked at for what moves: at five per second nearly a second."""


@dataclass(frozen=True, slots=True)
class Still:
    """Still: a JPEG that may be looked at and kept, and the size of the picture that it was made of.

    Attributes:
        jpeg: The picture, no longer than 1280 pixels on its longer side.
        width_px: Width of the camera's own picture.
        height_px: Its height.
        sharp: Whether only persons, vehicles and what moved are a mosaic; else all of it is.
    """

    jpeg: bytes = field(repr=False)
    width_px: int
    height_px: int
    sharp: bool


def coarse_jpeg(image: Picture) -> bytes:
    """Return a picture that is a mosaic all over, as JPEG."""
    return _jpeg(reduced(coarse(image)))


def still(source: MaskedSource, detector: Detector | None) -> Still:
    """Return a still of a source whose pictures come masked.

    Args:
        source: The source; it stays open.
        detector: Finds whom to hide; None, or one that misses persons who stand still, leaves the whole picture a mosaic.

    Raises:
        SourceError: It gives no picture, or one of another size than its masks were drawn on.
    """
    frame = source.read()
    if frame is None:
        raise SourceError(SourceFault.EMPTY, "no picture")
    height_px, width_px = frame.image.shape[:2]
    if detector is None or detector.info.degraded:
        return Still(coarse_jpeg(frame.image), width_px, height_px, sharp=False)
    others = _following(source)
    objects = detector.detect([frame.image], ["still"])[0]
    moved = moved_between(frame.image, others) if others else None
    hidden = reduced(pixelated(frame.image, objects, moved), objects)
    return Still(_jpeg(hidden), width_px, height_px, sharp=True)


def _following(source: MaskedSource) -> Sequence[Picture]:
    found: list[Picture] = []
    for _ in range(NEIGHBOURS):
        frame = source.read()
        if frame is None:
            break
        found.append(frame.image)
    return found


def _jpeg(picture: Picture) -> bytes:
    encoded = JpegEncoder(QUALITY, MAX_BYTES).encode(MaskedImage(picture))  # it was masked, or is a mosaic
    if encoded is None:
        raise SourceError(SourceFault.UNREADABLE_PICTURE, "the picture cannot be encoded")
    return encoded
