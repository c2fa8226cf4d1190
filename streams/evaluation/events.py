"""Quality of events: what is told of events that are put into real scenes, and of windows about nothing: `toezicht eval events`.

Each scene is watched by the own `observe` of the product, as true tracks or as its detector and tracker would give them. Told is
what it calls unusual in a camera's view: a measure above the normal of that scene, by the function that judges reports
(`streams/domain/normal/base_rate.py`), from the rules' quantile and least sizes on.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import atan
from pathlib import Path
from statistics import median
from typing import Any, Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from schemas.cameras import Box, DetectedObject, Detections, DetectorInfo, ObjectClass
from schemas.observations import Observation
from streams.config.files import load_rules
from streams.domain.cameras.registry import Camera
from streams.domain.geometry.pinhole import Pinhole, PinholeMap
from streams.domain.geometry.projection import GroundMap, Points
from streams.domain.normal.base_rate import LearntOf, Usual, unusual_from
from streams.domain.normal.measure import BINS, UNKNOWN, Measure, Sizes, bin_of, size, sizes_of
from streams.domain.observations.closed_second import tell
from streams.domain.observations.measures import DROP_FROM_S, dropped
from streams.domain.observations.memory import CameraMemory, CountedSecond, ZoneMemory
from streams.domain.observations.occlusion import MEASURED, PERSISTENCE
from streams.domain.observations.open_second import CameraSecond, observe_frame, observe_time
from streams.domain.observations.scene import CameraScene
from streams.evaluation.common import EvaluationError
from streams.evaluation.crowds import drawn
from streams.evaluation.scenes import Event, TrackScene, View

CAMERA: Final = "scene"
FPS: Final = 5
WARM_UP_S: Final = 20
"""Before an event, so that ten seconds of counts and everybody's speed are known."""
WITHIN_S: Final = 40
"""An event is told within this, as in the study (evidence of the issue, section 4)."""
WINDOW_S: Final = 600
_SAME_S: Final = 5
STEP_S: Final = 15
"""Windows about nothing begin this far apart."""
LEAST: Final[Mapping[Measure, float]] = {Measure.FASTEST: 2.2, Measure.STANDING: 3, Measure.DROPPED: 3}
"""From where on a fight's signals fit a report (rules, `corroboration.categories`)."""
QUANTILE: Final = 0.95
"""Share of blocks below what is unusual (rules, `normal.unusual`)."""
BLOCK_S: Final = 60
"""A scene of minutes has no blocks of ten: the largest of each minute is learnt. Of so few the quantile is the largest of all."""
FOOT_ERROR_M: Final = 0.14
"""Median error of a detected foot point on PETS2009 S2L1 (docs/calibration.md)."""
_RAYLEIGH_MEDIAN: Final = 1.1774
"""Of two normal errors of 1 the length has this median."""
MAST_M: Final = 6.0
NEAREST_M: Final = 6.0
"""The drawn camera stands on a mast so high, so far before the view's nearest edge."""
_SIZE_PX: Final = (1280, 720)
_FOCAL_PX: Final = 600.0
_PX_PER_M: Final = 20.0
_MARGIN_PX: Final = 60.0
_BEGAN: Final = datetime(2000, 1, 3, 12, tzinfo=UTC)
_DETECTOR: Final = DetectorInfo(name="tracks", version="1")

Follow = Callable[[Sequence[Sequence[Box]], GroundMap], Sequence[Sequence[int | None]]]
"""By which number the product's tracker follows each box of each frame."""


class Shown(NamedTuple):
    """Shown: what a view showed in a second of the scene: its measures, and the kinds of situations that were told."""

    second_s: int
    sizes: Sizes
    situations: frozenset[str]


