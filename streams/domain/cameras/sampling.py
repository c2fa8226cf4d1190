"""Frame sampling: which of a camera's pictures the model looks at, and why; the others are spared.

A picture that is spared costs a small grey copy and a test of motion, a tenth of a look or less. What is seen is told per
second, so a look per second is enough where those in view are followed, nobody came, and nobody goes so fast that the next look
would not know them again. Everything here is a pure function of what was seen and when; the figures behind it are in
docs/detection-speed.md (`toezicht eval sampling`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from math import floor, hypot
from typing import Final, NamedTuple

from schemas.cameras import Box, DetectedObject

REGULAR_PHASE_S: Final = 0.7
"""The regular look is at the first picture so late in each second (UTC): `observe` takes of each second where a track was last,
so steps are a second apart as they are at full rate. At 5 pictures/s it is the last or the last but one."""
STANDS_FOR_IT_S: Final = 0.3
"""A look so late in a second stands for its regular one: the next second's is then a second and not half of one later."""
STILL_S: Final = 4.0
"""Where nothing changed since the last look, the next is after so long, for who stands still; below the gap after which tracks
end (`MAX_GAP_S` of detectors/tracking/bytetrack.py) [own]."""
GAP_S: Final = 2.0
"""Pictures further apart leave time in which nobody watched (as in detectors/view/motion_gate.py)."""
FAST_M_PER_S: Final = 2.0
"""From this speed on of one in view every picture is looked at: there people go over to running (`HURRYING_FROM_M_PER_S`). Who
runs is then seen as at full rate, with steps as regular: looking less often at a runner than at each picture lost one of six
(5 m/s), since speeds are of steps that are at least .9 s apart. On the ground: who runs away from a camera hardly moves in its
picture, and by that alone a quarter of all runners was lost (docs/detection-speed.md)."""
BODY_M: Final = 1.72
"""A person's height, the longer side of a box, where the ground is not known: as in Weidmann 1993."""
MISSED_S: Final = 0.5
"""Who is fast counts for so long after a look that does not show them: behind somebody, or missed. Three pictures at 5/s."""
SPEED_LEAST_S: Final = 0.12
"""Over a shorter time a speed is the jitter of boxes. Over .2 s, one picture at 5/s, jitter of 5 % of a box is .25 sides/s, a
third of a walker's speed: it brings the next look forward, and no runner goes unseen for it."""
SPEED_OVER_S: Final = 0.5
"""A speed is over at least so long where it is known for so long: who begins to run is not averaged with how they stood."""
PLACES_S: Final = 2.1
"""Places are remembered for so long, so that two regular looks are among them although one came a picture late."""
FIRST_STEP: Final = 1.5
"""Who is seen for the second time has gone no further since the first, in longer sides: who sprints (8 m/s) goes .93 in .2 s."""
VAIN_S: Final = 1.0
"""For so long nothing that changes in a place is taken for a newcomer after a look found nobody there [own]."""
AROUND: Final = 0.25
WALKS_PER_S: Final = 0.8
"""Where somebody may be after a look: around the box and its way, in longer sides; and so much further per second. 1.34 m/s
(Weidmann 1993) is .78 body heights of 1.72 m. On PETS2009 S2L1 .35 around left .77 of persons of 20 px to be looked at within
.4 s, .25 leaves .85 for as many pictures; .15 and .4 per second .92, for a tenth more (`toezicht eval sampling`)."""


class LookReason(StrEnum):
    """Look reason: why the model looks at a picture, or why it does not (`spared`)."""

    FIRST = "first"
    ATTENTION = "attention"
    VIEW = "view"
    QUIET_OVER = "quiet_over"
    NEWCOMER = "newcomer"
    NEW_TRACK = "new_track"
    FAST = "fast"
    REGULAR = "regular"
    STILL = "still"
    FOLLOWED = "followed"
    UNCHANGED = "unchanged"

    @property
    def looks(self) -> bool:
        """Return whether the model looks."""
        return self not in (LookReason.FOLLOWED, LookReason.UNCHANGED)


class Region(NamedTuple):
    """Region: a part of the picture, in pixels: where somebody is expected, or something changed."""

    left_px: float
    top_px: float
    right_px: float
    bottom_px: float


class GroundStep(NamedTuple):
    """Ground step: how far on the ground a pixel is where somebody stands, in metres: across the picture, and down it."""

    across_m: float
    down_m: float


FindStep = Callable[[Box], GroundStep | None]
"""Tells the step at the foot of a box; None where that lies on no ground."""


class TrackPlace(NamedTuple):
    """Track place: where a track was when the model looked, in pixels, and what a pixel is there on the ground."""

    at: datetime
    box: Box
    step: GroundStep | None = None


