"""View check: whether a camera that sends pictures can see.

Frozen, black, blinded, blurred, moved, covered, masked out, or clear.

`judge` decides from a few figures alone. `ViewCheck` measures them, once per second of picture time, on a small grey copy
of the masked picture, against the same camera's own earlier pictures.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.opencv import cv2
from detectors.view.reference import Comparison, Reference
from detectors.view.sameness import Sameness
from detectors.view.thumbnail import Grey, Shown
from schemas.cameras import Visibility
from schemas.phrases.codes import cameras as says
from schemas.phrases.phrase import Phrase

LEAST_SHOWN: Final = 0.10
"""Share of the picture that must be unmasked: less than a tenth is a slit in which nobody is seen for long."""
_LEVELS: Final = np.arange(256)
BRIGHT_LEVEL: Final = 40
"""Grey level that every lamp and lit wall exceeds at night; a covered or dead sensor with its noise stays below."""
LEAST_BRIGHT: Final = 0.002
"""Share of bright pixels below which a picture is black: one lamp of 10x11 pixels in 320x180 is more."""
WASHED_LEVEL: Final = 250
"""Grey level that counts as saturated; codecs turn 255 into a few levels less."""
WASHED_ALONE: Final = 0.45
"""Share that is saturated beyond the normal share and blinds by itself; a white sky is part of the normal share."""
WASHED_WITH_LOSS: Final = 0.12
"""The same where structure is lost too: a laser or the low sun, whose glare lies like a veil over the whole picture."""
KEPT_IN_GLARE: Final = 0.5
"""Share of matching blocks, or of the gradients' strength, below which structure is lost in a glare."""
FOG_BRIGHT: Final = 200.0
FOG_SPREAD: Final = 14.0
"""A picture brighter than this on average, and flatter, is washed out. Fog that takes 60 % of the contrast of PETS2009 S2L1
leaves a mean of 163 and a spread of 21."""
FROZEN_AFTER_S: Final = 5.0
"""How long pictures must be the same; a key frame every 2 to 4 s shows a living camera's noise anew."""
FROZEN_UNKNOWN_AFTER_S: Final = 60.0
"""The same for a live camera of which no noise is known, such as one that was frozen from the start."""
LEAST_MATCH: Final = 0.5
"""Mean cosine between gradient directions from which on a block is where it was; unrelated edges average to nothing."""
MOVED_MATCHED: Final = 0.3
"""Share of matching blocks below which the view is another one. On PETS2009 S2L1: .9 as it is, .7 behind a crowd that fills the
lower half, below .2 after a shift by 6 % of the width."""
STEADY: Final = 0.5
"""Share of an earlier picture's blocks that still match, from which on a view that is not the usual one stands still: a camera
that was moved looks at walls, and people close before one that was not go on. On PETS2009 S2L1, moved, .7 to .97 after 3 to
11 s; in a crowd that fills the picture (made) up to .45 after 3 s, and most of that where the usual view shows in the gaps."""
STEADY_OVER: Final = (3, 20)
"""Looks, one per second: the earlier picture is so old at least, and at most: who stands still for 3 s does not for 20."""
BLURRED_SHARPNESS: Final = 0.5
"""Fine structure relative to coarse below which a picture is blurred. On PETS2009 S2L1 a Gaussian whose sigma is 0.8 % of the
width leaves .36; 0.4 % stays above."""
BLURRED_STRUCTURE: Final = 0.4
"""Where nothing matches: strength of gradients below which nothing is left to see, so that it is no other view."""
LEAST_STRUCTURE: Final = 0.15
"""The same even where all matches. Fog that lets through 15 % of the contrast is clear by it, fog with 10 % is not."""

CHECK_EVERY_S: Final = 1.0
LEARN_S: Final = 10.0
"""How long a camera is watched before its first reference; long enough for passers-by to fade."""
RENEW_EVERY_S: Final = 30.0
RENEW_PART: Final = 0.05
"""Every 30 s the reference takes over a twentieth: a time constant of ten minutes follows sun and seasons, and no move."""
RECENT_PART: Final = 0.6
"""Part of a new picture in the mean of the last seconds: after 3 s only 6 % of what was before is left."""
GAP_S: Final = 3.0
"""After a longer gap, or a clock that jumps back, nothing is said of the time between."""


