"""Coverage: which control room a report belongs to, and which cameras could see its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray
from shapely import STRtree, contains_xy, distance, prepare
from shapely.geometry import Point

from schemas.base import derive_id
from schemas.categories import Category
from schemas.evidence import CameraCoverage, Coverage, Evidence, ReportFact
from schemas.geo import Position
from schemas.incidents import CameraWatch, Incident, Operation
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes import places as says
from schemas.phrases.codes.common import together
from schemas.phrases.phrase import Phrase
from streams.domain.cameras.registry import Camera, Registry
from streams.domain.geometry.ground import (
    GroundPoint,
    distance_m,
    distance_to_area_m,
    in_polygon,
    to_ground,
    to_lat_lon,
    to_polygon,
)
from streams.domain.rules.rules import Rules

Permitted = Callable[[Camera], bool]
"""Whether a camera may be looked at now."""


def _spread(points: int) -> NDArray[np.float64]:
    """Return equally likely places around one that is right to 1 m in 95 % of cases: normal in both directions.

    They lie on a spiral by the golden angle (H. Vogel, "A better way to construct the sunflower head", Mathematical
    Biosciences 44 (1979), 179-189), at the quantiles of a Rayleigh distribution.
    """
    number = np.arange(points)
    radius = np.sqrt(np.log1p(-(number + 0.5) / points) / np.log(0.05))
    angle = number * np.pi * (3 - np.sqrt(5))
    return np.column_stack((radius * np.cos(angle), radius * np.sin(angle)))


_SPREAD: Final = _spread(400)
"""Enough for a chance to be right to .02."""


@dataclass(frozen=True, slots=True)
class NearCamera:
    """A camera near a place.

    Attributes:
        camera: It.
        distance_m: How far its view area is from the place; 0 when it sees the place.
        in_view: The chance that the true place lies in its view area, by the place's accuracy; 1 where nobody asked for it.
    """

    camera: Camera
    distance_m: float
    in_view: float = 1.0


class CoverageMap:
    """The registry on the ground: control room areas and view areas in RD New, computed once."""

    def __init__(self, registry: Registry) -> None:
        self._rooms = [(room.id, to_polygon(room.area)) for room in registry.control_rooms]
        self._cameras = registry.cameras
        self._place = {camera.id: place for place, camera in enumerate(registry.cameras)}
        self._views = np.array([to_polygon(camera.view_area) for camera in registry.cameras], dtype=object)
        prepare(self._views)
        self._tree = STRtree(self._views)

    @property
    def rooms(self) -> tuple[str, ...]:
        """Return all control rooms, in the order of the file."""
        return tuple(room_id for room_id, _ in self._rooms)

    def room_of(self, point: GroundPoint) -> tuple[str, bool]:
        """Return the room whose area holds a point (on a border the first in the file), else the nearest and False."""
        for room_id, area in self._rooms:
            if in_polygon(point, area):
                return room_id, True
        nearest = min(self._rooms, key=lambda room: distance_to_area_m(point, room[1]))
        return nearest[0], False

    def cameras_near(self, point: GroundPoint, reach_m: float) -> list[NearCamera]:
        """Return the cameras whose view area is within reach, nearest first, equal distances by id.

        Args:
            point: The place.
            reach_m: How far away a view area may be.
        """
        place = Point(point.x_m, point.y_m)
        found = self._tree.query(place, predicate="dwithin", distance=reach_m)
        far_m = distance(self._views[found], place).tolist()
        near = [NearCamera(self._cameras[index], far) for index, far in zip(found.tolist(), far_m, strict=True)]
        return sorted(near, key=lambda each: (each.distance_m, each.camera.id))

    def with_chances(self, near: Sequence[NearCamera], point: GroundPoint, accuracy_m: float) -> tuple[NearCamera, ...]:
        """Return cameras with the chance that the true place lies in view.

        Args:
            near: The cameras.
            point: The place as it was told.
            accuracy_m: Within what the true place lies in 95 % of cases.
        """
        likely = _SPREAD * accuracy_m + (point.x_m, point.y_m)
        x_m, y_m = likely[:, 0], likely[:, 1]
        seen = (contains_xy(self._views[self._place[each.camera.id]], x_m, y_m) for each in near)
        return tuple(
            replace(each, in_view=round(float(inside.mean()), 3)) for each, inside in zip(near, seen, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Located:
    """Located: where a report goes.

    Attributes:
        rooms: The control room; all of them for a cancellation without a position, because only the room that knows
            the report can act on it.
        asked: Cameras that get a watch.
        released: Cameras that may have got one for an earlier revision and must stop looking.
        coverage: What the report's evidence says about cameras, nearest first.
        notes: What is unusual.
    """

    rooms: tuple[str, ...]
    asked: tuple[NearCamera, ...] = ()
    released: tuple[NearCamera, ...] = ()
    coverage: tuple[CameraCoverage, ...] = ()
    notes: tuple[Phrase, ...] = ()

    @property
    def phrase(self) -> Phrase | None:
        """Return what is unusual as one phrase, if anything is."""
        return together(*self.notes)

    @property
    def note(self) -> str:
        """Return what is unusual in one line, or empty."""
        return sentence(self.phrase)[:300] if self.phrase else ""


def locate_report(
    ground: CoverageMap,
    rules: Rules,
    incident: Incident,
    permitted: Permitted,
    now: datetime,
    a_case: bool = False,
) -> Located:
    """Return where a report goes and which cameras can see its place.

    A position that is poorer than the rules allow widens the category's distance by the allowed part only, and says so.

    Args:
        ground: The registry on the ground.
        rules: The rules.
        incident: The report.
        permitted: Whether a camera may be looked at now.
        now: The time (UTC).
        a_case: Whether the report by itself is a case of a partner (`priority/score.py`, `case_alone`): then it is nobody's work
            here, and asks nothing of any camera, nor is one listed with it.
    """
    cancelled = incident.operation is Operation.CANCEL
    if incident.position is None:
        rooms = ground.rooms if cancelled else ground.rooms[:1]
        return Located(rooms, notes=(says.place_missing(),))
    point = to_ground(incident.position)
    room, inside = ground.room_of(point)
    notes = [] if inside else [says.place_outside()]
    rule = rules.of(incident.category).cameras
    if rule is None:
        return _without_cameras(ground, rules, incident, room, notes)
    if a_case and not cancelled:
        return replace(_without_cameras(ground, rules, incident, room, notes), coverage=())
    late_s = (now - incident.occurred_at).total_seconds()
    if late_s > rules.looking.late_after_s:
        return Located((room,), notes=(*notes, says.place_late(late_s / 3600)))
    accuracy_m = incident.position.accuracy_m
    reach_m = rule.distance_m + min(accuracy_m, rules.looking.accuracy_at_most_m)
    if accuracy_m >= rules.position.poor_from_m:
        notes.append(says.place_poor(accuracy_m, reach_m))
    near = ground.cameras_near(point, reach_m + rules.looking.near_m)
    in_reach = [each for each in near if each.distance_m <= reach_m]
    if len(in_reach) > rules.looking.asked_at_most:
        notes.append(says.place_many_cameras(len(in_reach), rules.looking.asked_at_most))
        in_reach = in_reach[: rules.looking.asked_at_most]
    beyond = [each for each in near if each.distance_m > reach_m][: rules.looking.near_at_most]
    allowed = {each.camera.id for each in in_reach if permitted(each.camera)}
    asked = () if cancelled else [each for each in in_reach if each.camera.id in allowed]
    coverage = [
        _coverage(each, Coverage.IN_VIEW if each.camera.id in allowed else Coverage.NOT_PERMITTED_NOW)
        for each in in_reach
    ] + [_coverage(each, Coverage.OUT_OF_RANGE) for each in beyond]
    return Located(
        rooms=(room,),
        asked=ground.with_chances(asked, point, accuracy_m),
        released=tuple(in_reach) if cancelled else (),
        coverage=tuple(coverage),
        notes=tuple(notes),
    )


def _without_cameras(ground: CoverageMap, rules: Rules, incident: Incident, room: str, notes: list[Phrase]) -> Located:
    """Return a report's place where no camera may be asked; those asked before it became so must stop."""
    assert incident.position is not None
    widest_m = max(rule.cameras.distance_m for rule in rules.categories.values() if rule.cameras)
    reach_m = widest_m + rules.looking.accuracy_at_most_m
    near = ground.cameras_near(to_ground(incident.position), reach_m)
    listed = [each for each in near if each.distance_m <= rules.looking.near_m][: rules.looking.near_at_most]
    return Located(
        rooms=(room,),
        released=tuple(near) if incident.revision > 0 else (),
        coverage=tuple(_coverage(each, Coverage.NO_CAMERAS_FOR_CATEGORY) for each in listed),
        notes=tuple(notes),
    )


