"""Places of a console in memory: one room with cameras and zones that are made up."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final

import numpy as np

from console.api.problems import ProblemError
from console.projection.ports import Tell
from console.wire.events import CameraNow, ZoneNow
from console.wire.rooms import BlindTime, Handover, RoomInfo, Series, SeriesPoint, Threshold
from schemas.alerts import Alert, AlertState
from schemas.categories import Priority
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes.zones import crowding
from schemas.phrases.language import Language
from streams.clock import Clock
from tests.support.console.control_room import CAMERAS
from tests.support.situations import ROOM, box, place, position

LEVELS: Final = ("none", "warn", "high", "critical")
STATES: Final = {
    3: ("degraded", "zwart beeld"),
    6: ("not_permitted", "mag niet bekeken worden"),
    9: ("offline", "geen beeld"),
}


class FakePlaces:
    """Fake places: one room with cameras, of which three cannot look and one has no place, and five zones.

    The fourth zone is not calibrated, and at the fifth nobody looks now.

    Args:
        clock: The server's clock.
        rooms: Which rooms there are, all alike.
        alerts: What a handover tells of.
        cameras: The cameras' ids.
        tiles: Whether there is a background.
    """

    def __init__(
        self,
        clock: Clock,
        rooms: tuple[str, ...] = (ROOM,),
        alerts: Callable[[], Iterable[Alert]] = tuple,
        cameras: tuple[str, ...] = CAMERAS,
        tiles: bool = False,
    ) -> None:
        self._clock, self._rooms, self._alerts, self._cameras, self._tiles = clock, rooms, alerts, cameras, tiles
        self.tell: Tell = lambda _room, _event: None

    def names(self) -> tuple[str, ...]:
        return self._rooms

    def room(self, room: str) -> RoomInfo:
        if room not in self._rooms:
            raise ProblemError(404, "no_such_room", "expected one of your control rooms")
        ring = [[corner.lon, corner.lat] for corner in box(-1_000, -1_000, 2_000)]
        outline = {
            "type": "Feature",
            "properties": {"name": "Stadshart"},
            "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]},
        }
        centre = position()
        return RoomInfo(
            room=room,
            name="Toezichtcentrale Amstelveen",
            town="Amstelveen",
            outlines={"type": "FeatureCollection", "features": [outline]},
            centre=(centre.lat, centre.lon),
            tiles=self._tiles,
            attribution="Achtergrond: niemand" if self._tiles else "",
            alerts_per_hour=6,
        )

    def counted(self, room: str) -> frozenset[Priority]:
        return frozenset(Priority) - {Priority.P4}

    def camera_name(self, camera_id: str) -> str:
        return f"Stadshart {camera_id.rpartition('-')[2]}"

    def able(self, room: str) -> tuple[int, int]:
        return len(self._cameras) - len(STATES), len(self._cameras)

    def cameras(self, room: str, language: Language) -> tuple[CameraNow, ...]:
        return tuple(self._camera(number, camera, language) for number, camera in enumerate(self._cameras))

    def _camera(self, number: int, camera: str, language: Language) -> CameraNow:
        across = math.ceil(math.sqrt(len(self._cameras)))
        east_m, north_m = 90.0 * (number % across - across / 2), 80.0 * (number // across - across / 2)
        at, view = place(east_m, north_m), box(east_m + 30, north_m + 30, 60)
        blind = STATES.get(number)
        return CameraNow.model_validate(
            {
                "camera_id": camera,
                "name": self.camera_name(camera),
                "place": None if number == 15 else (at.lat, at.lon),
                "view": [(each.lat, each.lon) for each in view],
                "state": blind[0] if blind else "online",
                "reason": blind[1] if blind else "",
                "since": self._clock() - timedelta(hours=2),
                "may_look_until": self._clock() + timedelta(hours=9),
                "unseen_reports": number % 3,
            }
        )

    def zones(self, room: str, language: Language) -> tuple[ZoneNow, ...]:
        second = self._clock().second
        return tuple(
            ZoneNow.model_validate(
                {
                    "zone_id": f"zone-{number}",
                    "camera_id": CAMERAS[number],
                    "name": f"Plein {number + 1}",
                    "outline": []
                    if number == 3
                    else [(each.lat, each.lon) for each in box(120.0 * number - 200, 30, 80)],
                    "at": self._clock(),
                    "count": None if number == 4 else 20 * number + second % 7,
                    "per_m2": None if number >= 3 else round(0.3 + number, 2),
                    "error_per_m2": None if number >= 3 else 0.2,
                    "lower_bound": number == 2,
                    "rise_per_min": None if number == 4 else 3.0 * number - 3,
                    "level": level,
                    "level_text": sentence(crowding(level), language),
                }
            )
            for number, level in enumerate((*LEVELS, LEVELS[0]))
        )

    def series(
        self, room: str, zone_id: str, from_at: datetime, to_at: datetime, step_s: int, language: Language
    ) -> Series:
        zones = {zone.zone_id: number for number, zone in enumerate(self.zones(room, language))}
        if zone_id not in zones:
            raise ProblemError(404, "no_such_zone", "expected a zone_id of this room's zones")
        zone = zones[zone_id]
        steps = int((to_at - from_at).total_seconds() // step_s)
        points = tuple(
            self._point(zone, from_at + timedelta(seconds=step_s * number), number, steps) for number in range(steps)
        )
        begins = (2.0, 3.5, 4.5)
        thresholds = tuple(
            Threshold(level=level, text=sentence(crowding(level), language), per_m2=begin)
            for level, begin in zip(LEVELS[1:], begins, strict=True)
        )
        calibrated = zone != 3
        return Series(
            zone_id=zone_id,
            calibrated=calibrated,
            step_s=step_s,
            points=points,
            thresholds=thresholds if calibrated else (),
        )

    @staticmethod
    def _point(zone: int, at: datetime, number: int, steps: int) -> SeriesPoint:
        if number % 297 < 24 or (zone == 4 and number > 0.8 * steps):
            return SeriesPoint(at=at, count=None, per_m2=None, error_per_m2=None, lower_bound=False)
        count = 10 + 25 * zone + 20 * float(np.sin(number / 60)) + 6 * float(np.sin(number / 3))
        count = max(0.0, count) if zone else max(0.0, count / 2)
        per_m2 = None if zone == 3 else round(count / 30, 2)
        error = None if zone == 3 else round(0.15 + count / 300, 2)
        return SeriesPoint(
            at=at,
            count=round(count, 1),
            per_m2=per_m2,
            error_per_m2=error,
            lower_bound=zone == 2 and number % 200 > 120,
        )

    async def handover(self, room: str, from_at: datetime, to_at: datetime, language: Language) -> Handover:
        came = {Priority.P1: 3, Priority.P2: 9, Priority.P3: 14, Priority.P4: 20}
        blind = (
            BlindTime(camera_id=CAMERAS[3], seconds=5_400, reason="zwart beeld"),
            BlindTime(camera_id=CAMERAS[9], seconds=95, reason="geen beeld"),
        )
        alerts = sorted(self._alerts(), key=lambda each: (each.priority.value, each.opened_at))
        open_ids = (AlertState.NEW, AlertState.ACKNOWLEDGED, AlertState.RETURNED_TO_NORMAL)
        p1 = [each.alert_id for each in alerts if each.priority is Priority.P1]
        return Handover(
            from_at=from_at,
            to_at=to_at,
            came=came,
            open_ids=tuple(each.alert_id for each in alerts if each.state in open_ids),
            aside_ids=tuple(
                each.alert_id for each in alerts if each.state in (AlertState.SHELVED, AlertState.SUPPRESSED)
            ),
            grouped=12,
            closed={"true": 11, "false": 6, "test": 1},
            longest_unanswered_s=140.0,
            longest_unanswered_id=p1[0] if p1 else None,
            cameras_blind=blind,
        )

    def ready(self) -> bool:
        return True

    def tell_by(self, tell: Tell) -> None:
        self.tell = tell
