"""Closed second: what a closed second of a camera says: an observation per zone, and what is remembered for the next.

Nothing here depends on when the second was closed or by what: the same frames give the same observations.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from schemas.cameras import DetectorInfo, Visibility
from schemas.observations import Measures, Observation
from streams.domain.cameras.registry import Zone
from streams.domain.geometry.zones import inside
from streams.domain.observations.crowd_level import CrowdEpisode, judged, level_name
from streams.domain.observations.crowd_numbers import measure, rise_per_min
from streams.domain.observations.episodes import CrowdRow
from streams.domain.observations.measures import DROP_FROM_S, TOGETHER_OVER_S, hurrying, measures, together_before
from streams.domain.observations.memory import COUNTS_S, Bag, CameraMemory, CountedSecond, Stay, Track, ZoneMemory
from streams.domain.observations.motion import Scale, TrackMotion, known_normal, learnt, mean_speed, motions
from streams.domain.observations.objects import PERSONS
from streams.domain.observations.open_second import CameraSecond
from streams.domain.observations.scene import CameraScene
from streams.domain.observations.tracks import carried, flow, follow, stays_with
from streams.domain.observations.zone_events.object_left import WATCHED_AT_LEAST, WATCHED_OVER_S, follow_bags
from streams.domain.observations.zone_events.registry import find_situations
from streams.domain.observations.zone_events.shown import ViewShown, ZoneShown
from streams.domain.rules.cameras import CrowdRule


@dataclass(frozen=True, slots=True)
class ClosedSecond:
    """Closed second: what is remembered afterwards, and the second's observations in the order of the camera's zones."""

    memory: CameraMemory
    observations: tuple[Observation, ...]


@dataclass(frozen=True, slots=True)
class _Second:
    """A closed second and what the whole camera showed in it; `start_s` and `newest_s` count from `began`."""

    row: CameraSecond
    scene: CameraScene
    at: datetime
    newest_frame_at: datetime
    detector: DetectorInfo
    began: datetime
    start_s: int
    newest_s: float
    tracks: tuple[Track, ...]
    moving: tuple[TrackMotion, ...]
    bags: tuple[Bag, ...]
    scale: Scale

    @property
    def clear(self) -> bool:
        """Return whether the camera could see in all of its frames."""
        return self.row.visibility is Visibility.CLEAR


def tell(row: CameraSecond, memory: CameraMemory | None, scene: CameraScene) -> ClosedSecond:
    """Return what a closed second says.

    Args:
        row: The camera's row as it was when the second closed.
        memory: What is remembered of the camera; None at first.
        scene: The camera with its zones, its ground and the rules.
    """
    assert row.second is not None
    assert row.newest_frame_at is not None
    assert row.detector is not None
    before = carried(memory or CameraMemory(camera_id=row.camera_id, began=row.second), row.track_epoch, row.quiet_s)
    start_s = int((row.second - before.began).total_seconds())
    newest_s = (row.newest_frame_at - before.began).total_seconds()
    scale = Scale(scene.ground)
    tracks = follow(before.tracks, row.tracks, start_s, newest_s)
    moving = tuple(motions(tracks, scale, start_s))
    watched = _watched(before, start_s - row.quiet_before_s)
    bags = follow_bags(before.bags, moving, scale, newest_s, watched) if scene.remembers_bags else ()
    second = _Second(
        row=row,
        scene=scene,
        at=row.second,
        newest_frame_at=row.newest_frame_at,
        detector=row.detector,
        began=before.began,
        start_s=start_s,
        newest_s=newest_s,
        tracks=tracks,
        moving=moving,
        bags=bags,
        scale=scale,
    )
    zones: dict[str, ZoneMemory] = {}
    observations: list[Observation] = []
    view = _view(second, before)
    for zone in scene.camera.zones:
        if zone.id in row.zones:  # not one that the registry got while the second was open
            zones[zone.id], observation = _zone(second, zone, before.zones.get(zone.id, ZoneMemory()), view)
            observations.append(observation)
    after = before.model_copy(update={"tracks": tracks, "bags": bags, "zones": zones, **view.remembered})
    return ClosedSecond(after, tuple(observations))


def _watched(before: CameraMemory, until_s: int) -> bool:
    """Return whether a camera could see for most of the seconds just before one."""
    since_s = until_s - WATCHED_OVER_S
    seconds = max((sum(each.second_s >= since_s for each in zone.counts) for zone in before.zones.values()), default=0)
    return seconds >= WATCHED_AT_LEAST


class _View(NamedTuple):
    """What a second shows of the whole view, and what is remembered of it.

    `measures` is None where no frame told of it: a second that an earlier release had begun.
    """

    counts: tuple[CountedSecond, ...]
    hurrying: tuple[CountedSecond, ...]
    together: tuple[CountedSecond, ...]
    measures: Measures | None

    @property
    def remembered(self) -> dict[str, tuple[CountedSecond, ...]]:
        """Return what a camera's memory keeps."""
        return {"view": self.counts, "hurrying": self.hurrying, "together": self.together}

    @property
    def shown(self) -> ViewShown:
        """Return what situations are judged by."""
        if self.measures is None:
            return ViewShown()
        before = together_before(self.together) if self.together else None
        most = max((each.persons for each in self.hurrying), default=0)
        told = self.measures
        return ViewShown(told.persons, told.dropped, told.standing_together, before, most)