def _coverage(near: NearCamera, coverage: Coverage) -> CameraCoverage:
    return CameraCoverage.model_construct(
        camera_id=near.camera.id, distance_m=round(near.distance_m, 1), coverage=coverage
    )


def watches(incident: Incident, located: Located, rules: Rules) -> list[CameraWatch]:
    """Return one watch per camera that is asked, and one that ends the watch per camera that must stop looking."""
    room = located.rooms[0]
    attended = {near.camera_id: near.attention_until for near in located.coverage}
    in_views = sum(each.in_view for each in located.asked)
    asked = [
        _watch(
            incident, each, room, incident.operation, incident.category, rules, attended.get(each.camera.id), in_views
        )
        for each in located.asked
    ]
    return asked + [
        _watch(incident, each, room, Operation.CANCEL, incident.category, rules) for each in located.released
    ]


def _watch(
    incident: Incident,
    near: NearCamera,
    room: str,
    operation: Operation,
    category: Category,
    rules: Rules,
    attention_until: datetime | None = None,
    in_views: float = 1.0,
) -> CameraWatch:
    window_from, window_until = looking_window(category, incident.occurred_at, rules)
    return CameraWatch(
        incident_id=incident.incident_id,
        incident_revision=incident.revision,
        operation=operation,
        camera_id=near.camera.id,
        control_room_id=room,
        category=category,
        distance_m=round(near.distance_m, 1),
        zones=tuple(zone.id for zone in near.camera.zones),
        window_from=window_from,
        window_until=window_until,
        occurred_at=incident.occurred_at,
        attention_until=attention_until,
        in_view=near.in_view,
        in_views=round(in_views, 3),
    )