class Straight:
    """A ground seen from straight above, on which a metre is twenty pixels."""

    version = "straight"

    def __init__(self, view: View) -> None:
        self._origin_m = np.array([view.left_m, view.upper_m])

    def to_ground(self, pixels: Points) -> Points:
        """Return where pixels lie on the ground; see `GroundMap`."""
        return np.asarray((pixels - _MARGIN_PX) / _PX_PER_M * (1, -1) + self._origin_m, np.float64)

    def to_pixels(self, metres: Points) -> Points:
        """Return where points of the ground lie in the picture; see `GroundMap`."""
        return np.asarray((metres - self._origin_m) * (1, -1) * _PX_PER_M + _MARGIN_PX, np.float64)


def on_a_mast(view: View) -> PinholeMap:
    """Return the ground as a camera on a mast sees it that looks at the middle of the view."""
    middle = ((view.left_m + view.right_m) / 2, (view.lower_m + view.upper_m) / 2)
    depth_m = view.upper_m - view.lower_m
    away_m = NEAREST_M + depth_m / 2
    pinhole = Pinhole(MAST_M, atan(MAST_M / away_m), 0.0, _FOCAL_PX, *_SIZE_PX)
    return PinholeMap(pinhole, "mast", (middle[0], middle[1] - away_m))


def true_frames(
    scene: TrackScene, from_s: float, until_s: float
) -> tuple[list[Detections], GroundMap, tuple[int, int]]:
    """Return the frames of true tracks, their ground, and the picture's size."""
    ground = Straight(scene.view)
    size_px = (
        int((scene.view.right_m - scene.view.left_m) * _PX_PER_M + 2 * _MARGIN_PX),
        int((scene.view.upper_m - scene.view.lower_m) * _PX_PER_M + 2 * _MARGIN_PX),
    )
    found = []
    for number, at_s in enumerate(_moments(from_s, until_s)):
        present = scene.present(at_s)
        feet = ground.to_pixels(np.array(list(present.values()), np.float64).reshape(-1, 2))
        boxes = [Box(x_min_px=x - 5, y_min_px=y - 34, x_max_px=x + 5, y_max_px=y) for x, y in feet.tolist()]
        found.append(frame_of(number, at_s - from_s, list(zip(boxes, present, strict=True)), size_px))
    return found, ground, size_px


def detected_frames(
    scene: TrackScene, from_s: float, until_s: float, follow: Follow, chance: np.random.Generator
) -> tuple[list[Detections], GroundMap, tuple[int, int]]:
    """Return the frames as a detector on a mast and the product's tracker give them.

    Persons are missed by how much others hide them, with the recall and the persistence that were measured on PETS2009 S2L1; foot
    points are wrong by .14 m at the median, anew in each frame.
    """
    ground = on_a_mast(scene.view)
    truth: list[list[Box]] = []
    tracks: list[list[int]] = []
    spread_m = FOOT_ERROR_M / _RAYLEIGH_MEDIAN
    for at_s in _moments(from_s, until_s):
        present = scene.present(at_s)
        places = np.array(list(present.values()), np.float64).reshape(-1, 2)
        places = places + chance.normal(0, spread_m, places.shape)
        seen = ground.boxes_around(places) if len(places) else np.empty((0, 4))
        kept = [
            (track, Box(x_min_px=left, y_min_px=upper, x_max_px=right, y_max_px=lower))
            for track, (left, upper, right, lower) in zip(present, seen.tolist(), strict=True)
            if right > 0 and left < _SIZE_PX[0] and 0 < lower < _SIZE_PX[1] and right - left > 1 and lower - upper > 1
        ]
        truth.append([box for _, box in kept])
        tracks.append([track for track, _ in kept])
    boxes = drawn(truth, tracks, MEASURED, PERSISTENCE, chance)
    followed = follow(boxes, ground)
    frames = [
        frame_of(number, at_s - from_s, list(zip(boxes[number], followed[number], strict=True)), _SIZE_PX)
        for number, at_s in enumerate(_moments(from_s, until_s))
    ]
    return frames, ground, _SIZE_PX


class Watched(NamedTuple):
    """Watched: what a camera's frames showed, second by second, and what is remembered of it."""

    shown: list[Shown]
    memory: CameraMemory | None


