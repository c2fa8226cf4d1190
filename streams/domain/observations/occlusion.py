"""Occlusion: persons that probably stand where boxes are; a detector misses more the more they hide each other.

Measured on PETS2009 S2L1; `toezicht eval recall` measures it anew, for another video or detector. The estimate is too low where
crowds are dense: who is hidden wholly has no box at all, and who hides somebody may be missed too, so that the other seems
free. Beyond about one person per square metre it is no more than a lower bound (docs/calibration.md has the figures).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

from schemas.cameras import Box, iou

_CELLS: Final = 10
"""A box is looked at in so many rows and columns: occlusion to a hundredth."""


@dataclass(frozen=True, slots=True)
class OcclusionStep:
    """Occlusion step: what was counted for boxes that are hidden up to a share.

    Attributes:
        up_to: Largest share of a box that nearer boxes cover.
        annotated: Annotated persons that are hidden so much by annotated persons.
        found: How many of them the detector found.
        boxes: Boxes of the detector that are hidden so much by other boxes of it, without those on nobody who is annotated.
        right: How many of them are a person of their own, and no second box on one.
    """

    up_to: float
    annotated: int
    found: int
    boxes: int
    right: int

    @property
    def recall(self) -> float:
        """Return the share of annotated persons that was found; 1 where there was none."""
        return self.found / self.annotated if self.annotated else 1.0

    @property
    def precision(self) -> float:
        """Return the share of boxes that are a person of their own; 1 where there was none."""
        return self.right / self.boxes if self.boxes else 1.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """The persons that probably stand there, and one standard deviation of that."""

    count: float
    error: float


@dataclass(frozen=True, slots=True)
class MatchedFrame:
    """One frame of an annotated video.

    Attributes:
        annotated: The annotated persons, and by which number each is known from frame to frame.
        tracks: Those numbers.
        boxes: The detector's persons.
        pairs: Which box (first) is which annotated person (second), as places in those lists.
    """

    annotated: tuple[Box, ...]
    tracks: tuple[int, ...]
    boxes: tuple[Box, ...]
    pairs: tuple[tuple[int, int], ...]


SAME_PERSON_IOU: Final = 0.3
"""From this overlap on a box is taken for that person. Half, as is usual, cannot be had for who is hidden: the annotated box
shows the whole person, the detector's often the half that can be seen."""
_NOBODY_IOU: Final = 0.1
"""A box that overlaps every annotated person by less is no error that can be judged: on PETS2009 S2L1 all of 24 that were looked
at are people whom nobody annotated, far away or half in the picture."""
STEPS: Final = (0.0, 0.1, 0.25, 0.5, 0.75, 1.0)
"""Upper limits of the steps of occlusion, in shares of a box."""

MEASURED: Final = (
    OcclusionStep(0.0, annotated=4244, found=4050, boxes=3947, right=3934),
    OcclusionStep(0.1, annotated=90, found=86, boxes=146, right=145),
    OcclusionStep(0.25, annotated=97, found=82, boxes=150, right=150),
    OcclusionStep(0.5, annotated=107, found=90, boxes=90, right=88),
    OcclusionStep(0.75, annotated=83, found=41, boxes=26, right=23),
    OcclusionStep(1.0, annotated=29, found=7, boxes=29, right=16),
)
"""YOLO11n (int8, OpenVINO) at a score of 0.4 on all 795 frames of PETS2009 S2L1: recall .95, .96, .85, .84, .49, .24. The last
steps rest on few persons: .49 is good to .05, .24 to .08.

    toezicht eval recall --video S2L1-view001.avi --ground-truth PETS2009-S2L1.xml
"""
PERSISTENCE: Final = 0.733
"""`persistence` of the same frames, at seven per second: who is missed is missed again in most of the frames that follow."""


def occlusions(boxes: Sequence[Box]) -> NDArray[np.float64]:
    """Return which share of each box (N,) is covered by the boxes that stand nearer: whose lower edge is lower.

    A camera looks down on a plane, so who stands lower in the picture stands nearer and hides the other.
    """
    return hidden_shares(np.array([(b.x_min_px, b.y_min_px, b.x_max_px, b.y_max_px) for b in boxes]).reshape(-1, 4))


