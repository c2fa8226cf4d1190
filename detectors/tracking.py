"""Tracks: which boxes of one camera are the same object from frame to frame. ByteTrack, as ultralytics keeps it.

A track id holds within one camera and one epoch. An epoch ends when the source is opened anew, when the worker restarts,
or after a gap, so that ids are never carried over what nobody saw.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Final

import numpy as np

from schemas.base import derive_id, iso_utc
from schemas.cameras import DetectedObject, FrameReference, ObjectClass

MAX_GAP_S: Final = 5.0
"""After a longer gap nobody can say that two boxes are one object."""
BYTETRACK: Final = {
    "track_high_thresh": 0.25,
    "track_low_thresh": 0.1,
    "new_track_thresh": 0.25,
    "track_buffer": 30,
    "match_thresh": 0.8,
    "fuse_score": True,
}
"""ultralytics' own defaults for ByteTrack (bytetrack.yaml)."""


@dataclass
class _Boxes:
    """What ByteTrack reads of detections: centre, width and height in pixels, score, class number."""

    xywh: np.ndarray[Any, Any]
    conf: np.ndarray[Any, Any]
    cls: np.ndarray[Any, Any]

    def __len__(self) -> int:
        return len(self.conf)

    def __getitem__(self, chosen: Any) -> _Boxes:
        return _Boxes(self.xywh[chosen], self.conf[chosen], self.cls[chosen])


@dataclass
class CameraTracks:
    """The tracks of one camera in one epoch."""

    source_epoch: str
    epoch: str
    tracker: Any
    last_at: datetime


class Trackers:
    """One tracker per camera."""

    def __init__(self, run: str, frame_rate: float = 7.0) -> None:
        """Begin; `run` tells this process apart from those before, so that a restart begins new epochs."""
        self._run = run
        self._frame_rate = frame_rate
        self._cameras: dict[str, CameraTracks] = {}

    def track(self, frame: FrameReference, objects: Sequence[DetectedObject]) -> tuple[str, list[DetectedObject]]:
        """Return the track epoch and the objects with their track ids; objects that are not tracked keep None.

        Frames of a camera come in their order; one that does not is given no ids.
        """
        tracks = self._of(frame)
        if frame.captured_at < tracks.last_at:
            return tracks.epoch, list(objects)
        tracks.last_at = frame.captured_at
        classes = list(ObjectClass)
        boxes = np.array([_centre_size(item) for item in objects], dtype=np.float32).reshape(-1, 4)
        found = _Boxes(
            boxes,
            np.array([item.score for item in objects], dtype=np.float32),
            np.array([classes.index(item.object_class) for item in objects], dtype=np.float32),
        )
        rows = tracks.tracker.update(found)
        tracked = list(objects)
        for row in rows:
            index = int(row[-1])
            tracked[index] = objects[index].model_copy(update={"track_id": int(row[4])})
        return tracks.epoch, tracked

    def _of(self, frame: FrameReference) -> CameraTracks:
        known = self._cameras.get(frame.camera_id)
        if known is not None and known.source_epoch == frame.epoch:
            gap_s = (frame.captured_at - known.last_at).total_seconds()
            if gap_s <= MAX_GAP_S:
                return known
        epoch = derive_id("track-epoch", self._run, frame.camera_id, frame.epoch, iso_utc(frame.captured_at))
        fresh = CameraTracks(frame.epoch, epoch, self._new_tracker(), frame.captured_at)
        self._cameras[frame.camera_id] = fresh
        return fresh

    def _new_tracker(self) -> Any:
        from ultralytics.trackers.byte_tracker import BYTETracker

        return BYTETracker(SimpleNamespace(**BYTETRACK), frame_rate=round(self._frame_rate))


def _centre_size(item: DetectedObject) -> tuple[float, float, float, float]:
    box = item.box
    width, height = box.x_max_px - box.x_min_px, box.y_max_px - box.y_min_px
    return box.x_min_px + width / 2, box.y_min_px + height / 2, width, height
