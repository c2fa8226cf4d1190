"""Open second: from detections to a camera's open second: what each of its frames adds.

One second of a camera is open at a time. It closes when a frame of a later second comes, looked at or spared, or when time
passes it by a grace; what comes for it afterwards is late and changes nothing. What a closed second says is told by `telling.py`.

Boxes are in the pixels of their own frame. Everything that is kept is in pixels of the registry's picture, on which zones are
drawn, so a camera may change the size of its frames at any time. The row is rewritten with each frame, so it holds no more
than what the open second needs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor
from typing import Annotated, Any, Final, NamedTuple

import numpy as np
from pydantic import Field

from schemas.base import Identifier, Part, Utc
from schemas.cameras import Box, CrowdMap, Detections, DetectorInfo, SparedPictures, Visibility
from streams.domain.cameras.registry import Zone
from streams.domain.geometry.visible_ground import densest
from streams.domain.geometry.zones import VEHICLES, crowded_boxes, inside
from streams.domain.observations.objects import PERSONS, CountedObject, ObjectKind, likely_points, standing_objects
from streams.domain.observations.occlusion import estimate
from streams.domain.observations.scene import CameraScene

SECOND: Final = timedelta(seconds=1)
GRACE: Final = timedelta(seconds=1)
"""How long after its end a second waits for a frame that is on its way, before time itself closes it."""
MAX_TRACKS: Final = 300
"""Tracks remembered per camera: far more than a camera's boxes can tell apart."""
WORSE: Final = (
    Visibility.CLEAR,
    Visibility.COVERED,
    Visibility.BLURRED,
    Visibility.MOVED,
    Visibility.FROZEN,
    Visibility.BLINDED,
    Visibility.BLACK,
    Visibility.MASKED_OUT,
)
"""From what hides nothing to what hides everything; a second is as its worst frame."""

_ROUNDING_S: Final = 1e-6


class Sample(NamedTuple):
    """Sample: where a track was in its newest frame of a second: foot point and height, in pixels of the registry's picture.

    `first_ms` is of its first frame of that second.
    """

    track_id: int
    kind: ObjectKind
    at_ms: int
    x_px: float
    y_px: float
    height_px: float
    first_ms: int


class Probable(NamedTuple):
    """The persons that probably stand where a frame shows `shown`, and one standard deviation."""

    shown: int
    persons: float
    error: float


class Modelled(NamedTuple):
    """Modelled: how many persons a counting model saw in a zone, and up to which density its error was measured."""

    persons: float
    measured_to_per_m2: float
    model: str


class InZone(NamedTuple):
    """In zone: from when to when a person's track was seen in a zone, in ms of the second."""

    track_id: int
    first_ms: int
    last_ms: int


class ZoneSecond(Part):
    """Zone second: what the frames of the open second showed in one zone.

    `counts` and `densest_per_m2` have an entry per frame; there are no densities where the zone is not calibrated. `probable` is
    of the first frame: others differ little within a second, and to compare all boxes of hundreds of persons takes long.
    `likely` has an entry per frame with attention: the persons with weaker boxes included.
    """

    counts: tuple[int, ...] = ()
    likely: tuple[int, ...] = ()
    probable: Probable | None = None
    modelled: Modelled | None = None
    densest_per_m2: tuple[float, ...] = ()
    vehicles: Annotated[int, Field(ge=0)] = 0
    lower_bound: bool = False
    present: tuple[InZone, ...] = ()


class CameraSecond(Part):
    """A camera's open second: a row of the stage's state.

    `view` has an entry per frame: the persons in the whole view. `quiet_s` is how long, before and between its frames, nothing
    moved; `quiet_before_s` how many whole seconds before it. `spared` pictures of it were not looked at.
    """

    camera_id: Identifier
    second: Utc | None = None
    closed: Utc | None = None
    frames: tuple[str, ...] = ()
    spared: Annotated[int, Field(ge=0)] = 0
    zones: dict[str, ZoneSecond] = Field(default_factory=dict)
    view: tuple[int, ...] = ()
    tracks: tuple[Sample, ...] = ()
    track_epoch: str = ""
    visibility: Visibility = Visibility.CLEAR
    quiet_s: Annotated[float, Field(ge=0)] = 0.0
    quiet_before_s: Annotated[int, Field(ge=0)] = 0
    detector: DetectorInfo | None = None
    newest_frame_at: Utc | None = None
    newest_entered_at: Utc | None = None
    touched_at: Annotated[Utc | None, Field(description="When the newest frame came, by the broker's clock")] = None