def _view(second: _Second, before: CameraMemory) -> _View:
    """Return what a second shows of the whole view."""
    if not second.row.view:
        return _View(before.view, before.hurrying, before.together, None)
    seen = [each for each in second.tracks if each.kind in PERSONS and each.steps[-1].at_s >= second.start_s]
    masked = {each.track_id for each in seen if second.scene.masks((each.steps[-1].x_px, each.steps[-1].y_px))}
    persons = [each for each in second.moving if each.kind in PERSONS and each.track_id not in masked]
    stay_s = max((each.last_s - each.first_s for each in seen if each.track_id not in masked), default=0.0)
    count = int(statistics.median(second.row.view) + 0.5)
    counts = _counts(before.view, second, count, DROP_FROM_S + 1) if second.clear else ()
    running = None if second.scene.ground is None else hurrying(persons)
    told = measures(count, counts, persons, stay_s, second.scale, running)
    if not second.clear:
        return _View(before.view, before.hurrying, before.together, told)
    if running is None:
        return _View(counts, (), (), told)
    ran = _counts(before.hurrying, second, running, DROP_FROM_S + 1)
    together = _counts(before.together, second, told.standing_together or 0, TOGETHER_OVER_S)
    return _View(counts, ran, together, told)


def _zone(second: _Second, zone: Zone, before: ZoneMemory, view: _View) -> tuple[ZoneMemory, Observation]:
    """Return what is remembered of a zone, and its observation."""
    row, seen, scale = second.row, second.row.zones[zone.id], second.scale
    persons = [each for each in second.moving if each.kind in PERSONS and inside(each.point_px, zone.polygon)]
    area_m2 = second.scene.areas_m2.get(zone.id)
    ground = second.scene.zone_ground(zone) if seen.densest_per_m2 and any(seen.densest_per_m2) else None
    measured = measure(seen, second.detector.degraded, area_m2, persons, scale, before.normal, ground)
    stays = stays_with(before.stays, seen.present, second.start_s, second.newest_s)
    present = {each.track_id for each in seen.present}
    here = [stay for stay in stays if stay.track_id in present]
    lengths_s = [stay.last_s - stay.first_s for stay in here]
    crossed = flow(zone, before.inside, second.tracks)
    counts = _counts(before.counts, second, measured.count, COUNTS_S) if second.clear else before.counts
    longest_s = max(lengths_s, default=0.0)
    measured_now = measures(measured.count, counts if second.clear else (), persons, longest_s, second.scale)
    shown = _shown(second, zone, before, measured.count, here, persons, view.shown)
    situations = find_situations(before.situations, shown, second.began, second.clear)
    observation = Observation(
        camera_id=row.camera_id,
        zone_id=zone.id,
        control_room_id=second.scene.camera.control_room,
        second=second.at,
        frames=len(seen.counts),
        spared=row.spared,
        count=measured.count,
        count_max=max(seen.counts),
        vehicles=seen.vehicles,
        dwell_s=round(longest_s, 1),
        group_size=sum(length_s >= zone.group_min_s for length_s in lengths_s),
        density_per_m2=measured.density_per_m2,
        lower_bound=measured.lower_bound,
        detector=second.detector,
        newest_frame_at=second.newest_frame_at,
        visibility=row.visibility,
        quiet_s=row.quiet_before_s,
        count_error=measured.error,
        inflow=crossed.inflow,
        outflow=crossed.outflow,
        rise_per_min=rise_per_min(counts) if second.clear else None,
        persons_likely=_seen_twice(seen.likely),
        ground=measured.ground and measured.ground.model_copy(update={"surveyed": second.scene.surveyed}),
        situations=situations.told,
        measures=measured_now,
        view=view.measures,
    )
    observation = judged(observation, second.scene.crowd)
    crowd = _crowd(before.crowd, observation, second.scene.crowd)
    memory = ZoneMemory(
        stays=stays,
        inside=crossed.inside,
        counts=counts,
        normal=learnt(before.normal, scale.measured_by, mean_speed(persons) if second.clear else None),
        crowd=crowd,
        situations=situations.held,
    )
    level = level_name(crowd.level if crowd else 0, second.scene.crowd)
    return memory, observation.model_copy(update={"level": level})


