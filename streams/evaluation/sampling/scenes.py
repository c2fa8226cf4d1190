"""Runners put into real scenes, watched by cameras that look at some of their pictures.

Of each trial there is one drawing of what a detector finds, shown to every way of choosing. A test of motion sees who moves, also
whom the detector misses; here it is told by the true places.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from math import hypot
from typing import Any, Final, NamedTuple

import numpy as np

from detectors.tracking.ground_squares import Ground
from detectors.view.changes import SURE_PIXELS
from detectors.view.thumbnail import WIDTH_PX
from schemas.cameras import Box, DetectedObject, ObjectClass
from streams.domain.cameras.sampling import PictureChange, Region
from streams.domain.geometry.projection import GroundMap
from streams.domain.observations.memory import CameraMemory
from streams.evaluation import watching
from streams.evaluation.events import (
    BLOCK_S,
    WITHIN_S,
    Trials,
    first_half,
    judged,
    learnt,
    moments_for,
    of_nothing,
    since,
    summed,
)
from streams.evaluation.sampling.ways import WAYS, Run, SceneFrame, run
from streams.evaluation.scenes import EVENTS, FAST, TrackScene
from streams.evaluation.watching import FPS, ViewSecond, WatchedScene

RUNNERS: Final = ("runner_3.5", "runner_5")
BEFORE_S: Final = 10
AFTER_S: Final = 16
"""Seconds of a scene that are shown before and after a runner begins; who runs at 3.5 m/s is through it in ten."""
MOVES_FROM_M: Final = 0.1
"""Who has gone so far since the last look has changed the picture: less than a walker's way in .2 s."""
WELL_SEEN: Final = 0.8


class SceneShown(NamedTuple):
    """Scene shown: the pictures of a scene as one camera has them.

    Attributes:
        objects: What the model finds in each.
        places: Where in each everybody in view truly is, in metres.
        boxes: Their boxes.
        ground: The camera's ground.
        size_px: The pictures' size.
        tracked: Whether the objects have their true tracks.
    """

    objects: list[list[DetectedObject]]
    places: list[dict[int, tuple[float, float]]]
    boxes: list[dict[int, Box]]
    ground: GroundMap
    size_px: tuple[int, int]
    tracked: bool


class TrueChanges:
    """True changes: what a test of motion would see, told by where everybody is.

    As in `detectors/view/changes.py` who is large is new with the first picture that shows them, who is small with the second.

    Args:
        shown: The scene.
    """

    def __init__(self, shown: SceneShown) -> None:
        self._shown = shown
        self._place = 0
        self._then: Mapping[int, tuple[float, float]] = {}
        self._fresh: frozenset[int] = frozenset()

    def frames(self) -> Sequence[SceneFrame]:
        """Return the pictures; they are to be asked in their order."""
        return [
            SceneFrame(place / FPS, objects, partial(self._find, place), self._looked)
            for place, objects in enumerate(self._shown.objects)
        ]

    def _looked(self) -> None:
        self._then = self._shown.places[self._place]

    def _find(self, place: int, expected: Sequence[Region]) -> PictureChange:
        self._place = place
        now, boxes = self._shown.places[place], self._shown.boxes[place]
        moved = {
            track
            for track, (x, y) in now.items()
            if track not in self._then or hypot(x - self._then[track][0], y - self._then[track][1]) >= MOVES_FROM_M
        }
        fresh = frozenset(
            track for track in moved if track in boxes and not any(_in(boxes[track], region) for region in expected)
        )
        sure = {track for track in fresh if self._copied_px(boxes[track]) >= SURE_PIXELS}
        again, self._fresh = fresh & self._fresh | sure, fresh
        newcomers = tuple(
            Region(box.x_min_px, box.y_min_px, box.x_max_px, box.y_max_px)
            for box in (boxes[track] for track in sorted(again))
        )
        return PictureChange(bool(moved or self._then.keys() - now.keys()), newcomers)

    def _copied_px(self, box: Box) -> float:
        """Return how many pixels of the small copy somebody covers: half of a box, as of a person who walks."""
        scale = min(1.0, WIDTH_PX / self._shown.size_px[0])
        return (box.x_max_px - box.x_min_px) * (box.y_max_px - box.y_min_px) * scale**2 / 2


def _in(box: Box, region: Region) -> bool:
    x, y = (box.x_min_px + box.x_max_px) / 2, (box.y_min_px + box.y_max_px) / 2
    return region.left_px <= x <= region.right_px and region.top_px <= y <= region.bottom_px


def shown_truly(scene: TrackScene, from_s: float, until_s: float) -> SceneShown:
    """Return a scene with its true tracks, seen from straight above."""
    frames, ground, size_px = watching.true_frames(scene, from_s, until_s)
    places = [scene.present(at_s) for at_s in watching.moments(from_s, until_s)]
    boxes = [{item.track_id: item.box for item in frame.objects if item.track_id is not None} for frame in frames]
    return SceneShown([list(frame.objects) for frame in frames], places, boxes, ground, size_px, tracked=True)


