"""Tracks: which boxes of one camera are the same object from frame to frame. ByteTrack, as ultralytics keeps it.

A track id holds within one camera and one epoch. An epoch ends when the source is opened anew, when the worker restarts,
when its partitions went elsewhere, or after a gap, so that ids are never carried over what nobody saw. Ids are counted here,
per camera and epoch, because some versions of ultralytics count them for the whole process.

Where the camera is calibrated, persons and bags are followed on the ground: ByteTrack is given equal squares around their foot
points instead of their boxes, so that the overlap by which it judges measures metres (`detectors/tracking/ground_squares.py`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from types import SimpleNamespace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from detectors.tracking.ground_squares import Ground, Squares
from detectors.ultralytics_setup import prepare_ultralytics
from schemas.base import derive_id, iso_utc
from schemas.cameras import DetectedObject, FrameReference, ObjectClass

MAX_GAP_S: Final = 5.0
"""After a longer gap nobody can say that two boxes are one object."""
LOST_S: Final = 2.0
"""How long a track is looked for after it was last seen; `observe` forgets a stay after the same time."""
FRAME_RATE_PER_S: Final = 5.0
"""Frames per second that capture sends of a live camera by default (`ReadingOptions.live_max_fps`)."""
SURE_SCORE: Final = 0.4
"""From here on a box counts by itself (issue: precision .93, recall .91 on PETS2009 S2L1) and may begin a track."""
WEAK_SCORE: Final = 0.1
"""From here on a box counts where a track expects it. With `SURE_SCORE` on PETS2009 S2L1: recall .911 to .920, precision
.924 to .922, mean count error .379 to .335 (tests/integration/test_seeing_quality.py)."""
MATCH_THRESHOLD: Final = 0.9
"""Largest cost (1 - IoU x score) of a match. On PETS2009 S2L1 at 3.5 frames/s .9 changes 55 ids, ultralytics' .8 75."""
_MAX_IDS: Final = 2_000
"""Ids kept per camera before the ended ones are looked for; more than a camera shows at once."""

_KINDS: Final[tuple[frozenset[ObjectClass], ...]] = (
    frozenset({ObjectClass.PERSON}),
    frozenset({ObjectClass.BAG}),
    frozenset(ObjectClass) - {ObjectClass.PERSON, ObjectClass.BAG},
)
"""Objects that are tracked together: a car may be called a truck for a frame, but never becomes a person."""
_ON_THE_GROUND: Final = frozenset({0, 1})
"""Kinds that are followed in metres: persons and bags. A vehicle is larger than a square and goes farther than one in a
frame."""


@dataclass(frozen=True, slots=True)
class _Boxes:
    """What ByteTrack reads of detections: (N, 4) centre, width and height; (N,) score; (N,) class."""

    xywh: NDArray[np.float32]
    conf: NDArray[np.float32]
    cls: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.conf)

    def __getitem__(self, chosen: Any) -> _Boxes:
        return _Boxes(self.xywh[chosen], self.conf[chosen], self.cls[chosen])


@dataclass
class CameraTracks:
    """The tracks of one camera in one epoch: a tracker per kind of object, and our ids by kind and the tracker's id."""

    source_epoch: str
    epoch: str
    trackers: tuple[Any, ...]
    squares: Squares | None
    last_at: datetime | None = None
    ids: dict[tuple[int, int], int] = field(default_factory=dict)
    next_id: Any = field(default_factory=count)