def hidden_shares(corners: NDArray[np.float64], of: NDArray[np.bool_] | None = None) -> NDArray[np.float64]:
    """Return which share of boxes is covered by those that stand nearer; see `occlusions`.

    Args:
        corners: (N, 4) left, upper, right and lower edges in pixels.
        of: (N,) of which boxes it is asked; None asks of all.
    """
    asked = corners if of is None else corners[of]
    if not len(asked):
        return np.zeros(0)
    left, upper, right, lower = corners.T.copy()
    middles = (np.arange(_CELLS) + 0.5) / _CELLS
    points = asked[:, None, :2] + middles[:, None] * (asked[:, 2:] - asked[:, :2])[:, None]
    # Of the columns and rows (asked, cells, 1) of each box, which lie between the sides of each other box (asked, cells, N).
    x, y = points[:, :, None, 0], points[:, :, None, 1]
    nearer = lower > asked[:, None, 3]
    columns = ((x >= left) & (x < right)).astype(np.float32)
    rows = ((y >= upper) & (y < lower) & nearer[:, None]).astype(np.float32)
    hidden = columns @ rows.transpose(0, 2, 1) > 0
    return np.asarray(hidden.mean(axis=(1, 2)), np.float64)


def recalls(corners: NDArray[np.float64], of: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return with which probability the detector finds persons, by how much nearer ones hide them; see `hidden_shares`."""
    steps = np.searchsorted(STEPS, hidden_shares(corners, of) - 1e-9)
    return np.array([step.recall for step in MEASURED])[steps]


def step_numbers(boxes: Sequence[Box]) -> NDArray[np.intp]:
    """Return the number (N,) of each box's step of occlusion in `STEPS`."""
    return np.searchsorted(STEPS, occlusions(boxes) - 1e-9)


def estimate(persons: Sequence[Box], others: Sequence[Box] = ()) -> Estimate:
    """Return how many persons probably stand where these boxes are.

    Of m boxes in a step of occlusion with precision q and recall r, m·q are persons of their own, and they are the share r of
    those who stand there: n = m·q / r (Horvitz & Thompson 1952), summed over the steps. The error has two parts. That of the
    count itself: how many of the boxes are persons is binomial, m·q·(1-q), and is divided by r². That of the persons missed:
    their number is a negative binomial one, m·q·(1-r) / r². Together the variance is m·q·[(1-q) + (1-r)] / r². Persons are
    taken to be missed independently of each other.

    Args:
        persons: Boxes of persons of one frame whose number is asked for.
        others: Boxes of the same frame that may hide these, and are not counted.
    """
    count = variance = 0.0
    for number in step_numbers((*persons, *others))[: len(persons)]:
        step = MEASURED[number]
        count += step.precision / step.recall
        variance += step.precision * ((1 - step.recall) + (1 - step.precision)) / step.recall**2
    return Estimate(count, sqrt(variance))


def measured(frames: Iterable[MatchedFrame]) -> tuple[OcclusionStep, ...]:
    """Return recall and precision by occlusion over some frames, in the form of `MEASURED`."""
    annotated, found, boxes, right = (np.zeros(len(STEPS), np.int64) for _ in range(4))
    for frame in frames:
        of_true, of_boxes = step_numbers(frame.annotated), step_numbers(frame.boxes)
        np.add.at(annotated, of_true, 1)
        for number, box in zip(of_boxes, frame.boxes, strict=True):
            boxes[number] += any(iou(box, person) >= _NOBODY_IOU for person in frame.annotated)
        for of_box, of_person in frame.pairs:
            found[of_true[of_person]] += 1
            right[of_boxes[of_box]] += 1
    return tuple(
        OcclusionStep(up_to, int(annotated[n]), int(found[n]), int(boxes[n]), int(right[n]))
        for n, up_to in enumerate(STEPS)
    )


def persistence(frames: Sequence[MatchedFrame], steps: Sequence[OcclusionStep]) -> float:
    """Return how strongly luck lasts: the correlation of found (1) or missed (0) between a person's frames that follow.

    What occlusion explains is taken out first. 0 says that each frame is a new draw, 1 that who is missed stays missed. Frames
    without a gap are expected; the figure holds for their rate.
    """
    before: dict[int, float] = {}
    products = squares = 0.0
    for frame in frames:
        hit = {person for _, person in frame.pairs}
        now = {
            track: float(place in hit) - steps[number].recall
            for place, (track, number) in enumerate(zip(frame.tracks, step_numbers(frame.annotated), strict=True))
        }
        for track in now.keys() & before.keys():
            products += now[track] * before[track]
            squares += (now[track] ** 2 + before[track] ** 2) / 2
        before = now
    return products / squares if squares else 0.0
