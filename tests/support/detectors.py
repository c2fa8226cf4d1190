"""A detector that finds a person wherever a picture is brighter than the middle: for tests without a model."""

from __future__ import annotations

from collections.abc import Sequence

from detectors.models.base import Picture, detected
from schemas.cameras import DetectedObject, DetectorInfo, ObjectClass


class FakeDetector:
    """Finds one person, as large as the picture, in every bright picture."""

    info = DetectorInfo(name="fake", version="1")

    def __init__(self, parallel: int = 2, input_px: int | None = None) -> None:
        self.parallel = parallel
        self.input_px = input_px
        self.batches: list[int] = []
        self.sizes: list[tuple[int, int]] = []

    def detect(self, pictures: Sequence[Picture], cameras: Sequence[str]) -> list[list[DetectedObject]]:
        """Return the persons of each picture; see `Detector`."""
        self.batches.append(len(pictures))
        self.sizes += [(picture.shape[1], picture.shape[0]) for picture in pictures]
        return [self._persons(picture) for picture in pictures]

    @staticmethod
    def _persons(picture: Picture) -> list[DetectedObject]:
        height_px, width_px = picture.shape[:2]
        if float(picture.mean()) < 128:
            return []
        person = detected(ObjectClass.PERSON, 0.9, (0, 0, width_px, height_px), width_px, height_px)
        return [person] if person else []