class Trackers:
    """One tracker per camera; nothing is shared between cameras or between instances.

    Args:
        run: Tells this process apart from those before, so that a restart begins new epochs.
        frame_rate_per_s: Frames per second of a camera, for how many frames a lost track is looked for.
        grounds: The ground of each calibrated camera.
    """

    def __init__(
        self,
        run: str,
        frame_rate_per_s: float = FRAME_RATE_PER_S,
        grounds: Mapping[str, Ground] = {},
    ) -> None:
        # Imported now and not with the first picture, since that takes seconds.
        prepare_ultralytics()
        from ultralytics.trackers.byte_tracker import BYTETracker

        self._tracker_type = BYTETracker
        self._run = run
        self._grounds = dict(grounds)
        self._settings: dict[str, float] = {
            "track_high_thresh": SURE_SCORE,
            "track_low_thresh": WEAK_SCORE,
            "new_track_thresh": SURE_SCORE,
            "track_buffer": max(1, round(LOST_S * frame_rate_per_s)),
            "match_thresh": MATCH_THRESHOLD,
        }
        self._cameras: dict[str, CameraTracks] = {}
        self._rate_per_s = frame_rate_per_s
        self._opening = 0

    def forget(self) -> None:
        """Forget all tracks: the cameras went to another worker, and whoever comes back begins a new epoch."""
        self._cameras.clear()
        self._opening += 1

    def track(self, frame: FrameReference, objects: Sequence[DetectedObject]) -> tuple[str, list[DetectedObject]]:
        """Return the track epoch and the objects that count, with their track ids.

        An object counts when its score is at least `SURE_SCORE`, or at least `WEAK_SCORE` where a track expects it. A new
        object keeps None until it is seen a second time. Frames of a camera come in their order; one that does not, or
        comes twice, is given no ids. Of a frame with attention all weak objects are returned, for `observe` to judge; they
        begin no track all the same.
        """
        tracks = self._of(frame)
        least_score = WEAK_SCORE if frame.attention else SURE_SCORE
        if tracks.last_at is not None and frame.captured_at <= tracks.last_at:
            return tracks.epoch, [item for item in objects if item.score >= least_score]
        missing = missing_frames(_unseen_s(tracks, frame), self._rate_per_s)
        tracks.last_at = frame.captured_at
        ids: dict[int, int] = {}
        for kind, tracker in enumerate(tracks.trackers):
            _carry(tracker, missing)
            places = [place for place, item in enumerate(objects) if item.object_class in _KINDS[kind]]
            if not places and not tracker.tracked_stracks and not tracker.lost_stracks:
                tracker.frame_id += 1  # all that it would do; what comes in its very first frame would count at once
                continue
            xywh = _boxes([objects[place] for place in places])
            if tracks.squares is not None and kind in _ON_THE_GROUND:
                xywh, seen = tracks.squares.around(xywh, frame.width_px, frame.height_px)
                places = [place for place, found in zip(places, seen, strict=True) if found]
            for row in tracker.update(_for_tracker(xywh, [objects[place] for place in places])):
                key = (kind, int(row[4]))
                if key not in tracks.ids:
                    tracks.ids[key] = next(tracks.next_id)
                ids[places[int(row[-1])]] = tracks.ids[key]
        _forget_ended(tracks)
        counted = [place for place, item in enumerate(objects) if item.score >= least_score or place in ids]
        return tracks.epoch, [objects[place].model_copy(update={"track_id": ids.get(place)}) for place in counted]

    def _of(self, frame: FrameReference) -> CameraTracks:
        known = self._cameras.get(frame.camera_id)
        if known is not None and known.source_epoch == frame.epoch and _unseen_s(known, frame) <= MAX_GAP_S:
            return known
        began = (frame.camera_id, frame.epoch, iso_utc(frame.captured_at))
        epoch = derive_id("track-epoch", self._run, str(self._opening), *began)
        ground = self._grounds.get(frame.camera_id)
        squares = None if ground is None else Squares(ground)
        trackers = tuple(
            self._new_tracker(squares is not None and kind in _ON_THE_GROUND) for kind in range(len(_KINDS))
        )
        fresh = CameraTracks(frame.epoch, epoch, trackers, squares)
        self._cameras[frame.camera_id] = fresh
        return fresh

    def _new_tracker(self, on_the_ground: bool) -> Any:
        """Return a tracker; on the ground a box's score says nothing of where it stands, so distance alone decides there."""
        return self._tracker_type(SimpleNamespace(**self._settings, fuse_score=not on_the_ground))


def _unseen_s(tracks: CameraTracks, frame: FrameReference) -> float:
    """Return for how long nobody looked before this frame: while nothing moved, the frame before still held."""
    if tracks.last_at is None:
        return 0.0
    return (frame.captured_at - tracks.last_at).total_seconds() - frame.quiet_s


def missing_frames(unseen_s: float, rate_per_s: float) -> int:
    """Return for how many frames between two that came ByteTrack must be carried on: it counts frames where time passes.

    Without them a track's speed is a step from frame to frame, and wrong as soon as frames come closer or further apart. Never
    for longer than lost tracks are looked for (`LOST_S`).

    Args:
        unseen_s: How long nobody looked before the frame, see `_unseen_s`.
        rate_per_s: Frames per second for which the tracker is set.
    """
    return max(0, min(round(unseen_s * rate_per_s) - 1, round(LOST_S * rate_per_s)))


def _carry(tracker: Any, frames: int) -> None:
    """Let every track go on as it went, for so many frames that nobody looked at."""
    for _ in range(frames):
        tracker.frame_id += 1
        tracker.multi_predict([*tracker.tracked_stracks, *tracker.lost_stracks])


def _forget_ended(tracks: CameraTracks) -> None:
    """Keep the ids of tracks that can still be found; an epoch may last for weeks."""
    if len(tracks.ids) > _MAX_IDS:
        alive = {
            (kind, int(track.track_id))
            for kind, tracker in enumerate(tracks.trackers)
            for track in (*tracker.tracked_stracks, *tracker.lost_stracks)
        }
        tracks.ids = {key: track_id for key, track_id in tracks.ids.items() if key in alive}


def _boxes(objects: Sequence[DetectedObject]) -> NDArray[np.float64]:
    """Return (N, 4) centre, width and height in pixels of the frame."""
    rows = [
        (
            (item.box.x_min_px + item.box.x_max_px) / 2,
            (item.box.y_min_px + item.box.y_max_px) / 2,
            item.box.x_max_px - item.box.x_min_px,
            item.box.y_max_px - item.box.y_min_px,
        )
        for item in objects
    ]
    return np.array(rows, np.float64).reshape(-1, 4)


def _for_tracker(xywh: NDArray[np.float64], objects: Sequence[DetectedObject]) -> _Boxes:
    classes = list(ObjectClass)
    return _Boxes(
        xywh.astype(np.float32),
        np.array([item.score for item in objects], np.float32),
        np.array([classes.index(item.object_class) for item in objects], np.float32),
    )
