"""Leaves out the pictures of a camera before which nothing moves, and says for how long nothing did.

`MotionFinder` sees whether anything moves, on a small grey copy, against a running background. `step` decides from its
answer and the times alone which pictures are sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.opencv import cv2
from detectors.view.thumbnail import Grey, Shown

KEEP_ALIVE_S: Final = 10.0
"""A camera before which nothing moves sends a picture this often, so that its silence is no riddle to anyone."""
AWAKE_S: Final = 5.0
"""How long pictures go on after the last motion: a person who stands still for a moment keeps being tracked."""
GAP_S: Final = 2.0
"""Pictures further apart than this leave time in which nobody watched."""
SPARSE_S: Final = 0.5
"""Pictures further apart than this show only some of what happens between them: motion in one began after the one before."""

BACKGROUND_S: Final = 4.0
"""Time constant of the background: light is followed, and who stands quite still counts as motion for some 4 s."""
GLIMPSE_S: Final = 0.25
"""What was not there in the picture before is learned as if it had been there for no longer, however far apart pictures are: a
flash would else leave its ghost in the background, and the next picture would differ in the same place."""
NOISE_S: Final = 10.0
"""Time constant of each pixel's usual change, so that leaves, flags and flickering lamps are known after a while."""
SMOOTH: Final = (5, 5)
"""Mean over so many pixels: a streak of rain, one pixel wide, keeps a fifth of its brightness, a person two thirds."""
LEAST_CHANGE: Final = 8.0
"""Smallest change in grey levels that counts, after smoothing: ten times the noise of a camera at night."""
NOISES: Final = 5.0
"""The same in mean absolute changes of the pixel: 4 standard deviations of normal noise."""
DARK: Final = 8.0
"""Grey levels added before brightness is compared, so that the noise of what is nearly black does not count as light."""
LIGHT_PX: Final = (25, 25)
"""What grows brighter as a whole over so many pixels is in other light (a cloud's shadow, lamps, the camera's gain), and is
compared as if it were not. Somebody who fills half of it keeps an outline."""
CLUSTER: Final = (3, 5)
CLUSTER_PIXELS: Final = 12
"""Changed pixels within 3x5 that count. A person who is 20 px high in a picture of 640x360 is 3x10 in the copy."""
REACH_PX: Final = 9
"""What has changed must change again so near in the next picture: what walks does, rain and snow do not. Side of a square."""
LARGE_PIXELS: Final = 150
"""More than this in both pictures moves without overlap too: somebody close by who runs."""


class PictureMotion(Enum):
    """Picture motion: what a picture shows.

    Attributes:
        NONE: Nothing moves.
        MAYBE: Something changed; the next picture tells whether it moves.
        MOVES: Something moves.
        UNKNOWN: The first picture, or the first after a gap: there is nothing to compare it with.
    """

    NONE = "none"
    MAYBE = "maybe"
    MOVES = "moves"
    UNKNOWN = "unknown"