@dataclass(frozen=True, slots=True)
class Observed:
    """The row afterwards, the second that closed as it was, and whether the input was late or a repeat."""

    row: CameraSecond
    closed: CameraSecond | None = None
    late: bool = False


def observe_frame(
    row: CameraSecond, scene: CameraScene, detections: Detections, entered_at: datetime, now: datetime
) -> Observed:
    """Return what one frame changes.

    Args:
        row: The camera's row.
        scene: The camera with its zones and its ground.
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
    closed = None
    if row.second is not None and second > row.second:
        closed, row = row, _emptied(row)
    row = _with_frame(row, scene, detections, second)
    newest = max(entered_at, row.newest_entered_at or entered_at)
    return Observed(row.model_copy(update={"newest_entered_at": newest, "touched_at": now}), closed)


def observe_spared(row: CameraSecond, spared: SparedPictures) -> Observed:
    """Return what a picture changes that was not looked at: of a later second than the open one, it closes that."""
    if row.second is None or spared.captured_at < row.second + SECOND:
        return Observed(row)
    return Observed(_emptied(row), row.model_copy(update={"spared": row.spared + spared.spared}))


def observe_time(row: CameraSecond, at: datetime) -> Observed:
    """Return what passing time changes: an open second closes when its grace is over and no frame came for as long.

    Frames of a recording, or of a worker that catches up, come long after they were taken: while they come, only the frame
    of a later second closes the one that is open.
    """
    if row.second is None or at < row.second + SECOND + GRACE:
        return Observed(row)
    if row.touched_at is not None and at < row.touched_at + GRACE:
        return Observed(row)
    return Observed(_emptied(row), row)


def _emptied(row: CameraSecond) -> CameraSecond:
    """Return the row without its open second."""
    nothing: dict[str, Any] = {
        "second": None,
        "frames": (),
        "spared": 0,
        "zones": {},
        "view": (),
        "tracks": (),
        "quiet_s": 0.0,
        "quiet_before_s": 0,
    }
    return row.model_copy(update={**nothing, "closed": row.second, "visibility": Visibility.CLEAR})


def _with_frame(row: CameraSecond, scene: CameraScene, detections: Detections, second: datetime) -> CameraSecond:
    at = detections.captured_at
    newest = row.newest_frame_at is None or at >= row.newest_frame_at
    # A frame that was overtaken by the next epoch still counts, but its track ids mean nothing any more.
    epoch = detections.track_epoch if newest else row.track_epoch
    if row.track_epoch != epoch:
        zones = {name: zone.model_copy(update={"present": ()}) for name, zone in row.zones.items()}
        row = row.model_copy(update={"track_epoch": epoch, "tracks": (), "zones": zones})
    at_ms = int((at - second) / timedelta(milliseconds=1))
    standing = standing_objects(detections, scene, detections.track_epoch == epoch)
    weak = likely_points(detections, scene)
    clear = detections.visibility is Visibility.CLEAR
    zones = {
        zone.id: _with_crowd(
            _zone_with(row.zones.get(zone.id, ZoneSecond()), zone, standing, weak, at_ms, scene),
            zone,
            detections.crowd,
            (scene.camera.width_px, scene.camera.height_px),
        )
        for zone in scene.camera.zones
    }
    return row.model_copy(
        update={
            "second": second,
            "frames": (*row.frames, detections.frame_id),
            "spared": row.spared + detections.spared,
            "zones": zones,
            "view": (*row.view, sum(each.kind in PERSONS and not scene.masks(each.point) for each in standing)),
            "tracks": _samples(row.tracks, standing, at_ms),
            "visibility": max(row.visibility, detections.visibility, key=WORSE.index),
            "quiet_s": row.quiet_s + (detections.quiet_s if clear else 0.0),
            "quiet_before_s": max(row.quiet_before_s, _quiet_before_s(row, detections, second) if clear else 0),
            "detector": detections.detector if newest else row.detector,
            "newest_frame_at": at if newest else row.newest_frame_at,
        }
    )


def _quiet_before_s(row: CameraSecond, detections: Detections, second: datetime) -> int:
    """Return how many whole seconds just before this one were quiet and belong to no second that was told."""
    if row.closed is None:
        return 0  # what the picture before showed is not known here
    whole_s = floor(detections.quiet_s - (detections.captured_at - second).total_seconds() + _ROUNDING_S)
    untold_s = int((second - row.closed).total_seconds()) - 1
    return max(0, min(whole_s, untold_s))


def _samples(seen: Sequence[Sample], standing: Sequence[CountedObject], at_ms: int) -> tuple[Sample, ...]:
    """Return the newest place of each track in this second."""
    known = {sample.track_id: sample for sample in seen}
    for each in standing:
        if each.track_id is None or each.kind is None:
            continue
        before = known.get(each.track_id)
        first_ms = at_ms if before is None else min(before.first_ms, at_ms)
        if before is None or before.at_ms <= at_ms:
            x_px, y_px = (round(value, 1) for value in each.point)
            known[each.track_id] = Sample(
                each.track_id, each.kind, at_ms, x_px, y_px, round(each.height_px, 1), first_ms
            )
        else:
            known[each.track_id] = before._replace(first_ms=first_ms)
    return tuple(sorted(known.values(), key=lambda sample: (sample.at_ms, sample.track_id))[-MAX_TRACKS:])


def _zone_with(
    before: ZoneSecond,
    zone: Zone,
    standing: Sequence[CountedObject],
    weak: Sequence[tuple[float, float]] | None,
    at_ms: int,
    scene: CameraScene,
) -> ZoneSecond:
    """Return what a zone shows with one frame more."""
    within = [each for each in standing if inside(each.point, zone.polygon)]
    persons = [each for each in within if each.kind in PERSONS]
    present = {each.track_id: each for each in before.present}
    for each in persons:
        if each.track_id is not None:
            known = present.get(each.track_id, InZone(each.track_id, at_ms, at_ms))
            first_ms, last_ms = min(known.first_ms, at_ms), max(known.last_ms, at_ms)
            present[each.track_id] = InZone(each.track_id, first_ms, last_ms)
    return ZoneSecond(
        counts=(*before.counts, len(persons)),
        likely=before.likely if weak is None else (*before.likely, len(persons) + _number_inside(weak, zone)),
        probable=before.probable or _probable([each.item.box for each in persons]),
        modelled=before.modelled,
        densest_per_m2=(*before.densest_per_m2, _densest(persons, zone, scene)) if zone.id in scene.areas_m2 else (),
        vehicles=max(before.vehicles, sum(each.item.object_class in VEHICLES for each in within)),
        lower_bound=before.lower_bound or crowded_boxes([each.item for each in persons]),
        present=tuple(sorted(present.values(), key=lambda each: (each.last_ms, each.track_id))[-MAX_TRACKS:]),
    )


def _number_inside(points: Sequence[tuple[float, float]], zone: Zone) -> int:
    return sum(inside(point, zone.polygon) for point in points)


def _with_crowd(zone_second: ZoneSecond, zone: Zone, crowd: CrowdMap | None, size: tuple[int, int]) -> ZoneSecond:
    """Return what a zone shows with what a counting model saw in it; a second's first count holds."""
    if crowd is None or zone_second.modelled is not None:
        return zone_second
    across, down = size[0] / crowd.columns, size[1] / crowd.rows
    persons = sum(
        amount
        for place, amount in enumerate(crowd.persons)
        if inside(((place % crowd.columns + 0.5) * across, (place // crowd.columns + 0.5) * down), zone.polygon)
    )
    modelled = Modelled(round(persons, 2), crowd.measured_to_per_m2, crowd.model)
    return zone_second.model_copy(update={"modelled": modelled})


def _probable(boxes: Sequence[Box]) -> Probable:
    found = estimate(boxes)
    return Probable(len(boxes), round(found.count, 2), round(found.error, 2))


def _densest(persons: Sequence[CountedObject], zone: Zone, scene: CameraScene) -> float:
    """Return the density in the densest 3 x 3 m; who stands beyond the horizon is in none."""
    ground = scene.zone_ground(zone) if persons else None
    if ground is None:
        return 0.0
    return round(densest(np.array([each.place_m for each in persons], np.float64), ground.visible).per_m2, 3)
