"""From detections to what a zone showed in each second: count, stay, group.

One second of a camera is open at a time. It closes when a frame of a later second comes, or when time passes it by a
grace; what comes for it afterwards is late and changes nothing.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import Field

from schemas.base import Identifier, Part, Utc
from schemas.cameras import DetectedObject, Detections, DetectorInfo, ObjectClass, Observation
from streams.domain.registry import Camera, Zone
from streams.domain.zones import VEHICLES, crowded_boxes, inside, standing_points

SECOND: Final = timedelta(seconds=1)
GRACE: Final = timedelta(seconds=1)
"""How long after its end a second waits for a frame that is on its way, before time itself closes it."""
TRACK_LOST: Final = timedelta(seconds=2)
"""A track that is not seen in a zone for this long has left it."""
MAX_TRACKS: Final = 300
"""Tracks remembered per camera: far more than a camera's boxes can tell apart."""
MIN_SCORE: Final = 0.4
"""Lowest score that counts by itself; measured on PETS2009 S2L1 (precision .93, recall .91, design §6). A weaker box counts
where a track expects it, that is where it has a track id."""


class ZoneTrack(Part):
    """One track within one zone."""

    zone_id: Identifier
    track_id: int
    first_at: Utc
    last_at: Utc


class ZoneSecond(Part):
    """What the frames of the open second showed in one zone."""

    counts: tuple[int, ...] = ()
    vehicles: Annotated[int, Field(ge=0)] = 0
    dwell_s: Annotated[float, Field(ge=0)] = 0.0
    group_size: Annotated[int, Field(ge=0)] = 0
    lower_bound: bool = False


class CameraSecond(Part):
    """A camera's open second and its tracks: a row of the stage's state."""

    camera_id: Identifier
    second: Utc | None = None
    closed: Utc | None = None
    frames: tuple[str, ...] = ()
    zones: dict[str, ZoneSecond] = Field(default_factory=dict)
    tracks: tuple[ZoneTrack, ...] = ()
    track_epoch: str = ""
    detector: DetectorInfo | None = None
    newest_frame_at: Utc | None = None
    newest_entered_at: Utc | None = None
    touched_at: Annotated[Utc | None, Field(description="When the newest frame came, by the broker's clock")] = None


@dataclass(frozen=True, slots=True)
class Observed:
    """The row afterwards, the observations of a second that closed, and whether the input was late or a repeat."""

    row: CameraSecond
    observations: tuple[Observation, ...] = ()
    late: bool = False


def observe_frame(
    row: CameraSecond, camera: Camera, detections: Detections, entered_at: datetime, now: datetime
) -> Observed:
    """Return what one frame changes.

    Args:
        row: The camera's row.
        camera: The camera with its zones.
        detections: The frame's objects.
        entered_at: When the frame entered the pipeline.
        now: When its detections came, by the clock that ticks are compared with.
    """
    second = detections.captured_at.replace(microsecond=0)
    if row.closed is not None and second <= row.closed:
        return Observed(row, late=True)
    if row.second is not None and second < row.second:
        return Observed(row, late=True)
    if detections.frame_id in row.frames:
        return Observed(row, late=True)
    observations: tuple[Observation, ...] = ()
    if row.second is not None and second > row.second:
        row, observations = _close(row, camera)
    row = _with_frame(row, camera, detections, second)
    newest = max(entered_at, row.newest_entered_at or entered_at)
    return Observed(row.model_copy(update={"newest_entered_at": newest, "touched_at": now}), observations)


def observe_time(row: CameraSecond, camera: Camera, at: datetime) -> Observed:
    """Return what passing time changes: an open second closes when its grace is over and no frame came for as long.

    Frames of a recording, or of a worker that catches up, come long after they were taken: while they come, only the frame
    of a later second closes the one that is open.
    """
    if row.second is None or at < row.second + SECOND + GRACE:
        return Observed(row)
    if row.touched_at is not None and at < row.touched_at + GRACE:
        return Observed(row)
    row, observations = _close(row, camera)
    return Observed(row, observations)