def shown_as_detected(scene: TrackScene, from_s: float, until_s: float, chance: np.random.Generator) -> SceneShown:
    """Return a scene as a detector on a mast finds it (`mast_boxes`)."""
    ground = watching.on_a_mast(scene.view)
    seen = watching.mast_boxes(scene, ground, from_s, until_s, chance)
    objects = [
        [DetectedObject(object_class=ObjectClass.PERSON, score=WELL_SEEN, box=box) for box in boxes]
        for boxes in seen.found
    ]
    places = [scene.present(at_s) for at_s in watching.moments(from_s, until_s)]
    boxes = [dict(zip(tracks, truth, strict=True)) for tracks, truth in zip(seen.tracks, seen.truth, strict=True)]
    return SceneShown(objects, places, boxes, ground, watching.SIZE_PX, tracked=False)


class WayShown(NamedTuple):
    """Way shown: what a way of choosing makes of a scene: which pictures it looked at, and what `observe` tells of them."""

    run: Run
    watched: WatchedScene


def watch(shown: SceneShown, way: str, memory: CameraMemory | None = None) -> WayShown:
    """Return what a way of choosing makes of a scene."""
    ground = Ground(shown.ground.to_ground, *shown.size_px)
    chosen = run(TrueChanges(shown).frames(), WAYS[way](), shown.size_px, FPS, ground, tracked=shown.tracked)
    frames = [
        watching.frame_of(
            each.place, each.place / FPS, [(item.box, item.track_id) for item in each.objects], shown.size_px
        ).model_copy(update={"quiet_s": each.look.quiet_s})
        for each in chosen.looked
    ]
    return WayShown(chosen, watching.watched(frames, shown.ground, shown.size_px, watching.as_it_begins(memory)))


def runners(
    scenes: Sequence[TrackScene], trials: int, seed: int, *, detected: bool, ways: Sequence[str] = tuple(WAYS)
) -> dict[str, Any]:
    """Return how often runners are told by each way, and how many pictures it looked at in these scenes without them.

    Told is a speed above what is usual in the scene, learnt on its first half by the same way (`own`), and by looking at every
    picture (`full`), as in `toezicht eval events`.
    """
    result: dict[str, Any] = {}
    told: dict[tuple[str, str, str], list[Trials]] = {}
    for scene in scenes:
        chance = np.random.default_rng([seed, len(scene.paths)])
        whole = (
            shown_as_detected(scene, 0.0, scene.lasts_s, chance) if detected else shown_truly(scene, 0.0, scene.lasts_s)
        )
        seen = {way: watch(whole, way) for way in ways}
        halves = {way: first_half(watching.sizes_in(each.watched.shown, scene.lasts_s)) for way, each in seen.items()}
        normals = {way: learnt(first, BLOCK_S).of(FAST) for way, (first, _) in halves.items()}
        rows: dict[str, dict[str, Any]] = {
            way: {
                "share": round(each.run.share, 3),
                "unusual_from_m_per_s": next(iter(normals[way].from_size.values())),
                "nothing": of_nothing(normals[way], halves[way][1], WITHIN_S)._asdict(),
            }
            for way, each in seen.items()
        }
        memories = {way: each.watched.memory for way, each in seen.items()}
        for name in RUNNERS:
            found = _tried(scene, name, trials, seed, memories, detected=detected)
            for way in ways:
                for learnt_by, normal in (("own", normals[way]), ("full", normals[ways[0]])):
                    outcome = judged(found[way], normal)
                    told.setdefault((way, name, learnt_by), []).append(outcome)
                    rows[way].setdefault(name, {})[learnt_by] = _short(outcome)
        result[scene.name] = rows
    result["all"] = {}
    for (way, name, learnt_by), of_scenes in told.items():
        result["all"].setdefault(way, {}).setdefault(name, {})[learnt_by] = _short(summed(of_scenes))
    return result


def _short(trials: Trials) -> dict[str, Any]:
    return {name: value for name, value in trials.as_dict().items() if name in ("trials", "told", "median_delay_s")}


def _tried(
    scene: TrackScene,
    name: str,
    trials: int,
    seed: int,
    memories: Mapping[str, CameraMemory | None],
    *,
    detected: bool,
) -> dict[str, list[list[ViewSecond]]]:
    """Return what each way shows of runners who are put in at the same moments, on the same way, found and missed alike."""
    event, chance = EVENTS[name], np.random.default_rng([seed, sum(map(ord, name))])
    found: dict[str, list[list[ViewSecond]]] = {way: [] for way in memories}
    for at_s in moments_for(scene, event, trials, scene.lasts_s / 2, chance):
        put_in = event.put(scene, at_s + chance.uniform(), chance)  # not with a second of the camera's clock
        span = (at_s - BEFORE_S, at_s + AFTER_S)
        shown = shown_as_detected(put_in, *span, chance) if detected else shown_truly(put_in, *span)
        for way, memory in memories.items():
            found[way].append(since(watch(shown, way, memory).watched.shown, BEFORE_S))
    return found


def busy(scene: TrackScene, seconds: float, seed: int, ways: Sequence[str] = tuple(WAYS)) -> dict[str, float]:
    """Return which share of the pictures of a scene each way looks at, as detected on a mast."""
    shown = shown_as_detected(scene, 0.0, min(seconds, scene.lasts_s), np.random.default_rng(seed))
    return {way: round(watch(shown, way).run.share, 3) for way in ways}
