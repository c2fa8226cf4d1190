"""One picture from each of several threads becomes one batch: a graphics processor computes eight almost as fast as one.

Nobody waits for a batch to fill. Whoever finds the detector free takes all that waits by then, its own picture among it, and
while that batch is computed the next one gathers. So a quiet moment costs no delay, and under load batches are full.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

from detectors.models.base import Detector, Picture
from schemas.cameras import DetectedObject

log = logging.getLogger(__name__)

BATCH: Final = 8
"""Pictures in a batch at the most."""


@dataclass(frozen=True, slots=True, eq=False)
class _Wanted:
    picture: Picture
    camera: str
    found: Future[list[DetectedObject]] = field(default_factory=Future)


class Batching:
    """A detector whose `detect` may be called from several threads, and which asks another one for all of them at once.

    Args:
        detector: The one that computes; it is asked by one thread at a time.
        size: Pictures in a batch at the most.
    """

    def __init__(self, detector: Detector, size: int = BATCH) -> None:
        self.info = detector.info
        self.input_px = detector.input_px
        self.parallel = 2 * size  # one batch is computed, and another one gathers
        self._detector = detector
        self._size = size
        self._waiting: deque[_Wanted] = deque()
        self._turn = threading.Lock()

    def detect(self, pictures: Sequence[Picture], cameras: Sequence[str]) -> list[list[DetectedObject]]:
        """Return the objects of each picture; see `Detector`."""
        mine = [_Wanted(picture, camera) for picture, camera in zip(pictures, cameras, strict=True)]
        self._waiting.extend(mine)
        with self._turn:
            while not all(wanted.found.done() for wanted in mine):
                self._compute([self._waiting.popleft() for _ in range(min(self._size, len(self._waiting)))])
        return [wanted.found.result() for wanted in mine]

    def _compute(self, batch: Sequence[_Wanted]) -> None:
        """Compute a batch; where that fails, each of it alone, so that one picture spoils only itself."""
        try:
            found = self._detector.detect([wanted.picture for wanted in batch], [wanted.camera for wanted in batch])
        except Exception as error:  # whatever the detector's libraries raise
            if len(batch) == 1:
                batch[0].found.set_exception(error)
                return
            log.warning("detector %s: %s in a batch of %d", self.info.name, type(error).__name__, len(batch))
            for wanted in batch:
                self._compute([wanted])
            return
        for wanted, objects in zip(batch, found, strict=True):
            wanted.found.set_result(objects)
