"""Seeing: what one camera's pictures are worth: what each could see, which are sent, and for how long nothing moved before it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from detectors.privacy.masks import MaskedFrame
from detectors.view.check import ViewCheck
from detectors.view.damping import ViewState, damped
from detectors.view.motion_gate import SPARSE_S, GateState, MotionFinder, PictureMotion, SendReason, step
from detectors.view.thumbnail import small_grey, small_shown
from schemas.cameras import Visibility
from schemas.phrases.phrase import Phrase


@dataclass(frozen=True, slots=True)
class Sight:
    """A picture that is to be sent, and what it may be taken for.

    Attributes:
        frame: The masked picture.
        entered_at: When it entered the pipeline, by the clock (UTC).
        visibility: What the camera could see.
        quiet_s: How many seconds just before it were watched, without motion, and without a picture that was sent.
        attention: Whether a report asked for more of the camera.
    """

    frame: MaskedFrame
    entered_at: datetime
    visibility: Visibility
    quiet_s: float = 0.0
    attention: bool = False


@dataclass(frozen=True, slots=True)
class Looked:
    """Looked: what becomes of a picture: what is to be sent now, in order, and how many pictures were left out."""

    sights: tuple[Sight, ...]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class _Held:
    """A picture that is kept until the next one tells, and the gate's state before it."""

    sight: Sight
    sees: bool
    before: GateState


class Seeing:
    """Looks at every picture of one camera, before it is encoded.

    Args:
        hidden: Which pixels of the picture are masked, (height, width).
        gated: Whether pictures without motion are left out.
        live: Whether it is a live camera, whose pictures have noise.
    """

    def __init__(self, hidden: NDArray[np.bool_], gated: bool, live: bool) -> None:
        shown = small_shown(hidden)
        self._check: Final = ViewCheck(shown, live)
        self._view = ViewState()
        self._finder: Final = MotionFinder(shown) if gated else None
        self._gate = GateState()
        self._last: _Held | None = None
        """The picture before, if it was left out and nothing moved in it."""
        self._begun: tuple[_Held, ...] = ()
        """The picture before, if it was left out and something may have begun to move in it, after what must go with it."""
        self._quiet = False
        self._sent_visibility = Visibility.CLEAR
        self._take = 0

    @property
    def told(self) -> Visibility | None:
        """Return the view as it is to be told of the camera: damped. None until it has been watched for some seconds."""
        return self._view.told

    @property
    def why(self) -> Phrase:
        """Return the newest figures behind it, for a person."""
        return self._check.verdict.why

    @property
    def quiet(self) -> bool:
        """Return whether nothing has moved for a while before a camera that sees: then a picture now and then tells as much."""
        return self._quiet

    def look(self, frame: MaskedFrame, entered_at: datetime, attention: bool = False) -> Looked:
        """Take the camera's next picture; `attention` says that a report asks for more of it."""
        left_out = self.cut() if frame.take != self._take else 0
        self._take = frame.take
        grey = small_grey(frame.image)
        if self._check.look(grey, frame.captured_at):
            self._view = damped(self._view, self._check.verdict.visibility, frame.captured_at)
        sight = Sight(frame, entered_at, self._visibility(), attention=attention)
        if self._finder is None:
            return Looked((sight,))
        looked = self._pass(sight, self._finder.look(grey, frame.captured_at))
        return replace(looked, left_out=looked.left_out + left_out)

    def cut(self) -> int:
        """Note that the next picture does not follow on the last; return how many pictures are left out by that."""
        left_out = self._waiting
        self._last, self._begun, self._gate, self._quiet = None, (), GateState(), False
        return left_out

    def _visibility(self) -> Visibility:
        """Return what a picture may be taken for: bad as soon as it looks bad, clear only when the camera is told clear."""
        told = self._view.told
        return self._check.verdict.visibility if told is None or told is Visibility.CLEAR else told

    @property
    def _waiting(self) -> int:
        return len(self._begun) + (self._last is not None)

    def _pass(self, sight: Sight, motion: PictureMotion) -> Looked:
        """Return what is sent. A picture in which motion began is held until it is certain, and then sent too.

        If it came long after the one before, that one is sent as well: the quiet lasted up to there, and no further for certain.
        """
        sights: list[Sight] = []
        waited = self._waiting
        if motion is PictureMotion.MOVES:
            for held in self._begun:
                self._gate = self._append(sights, replace(held, before=self._gate) if sights else held, moves=True)
        now = _Held(sight, self._check.alive and sight.visibility is Visibility.CLEAR, self._gate)
        first = self._first(now) if motion is PictureMotion.MAYBE else ()
        self._gate = self._append(sights, now, moves=motion in (PictureMotion.MOVES, PictureMotion.UNKNOWN))
        is_sent = bool(sights) and sights[-1].frame is sight.frame
        if is_sent and first:
            sights.clear()
            self._gate = self._append(sights, first[0], due=True)
            self._gate = self._append(sights, replace(now, before=self._gate), due=True)
        self._begun = (*first, now) if motion is PictureMotion.MAYBE and not is_sent else ()
        self._last = now if motion is PictureMotion.NONE and not is_sent else None
        awake_until = self._gate.awake_until
        is_calm = motion is PictureMotion.NONE and awake_until is not None and sight.frame.captured_at > awake_until
        self._quiet = is_calm and now.sees and self.told is Visibility.CLEAR
        return Looked(tuple(sights), waited + 1 - len(sights) - self._waiting)

    def _first(self, now: _Held) -> tuple[_Held, ...]:
        """Return the picture before, if so much time lies between that quiet cannot be said up to this one."""
        last = self._last
        if last is None:
            return ()
        apart_s = (now.sight.frame.captured_at - last.sight.frame.captured_at).total_seconds()
        return (last,) if apart_s > SPARSE_S else ()

    def _append(self, sights: list[Sight], picture: _Held, *, moves: bool = False, due: bool = False) -> GateState:
        """Add a picture to those that are sent, if it is, or is due anyway; return the gate's state after it."""
        sight = picture.sight
        changed = sight.visibility is not self._sent_visibility
        state, passage = step(
            picture.before,
            sight.frame.captured_at,
            moves=moves,
            sees=picture.sees,
            view_changed=changed or due,
            attention=sight.attention,
        )
        if passage.reason is not SendReason.QUIET:
            self._sent_visibility = sight.visibility
            sights.append(replace(sight, quiet_s=passage.quiet_s))
        return state
