"""Damping: when a change of what a camera can see is told: not at once, so that a lorry before the lens is no event."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from schemas.cameras import Visibility

BAD_AFTER_S: Final = 3.0
"""How long the view must be bad before it is told. A freeze is seen after 5 s and the others within 5 s, with at most one
second to the next look: an event comes within 10 s of its onset."""
CLEAR_AFTER_S: Final = 5.0
"""How long it must be clear before that is told; longer than the other way, so that the border of a threshold is no flapping.
Also how long one bad kind must have replaced another."""
GAP_S: Final = 3.0
"""After a longer time without a look, or a clock that jumps back, what was seen before it counts no more."""


@dataclass(frozen=True, slots=True)
class ViewState:
    """View state: what was told last, and what is seen since when. `told` is None until the first view has been told."""

    told: Visibility | None = None
    seen: Visibility = Visibility.CLEAR
    since: datetime | None = None
    looked_at: datetime | None = None


def damped(state: ViewState, visibility: Visibility, at: datetime) -> ViewState:
    """Return the state after a look; where `told` differs from before, it is to be told now.

    Several bad kinds in turn, such as blurred and moved while something is pulled over the lens, are one bad time; the
    newest kind is told.
    """
    on = state.looked_at is not None and 0 <= (at - state.looked_at).total_seconds() <= GAP_S
    is_clear, was_clear = visibility is Visibility.CLEAR, state.seen is Visibility.CLEAR
    told_bad = state.told is not None and state.told is not Visibility.CLEAR
    goes_on = visibility is state.seen or (not is_clear and not was_clear and not told_bad)
    since = state.since if on and goes_on and state.since is not None else at
    seen = replace(state, seen=visibility, since=since, looked_at=at)
    held_s = (at - since).total_seconds()
    needed_s = CLEAR_AFTER_S if is_clear or told_bad else BAD_AFTER_S
    return replace(seen, told=visibility) if visibility is not state.told and held_s >= needed_s else seen
