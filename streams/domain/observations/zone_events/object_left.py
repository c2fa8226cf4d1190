"""A bag that was put down and whose owner went away.

The owner is whoever stood nearest when the bag was first seen standing there; who walks past is none. A bag near which nobody
stood has no owner, and is never said to be left; nor has one that is seen before the place was watched for a while: it was there
from the start. Bags are known by their place as much as by their track, which others who pass by interrupt. What has no owner is
remembered for long: a bench that is taken for a bag now and then stays a bench.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import hypot, isnan
from typing import Final

from schemas.phrases.codes import zones as says
from streams.domain.observations.memory import MAX_BAGS, Bag
from streams.domain.observations.motion import Scale, TrackMotion
from streams.domain.observations.objects import PERSONS, ObjectKind
from streams.domain.observations.zone_events.shown import ZoneEvent, ZoneShown

AWAY_M: Final = 3.0
AWAY_BODY_HEIGHTS: Final = 2.0
"""An owner who is further away than this has left."""
STILL_M: Final = 0.5
STILL_SIZES: Final = 1.0
"""A bag that moves further, in metres or in its own heights in the picture, was carried: it begins anew."""
UNSEEN_S: Final = 10.0
"""A bag that is hidden for longer is forgotten."""
OWNERLESS_UNSEEN_S: Final = 3600.0
"""What nobody brought is remembered for as long as it stood there, up to this: street furniture that a detector finds in one
light and not in another, or that people hide. A bag that somebody carries past stands nowhere for long."""
WATCHED_OVER_S: Final = 12
WATCHED_AT_LEAST: Final = 8
"""Seconds of the last twelve that must have been watched: what is seen sooner stood there before. A detector that sees a bench in
four of ten pictures of a second, four pictures a second, misses it for all of them once in 10,000 times."""
CLAIM_S: Final = 3.0
"""For how long after a bag came to stand somebody can still turn out to have brought it: the speed of who carried it is one of
two seconds, and that of who only now appears is not known at once."""
SLOW_M_PER_S: Final = 0.8
SLOW_BODY_HEIGHTS_PER_S: Final = 0.5
"""Who is faster walks past. Pedestrians walk at 1.34 m/s with a standard deviation of .26 (Weidmann 1993); who stops for one of
the two seconds over which speeds are measured is at .67."""


def object_left(shown: ZoneShown) -> ZoneEvent | None:
    """Return that a bag's owner has been away for `object_left_s` or longer; value: seconds, of the longest."""
    limit_s = shown.zone.situations.object_left_s
    since_s = min((bag.away_s for bag in shown.bags if bag.away_s is not None), default=None)
    if limit_s is None or since_s is None or shown.at_s - since_s < limit_s:
        return None
    away_s, reach = shown.at_s - since_s, shown.scale.of(AWAY_M, AWAY_BODY_HEIGHTS)
    return ZoneEvent(round(away_s, 1), says.object_left(reach, shown.scale.unit, away_s), since_s)


def follow_bags(
    known: Iterable[Bag], seen: Sequence[TrackMotion], scale: Scale, at_s: float, watched: bool
) -> tuple[Bag, ...]:
    """Return the bags that are remembered after a second.

    Args:
        known: Bags before it.
        seen: All tracks that were seen in it.
        scale: In what lengths are told.
        at_s: When its newest frame was taken.
        watched: Whether the camera has been watched for so long that what appears now was not there before.
    """
    persons = [each for each in seen if each.kind in PERSONS]
    bringers = [each for each in persons if watched and _is_slow(each, scale)]
    before = list(known)
    places = dict(zip(before, scale.places([(bag.x_px, bag.y_px) for bag in before]).tolist(), strict=True))
    kept: list[Bag] = []
    for motion in sorted((each for each in seen if each.kind is ObjectKind.BAG), key=lambda each: each.track_id):
        same = _same(motion, before, places, scale)
        if same is not None:
            before.remove(same)
        if same is None or _moved(motion, places[same], scale):
            kept.append(_put_down(motion, bringers, scale, at_s))
            if same is not None and _stood_s(same) > UNSEEN_S:
                kept.append(same._replace(track_id=-1))  # somebody's bag was taken for what stands there
        else:
            bag = same._replace(track_id=motion.track_id, last_s=at_s)
            if has_no_owner(bag) and at_s - bag.since_s <= CLAIM_S:
                bag = bag._replace(owner=_owner(motion.place, bringers, scale))
            kept.append(_watched(bag, motion.place, persons, scale, at_s))
    for bag in before:
        if at_s - bag.last_s <= max(_stood_s(bag), UNSEEN_S):
            kept.append(_watched(bag, places[bag], persons, scale, at_s))
    return tuple(sorted(kept, key=lambda bag: (bag.last_s, bag.track_id))[-MAX_BAGS:])


