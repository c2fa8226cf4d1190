"""A video with annotated persons, looked at by each way of choosing: what it costs, and what it still tells.

The model looks at every picture once, and is timed; each way is given the same boxes. Pictures go through JPEG as they do in the
pipeline, so decoding is counted too.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import islice
from statistics import median
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from detectors.evaluation.detection import match
from detectors.evaluation.ground_truth import Annotated
from detectors.evaluation.tracking import TrackingScore
from detectors.models.base import Detector, Picture
from detectors.models.jpeg import decode_grey, decode_jpeg
from detectors.opencv import cv2
from detectors.tracking.ground_squares import Ground
from detectors.view.changes import ChangeFinder
from detectors.view.thumbnail import WIDTH_PX, Grey, small_grey
from schemas.cameras import Box, DetectedObject, ObjectClass
from streams.domain.cameras.sampling import PictureChange, Region
from streams.evaluation.sampling.ways import BEGAN, WAYS, EveryPicture, FixedRate, Run, SceneFrame, run

JPEG_QUALITY: Final = 80
"""As capture encodes (`docs/detection-speed.md`)."""
PERSON: Final = (7 / 640, 20 / 640)
PERSON_GREY: Final = 50
WALK_PER_S: Final = 30 / 640
STAYS_S: Final = 3.0
"""Who enters: width, height and way per second as shares of the picture's width, brightness, and for how long, as in `toezicht
bench quiet`."""
WITHIN_S: Final = 0.4


class Filmed(NamedTuple):
    """Filmed: a picture of a video: its number, its time, its small grey copy, what the model finds, who is annotated."""

    number: int
    at_s: float
    grey: Grey
    objects: Sequence[DetectedObject]
    truth: Sequence[Annotated] | None


class Costs(NamedTuple):
    """Costs: processor time of one picture over all threads, in milliseconds.

    Attributes:
        model_ms: The model, with fitting and choosing boxes.
        decode_ms: Decoding the picture.
        small_ms: Decoding the small grey copy.
    """

    model_ms: float
    decode_ms: float
    small_ms: float


class Film(NamedTuple):
    """Film: a video as each way is shown it."""

    pictures: list[Filmed]
    size_px: tuple[int, int]
    fps: float
    costs: Costs


def film(
    detector: Detector,
    frames: Iterable[tuple[int, Picture]],
    truth: Mapping[int, Sequence[Annotated]],
    recorded_fps: float,
    fps: float,
    progress: Callable[[int], None] = lambda _: None,
) -> Film:
    """Return the film of a video's pictures, looked at and timed."""
    pictures, size_px = list[Filmed](), (1, 1)
    spent = dict.fromkeys(Costs._fields, 0.0)
    coming = iter(frames)
    with ThreadPoolExecutor(detector.parallel) as threads:
        while chunk := list(islice(coming, detector.parallel)):
            packed = [
                (number, cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes())
                for number, picture in chunk
            ]
            height_px, width_px = chunk[0][1].shape[:2]
            size_px = (width_px, height_px)
            with _Timed(spent, "decode_ms"):
                whole = [decode_jpeg(jpeg, *size_px) for _, jpeg in packed]
            with _Timed(spent, "small_ms"):
                small = [small_grey(decode_grey(jpeg, *size_px, WIDTH_PX)) for _, jpeg in packed]
            with _Timed(spent, "model_ms"):
                found = list(threads.map(lambda picture: detector.detect([picture], ["evaluation"])[0], whole))
            for (number, _), grey, objects in zip(packed, small, found, strict=True):
                pictures.append(Filmed(number, number / recorded_fps, grey, objects, truth.get(number)))
            progress(len(pictures))
    return Film(pictures, size_px, fps, Costs(**{name: spent[name] / max(1, len(pictures)) for name in spent}))


class _Timed:
    """Adds the processor time of a block in milliseconds."""

    def __init__(self, spent: dict[str, float], name: str) -> None:
        self._spent, self._name = spent, name

    def __enter__(self) -> None:
        self._began_s = time.process_time()

    def __exit__(self, *_: object) -> None:
        self._spent[self._name] += 1000 * (time.process_time() - self._began_s)


def pixels(shown: Film, greys: Iterable[Grey] | None = None) -> Iterator[SceneFrame]:
    """Yield the pictures of a film with what the product's test of motion finds in them.

    Args:
        shown: The film.
        greys: Its small copies where they are others: with somebody painted in.
    """
    finder, (width_px, height_px) = ChangeFinder(), shown.size_px
    size = np.array([width_px, height_px, width_px, height_px], np.float64)
    for picture, grey in zip(shown.pictures, greys or (each.grey for each in shown.pictures), strict=True):

        def find(expected: Sequence[Region], picture: Filmed = picture, grey: Grey = grey) -> PictureChange:
            at = BEGAN + timedelta(seconds=picture.at_s)
            found = finder.find(grey, at, [tuple(np.array(region) / size) for region in expected])
            return PictureChange(
                found.moved, tuple(Region(*(np.array(region) * size).tolist()) for region in found.elsewhere)
            )

        yield SceneFrame(picture.at_s, picture.objects, find, finder.looked)


def quality(shown: Film, way: str, ground: Ground | None) -> dict[str, Any]:
    """Return what a way of choosing tells of a film, and what it costs.

    `count_mae` and `recall` are of the pictures that were looked at. `held_count_mae` is of every picture: what was counted last
    against who is there now. `second_count_mae` is what is told of a second, the median of its looks, against the median of its
    pictures.
    """
    run([], WAYS[way](), shown.size_px, shown.fps, ground)  # imports the tracker, which is no cost of a picture
    began_s = time.process_time()
    chosen = run(pixels(shown), WAYS[way](), shown.size_px, shown.fps, ground)
    own_ms = 1000 * (time.process_time() - began_s) / max(1, len(shown.pictures))
    tests = not isinstance(WAYS[way](), EveryPicture | FixedRate)
    costs = shown.costs
    picture_ms = chosen.share * (costs.model_ms + costs.decode_ms) + own_ms + (costs.small_ms if tests else 0.0)
    reasons = [each.value for each in chosen.reasons]
    return {
        **_told(shown, chosen),
        "share": round(chosen.share, 3),
        "own_ms_per_picture": round(own_ms, 2),
        "processor_s_per_active_hour": round(shown.fps * 3600 * picture_ms / 1000, 1),
        "reasons": {name: reasons.count(name) for name in sorted(set(reasons))},
    }


def _told(shown: Film, chosen: Run) -> dict[str, Any]:
    score = TrackingScore()
    looked = {each.place: each for each in chosen.looked}
    right = persons_total = errors = compared = 0
    held, seconds, true_seconds = list[int](), dict[int, list[int]](), dict[int, list[int]]()
    count = 0
    for place, picture in enumerate(shown.pictures):
        look, second = looked.get(place), int(picture.at_s)
        if look is not None:
            persons = [each for each in look.objects if each.object_class is ObjectClass.PERSON]
            count = len(persons)
            seconds.setdefault(second, []).append(count)
        if picture.truth is None:
            continue
        held.append(abs(count - len(picture.truth)))
        true_seconds.setdefault(second, []).append(len(picture.truth))
        if look is not None:
            compared, errors = compared + 1, errors + abs(count - len(picture.truth))
            right, persons_total = right + len(match(persons, picture.truth)), persons_total + len(picture.truth)
            numbered = [each for each in persons if each.track_id is not None]
            followed: dict[Hashable, Box] = {(look.track_epoch, each.track_id): each.box for each in numbered}
            score.add({each.track: each.box for each in picture.truth}, followed)
    off = [abs(int(median(seconds[at]) + 0.5) - median(true)) for at, true in true_seconds.items() if at in seconds]
    tracks = score.quality()
    return {
        "recall": round(right / persons_total, 3) if persons_total else 0.0,
        "count_mae": round(errors / compared, 3) if compared else 0.0,
        "held_count_mae": round(float(np.mean(held)), 3) if held else 0.0,
        "second_count_mae": round(float(np.mean(off)), 3) if off else 0.0,
        "seconds_without_a_look": len(true_seconds.keys() - seconds.keys()),
        "idf1": tracks.idf1,
        "switches": tracks.switches,
    }


def entries(shown: Film, way: str, ground: Ground | None, trials: int, chance: np.random.Generator) -> dict[str, Any]:
    """Return how long after a small person enters the model looks: anywhere in the picture, at any moment.

    Among those who are there; 20 px high where the picture is 640 px wide. Whether the model then finds somebody so small is not
    asked.
    """
    delays_s = []
    last_s = shown.pictures[-1].at_s - STAYS_S
    for _ in range(trials):
        enters_s, x, y = chance.uniform(STAYS_S, last_s), chance.uniform(0.05, 0.8), chance.uniform(0.05, 0.95)
        until_s = enters_s + STAYS_S
        part = shown._replace(pictures=[each for each in shown.pictures if enters_s - 5 <= each.at_s <= until_s])
        greys = [
            each.grey if each.at_s < enters_s else with_person(each.grey, (x + WALK_PER_S * (each.at_s - enters_s), y))
            for each in part.pictures
        ]
        looked = run(pixels(part, greys), WAYS[way](), part.size_px, part.fps, ground).looked
        seen_s = [part.pictures[each.place].at_s for each in looked if part.pictures[each.place].at_s >= enters_s]
        delays_s.append((min(seen_s) if seen_s else until_s) - enters_s)
    return {
        "trials": trials,
        "median_s": round(median(delays_s), 3),
        "worst_s": round(max(delays_s), 3),
        f"within_{WITHIN_S:g}_s": round(sum(each <= WITHIN_S for each in delays_s) / trials, 3),
    }


def with_person(grey: Grey, at: tuple[float, float]) -> Grey:
    """Return a small copy as it is where somebody stands; `at` is the upper left corner, in shares of width and height."""
    height_px, width_px = grey.shape
    fine = 8
    left, upper = round(at[0] * width_px * fine), round(at[1] * height_px * fine)
    covered: NDArray[np.float32] = np.zeros((height_px * fine, width_px * fine), np.float32)
    covered[upper : upper + round(PERSON[1] * width_px * fine), left : left + round(PERSON[0] * width_px * fine)] = 1.0
    share = cv2.resize(covered, (width_px, height_px), interpolation=cv2.INTER_AREA)
    return np.asarray(grey * (1 - share) + PERSON_GREY * share, np.uint8)