def _with_frame(row: CameraSecond, camera: Camera, detections: Detections, second: datetime) -> CameraSecond:
    at = detections.captured_at
    newest = row.newest_frame_at is None or at >= row.newest_frame_at
    # A frame that was overtaken by the next epoch still counts, but its track ids mean nothing any more.
    epoch = detections.track_epoch if newest else row.track_epoch
    old = row.tracks if row.track_epoch == epoch else ()
    known = {(track.zone_id, track.track_id): track for track in old if at - track.last_at <= TRACK_LOST}
    zones = dict(row.zones)
    counted = [item for item in detections.objects if item.score >= MIN_SCORE or item.track_id is not None]
    points = standing_points(counted, (detections.width_px, detections.height_px), (camera.width_px, camera.height_px))
    for zone in camera.zones:
        standing = [item for item, point in zip(counted, points, strict=True) if inside(point, zone.polygon)]
        if detections.track_epoch == epoch:
            _follow(known, zone, standing, at)
        zones[zone.id] = _zone_with(zones.get(zone.id, ZoneSecond()), zone, standing, known, at)
    return row.model_copy(
        update={
            "second": second,
            "frames": (*row.frames, detections.frame_id),
            "zones": zones,
            "tracks": tuple(sorted(known.values(), key=lambda track: track.last_at)[-MAX_TRACKS:]),
            "track_epoch": epoch,
            "detector": detections.detector if newest else row.detector,
            "newest_frame_at": at if newest else row.newest_frame_at,
        }
    )


def _follow(
    known: dict[tuple[str, int], ZoneTrack], zone: Zone, standing: Sequence[DetectedObject], at: datetime
) -> None:
    """Note which tracks stand in a zone now."""
    for item in standing:
        if item.track_id is None:
            continue
        key = (zone.id, item.track_id)
        before = known.get(key)
        first_at = at if before is None else min(before.first_at, at)
        last_at = at if before is None else max(before.last_at, at)
        known[key] = ZoneTrack(zone_id=zone.id, track_id=item.track_id, first_at=first_at, last_at=last_at)


def _zone_with(
    before: ZoneSecond,
    zone: Zone,
    standing: Sequence[DetectedObject],
    known: dict[tuple[str, int], ZoneTrack],
    at: datetime,
) -> ZoneSecond:
    persons = [item for item in standing if item.object_class is ObjectClass.PERSON]
    stays = [
        (at - known[zone.id, item.track_id].first_at).total_seconds()
        for item in persons
        if item.track_id is not None and (zone.id, item.track_id) in known
    ]
    return ZoneSecond(
        counts=(*before.counts, len(persons)),
        vehicles=max(before.vehicles, sum(item.object_class in VEHICLES for item in standing)),
        dwell_s=max([before.dwell_s, *stays]),
        group_size=max(before.group_size, sum(stay_s >= zone.group_min_s for stay_s in stays)),
        lower_bound=before.lower_bound or crowded_boxes(persons),
    )


def _close(row: CameraSecond, camera: Camera) -> tuple[CameraSecond, tuple[Observation, ...]]:
    """Return the row without its open second, and that second's observations."""
    assert row.second is not None
    observations = tuple(
        _observation(row, camera, zone.id, row.zones[zone.id]) for zone in camera.zones if zone.id in row.zones
    )
    emptied = row.model_copy(update={"second": None, "closed": row.second, "frames": (), "zones": {}})
    return emptied, observations


def _observation(row: CameraSecond, camera: Camera, zone_id: str, seen: ZoneSecond) -> Observation:
    assert row.second is not None
    assert row.detector is not None
    assert row.newest_frame_at is not None
    return Observation(
        camera_id=camera.id,
        zone_id=zone_id,
        control_room_id=camera.control_room,
        second=row.second,
        frames=len(seen.counts),
        count=int(statistics.median(seen.counts) + 0.5),
        count_max=max(seen.counts),
        vehicles=seen.vehicles,
        dwell_s=round(seen.dwell_s, 1),
        group_size=seen.group_size,
        density_per_m2=None,
        lower_bound=seen.lower_bound,
        detector=row.detector,
        newest_frame_at=row.newest_frame_at,
    )