@dataclass(frozen=True, slots=True)
class Light:
    """Brightness of the shown pixels: mean and standard deviation in grey levels, shares that are bright or saturated."""

    mean: float
    spread: float
    bright: float
    washed: float


@dataclass(frozen=True, slots=True)
class Features:
    """Features: what is known of a picture.

    Attributes:
        shown: Share of the picture that no mask covers.
        light: Its brightness; None where nothing is shown.
        washed_before: Share that is saturated in normal times.
        same_s: For how long each picture has been the same as the one before.
        frozen_after_s: For how long they must be to be a frozen one.
        compared: How it compares with the reference; None where there is none, or too few edges.
        steady: Where it does not match the reference: share of what it showed some seconds before that it still shows.
    """

    shown: float
    light: Light | None
    washed_before: float = 0.0
    same_s: float = 0.0
    frozen_after_s: float = FROZEN_AFTER_S
    compared: Comparison | None = None
    steady: float = 1.0


@dataclass(frozen=True, slots=True)
class ViewVerdict:
    """View verdict: what a picture shows, and the figures that say so, for operations."""

    visibility: Visibility
    why: Phrase


def judge(features: Features) -> ViewVerdict:
    """Return what a camera can see.

    The first that applies in the order masked out, black, blinded, frozen, blurred, covered, moved.
    """
    light, compared = features.light, features.compared
    if light is None or features.shown < LEAST_SHOWN:
        return ViewVerdict(Visibility.MASKED_OUT, says.view_masked(100 * features.shown))
    if light.bright < LEAST_BRIGHT:
        return ViewVerdict(Visibility.BLACK, says.view_black(100 * light.bright, light.mean))
    if _is_blinded(light, features.washed_before, compared):
        return ViewVerdict(Visibility.BLINDED, says.view_blinded(100 * light.washed, light.mean))
    if features.same_s >= features.frozen_after_s:
        return ViewVerdict(Visibility.FROZEN, says.view_frozen(features.same_s))
    if compared is None:
        return ViewVerdict(Visibility.CLEAR, says.view_unknown())
    return _compared(compared, features.steady)


def _is_blinded(light: Light, washed_before: float, compared: Comparison | None) -> bool:
    more = light.washed - washed_before
    lost = compared is not None and min(compared.matched, compared.structure) < KEPT_IN_GLARE
    flat = light.mean >= FOG_BRIGHT and light.spread <= FOG_SPREAD
    return flat or more >= WASHED_ALONE or (lost and more >= WASHED_WITH_LOSS)


def _compared(compared: Comparison, steady: float) -> ViewVerdict:
    lost = compared.structure < (BLURRED_STRUCTURE if compared.matched < MOVED_MATCHED else LEAST_STRUCTURE)
    if lost:
        return ViewVerdict(Visibility.BLURRED, says.view_structure(100 * compared.structure))
    if compared.matched >= MOVED_MATCHED:
        if compared.sharpness < BLURRED_SHARPNESS:
            return ViewVerdict(Visibility.BLURRED, says.view_sharpness(100 * compared.sharpness))
        return ViewVerdict(Visibility.CLEAR, says.view_matched(100 * compared.matched))
    if steady < STEADY:
        return ViewVerdict(Visibility.COVERED, says.view_covered(100 * compared.matched))
    return ViewVerdict(Visibility.MOVED, says.view_matched(100 * compared.matched))


def light_of(grey: Grey, shown: Shown) -> Light | None:
    """Return the brightness of what is shown; None where nothing is."""
    counts = cv2.calcHist([grey], [0], shown, [256], [0, 256]).ravel()
    total = float(counts.sum())
    if total == 0:
        return None
    mean = float(counts @ _LEVELS / total)
    spread = float(np.sqrt(counts @ (_LEVELS - mean) ** 2 / total))
    return Light(mean, spread, float(counts[BRIGHT_LEVEL:].sum() / total), float(counts[WASHED_LEVEL:].sum() / total))


