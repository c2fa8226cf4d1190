"""Watching a scene: the frames of tracks on the ground as a camera would have them, and what `observe` tells of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from math import atan
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import numpy as np

from schemas.cameras import Box, DetectedObject, Detections, DetectorInfo, ObjectClass
from schemas.observations import Observation
from streams.config.files import load_rules
from streams.domain.cameras.registry import Camera
from streams.domain.geometry.pinhole import Pinhole, PinholeMap
from streams.domain.geometry.projection import GroundMap, Points
from streams.domain.normal.measure import UNKNOWN, Sizes, sizes_of
from streams.domain.observations.closed_second import tell
from streams.domain.observations.memory import CameraMemory, ZoneMemory
from streams.domain.observations.occlusion import MEASURED, PERSISTENCE
from streams.domain.observations.open_second import CameraSecond, observe_frame, observe_time
from streams.domain.observations.scene import CameraScene
from streams.evaluation.crowds import drawn
from streams.evaluation.scenes import TrackScene, View

CAMERA: Final = "scene"
FPS: Final = 5
FOOT_ERROR_M: Final = 0.14
"""Median error of a detected foot point on PETS2009 S2L1 (docs/calibration.md)."""
_RAYLEIGH_MEDIAN: Final = 1.1774
"""Of two normal errors of 1 the length has this median."""
MAST_M: Final = 6.0
NEAREST_M: Final = 6.0
"""The drawn camera stands on a mast so high, so far before the view's nearest edge."""
SIZE_PX: Final = (1280, 720)
_FOCAL_PX: Final = 600.0
_PX_PER_M: Final = 20.0
_MARGIN_PX: Final = 60.0
_BEGAN: Final = datetime(2000, 1, 3, 12, tzinfo=UTC)
_DETECTOR: Final = DetectorInfo(name="tracks", version="1")

Follow = Callable[[Sequence[Sequence[Box]], GroundMap], Sequence[Sequence[int | None]]]
"""By which number the product's tracker follows each box of each frame."""


class ViewSecond(NamedTuple):
    """View second: what a view showed in a second of the scene: its measures, and the kinds of situations that were told."""

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
    pinhole = Pinhole(MAST_M, atan(MAST_M / away_m), 0.0, _FOCAL_PX, *SIZE_PX)
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
    for number, at_s in enumerate(moments(from_s, until_s)):
        present = scene.present(at_s)
        feet = ground.to_pixels(np.array(list(present.values()), np.float64).reshape(-1, 2))
        boxes = [Box(x_min_px=x - 5, y_min_px=y - 34, x_max_px=x + 5, y_max_px=y) for x, y in feet.tolist()]
        found.append(frame_of(number, at_s - from_s, list(zip(boxes, present, strict=True)), size_px))
    return found, ground, size_px


class MastBoxes(NamedTuple):
    """Mast boxes: what a camera on a mast has of a scene, frame after frame.

    Attributes:
        truth: The boxes of all in view, their foot points wrong by .14 m at the median.
        tracks: Whose they are.
        found: The boxes that a detector finds.
    """

    truth: list[list[Box]]
    tracks: list[list[int]]
    found: list[list[Box]]


def mast_boxes(
    scene: TrackScene, ground: PinholeMap, from_s: float, until_s: float, chance: np.random.Generator
) -> MastBoxes:
    """Return what a detector on a mast finds of a scene.

    Persons are missed by how much others hide them, with the recall and the persistence that were measured on PETS2009 S2L1; foot
    points are wrong by .14 m at the median, anew in each frame.
    """
    truth: list[list[Box]] = []
    tracks: list[list[int]] = []
    spread_m = FOOT_ERROR_M / _RAYLEIGH_MEDIAN
    for at_s in moments(from_s, until_s):
        present = scene.present(at_s)
        places = np.array(list(present.values()), np.float64).reshape(-1, 2)
        places = places + chance.normal(0, spread_m, places.shape)
        seen = ground.boxes_around(places) if len(places) else np.empty((0, 4))
        kept = [
            (track, Box(x_min_px=left, y_min_px=upper, x_max_px=right, y_max_px=lower))
            for track, (left, upper, right, lower) in zip(present, seen.tolist(), strict=True)
            if right > 0 and left < SIZE_PX[0] and 0 < lower < SIZE_PX[1] and right - left > 1 and lower - upper > 1
        ]
        truth.append([box for _, box in kept])
        tracks.append([track for track, _ in kept])
    return MastBoxes(truth, tracks, drawn(truth, tracks, MEASURED, PERSISTENCE, chance))


def detected_frames(
    scene: TrackScene, from_s: float, until_s: float, follow: Follow, chance: np.random.Generator
) -> tuple[list[Detections], GroundMap, tuple[int, int]]:
    """Return the frames as a detector on a mast (`mast_boxes`) and the product's tracker give them."""
    ground = on_a_mast(scene.view)
    boxes = mast_boxes(scene, ground, from_s, until_s, chance).found
    followed = follow(boxes, ground)
    frames = [
        frame_of(number, at_s - from_s, list(zip(boxes[number], followed[number], strict=True)), SIZE_PX)
        for number, at_s in enumerate(moments(from_s, until_s))
    ]
    return frames, ground, SIZE_PX


class WatchedScene(NamedTuple):
    """Watched scene: what a camera's frames showed, second by second, and what is remembered of it."""

    shown: list[ViewSecond]
    memory: CameraMemory | None


def watched(
    frames: Iterable[Detections], ground: GroundMap | None, size_px: tuple[int, int], memory: CameraMemory | None = None
) -> WatchedScene:
    """Return what the product's `observe` tells of a camera's frames.

    Args:
        frames: The frames, in the order of time.
        ground: The camera's ground; None where it is not calibrated.
        size_px: The picture's size.
        memory: What is remembered of the camera; None at first.
    """
    scene = CameraScene.of(_camera(size_px), load_rules().episodes.crowd, ZoneInfo("UTC"), ground)
    row, told = CameraSecond(camera_id=CAMERA), list[ViewSecond]()
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
    return WatchedScene(told, memory)


def as_it_begins(memory: CameraMemory | None) -> CameraMemory | None:
    """Return what a camera that knows its normal speed remembers when tracks of another time begin."""
    if memory is None:
        return None
    zones = {name: ZoneMemory(normal=zone.normal) for name, zone in memory.zones.items()}
    return CameraMemory(camera_id=CAMERA, began=_BEGAN, zones=zones)


def sizes_in(shown: Iterable[ViewSecond], lasts_s: float) -> list[Sizes]:
    """Return the measures of each second of a scene; none where it showed nothing."""
    by_second = {each.second_s: each.sizes for each in shown}
    return [by_second.get(second, UNKNOWN) for second in range(int(lasts_s))]


def moments(from_s: float, until_s: float) -> Iterator[float]:
    """Yield the moments at which a camera takes pictures."""
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


def _shown(observation: Observation) -> ViewSecond:
    second_s = int((observation.second - _BEGAN).total_seconds())
    kinds = frozenset(situation.kind.value for situation in observation.situations)
    return ViewSecond(second_s, sizes_of(observation.view), kinds)


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
