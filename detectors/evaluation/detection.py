"""Quality of detection: how good a detector is: precision, recall and count error against annotated boxes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Final

from detectors.evaluation.ground_truth import Annotated
from detectors.models.base import Detector, Picture
from schemas.cameras import DetectedObject, ObjectClass, iou

MATCH_IOU: Final = 0.5
"""A box is right when it overlaps an annotated one by at least this much (PASCAL VOC)."""


@dataclass(frozen=True)
class DetectorQuality:
    """Sums over all frames; `count_mae` is the mean absolute difference between counts per frame.

    The times (ms) are those of all frames together by their number, reading them included: by the clock, and of the processor.
    """

    frames: int
    precision: float
    recall: float
    count_mae: float
    ms_per_frame: float
    processor_ms_per_frame: float


@dataclass(frozen=True)
class FrameFound:
    """Frame found: what a detector found in an annotated frame: persons, the annotated ones, and which is which.

    `pairs` holds places in `found` and in `truth`.
    """

    number: int
    found: tuple[DetectedObject, ...]
    truth: tuple[Annotated, ...]
    pairs: tuple[tuple[int, int], ...]


def match(
    found: Sequence[DetectedObject], truth: Sequence[Annotated], least_iou: float = MATCH_IOU
) -> list[tuple[int, int]]:
    """Return which box (place in `found`) is which annotated one (place in `truth`).

    The best-scored first, each annotated box is matched once (greedy, as in VOC).
    """
    free = list(range(len(truth)))
    pairs = []
    for place, item in sorted(enumerate(found), key=lambda numbered: -numbered[1].score):
        best = max(free, key=lambda other: iou(item.box, truth[other].box), default=None)
        if best is not None and iou(item.box, truth[best].box) >= least_iou:
            free.remove(best)
            pairs.append((place, best))
    return pairs


def found_frames(
    detector: Detector,
    frames: Iterable[tuple[int, Picture]],
    truth: Mapping[int, Sequence[Annotated]],
    min_score: float,
    progress: Callable[[int], None] = lambda _: None,
    least_iou: float = MATCH_IOU,
) -> Iterator[FrameFound]:
    """Yield what the detector finds in each annotated frame; boxes match from `least_iou`. For the others see `evaluate`."""
    done = 0
    for number, _, objects in looked_at(detector, frames):
        if number not in truth:
            continue
        persons = tuple(o for o in objects if o.object_class is ObjectClass.PERSON and o.score >= min_score)
        yield FrameFound(number, persons, tuple(truth[number]), tuple(match(persons, truth[number], least_iou)))
        done += 1
        progress(done)


def looked_at(
    detector: Detector, frames: Iterable[tuple[int, Picture]]
) -> Iterator[tuple[int, Picture, list[DetectedObject]]]:
    """Yield frames in their order with what the detector finds, as many at once as it takes."""
    coming = iter(frames)
    with ThreadPoolExecutor(detector.parallel) as threads:
        while chunk := list(islice(coming, detector.parallel)):
            found = threads.map(lambda frame: detector.detect([frame[1]], ["evaluation"])[0], chunk)
            for (number, picture), objects in zip(chunk, found, strict=True):
                yield number, picture, objects


def evaluate(
    detector: Detector,
    frames: Iterable[tuple[int, Picture]],
    truth: Mapping[int, Sequence[Annotated]],
    min_score: float,
    progress: Callable[[int], None] = lambda _: None,
) -> DetectorQuality:
    """Return the detector's quality for persons on the frames that are annotated.

    The detector may look at several frames at once.

    Args:
        detector: What to measure.
        frames: Frame numbers, as in the annotation, and pictures.
        truth: The annotated objects by frame number.
        min_score: Lowest score that counts as a detection.
        progress: Called with the number of frames done.
    """
    looked = done = right = found_total = true_total = errors = 0
    started, busy = time.perf_counter(), time.process_time()
    for number, _, objects in looked_at(detector, frames):
        looked += 1
        if number not in truth:
            continue
        persons = [o for o in objects if o.object_class is ObjectClass.PERSON and o.score >= min_score]
        right += len(match(persons, truth[number]))
        found_total += len(persons)
        true_total += len(truth[number])
        errors += abs(len(persons) - len(truth[number]))
        done += 1
        progress(done)
    seconds, processor_s = time.perf_counter() - started, time.process_time() - busy
    return DetectorQuality(
        frames=done,
        precision=round(right / found_total, 3) if found_total else 0.0,
        recall=round(right / true_total, 3) if true_total else 0.0,
        count_mae=round(errors / done, 3) if done else 0.0,
        ms_per_frame=round(1000 * seconds / looked, 1) if looked else 0.0,
        processor_ms_per_frame=round(1000 * processor_s / looked, 1) if looked else 0.0,
    )