class ViewCheck:
    """Watches the view of one camera. The reference outlives reopening the source, so a camera that was moved is found.

    While the view is not clear the reference stays as it is: a camera that was moved stays `moved` until it is turned back,
    or until capture is started again, which takes the new view for the right one.

    Args:
        shown: Where the small copy is not masked.
        live: Whether it is a live camera; a still image that is played for ever is no frozen camera.
    """

    def __init__(self, shown: Shown, live: bool) -> None:
        self.verdict = ViewVerdict(Visibility.CLEAR, says.view_not_looked())
        self._shown = shown
        self._frozen_after_s = FROZEN_UNKNOWN_AFTER_S if live else float("inf")
        self._looked_at: datetime | None = None
        self._begin()

    @property
    def alive(self) -> bool:
        """Return whether pictures change as this camera's do; when they do not, nobody can say that it was watched."""
        return not (self._sameness.noisy and self._sameness.same_s > 0)

    def look(self, grey: Grey, at: datetime) -> bool:
        """Take a picture; return whether it was looked at, which is once per second of picture time.

        Args:
            grey: The small copy; one of another size begins anew, with a new reference.
            at: When it was taken.
        """
        if grey.shape != self._shown.shape:
            self._shown = cv2.resize(self._shown, grey.shape[::-1], interpolation=cv2.INTER_NEAREST).astype(np.uint8)
            self._looked_at = None
            self._begin()
        step_s = None if self._looked_at is None else (at - self._looked_at).total_seconds()
        if step_s is not None and 0 <= step_s < CHECK_EVERY_S:
            return False
        self._looked_at = at
        if step_s is not None and not 0 <= step_s <= GAP_S:
            step_s = None
            self._forget()
        self._sameness.look(grey, step_s)
        recent = self._mix(grey)
        self.verdict = judge(self._features(grey, recent))
        if self.verdict.visibility is Visibility.CLEAR:
            self._learn(recent, step_s or 0.0)
        return True

    def _begin(self) -> None:
        self._sameness = Sameness(self._shown)
        self._forget()
        self._reference: Reference | None = None
        self._model: NDArray[np.float32] | None = None
        self._clear_s = 0.0
        self._share = float((self._shown > 0).mean())

    def _forget(self) -> None:
        self._recent: NDArray[np.float32] | None = None
        self._other: deque[NDArray[np.float32]] = deque(maxlen=STEADY_OVER[1])
        """What was seen in the last seconds, while it is not the usual view."""

    def _mix(self, grey: Grey) -> NDArray[np.float32]:
        """Return the mean of the last seconds, this picture included."""
        if self._recent is None:
            self._recent = grey.astype(np.float32)
        else:
            cv2.accumulateWeighted(grey, self._recent, RECENT_PART)
        return self._recent

    def _features(self, grey: Grey, recent: NDArray[np.float32]) -> Features:
        reference = self._reference
        compared = reference.compare(recent, LEAST_MATCH) if reference is not None and reference.usable else None
        return Features(
            steady=self._steady(grey, recent, compared),
            shown=self._share,
            light=light_of(grey, self._shown),
            washed_before=reference.washed if reference is not None else 0.0,
            same_s=self._sameness.same_s,
            frozen_after_s=self._frozen_after_s if not self._sameness.noisy else FROZEN_AFTER_S,
            compared=compared,
        )

    def _steady(self, grey: Grey, recent: NDArray[np.float32], compared: Comparison | None) -> float:
        """Return how much of what was seen some seconds ago is seen still; 0 before that is known."""
        if compared is None or compared.matched >= MOVED_MATCHED:
            self._other.clear()
            return 1.0
        least = STEADY_OVER[0]
        before = Reference(self._other[0], self._shown, 0.0) if len(self._other) >= least else None
        self._other.append(recent.copy())
        if before is None or not before.usable:
            return 0.0 if before is None else 1.0
        return before.compare(grey.astype(np.float32), LEAST_MATCH).matched

    def _learn(self, recent: NDArray[np.float32], step_s: float) -> None:
        """Let the reference follow a clear view."""
        self._clear_s += step_s
        if self._clear_s < (LEARN_S if self._model is None else RENEW_EVERY_S):
            return
        self._clear_s = 0.0
        if self._model is None:
            self._model = recent.copy()
        else:
            cv2.accumulateWeighted(recent, self._model, RENEW_PART)
        light = light_of(np.clip(self._model, 0, 255).astype(np.uint8), self._shown)
        self._reference = Reference(self._model, self._shown, light.washed if light is not None else 0.0)
