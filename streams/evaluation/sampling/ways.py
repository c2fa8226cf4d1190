"""Quality of frame sampling: what is still told where the model looks at some of a camera's pictures: `toezicht eval sampling`.

Each way of choosing them is held against looking at all, on the same pictures with the same boxes: the model looks at every
picture once, and a picture that a way spares is as if it had not been looked at. Trackers, tests of motion and `observe` are the
product's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from math import floor
from typing import Final, NamedTuple, Protocol

from detectors.tracking.bytetrack import Trackers
from detectors.tracking.ground_squares import Ground
from schemas.cameras import DetectedObject, FrameReference
from streams.domain.cameras.sampling import (
    FindStep,
    Followed,
    Look,
    LookReason,
    PictureChange,
    Region,
    SamplingState,
    expected,
    sample,
    with_look,
)
from streams.stages.detect.sampling import steps_on

CAMERA: Final = "sampling"
BEGAN: Final = datetime(2000, 1, 3, 12, tzinfo=UTC)
"""Only differences matter, and that it is a whole second."""

FindChange = Callable[[Sequence[Region]], PictureChange]
"""What changed in a picture since the last look, given where people are expected."""


class PictureSampler(Protocol):
    """Picture sampler: chooses pictures of one camera, and is told what a look showed."""

    def look(self, at: datetime, find: FindChange) -> Look:
        """Return whether the model looks at the picture taken at this moment."""

    def looked(self, at: datetime, objects: Sequence[DetectedObject], find_step: FindStep) -> None:
        """Take what a look showed, tracked, and what tells how far a pixel is on the ground."""


class EveryPicture:
    """Looks at every picture, as a camera without sampling."""

    def look(self, at: datetime, find: FindChange) -> Look:
        """Look; see `PictureSampler`."""
        return Look(LookReason.REGULAR)

    def looked(self, at: datetime, objects: Sequence[DetectedObject], find_step: FindStep) -> None:
        """Need nothing; see `PictureSampler`."""


class FixedRate:
    """Looks so many times a second, whatever is seen: what a lower frame rate of the camera would bring."""

    def __init__(self, per_s: float) -> None:
        self._per_s = per_s
        self._turn = -1

    def look(self, at: datetime, find: FindChange) -> Look:
        """Look at the first picture of each turn; see `PictureSampler`."""
        turn = floor((at - BEGAN).total_seconds() * self._per_s + 1e-6)
        if turn == self._turn:
            return Look(LookReason.FOLLOWED)
        self._turn = turn
        return Look(LookReason.REGULAR)

    def looked(self, at: datetime, objects: Sequence[DetectedObject], find_step: FindStep) -> None:
        """Need nothing; see `PictureSampler`."""


class WhenNeeded:
    """The product's way: a pure function of what changed and of those who are followed (`streams/domain/cameras/sampling.py`)."""

    def __init__(self) -> None:
        self._state, self._followed = SamplingState(), Followed()
        self._newcomers: tuple[Region, ...] = ()

    def look(self, at: datetime, find: FindChange) -> Look:
        """Decide; see `PictureSampler`."""
        change = find(expected(self._followed, at))
        self._state, look = sample(self._state, at, change, self._followed)
        self._newcomers = look.newcomers
        return look

    def looked(self, at: datetime, objects: Sequence[DetectedObject], find_step: FindStep) -> None:
        """Follow who was seen; see `PictureSampler`."""
        self._followed = with_look(self._followed, at, objects, self._newcomers, find_step)


WAYS: Final[Mapping[str, Callable[[], PictureSampler]]] = {
    "every_picture": EveryPicture,
    "when_needed": WhenNeeded,
    "1_per_s": lambda: FixedRate(1),
}
"""The ways that are compared, the one they are held against first."""


class SceneFrame(NamedTuple):
    """Scene frame: a picture of a scene: when it was taken, what the model would find in it, and what changed in it.

    Attributes:
        at_s: Seconds after the beginning.
        objects: What the model finds.
        find: What changed since the last look.
        looked: Told where the model looks, so that the next is compared with this.
    """

    at_s: float
    objects: Sequence[DetectedObject]
    find: FindChange
    looked: Callable[[], None]


class LookedAt(NamedTuple):
    """Looked at: a picture that was looked at: its place among all, why, and those in it with their tracks."""

    place: int
    look: Look
    objects: list[DetectedObject]
    track_epoch: str = ""


class Run(NamedTuple):
    """Run: what a way of choosing looked at, and the reason for each picture."""

    looked: list[LookedAt]
    reasons: list[LookReason]

    @property
    def share(self) -> float:
        """Return the share of pictures that the model looked at."""
        return len(self.looked) / len(self.reasons) if self.reasons else 0.0


def run(
    frames: Iterable[SceneFrame],
    sampler: PictureSampler,
    size_px: tuple[int, int],
    fps: float,
    ground: Ground | None = None,
    *,
    tracked: bool = False,
) -> Run:
    """Return what a way of choosing looks at, followed by the product's tracker.

    Args:
        frames: The pictures in the order of time.
        sampler: The way of choosing.
        size_px: Their size.
        fps: How many there are per second.
        ground: The camera's ground, where it is calibrated.
        tracked: Whether the objects have their true tracks and need no tracker.
    """
    trackers = None if tracked else Trackers(CAMERA, fps, {} if ground is None else {CAMERA: ground})
    looked, reasons, find_step = list[LookedAt](), list[LookReason](), steps_on(ground, size_px)
    for place, frame in enumerate(frames):
        at = BEGAN + timedelta(seconds=frame.at_s)
        look = sampler.look(at, frame.find)
        reasons.append(look.reason)
        if not look.reason.looks:
            continue
        frame.looked()
        epoch, objects = CAMERA, list(frame.objects)
        if trackers is not None:
            epoch, objects = trackers.track(_reference(place, at, size_px, look.quiet_s), objects)
        sampler.looked(at, objects, find_step)
        looked.append(LookedAt(place, look, objects, epoch))
    return Run(looked, reasons)


def _reference(place: int, at: datetime, size_px: tuple[int, int], quiet_s: float) -> FrameReference:
    return FrameReference(
        camera_id=CAMERA,
        epoch=CAMERA,
        sequence=place,
        captured_at=at,
        width_px=size_px[0],
        height_px=size_px[1],
        mask_version="none",
        quiet_s=quiet_s,
    )