@dataclass(frozen=True, slots=True)
class Followed:
    """Followed: what the last looks showed of those in view.

    Attributes:
        looked_at: When the model last looked.
        places: Of each track where it was in the last looks, the newest last; also of those that the last look did not show.
        unknown: Boxes of the last look that have no track yet.
        vain: Where a look was for a newcomer and the model knew nobody: until when no other is made for that place.
    """

    looked_at: datetime | None = None
    places: Mapping[int, tuple[TrackPlace, ...]] = field(default_factory=dict)
    unknown: tuple[TrackPlace, ...] = ()
    vain: tuple[tuple[datetime, Region], ...] = ()


@dataclass(frozen=True, slots=True)
class SamplingState:
    """Sampling state: what is remembered of a camera's stream.

    Attributes:
        looked_at: When the model last looked.
        newest_at: When the last picture was taken.
        still_since: Since when every picture was like the one that was looked at.
    """

    looked_at: datetime | None = None
    newest_at: datetime | None = None
    still_since: datetime | None = None


class PictureChange(NamedTuple):
    """Picture change: what a test of motion says of a picture against the last one that was looked at.

    Attributes:
        moved: Whether anything changed.
        newcomers: Where something changed and nobody is expected.
    """

    moved: bool
    newcomers: tuple[Region, ...] = ()


class Look(NamedTuple):
    """Look: whether the model looks at a picture and why.

    Attributes:
        reason: Why.
        quiet_s: For how many seconds just before it nothing had changed.
        newcomers: Where something changed for which the model looks.
    """

    reason: LookReason
    quiet_s: float = 0.0
    newcomers: tuple[Region, ...] = ()


def sample(
    state: SamplingState,
    at: datetime,
    change: PictureChange,
    followed: Followed,
    *,
    clear: bool = True,
    attention: bool = False,
    quiet_s: float = 0.0,
) -> tuple[SamplingState, Look]:
    """Return whether the model looks at a picture, and the state after it.

    Args:
        state: The state before.
        at: When the picture was taken; before the last one's, or long after it, everything begins anew.
        change: What changed since the last look.
        followed: What the last looks showed.
        clear: Whether the camera could see.
        attention: Whether a report asks for more of this camera.
        quiet_s: For how long just before it capture left pictures out because nothing moved.
    """
    unseen_s = 0.0 if state.newest_at is None else (at - state.newest_at).total_seconds() - quiet_s
    if state.looked_at is None or state.newest_at is None or state.still_since is None or not 0 <= unseen_s <= GAP_S:
        return SamplingState(at, at, at), Look(LookReason.FIRST, quiet_s)
    reason = _reason(state.looked_at, at, change, followed, clear=clear, attention=attention, quiet_s=quiet_s)
    if not reason.looks:
        return SamplingState(state.looked_at, at, at if change.moved else state.still_since), Look(reason)
    # What moves now began after the picture before, as in motion_gate: only time that was watched is quiet.
    until = state.newest_at if change.moved else at
    still_s = max(0.0, (until - state.still_since).total_seconds())
    waited_s = (at - state.looked_at).total_seconds()
    newcomers = change.newcomers if reason is LookReason.NEWCOMER else ()
    return SamplingState(at, at, at), Look(reason, min(waited_s, max(still_s, quiet_s)), newcomers)


def _reason(
    looked_at: datetime,
    at: datetime,
    change: PictureChange,
    followed: Followed,
    *,
    clear: bool,
    attention: bool,
    quiet_s: float,
) -> LookReason:
    waited_s = (at - looked_at).total_seconds()
    speed = fastest(followed)
    unmoved = LookReason.STILL if waited_s >= STILL_S else LookReason.UNCHANGED
    holds = (
        (LookReason.ATTENTION, attention),
        (LookReason.VIEW, not clear),
        (LookReason.QUIET_OVER, quiet_s > 0),
        (LookReason.NEWCOMER, bool(change.newcomers)),
        (unmoved, not change.moved),
        (LookReason.NEW_TRACK, bool(followed.unknown) or speed is None),
        (LookReason.REGULAR, regular_due(looked_at, at)),
        (LookReason.FAST, speed is not None and speed >= FAST_M_PER_S),
    )
    return next((reason for reason, true in holds if true), LookReason.FOLLOWED)


def regular_due(looked_at: datetime, at: datetime) -> bool:
    """Return whether the regular look of a second (UTC) is due: its phase has come, and no look stands for it."""
    return floor(at.timestamp() - REGULAR_PHASE_S) > floor(looked_at.timestamp() - STANDS_FOR_IT_S)