class MotionFinder:
    """The background of one camera and the usual change of each of its pixels.

    Args:
        shown: Where the small copy is not masked.
    """

    def __init__(self, shown: Shown) -> None:
        self._shown = shown
        self._background: NDArray[np.float32] | None = None
        self._noise = np.zeros(shown.shape, np.float32)
        self._over = self._changed = np.zeros(shown.shape, np.uint8)
        self._looked_at: datetime | None = None

    def look(self, grey: Grey, at: datetime) -> PictureMotion:
        """Return whether anything moves in the camera's next picture; one of another size begins anew."""
        step_s = float("inf") if self._looked_at is None else (at - self._looked_at).total_seconds()
        self._looked_at = at
        picture = np.asarray(cv2.blur(grey, SMOOTH), np.float32)
        if grey.shape != self._shown.shape:
            self._shown = cv2.resize(self._shown, grey.shape[::-1], interpolation=cv2.INTER_NEAREST).astype(np.uint8)
            self._background = None
        background = self._background
        if background is None or not 0 <= step_s <= GAP_S:
            self._background = picture
            self._noise = np.full(grey.shape, LEAST_CHANGE / NOISES / 2, np.float32)
            self._over = self._changed = np.zeros(grey.shape, np.uint8)
            return PictureMotion.UNKNOWN
        change = self._change(picture, background)
        limit = np.maximum(self._noise * NOISES, LEAST_CHANGE)
        over = np.asarray(cv2.compare(change, limit, cv2.CMP_GT), np.uint8)
        self._learn(picture, background, change, over, step_s)
        self._over = over
        return self._judge(over)

    def _change(self, picture: NDArray[np.float32], background: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return by how much each pixel differs from the background, apart from what light and the camera's gain did."""
        light = np.asarray(cv2.blur((picture + DARK) / (background + DARK), LIGHT_PX), np.float32)
        change = np.abs(picture - background * light)
        change[self._shown == 0] = 0
        return change

    def _learn(
        self,
        picture: NDArray[np.float32],
        background: NDArray[np.float32],
        change: NDArray[np.float32],
        over: NDArray[np.uint8],
        step_s: float,
    ) -> None:
        if step_s <= GLIMPSE_S:
            cv2.accumulateWeighted(picture, background, step_s / BACKGROUND_S)
        else:
            fresh = cv2.bitwise_and(over, cv2.bitwise_not(self._over))
            cv2.accumulateWeighted(picture, background, GLIMPSE_S / BACKGROUND_S, mask=fresh)
            cv2.accumulateWeighted(picture, background, step_s / BACKGROUND_S, mask=cv2.bitwise_not(fresh))
        part = min(1.0, step_s / NOISE_S)
        # What moves is no noise, but what never rests is: it is learned four times more slowly.
        cv2.accumulateWeighted(change, self._noise, part, mask=cv2.bitwise_not(over))
        cv2.accumulateWeighted(change, self._noise, part / 4, mask=over)

    def _judge(self, over: NDArray[np.uint8]) -> PictureMotion:
        counts = cv2.boxFilter(over & 1, -1, CLUSTER, normalize=False, borderType=cv2.BORDER_CONSTANT)
        changed = np.where(counts >= CLUSTER_PIXELS, np.uint8(255), np.uint8(0))
        before, self._changed = self._changed, changed
        now = cv2.countNonZero(changed)
        if now == 0:
            return PictureMotion.NONE
        near = cv2.dilate(before, np.ones((REACH_PX, REACH_PX), np.uint8))
        again = cv2.countNonZero(cv2.bitwise_and(near, changed)) > 0
        return (
            PictureMotion.MOVES if again or min(now, cv2.countNonZero(before)) >= LARGE_PIXELS else PictureMotion.MAYBE
        )


class SendReason(StrEnum):
    """Send reason: why a picture is sent, or not."""

    FIRST = "first"
    MOTION = "motion"
    AFTER_MOTION = "after_motion"
    VIEW_CHANGED = "view_changed"
    ATTENTION = "attention"
    KEEP_ALIVE = "keep_alive"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class GateState:
    """Gate state: what the gate remembers of a camera's stream; a fresh one for each opening of it.

    Attributes:
        sent_at: When the last picture that was sent was taken.
        looked_at: When the last picture was taken.
        still_since: Since when pictures were watched without a gap and without motion.
        awake_until: Until when pictures are sent because something moved.
        left_out: Whether pictures were left out since the last that was sent.
    """

    sent_at: datetime | None = None
    looked_at: datetime | None = None
    still_since: datetime | None = None
    awake_until: datetime | None = None
    left_out: bool = False


@dataclass(frozen=True, slots=True)
class Passage:
    """Passage: whether a picture is sent, why, and how many seconds just before it were watched and without motion."""

    reason: SendReason
    quiet_s: float = 0.0

    @property
    def sent(self) -> bool:
        """Return whether it is sent."""
        return self.reason is not SendReason.QUIET


def step(
    state: GateState,
    at: datetime,
    *,
    moves: bool,
    sees: bool = True,
    view_changed: bool = False,
    attention: bool = False,
) -> tuple[GateState, Passage]:
    """Return what becomes of a picture, and the state after it.

    Args:
        state: The state before.
        at: When it was taken; a time before the last picture's begins anew.
        moves: Whether something moves, or it is not known whether something does.
        sees: Whether the camera could see and was alive; where it could not, no time up to here was watched.
        view_changed: Whether it could see something else than at the last picture that was sent.
        attention: Whether a report asks for more of the camera: no picture is left out then.
    """
    back = state.looked_at is not None and at < state.looked_at
    state = GateState() if back else state
    gap = state.looked_at is None or (at - state.looked_at).total_seconds() > GAP_S
    still_since = at if gap or not sees or state.still_since is None else state.still_since
    awake_until = at + timedelta(seconds=AWAKE_S) if moves else state.awake_until
    reason = _reason(state.sent_at, at, awake_until, moves=moves, view_changed=view_changed, attention=attention)
    if reason is SendReason.QUIET:
        return GateState(state.sent_at, at, still_since, awake_until, left_out=True), Passage(reason)
    quiet_s = (at - still_since).total_seconds() if state.left_out else 0.0
    return GateState(at, at, at, awake_until), Passage(reason, quiet_s)


def _reason(
    sent_at: datetime | None,
    at: datetime,
    awake_until: datetime | None,
    *,
    moves: bool,
    view_changed: bool,
    attention: bool,
) -> SendReason:
    if sent_at is None:
        return SendReason.FIRST
    holds = {
        SendReason.MOTION: moves,
        SendReason.AFTER_MOTION: awake_until is not None and at <= awake_until,
        SendReason.VIEW_CHANGED: view_changed,
        SendReason.ATTENTION: attention,
        SendReason.KEEP_ALIVE: (at - sent_at).total_seconds() >= KEEP_ALIVE_S,
    }
    return next((reason for reason, true in holds.items() if true), SendReason.QUIET)
