"""Quality of tracking: how good tracks are: MOTA, identity switches and IDF1 against annotated tracks.

Two boxes may be one object from `MATCH_IOU` on. Definitions: Bernardin and Stiefelhagen 2008 (CLEAR MOT) and Ristani et al.
2016 (IDF1), counted as py-motmetrics does. Assignments are found with `lap`, which ByteTrack needs anyway.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import lap
import numpy as np
from numpy.typing import NDArray

from schemas.cameras import Box, iou

MATCH_IOU: Final = 0.5

Tracked = Mapping[Hashable, Box]
"""The boxes of one frame by the track that they belong to."""


@dataclass(frozen=True)
class TrackingQuality:
    """Sums over all frames.

    Attributes:
        frames: Frames that were compared.
        objects: Annotated boxes.
        misses: Annotated boxes without a track's box.
        false_positives: Boxes of tracks without an annotated one.
        switches: How often an annotated object came to another track than before.
        mota: 1 - (misses + false positives + switches) / objects.
        idf1: Share of boxes with the right identity, where each annotated track is given one track for its whole life:
            2 x right / (annotated boxes + tracks' boxes).
    """

    frames: int
    objects: int
    misses: int
    false_positives: int
    switches: int
    mota: float
    idf1: float


class TrackingScore:
    """Takes frame after frame."""

    def __init__(self) -> None:
        self._frames = self._objects = self._found = self._matched = self._switches = 0
        self._last: dict[Hashable, Hashable] = {}
        self._together: Counter[tuple[Hashable, Hashable]] = Counter()

    def add(self, truth: Tracked, found: Tracked) -> None:
        """Count one frame: its annotated boxes, and those of the tracks."""
        self._frames += 1
        self._objects += len(truth)
        self._found += len(found)
        near = {(a, b): iou(truth[a], found[b]) for a in truth for b in found}
        self._together.update(pair for pair, overlap in near.items() if overlap >= MATCH_IOU)
        matched = self._match(truth, found, near)
        self._matched += len(matched)
        self._switches += sum(a in self._last and self._last[a] != b for a, b in matched.items())
        self._last |= matched

    def quality(self) -> TrackingQuality:
        """Return the figures of all frames so far; without annotated boxes MOTA and IDF1 are zero."""
        misses, false_positives = self._objects - self._matched, self._found - self._matched
        errors = misses + false_positives + self._switches
        boxes = self._objects + self._found
        return TrackingQuality(
            frames=self._frames,
            objects=self._objects,
            misses=misses,
            false_positives=false_positives,
            switches=self._switches,
            mota=round(1 - errors / self._objects, 3) if self._objects else 0.0,
            idf1=round(2 * self._rightly_identified() / boxes, 3) if boxes else 0.0,
        )

    def _match(
        self, truth: Tracked, found: Tracked, near: Mapping[tuple[Hashable, Hashable], float]
    ) -> dict[Hashable, Hashable]:
        """Return which annotated object is which track: as before where that still holds, else the nearest overall."""
        kept: dict[Hashable, Hashable] = {}
        for (a, b), overlap in sorted(near.items(), key=lambda pair: -pair[1]):
            if overlap >= MATCH_IOU and self._last.get(a) == b and b not in kept.values():
                kept[a] = b
        left = [a for a in truth if a not in kept]
        free = [b for b in found if b not in kept.values()]
        costs = np.array([[1 - near[a, b] for b in free] for a in left], np.float64).reshape(len(left), len(free))
        return kept | {left[row]: free[column] for row, column in _assign(costs, 1 - MATCH_IOU)}

    def _rightly_identified(self) -> int:
        """Return in how many boxes tracks and annotated tracks agree, when each is given the best of the others."""
        truth = _unique(a for a, _ in self._together)
        found = _unique(b for _, b in self._together)
        counts = np.array([[self._together[a, b] for b in found] for a in truth], np.float64)
        most = counts.max(initial=0.0)
        pairs = _assign(most - counts.reshape(len(truth), len(found)), most + 1)
        return int(sum(counts[row, column] for row, column in pairs))


def _assign(costs: NDArray[np.float64], limit: float) -> Sequence[tuple[int, int]]:
    """Return rows and columns that together cost least; a pair may cost as much as the limit."""
    if not costs.size:
        return []
    _, columns, _ = lap.lapjv(costs, extend_cost=True, cost_limit=limit)
    return [(row, int(column)) for row, column in enumerate(columns) if column >= 0]


def _unique(items: Iterable[Hashable]) -> list[Hashable]:
    return list(dict.fromkeys(items))
