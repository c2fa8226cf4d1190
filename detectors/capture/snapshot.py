"""Snapshot painter: from pictures that are kept in memory to one that may be shown: persons pixelated unless they may be seen."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

from detectors.capture.camera import Picture as Kept
from detectors.capture.encoder import JpegEncoder
from detectors.models.base import Detector, Picture
from detectors.models.jpeg import decode_jpeg
from detectors.privacy.masks import MaskedImage
from detectors.privacy.pixelate import coarse, moved_between, pixelated, reduced
from schemas.cameras import DetectedObject
from schemas.phrases.codes import snapshots as says
from schemas.phrases.phrase import Phrase

log = logging.getLogger(__name__)

NEIGHBOUR_S: Final = 1.5
"""How far before and after to look for what moved: somebody who walks (1.4 m/s) has left the own outline by then."""
JPEG_QUALITY: Final = 80
LOAD_WAIT_S: Final = 5.0
"""How long somebody waits for a sharper picture; a model is loaded within this on a machine that is not busy."""


@dataclass(frozen=True, slots=True)
class ReleasedPicture:
    """A picture that may leave: JPEG, its size, whether it was pixelated, and what is told of how."""

    jpeg: bytes = field(repr=False)
    width_px: int
    height_px: int
    pixelated: bool
    what: Phrase | None


class SnapshotPainter:
    """Makes pictures to show; used by one thread.

    Args:
        make_detector: Returns the detector that finds whom to hide. It is asked once, with the first picture, since a model
            takes memory and seconds. Until it is there, where it fails, and where it is a rough fallback, which misses
            persons who stand still, the whole picture is made coarse.
        max_bytes: Largest JPEG.
        wait_s: How long a picture waits for the detector to be there.
    """

    def __init__(self, make_detector: Callable[[], Detector], max_bytes: int, wait_s: float = LOAD_WAIT_S) -> None:
        self._make_detector = make_detector
        self._wait_s = wait_s
        self._loading: Future[Detector] | None = None
        self._encoder = JpegEncoder(JPEG_QUALITY, max_bytes)

    def show(self, kept: Sequence[Kept], index: int, hide: bool) -> ReleasedPicture | None:
        """Return one of a camera's pictures as it may be shown; None where it cannot be made small enough.

        Args:
            kept: The camera's masked pictures, oldest first.
            index: Which one to show.
            hide: Whether persons are to be pixelated.

        Raises:
            PictureError: It cannot be decoded.
        """
        picture = _decoded(kept[index])
        objects, why = self._objects(picture, kept[index].reference.camera_id)
        if not hide:
            what, image = None, picture
        elif objects is None:
            what, image = None if why is None else says.whole_picture_coarse(why), coarse(picture)
        else:
            others = [_decoded(kept[other]) for other in neighbours(kept, index)]
            moved = moved_between(picture, others) if others else None
            what, image = None, pixelated(picture, objects, moved)
        image = reduced(image, objects or ())
        jpeg = self._encoder.encode(MaskedImage(image))  # it was made of masked pictures only
        return None if jpeg is None else ReleasedPicture(jpeg, image.shape[1], image.shape[0], hide, what)

    def _load(self, loading: Future[Detector]) -> None:
        try:
            loading.set_result(self._make_detector())
        except Exception as error:  # whoever waits is told
            loading.set_exception(error)

    def _objects(self, picture: Picture, camera_id: str) -> tuple[list[DetectedObject] | None, Phrase | None]:
        """Return what is in the picture, or None where nobody can say reliably, and why not."""
        if self._loading is None:
            self._loading = Future()
            # A daemon: a model that is half loaded is no reason to stay.
            threading.Thread(target=self._load, args=(self._loading,), name="snapshot-detector", daemon=True).start()
        try:
            detector = self._loading.result(self._wait_s)
            if detector.info.degraded:
                return None, says.detector_unreliable()
            return detector.detect([picture], [camera_id])[0], None
        except TimeoutError:
            return None, says.detector_loading()
        except Exception as error:  # whatever the detector's libraries raise
            log.warning("camera %s: %s in the detector of snapshots", camera_id, type(error).__name__)
            return None, says.detector_of_snapshots_failed()


def neighbours(kept: Sequence[Kept], index: int) -> list[int]:
    """Return the pictures to compare one with: the first and the last that were taken within `NEIGHBOUR_S` of it."""
    at = kept[index].reference.captured_at
    near = [
        other
        for other, picture in enumerate(kept)
        if other != index and abs((picture.reference.captured_at - at).total_seconds()) <= NEIGHBOUR_S
    ]
    return sorted({near[0], near[-1]}) if near else []


def _decoded(kept: Kept) -> Picture:
    return decode_jpeg(kept.jpeg, kept.reference.width_px, kept.reference.height_px)