def watched(
    frames: Iterable[Detections], ground: GroundMap | None, size_px: tuple[int, int], memory: CameraMemory | None = None
) -> Watched:
    """Return what the product's `observe` tells of a camera's frames.

    Args:
        frames: The frames, in the order of time.
        ground: The camera's ground; None where it is not calibrated.
        size_px: The picture's size.
        memory: What is remembered of the camera; None at first.
    """
    scene = CameraScene.of(_camera(size_px), load_rules().episodes.crowd, ZoneInfo("UTC"), ground)
    row, told = CameraSecond(camera_id=CAMERA), list[Shown]()
    seconds: list[CameraSecond] = []
    for frame in frames:
        observed = observe_frame(row, scene, frame, frame.captured_at, frame.captured_at)
        row = observed.row
        seconds += [observed.closed] if observed.closed else []
    last = observe_time(row, _BEGAN + timedelta(days=1)).closed
    for second in [*seconds, *([last] if last else [])]:
        after = tell(second, memory, scene)
        told.extend(_shown(each) for each in after.observations)
        memory = after.memory
    return Watched(told, memory)


def as_it_begins(memory: CameraMemory | None) -> CameraMemory | None:
    """Return what a camera that knows its normal speed remembers when tracks of another time begin."""
    if memory is None:
        return None
    zones = {name: ZoneMemory(normal=zone.normal) for name, zone in memory.zones.items()}
    return CameraMemory(camera_id=CAMERA, began=_BEGAN, zones=zones)


class Normal(NamedTuple):
    """Normal: from which size on each measure is unusual in a scene; None where it never is."""

    from_size: Mapping[Measure, float | None]

    def of(self, measures: Iterable[Measure]) -> Normal:
        """Return what is unusual of these measures alone."""
        return Normal({measure: self.from_size[measure] for measure in measures})

    def told(self, sizes: Sizes) -> frozenset[Measure]:
        """Return the measures of a second that are unusual."""
        return frozenset(
            measure
            for measure, least in self.from_size.items()
            if least is not None and (value := size(sizes, measure)) is not None and value >= least
        )


def learnt(seconds: Sequence[Sizes], block_s: int) -> Normal:
    """Return what is unusual in a scene after these seconds, by the product's own functions on the largest of each block."""
    thresholds: dict[Measure, float | None] = {}
    for measure, least in LEAST.items():
        counts = [0] * BINS
        for start in range(0, len(seconds), block_s):
            values = [size(each, measure) for each in seconds[start : start + block_s]]
            known = [value for value in values if value is not None]
            if known:
                counts[bin_of(measure, max(known))] += 1
        thresholds[measure] = unusual_from(Usual(measure, tuple(counts), LearntOf.HOUR), QUANTILE, least)
    return Normal(thresholds)


class Trials(NamedTuple):
    """Trials: how often an event was told, by which measures, and how many seconds after it began.

    Attributes:
        trials: How often it was put into a scene.
        delays_s: Of those in which a measure was unusual, when it first was.
        by_measure: In how many each measure was.
        by_situation: In how many each situation was told, whatever is usual.
    """

    trials: int
    delays_s: tuple[int, ...]
    by_measure: Mapping[str, int]
    by_situation: Mapping[str, int]

    def as_dict(self) -> dict[str, Any]:
        """Return shares and the median delay."""
        shares = {
            name: {key: round(number / self.trials, 3) for key, number in sorted(found.items())}
            for name, found in (("by_measure", self.by_measure), ("by_situation", self.by_situation))
        }
        told = round(len(self.delays_s) / self.trials, 3) if self.trials else None
        delay = median(self.delays_s) if self.delays_s else None
        return {"trials": self.trials, "told": told, "median_delay_s": delay, **shares}


def summed(trials: Iterable[Trials]) -> Trials:
    """Return the trials of several scenes as one."""
    number = 0
    delays: tuple[int, ...] = ()
    by_measure: Counter[str] = Counter()
    by_situation: Counter[str] = Counter()
    for each in trials:
        number, delays = number + each.trials, delays + each.delays_s
        by_measure.update(each.by_measure)
        by_situation.update(each.by_situation)
    return Trials(number, delays, by_measure, by_situation)


