"""Registry and rules for programs: rooms, cameras and zones with all that a map or a chart needs, and nothing of passwords."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np

from schemas.categories import Priority
from schemas.phrases.phrase import Phrase
from streams.config.calibrations import ground_map
from streams.config.files import ConfigFiles
from streams.config.yaml import read_yaml
from streams.domain.cameras.legal_basis import PermissionCode, permission, permitted_until
from streams.domain.cameras.registry import Area, Camera, ControlRoom
from streams.domain.geometry.ground import GroundPoint, to_ground, to_lat_lon
from streams.domain.geometry.projection import GroundMap
from streams.domain.rules.rules import Rules
from streams.domain.trends.areas import Areas
from streams.errors import ConfigurationError
from streams.settings import Settings, read_time_zone

__all__ = ["CameraFacts", "LevelFacts", "Looking", "PermissionCode", "RegistryFacts", "RoomFacts", "ZoneFacts"]

log = logging.getLogger(__name__)

LatLon = tuple[float, float]
HOUR_S: Final = 3_600.0
FARTHEST_M: Final = 1_000.0
"""No zone that is watched lies further from its camera."""


@dataclass(frozen=True, slots=True)
class LevelFacts:
    """Level facts: a level of crowding, and the density (persons per m²) at which it begins."""

    name: str
    per_m2: float


@dataclass(frozen=True, slots=True)
class ZoneFacts:
    """Zone facts: a zone of a camera's picture; its outline on the map (lat, lon), empty where the camera is not calibrated."""

    zone_id: str
    camera_id: str
    name: str
    outline: tuple[LatLon, ...]
    calibrated: bool

    @property
    def key(self) -> str:
        """Return what it is called among all zones: zones of two cameras may have one id."""
        return f"{self.camera_id}:{self.zone_id}"


@dataclass(frozen=True, slots=True)
class Looking:
    """Looking: whether a camera may be looked at, why not as a phrase, and until when it may without a break (UTC)."""

    allowed: bool
    what: Phrase
    until: datetime | None


@dataclass(frozen=True, slots=True)
class CameraFacts:
    """Camera facts: where a camera hangs and what ground it views (lat, lon), its zones, and when it may be looked at."""

    camera_id: str
    name: str
    room: str
    place: LatLon
    view: tuple[LatLon, ...]
    zones: tuple[ZoneFacts, ...]
    _camera: Camera
    _time_zone: ZoneInfo

    def looking(self, now: datetime) -> Looking:
        """Return whether it may be looked at now, by its legal basis and the clock."""
        found = permission(self._camera, now, self._time_zone)
        return Looking(found.allowed, found.what, permitted_until(self._camera, now, self._time_zone))


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """Room facts: a control room, its area on the map, and how many alerts an hour the rules show before they group.

    `town` is the word of the room's name that is its id, as in "Toezichtcentrale Amstelveen"; empty where there is none.
    `counted` are the priorities that this number is of: P4 is no alarm where the rules count the log apart.
    """

    room: str
    name: str
    town: str
    outline: tuple[LatLon, ...]
    alerts_per_hour: int | None
    counted: frozenset[Priority] = frozenset(Priority)


@dataclass(frozen=True)
class RegistryFacts:
    """Registry facts: all rooms and cameras, the levels of crowding, and the areas as GeoJSON where they are configured."""

    version: str
    rooms: Mapping[str, RoomFacts]
    cameras: Mapping[str, CameraFacts]
    levels: tuple[LevelFacts, ...]
    areas: Mapping[str, Any] | None

    @classmethod
    def read(cls, settings: Settings) -> RegistryFacts:
        """Return what the settings' files say. A calibration that cannot be used is told, and counts as none.

        Raises:
            ConfigurationError: A file is missing or wrong.
        """
        files, zone = ConfigFiles(settings), read_time_zone(settings.time_zone)
        registry, rules = files.registry, files.rules
        assert settings.registry is not None  # or there would be no registry
        folder = settings.registry.parent
        cameras = (_camera(each, _ground(each, folder), zone) for each in registry.cameras)
        levels = tuple(LevelFacts(each.name, each.density_per_m2) for each in rules.episodes.crowd.levels)
        return cls(
            registry.version,
            {each.id: _room(each, rules) for each in registry.control_rooms},
            {each.camera_id: each for each in cameras},
            levels,
            None if settings.areas is None else json.loads(read_yaml(settings.areas, Areas).model_dump_json()),
        )

    def of_room(self, room: str) -> tuple[CameraFacts, ...]:
        """Return a room's cameras, in the order of the registry."""
        return tuple(each for each in self.cameras.values() if each.room == room)


def _room(room: ControlRoom, rules: Rules) -> RoomFacts:
    town = next((word for word in room.name.split() if word.casefold() == room.id.casefold()), "")
    return RoomFacts(room.id, room.name, town, _outline(room.area), _alerts_per_hour(room.id, rules), _counted(rules))


def _alerts_per_hour(room: str, rules: Rules) -> int | None:
    """Return from how many an hour on the rules group what is not pressing."""
    if rules.budget is None or not rules.budget.long_term.shown_at_most:
        return None
    long_term, operators = rules.budget.long_term, rules.budget.operators_in(room)
    most = long_term.shown_at_most.get(Priority.P3) or max(long_term.shown_at_most.values())
    return round(operators * most * HOUR_S / long_term.window_s)


def _counted(rules: Rules) -> frozenset[Priority]:
    """Return the priorities that `alerts_per_hour` counts: without P4 where the log is counted apart."""
    apart = rules.budget is not None and rules.budget.log_apart
    return frozenset(Priority) - ({Priority.P4} if apart else set())


def _camera(camera: Camera, ground: GroundMap | None, time_zone: ZoneInfo) -> CameraFacts:
    zones = tuple(
        ZoneFacts(each.id, camera.id, each.name, _on_map(each.polygon, ground, camera), ground is not None)
        for each in camera.zones
    )
    place = (camera.position.lat, camera.position.lon)
    return CameraFacts(
        camera.id, camera.name, camera.control_room, place, _outline(camera.view_area), zones, camera, time_zone
    )


def _ground(camera: Camera, folder: Any) -> GroundMap | None:
    try:
        return ground_map(camera, folder)
    except ConfigurationError as error:  # `worker observe` refuses it; who only shows goes on without
        log.warning("%s: it is shown as not calibrated", error)
        return None


def _outline(area: Area) -> tuple[LatLon, ...]:
    return tuple((each.lat, each.lon) for each in area)


def _on_map(polygon: Any, ground: GroundMap | None, camera: Camera) -> tuple[LatLon, ...]:
    """Return a polygon of the picture on the map: its corners, joined by straight lines.

    A calibration may be good for metres, and not know where on the map they are: what lies far from its camera is left out.
    """
    if ground is None:
        return ()
    corners = ground.to_ground(np.asarray(polygon, np.float64))
    hangs = to_ground(camera.position)
    if not (np.hypot(*(corners - (hangs.x_m, hangs.y_m)).T) <= FARTHEST_M).all():  # beyond the horizon it is NaN
        return ()
    return tuple(to_lat_lon(GroundPoint(float(x), float(y))) for x, y in corners)