def _counts(before: tuple[CountedSecond, ...], second: _Second, count: int, over_s: int) -> tuple[CountedSecond, ...]:
    """Return the counts of the last seconds; in quiet ones the one before held."""
    quiet = range(second.start_s - second.row.quiet_before_s, second.start_s)
    held = [CountedSecond(at_s, before[-1].persons) for at_s in quiet if before]
    counts = (*before, *held, CountedSecond(second.start_s, count))
    return tuple(each for each in counts if each.second_s > second.start_s - over_s)


def _seen_twice(numbers: Sequence[int]) -> int | None:
    """Return the most that at least two frames showed, None of fewer frames.

    What is weak and seen once is mostly nothing. On PETS2009 S2L1 at 7 frames/s this finds more seconds in which somebody was
    there than the median does, with the same precision (docs/attention.md).
    """
    return sorted(numbers)[-2] if len(numbers) > 1 else None


def _shown(
    second: _Second,
    zone: Zone,
    before: ZoneMemory,
    count: int,
    stays: list[Stay],
    persons: list[TrackMotion],
    view: ViewShown,
) -> ZoneShown:
    return ZoneShown(
        zone=zone,
        local=second.at.astimezone(second.scene.time_zone),
        at_s=second.newest_s,
        count=count,
        stays=stays,
        persons=persons,
        normal_per_s=known_normal(before.normal, second.scale.measured_by),
        tracks=[track for track in second.tracks if track.steps[-1].at_s >= second.start_s],
        bags=[bag for bag in second.bags if inside((bag.x_px, bag.y_px), zone.polygon)],
        scale=second.scale,
        view=view,
    )


def _crowd(before: CrowdRow | None, observation: Observation, rule: CrowdRule) -> CrowdRow | None:
    """Return how crowded a zone is, judged by the same rule as the episodes that `corroborate` makes."""
    episode = CrowdEpisode(rule)
    watched_since = observation.second - timedelta(seconds=observation.quiet_s)
    known = None if before is not None and episode.silent(before, watched_since) else before
    return episode.step(known, observation).row