def tried(
    scene: TrackScene,
    event: Event | None,
    trials: int,
    begin_s: float,
    chance: np.random.Generator,
    follow: Follow | None = None,
    memory: CameraMemory | None = None,
) -> list[list[Shown]]:
    """Return what is shown from an event on that is put into a scene at random moments; of None what is shown without any.

    Args:
        scene: The scene.
        event: What is put into it.
        trials: How often.
        begin_s: Not before this, which is what was learnt from.
        chance: The draws.
        follow: The tracker, for tracks as they are detected; None for true ones.
        memory: What the camera remembers, of which its normal speed is used.
    """
    found = []
    for at_s in _moments_for(scene, event, trials, begin_s, chance):
        shown = scene if event is None else event.put(scene, at_s, chance)
        span = (at_s - WARM_UP_S, at_s + WITHIN_S)
        frames = true_frames(shown, *span) if follow is None else detected_frames(shown, *span, follow, chance)
        found.append(since(watched(*frames, as_it_begins(memory)).shown, WARM_UP_S))
    return found


def since(shown: Iterable[Shown], from_s: int) -> list[Shown]:
    """Return what was shown from a second on, which is second 0 then."""
    return [each._replace(second_s=each.second_s - from_s) for each in shown if each.second_s >= from_s]


def judged(trials: Sequence[Sequence[Shown]], normal: Normal) -> Trials:
    """Return how often an event was told."""
    by_measure: Counter[str] = Counter({measure.value: 0 for measure in normal.from_size})
    by_situation: Counter[str] = Counter()
    delays: list[int] = []
    for seconds in trials:
        told = [(each.second_s, measures) for each in seconds if (measures := normal.told(each.sizes))]
        by_measure.update({measure.value for _, measures in told for measure in measures})
        by_situation.update({kind for each in seconds for kind in each.situations})
        if told:
            delays.append(told[0][0])
    return Trials(len(trials), tuple(delays), by_measure, by_situation)


def _moments_for(
    scene: TrackScene, event: Event | None, trials: int, begin_s: float, chance: np.random.Generator
) -> list[float]:
    """Return whole seconds at which enough people are in view; a window after each lies in the scene."""
    first, last = max(begin_s, WARM_UP_S), scene.lasts_s - WITHIN_S
    least = 0 if event is None else event.least_present
    seconds = [float(s) for s in range(int(first) + 1, int(last) + 1) if len(scene.present(float(s))) >= least]
    if not seconds:
        return []
    return [float(chance.choice(seconds)) for _ in range(trials)]


class Nothing(NamedTuple):
    """Nothing: how often something is told of seconds in which nothing happened."""

    windows: int
    told: float
    onsets_per_hour: float


def of_nothing(normal: Normal, seconds: Sequence[Sizes], window_s: int) -> Nothing:
    """Return how many windows are told, and how often telling begins; seconds within five of each other are told once."""
    told = np.array([bool(normal.told(each)) for each in seconds])
    starts = range(0, max(1, len(told) - window_s + 1), STEP_S)
    share = float(np.mean([told[start : start + window_s].any() for start in starts])) if len(told) else 0.0
    return Nothing(len(starts), share, _onsets(np.flatnonzero(told).tolist()) * 3600 / max(1, len(told)))


def onsets_per_hour(shown: Sequence[Shown]) -> dict[str, float]:
    """Return how often each situation began, per hour of what was shown; seconds within five of each other are told once."""
    told: dict[str, list[int]] = {}
    for each in shown:
        for kind in each.situations:
            told.setdefault(kind, []).append(each.second_s)
    return {kind: _onsets(seconds) * 3600 / len(shown) for kind, seconds in sorted(told.items())}


def _onsets(seconds: Sequence[int]) -> int:
    return sum(number == 0 or second - seconds[number - 1] > _SAME_S for number, second in enumerate(seconds))