def _stood_s(bag: Bag) -> float:
    """Return for how long a thing that nobody brought stood where it is, as far as that counts; 0 for what somebody brought."""
    return min(bag.last_s - bag.since_s, OWNERLESS_UNSEEN_S) if has_no_owner(bag) else 0.0


def has_no_owner(bag: Bag) -> bool:
    """Return whether nobody brought a bag; the owner of one that was left may have gone with their track."""
    return bag.owner is None and bag.away_s is None


def _same(motion: TrackMotion, before: Sequence[Bag], places: dict[Bag, list[float]], scale: Scale) -> Bag | None:
    """Return the remembered bag that a track is: the one of this track, else the nearest that stood there."""
    for bag in before:
        if bag.track_id == motion.track_id:
            return bag
    there = [bag for bag in before if not _moved(motion, places[bag], scale)]
    return min(there, key=lambda bag: (_distance(motion.place, places[bag]), bag.last_s), default=None)


def _moved(motion: TrackMotion, place: Sequence[float], scale: Scale) -> bool:
    limit = scale.of(STILL_M, STILL_SIZES * motion.height_px)
    return not _distance(motion.place, place) <= limit


def _put_down(motion: TrackMotion, bringers: Sequence[TrackMotion], scale: Scale, at_s: float) -> Bag:
    x_px, y_px = motion.point_px
    owner = _owner(motion.place, bringers, scale)
    return Bag(motion.track_id, x_px, y_px, motion.height_px, at_s, owner, None, at_s)


def _is_slow(person: TrackMotion, scale: Scale) -> bool:
    """Return whether somebody may have put something down; not before it is known how fast they walk."""
    return person.speed_per_s is not None and person.speed_per_s <= scale.of(SLOW_M_PER_S, SLOW_BODY_HEIGHTS_PER_S)


def _owner(place: Sequence[float], bringers: Sequence[TrackMotion], scale: Scale) -> int | None:
    owner = _nearest(place, bringers, scale)
    return owner.track_id if owner else None


def _watched(bag: Bag, place: Sequence[float], persons: Sequence[TrackMotion], scale: Scale, at_s: float) -> Bag:
    """Return a bag that stands where it stood, and whether its owner is with it.

    An owner who was near when last seen may only have got another track: whoever is nearest now takes the owner's place.
    """
    if bag.owner is None:
        return bag
    owner = next((each for each in persons if each.track_id == bag.owner), None)
    if owner is not None:
        near = _near(owner, place, scale)
        return bag._replace(away_s=None if near else at_s if bag.away_s is None else bag.away_s)
    if bag.away_s is not None:
        return bag
    heir = _nearest(place, persons, scale)
    return bag._replace(away_s=at_s) if heir is None else bag._replace(owner=heir.track_id)


def _nearest(place: Sequence[float], persons: Iterable[TrackMotion], scale: Scale) -> TrackMotion | None:
    """Return the nearest person within reach, or None."""
    within = [each for each in persons if _near(each, place, scale)]
    return min(within, key=lambda each: (_distance(each.place, place), each.track_id), default=None)


def _near(person: TrackMotion, place: Sequence[float], scale: Scale) -> bool:
    distance = scale.length(_distance(person.place, place), person.height_px)
    return distance <= scale.of(AWAY_M, AWAY_BODY_HEIGHTS)


def _distance(one: Sequence[float], other: Sequence[float]) -> float:
    distance = hypot(one[0] - other[0], one[1] - other[1])
    return float("inf") if isnan(distance) else distance