def looking_window(category: Category, occurred_at: datetime, rules: Rules) -> tuple[datetime, datetime]:
    """Return from when until when a category's cameras look; a moment where it has none."""
    rule = rules.of(category).cameras
    before_s, after_s = (rule.before_s, rule.after_s) if rule else (0.0, 0.0)
    return occurred_at - timedelta(seconds=before_s), occurred_at + timedelta(seconds=after_s)


def report_evidence(incident: Incident, located: Located) -> list[Evidence]:
    """Return the report as evidence: one message for each control room that it goes to."""
    return [
        Evidence(
            evidence_id=derive_id("evidence", "report", incident.incident_id, str(incident.revision), room),
            control_room_id=room,
            category=incident.category,
            position=incident.position,
            camera_id=None,
            occurred_at=incident.occurred_at,
            fact=ReportFact(incident=incident, cameras=located.coverage, note=located.note, phrase=located.phrase),
        )
        for room in located.rooms
    ]


def seen_place(camera: Camera) -> Position:
    """Return the middle of what a camera sees; its accuracy is the distance to the farthest corner."""
    middle = to_polygon(camera.view_area).centroid
    point = GroundPoint(middle.x, middle.y)
    farthest_m = max(distance_m(point, to_ground(corner)) for corner in camera.view_area)
    lat, lon = to_lat_lon(point)
    return Position(lat=round(lat, 6), lon=round(lon, 6), accuracy_m=max(1.0, round(farthest_m, 1)))