def read_counts(path: Path) -> list[Sizes]:
    """Return the measures of each second of a table of counts (`persons,fastest_m_per_s,standing_together,longest_stay_s`).

    How many dropped away follows from the persons, as the product reckons it.

    Raises:
        EvaluationError: It cannot be read, or a line has no number where there must be one.
    """
    try:
        raw = path.read_bytes()
        text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8")
        rows = [
            (CountedSecond(int(row["t_s"]), int(row["persons"])), [float(row[name]) for name in _COUNTED])
            for row in csv.DictReader(io.StringIO(text))
        ]
    except (OSError, EOFError, ValueError, KeyError, TypeError, csv.Error, gzip.zlib.error) as error:  # type: ignore[attr-defined]
        raise EvaluationError(f"{path}: {type(error).__name__}, expected a table of counts") from None
    counts = [count for count, _ in rows]
    return [
        (count.persons, fastest, together, dropped(counts[max(0, number - DROP_FROM_S) : number + 1]), stay)
        for number, (count, (fastest, together, stay)) in enumerate(rows)
    ]


_COUNTED: Final = ("fastest_m_per_s", "standing_together", "longest_stay_s")


def first_half(seconds: Sequence[Sizes]) -> tuple[Sequence[Sizes], Sequence[Sizes]]:
    """Return what is learnt from, and what is judged."""
    middle = len(seconds) // 2
    return seconds[:middle], seconds[middle:]


def sizes_in(shown: Iterable[Shown], lasts_s: float) -> list[Sizes]:
    """Return the measures of each second of a scene; none where it showed nothing."""
    by_second = {each.second_s: each.sizes for each in shown}
    return [by_second.get(second, UNKNOWN) for second in range(int(lasts_s))]


def _moments(from_s: float, until_s: float) -> Iterator[float]:
    for number in range(int((until_s - from_s) * FPS)):
        yield from_s + number / FPS


def frame_of(
    number: int, after_s: float, boxes: Sequence[tuple[Box, int | None]], size_px: tuple[int, int]
) -> Detections:
    """Return a frame of persons' boxes and their tracks, so many seconds after the scene began."""
    return Detections(
        camera_id=CAMERA,
        frame_id=f"frame-{number}",
        captured_at=_BEGAN + timedelta(seconds=after_s),
        width_px=size_px[0],
        height_px=size_px[1],
        detector=_DETECTOR,
        track_epoch=CAMERA,
        objects=tuple(
            DetectedObject(object_class=ObjectClass.PERSON, score=0.8, box=box, track_id=track) for box, track in boxes
        ),
    )


def _shown(observation: Observation) -> Shown:
    second_s = int((observation.second - _BEGAN).total_seconds())
    kinds = frozenset(situation.kind.value for situation in observation.situations)
    return Shown(second_s, sizes_of(observation.view), kinds)


def _camera(size_px: tuple[int, int]) -> Camera:
    """Return a camera whose one zone is its whole picture, and which looks for all that moves."""
    width_px, height_px = size_px
    place = [{"lat": 52.0, "lon": 4.0}, {"lat": 52.1, "lon": 4.0}, {"lat": 52.1, "lon": 4.1}]
    legal = {"decision_ref": "none", "valid_from": "2000-01-01", "valid_until": "2100-01-01", "public_area": place}
    windows = [{"days": ["mon"], "from": "00:00", "until": "00:00"}]
    corners = [[0, 0], [width_px, 0], [width_px, height_px], [0, height_px]]
    zone = {"id": "view", "name": "view", "polygon": corners, "situations": {"running": True, "gathering": True}}
    return Camera.model_validate(
        {
            "id": CAMERA,
            "name": CAMERA,
            "control_room": "evaluation",
            "position": place[0],
            "view_area": place,
            "width_px": width_px,
            "height_px": height_px,
            "source": {"url": "none"},
            "legal": legal | {"viewing_windows": windows},
            "masks": {"version": "none", "polygons": []},
            "zones": [zone],
        }
    )
