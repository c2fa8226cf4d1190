"""Snapshots: which of a camera's kept pictures answers a request for one, and who may see persons in it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from schemas.cameras import FrameReference
from schemas.phrases.codes import snapshots as says
from schemas.phrases.phrase import Phrase
from schemas.snapshots import SnapshotRefusal, SnapshotRequest

AHEAD: Final = timedelta(seconds=2)
"""How far the moment may lie ahead: such a picture is waited for. Clocks of hosts with NTP differ by far less."""
APART: Final = timedelta(seconds=5)
"""How far from the moment a picture may be taken where the camera gave none in between: ten pictures at the lowest rate."""

HELD: Final = timedelta(hours=1)
"""How long the newest picture of a camera that is online holds: the longest quiet time that a message can tell."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The picture that answers, by its place among those kept."""

    index: int


@dataclass(frozen=True, slots=True)
class NotYet:
    """A picture nearer to the moment can still come."""


@dataclass(frozen=True, slots=True)
class RefusedSnapshot:
    """There is no picture for this request: a bounded reason, and what is told of it."""

    reason: SnapshotRefusal
    what: Phrase


def choose_picture(
    kept: Sequence[FrameReference], online: bool, moment: datetime, now: datetime, asked_at: datetime
) -> Chosen | NotYet | RefusedSnapshot:
    """Return the picture that shows the moment best.

    While nothing moves a camera may send no pictures: what the picture before showed held for the `quiet_s` before the next
    one, and the newest holds for as long as the camera is online. Elsewhere it is the nearest one that is taken.

    Args:
        kept: The camera's pictures, oldest first.
        online: Whether the camera gives pictures now.
        moment: The moment that the picture should show.
        now: The time (UTC).
        asked_at: When the request was taken; a picture that is yet to come is waited for from then on.
    """
    if moment > asked_at + AHEAD:
        return RefusedSnapshot(SnapshotRefusal.IN_THE_FUTURE, says.picture_ahead(moment))
    if not kept:
        return RefusedSnapshot(SnapshotRefusal.NO_PICTURE, says.no_picture_kept())
    after = next((index for index, frame in enumerate(kept) if frame.captured_at >= moment), None)
    if after is None:
        return _newest(kept, online, moment, now, asked_at)
    return _around(kept, after, moment)


def _around(kept: Sequence[FrameReference], after: int, moment: datetime) -> Chosen | RefusedSnapshot:
    """Return what to do for a moment before a picture, which is the first after it."""
    apart = kept[after].captured_at - moment
    if after == 0:
        if apart <= APART:
            return Chosen(0)
        return RefusedSnapshot(SnapshotRefusal.TOO_OLD, says.oldest_picture(kept[0].captured_at))
    if 0 < apart.total_seconds() <= kept[after].quiet_s:
        return Chosen(after - 1)
    before = moment - kept[after - 1].captured_at
    if min(apart, before) > APART:
        gap = says.no_picture_between(kept[after - 1].captured_at, kept[after].captured_at)
        return RefusedSnapshot(SnapshotRefusal.NO_PICTURE, gap)
    return Chosen(after if apart <= before else after - 1)


def _newest(
    kept: Sequence[FrameReference], online: bool, moment: datetime, now: datetime, asked_at: datetime
) -> Chosen | NotYet | RefusedSnapshot:
    """Return what to do for a moment after the newest picture."""
    newest = kept[-1].captured_at
    if online and now < asked_at + AHEAD:
        return NotYet()
    if moment - newest <= (HELD if online and moment <= now else APART):
        return Chosen(len(kept) - 1)
    return RefusedSnapshot(SnapshotRefusal.NO_PICTURE, says.newest_picture(newest))


def may_see_persons(request: SnapshotRequest, users: Collection[str]) -> bool:
    """Return whether the request asks for an unblurred picture and its user may have one."""
    return request.unblurred and request.user in users