def with_look(
    followed: Followed,
    at: datetime,
    objects: Iterable[DetectedObject],
    newcomers: Iterable[Region] = (),
    find_step: FindStep = lambda _: None,
) -> Followed:
    """Return what is followed after a look that showed these objects; who is not among them is expected for `PLACES_S` more.

    Args:
        followed: What was followed before.
        at: When the picture was taken.
        objects: What it showed, tracked.
        newcomers: Where something had changed for which the look was.
        find_step: What a pixel is on the ground where somebody stands.
    """
    since = at - timedelta(seconds=PLACES_S)
    kept = {track: tuple(each for each in before if since <= each.at < at) for track, before in followed.places.items()}
    places = {track: each for track, each in kept.items() if each}
    unknown: list[TrackPlace] = []
    for item in objects:
        if item.track_id is None:
            unknown.append(TrackPlace(at, item.box, find_step(item.box)))
            continue
        before = places.get(item.track_id) or _first_seen(followed.unknown, item.box)
        places[item.track_id] = (*before, TrackPlace(at, item.box, find_step(item.box)))
    boxes = [*unknown, *(each[-1] for each in places.values() if each[-1].at == at)]
    vain = tuple(each for each in followed.vain if each[0] > at)
    until = at + timedelta(seconds=VAIN_S)
    vain += tuple((until, each) for each in newcomers if not any(_meets(each, place.box) for place in boxes))
    return Followed(at, places, tuple(unknown), vain)


def _meets(region: Region, box: Box) -> bool:
    across = min(region.right_px, box.x_max_px) > max(region.left_px, box.x_min_px)
    return across and min(region.bottom_px, box.y_max_px) > max(region.top_px, box.y_min_px)


def _first_seen(unknown: Iterable[TrackPlace], box: Box) -> tuple[TrackPlace, ...]:
    """Return where a track was before it had its id: the nearest box of the look before, if it is near."""
    near = min(unknown, key=lambda each: _apart_px(each.box, box), default=None)
    return () if near is None or _apart_px(near.box, box) > FIRST_STEP * _side_px(box) else (near,)


def fastest(followed: Followed) -> float | None:
    """Return the highest speed in view, in metres per second; zero of nobody, None where one in view has none yet.

    Of those whom it did not show, and who were seen shortly before (`MISSED_S`), who is fast counts.
    """
    highest = 0.0
    for places in followed.places.values():
        shown = places[-1].at == followed.looked_at
        missed = followed.looked_at is not None and followed.looked_at - places[-1].at <= timedelta(seconds=MISSED_S)
        if not missed:
            continue
        speed = _speed_m_per_s(places)
        if shown and speed is None:
            return None
        if speed is not None and (shown or speed >= FAST_M_PER_S):
            highest = max(highest, speed)
    return highest


def _speed_m_per_s(places: tuple[TrackPlace, ...]) -> float | None:
    """Return a speed in metres per second, on the ground or by the height in the picture, whichever is higher; None as below."""
    speed, last = _speed_per_s(places), places[-1]
    if speed is None:
        return None
    across, down = speed
    in_picture = hypot(across, down) * BODY_M
    if last.step is None:
        return in_picture
    side = _side_px(last.box)
    return max(in_picture, hypot(across * side * last.step.across_m, down * side * last.step.down_m))


def expected(followed: Followed, at: datetime) -> list[Region]:
    """Return where those who are followed may be at a moment: on the way that they went, and around it."""
    found = []
    for places in followed.places.values():
        last = places[-1]
        found.append(_around(last.box, _speed_per_s(places) or (0.0, 0.0), (at - last.at).total_seconds()))
    found += [_around(each.box, (0.0, 0.0), (at - each.at).total_seconds()) for each in followed.unknown]
    return found + [region for until, region in followed.vain if until > at]


def _around(box: Box, speed_per_s: tuple[float, float], after_s: float) -> Region:
    side = _side_px(box)
    away = side * (AROUND + WALKS_PER_S / 2 * after_s)
    x, y = (each * side * after_s for each in speed_per_s)
    return Region(
        box.x_min_px + min(x, 0) - away,
        box.y_min_px + min(y, 0) - away,
        box.x_max_px + max(x, 0) + away,
        box.y_max_px + max(y, 0) + away,
    )


def _speed_per_s(places: tuple[TrackPlace, ...]) -> tuple[float, float] | None:
    """Return the speed across and down, in longer sides per second; None over too short a time.

    Of the box's upper and lower edge the one that went less far counts: who is half hidden grows, and goes nowhere.
    """
    last = places[-1]
    old = [each for each in places if (last.at - each.at).total_seconds() >= SPEED_OVER_S]
    first = old[-1] if old else places[0]
    lasted_s = (last.at - first.at).total_seconds()
    if lasted_s < SPEED_LEAST_S:
        return None
    side = _side_px(last.box)
    across = (last.box.x_min_px + last.box.x_max_px - first.box.x_min_px - first.box.x_max_px) / 2
    down = min(last.box.y_min_px - first.box.y_min_px, last.box.y_max_px - first.box.y_max_px, key=abs)
    return across / side / lasted_s, down / side / lasted_s


def _apart_px(a: Box, b: Box) -> float:
    """Return how far the middles of two boxes lie apart."""
    across = a.x_min_px + a.x_max_px - b.x_min_px - b.x_max_px
    return hypot(across, a.y_min_px + a.y_max_px - b.y_min_px - b.y_max_px) / 2


def _side_px(box: Box) -> float:
    return max(box.x_max_px - box.x_min_px, box.y_max_px - box.y_min_px)
