"""Frame sampling of the cameras that are set to it: which pictures the model looks at, decided in their order."""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from detectors.models.jpeg import PictureError, decode_grey
from detectors.tracking.ground_squares import Ground
from detectors.view.changes import ChangeFinder, Changes
from detectors.view.thumbnail import WIDTH_PX, small_grey
from schemas.cameras import Box, DetectedObject, FrameReference, Visibility
from streams import metrics
from streams.domain.cameras.sampling import (
    FindStep,
    Followed,
    GroundStep,
    Look,
    LookReason,
    PictureChange,
    Region,
    SamplingState,
    expected,
    sample,
    with_look,
)

REACH: Final = 0.1
"""How far around a foot point the ground is asked, as a share of the box's height: within what boxes are off."""
WHATEVER_IT_IS: Final = Look(LookReason.FIRST)
"""What cannot be decoded is looked at, where it is set aside with its reason."""


class ChosenPicture(NamedTuple):
    """Chosen picture: whether and why the model looks at it, and how many just before it were spared and not told.

    `over` says of a picture that is spared that it is to be told: as the first one of a second later than that of the last look.
    """

    look: Look
    spared: int = 0
    over: bool = False


@dataclass(slots=True)
class _Camera:
    """What is remembered of a camera's stream in one epoch."""

    epoch: str
    finder: ChangeFinder = field(default_factory=ChangeFinder)
    state: SamplingState = field(default_factory=SamplingState)
    followed: Followed = field(default_factory=Followed)
    spared: int = 0
    second: datetime | None = None
    """The second of the last look, as long as nothing was told of a later one."""


class SampledCameras:
    """Sampled cameras: what is known of each, so that its next picture is looked at or spared.

    `choose` comes from one thread, in the order of the pictures; `looked` from another, later: until then those are followed whom
    the look before showed.

    Args:
        cameras: Ids of the cameras that are sampled; every picture of the others is looked at.
        grounds: The ground of each calibrated camera, on which speeds are judged.
    """

    def __init__(self, cameras: Collection[str] = (), grounds: Mapping[str, Ground] = {}) -> None:
        self._sampled, self._grounds = frozenset(cameras), dict(grounds)
        self._cameras: dict[str, _Camera] = {}
        self._lock = threading.Lock()
        metrics.from_zero(metrics.FRAMES_SAMPLED, self._sampled, LookReason)

    def holds(self, camera_id: str) -> bool:
        """Return whether a camera is sampled."""
        return camera_id in self._sampled

    def forget(self) -> None:
        """Forget all cameras: the next picture of each is its first."""
        with self._lock:
            self._cameras.clear()

    def choose(self, frame: FrameReference, jpeg: bytes) -> ChosenPicture:
        """Return whether the model looks at a camera's next picture."""
        with self._lock:
            camera = self._cameras.get(frame.camera_id)
            if camera is None or camera.epoch != frame.epoch:
                camera = self._cameras[frame.camera_id] = _Camera(frame.epoch)
            followed = camera.followed
        try:
            grey = small_grey(decode_grey(jpeg, frame.width_px, frame.height_px, WIDTH_PX))
        except PictureError:
            return ChosenPicture(WHATEVER_IT_IS)
        shares = [_shares(region, frame) for region in expected(followed, frame.captured_at)]
        found = camera.finder.find(grey, frame.captured_at, shares)
        camera.state, look = sample(
            camera.state,
            frame.captured_at,
            _in_pixels(found, frame),
            followed,
            clear=frame.visibility is Visibility.CLEAR,
            attention=frame.attention,
            quiet_s=frame.quiet_s,
        )
        metrics.FRAMES_SAMPLED.labels(frame.camera_id, look.reason).inc()
        spared, second = camera.spared, frame.captured_at.replace(microsecond=0)
        if look.reason.looks:
            camera.finder.looked()
            camera.spared, camera.second = 0, second
            return ChosenPicture(look, spared)
        if camera.second is None or second <= camera.second:
            camera.spared += 1
            return ChosenPicture(look)
        camera.spared, camera.second = 1, None
        return ChosenPicture(look, spared, over=True)

    def looked(self, frame: FrameReference, look: Look, objects: Sequence[DetectedObject]) -> None:
        """Take what a look showed, tracked."""
        with self._lock:
            camera = self._cameras.get(frame.camera_id)
            if camera is not None and camera.epoch == frame.epoch:
                find_step = steps_on(self._grounds.get(frame.camera_id), (frame.width_px, frame.height_px))
                camera.followed = with_look(camera.followed, frame.captured_at, objects, look.newcomers, find_step)


def steps_on(ground: Ground | None, size_px: tuple[int, int]) -> FindStep:
    """Return what tells how far a pixel of pictures of this size is on the ground where somebody stands."""

    def find_step(box: Box) -> GroundStep | None:
        if ground is None:
            return None
        foot_px = (box.x_min_px + box.x_max_px) / 2, box.y_max_px
        step = ground.step(foot_px, REACH * (box.y_max_px - box.y_min_px), size_px)
        return None if step is None else GroundStep(*step)

    return find_step


def _shares(region: Region, frame: FrameReference) -> tuple[float, float, float, float]:
    left, top, right, bottom = region
    return left / frame.width_px, top / frame.height_px, right / frame.width_px, bottom / frame.height_px


def _in_pixels(changes: Changes, frame: FrameReference) -> PictureChange:
    width_px, height_px = frame.width_px, frame.height_px
    regions = (
        Region(left * width_px, top * height_px, right * width_px, bottom * height_px)
        for left, top, right, bottom in changes.elsewhere
    )
    return PictureChange(changes.moved, tuple(regions))
