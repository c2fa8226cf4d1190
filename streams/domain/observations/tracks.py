"""Tracks from second to second: paths, stays in a zone, and who crossed its edge."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from streams.domain.cameras.registry import Zone
from streams.domain.geometry.zones import edge_distance_px, inside
from streams.domain.observations.memory import PATH_S, TRACK_LOST_S, CameraMemory, Stay, Track, TrackStep, ZoneMemory
from streams.domain.observations.objects import PERSONS
from streams.domain.observations.open_second import MAX_TRACKS, InZone, Sample

EDGE_MARGIN: Final = 0.15
"""In body heights (about 25 cm): who is nearer to a zone's edge has not crossed it yet. Foot points are good to .14 m at the
median (design §6), so somebody who stands on the edge does not go in and out all the time."""


def carried(memory: CameraMemory, track_epoch: str, quiet_s: float) -> CameraMemory:
    """Return a memory as it is when a new second begins to be added.

    A new epoch ends tracks and stays; of bags those stay that nobody is with, since they are known by their place. During
    quiet seconds what was seen before still held, so nothing was out of sight for that long.
    """
    if memory.track_epoch != track_epoch:
        stands = (bag for bag in memory.bags if bag.away_s is not None or bag.owner is None)
        left = tuple(bag._replace(track_id=-1, owner=None) for bag in stands)
        ended = {"stays": (), "inside": ()}
        zones = {name: zone.model_copy(update=ended) for name, zone in memory.zones.items()}
        told = {"track_epoch": track_epoch, "tracks": (), "bags": left, "zones": zones}
        memory = memory.model_copy(update=told)
    if not quiet_s:
        return memory
    zones = {name: _zone_after_quiet(zone, quiet_s) for name, zone in memory.zones.items()}
    tracks = tuple(track._replace(last_s=track.last_s + quiet_s) for track in memory.tracks)
    bags = tuple(bag._replace(last_s=bag.last_s + quiet_s) for bag in memory.bags)
    return memory.model_copy(update={"zones": zones, "tracks": tracks, "bags": bags})


def _zone_after_quiet(zone: ZoneMemory, quiet_s: float) -> ZoneMemory:
    stays = tuple(stay._replace(last_s=stay.last_s + quiet_s) for stay in zone.stays)
    situations = {
        kind: held.model_copy(update={"last_s": held.last_s + quiet_s}) for kind, held in zone.situations.items()
    }
    return zone.model_copy(update={"stays": stays, "situations": situations})


def follow(known: Iterable[Track], samples: Iterable[Sample], start_s: float, newest_s: float) -> tuple[Track, ...]:
    """Return the tracks that are not over, with a step for each that was seen in this second.

    Args:
        known: The tracks so far.
        samples: Where tracks were in this second.
        start_s: When the second began.
        newest_s: When its newest frame was taken.
    """
    tracks = {track.track_id: track for track in known}
    for sample in samples:
        at_s = round(start_s + sample.at_ms / 1000, 3)
        before = tracks.get(sample.track_id)
        if before is not None and at_s - before.last_s > TRACK_LOST_S:
            before = None
        first_s = round(start_s + sample.first_ms / 1000, 3) if before is None else before.first_s
        path = () if before is None else before.steps
        step = TrackStep(at_s, sample.x_px, sample.y_px, sample.height_px)
        # The last step stays however old it is: after a quiet gap it is where the track still was.
        kept = tuple(each for each in path[:-1] if each.at_s >= at_s - PATH_S) + path[-1:]
        tracks[sample.track_id] = Track(sample.track_id, sample.kind, at_s, (*kept, step), first_s)
    alive = [track for track in tracks.values() if newest_s - track.last_s <= TRACK_LOST_S]
    return tuple(sorted(alive, key=lambda track: (track.last_s, track.track_id))[-MAX_TRACKS:])


def stays_with(known: Iterable[Stay], present: Iterable[InZone], start_s: float, newest_s: float) -> tuple[Stay, ...]:
    """Return the stays in a zone that are not over. Who is out of it for longer than a track is lost begins anew."""
    stays = {stay.track_id: stay for stay in known}
    for each in present:
        first_s, last_s = (round(start_s + at_ms / 1000, 3) for at_ms in (each.first_ms, each.last_ms))
        before = stays.get(each.track_id)
        if before is not None and first_s - before.last_s <= TRACK_LOST_S:
            first_s = before.first_s
        stays[each.track_id] = Stay(each.track_id, first_s, last_s)
    alive = [stay for stay in stays.values() if newest_s - stay.last_s <= TRACK_LOST_S]
    return tuple(sorted(alive, key=lambda stay: (stay.last_s, stay.track_id))[-MAX_TRACKS:])


class Flow(NamedTuple):
    """Flow: which tracks are on the inner side of a zone's edge, and how many persons crossed it in this second."""

    inside: tuple[int, ...]
    inflow: int
    outflow: int


def flow(zone: Zone, before: Sequence[int], tracks: Iterable[Track]) -> Flow:
    """Return who crossed a zone's edge. A track that appears or vanishes inside is neither in nor out.

    Args:
        zone: The zone.
        before: Tracks that were on its inner side.
        tracks: The tracks now. One with a single step has just appeared.
    """
    was_inside = set(before)
    now_inside: list[int] = []
    inflow = outflow = 0
    for track in tracks:
        step = track.steps[-1]
        point = (step.x_px, step.y_px)
        was, within = track.track_id in was_inside, inside(point, zone.polygon)
        if len(track.steps) > 1 and within != was:
            if edge_distance_px(point, zone.polygon) < EDGE_MARGIN * step.height_px:
                within = was
            elif track.kind in PERSONS:
                inflow, outflow = inflow + within, outflow + was
        if within:
            now_inside.append(track.track_id)
    return Flow(tuple(sorted(now_inside)), inflow, outflow)
