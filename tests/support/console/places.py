"""Places of a console in memory: one room with cameras and zones that are made up."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from console.api.problems import ProblemError
from console.projection.ports import Tell
from console.wire.events import CameraNow, ZoneNow
from console.wire.rooms import BlindTime, Handover, RoomInfo, Series, SeriesPoint, Threshold
from schemas.categories import Priority
from schemas.phrases.language import Language
from streams.clock import Clock
from tests.support.console.control_room import CAMERAS
from tests.support.situations import ROOM, box, place, position


class FakePlaces:
    """Fake places: one room with 16 cameras, of which two cannot look, and four zones."""

    def __init__(self, clock: Clock, rooms: tuple[str, ...] = (ROOM,)) -> None:
        self._clock, self._rooms = clock, rooms
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
            tiles=False,
            attribution="",
            alerts_per_hour=6,
        )

    def camera_name(self, camera_id: str) -> str:
        return f"Stadshart {camera_id.rpartition('-')[2]}"

    def able(self, room: str) -> tuple[int, int]:
        return len(CAMERAS) - 2, len(CAMERAS)

    def cameras(self, room: str, language: Language) -> tuple[CameraNow, ...]:
        return tuple(self._camera(number, camera, language) for number, camera in enumerate(CAMERAS))

    def _camera(self, number: int, camera: str, language: Language) -> CameraNow:
        at, view = (
            place(90.0 * (number % 4) - 180, 80.0 * (number // 4) - 160),
            box(90.0 * (number % 4) - 170, 80.0 * (number // 4) - 150, 40),
        )
        blind = {3: ("degraded", "zwart beeld"), 9: ("offline", "geen beeld")}.get(number)
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
        levels = (("calm", "rustig"), ("warn", "let op"), ("busy", "druk"), ("alarm", "gevaarlijk druk"))
        second = self._clock().second
        return tuple(
            ZoneNow.model_validate(
                {
                    "zone_id": f"zone-{number}",
                    "camera_id": CAMERAS[number],
                    "name": f"Plein {number + 1}",
                    "outline": [(each.lat, each.lon) for each in box(90.0 * number - 170, 0, 60)],
                    "at": self._clock(),
                    "count": 20 * number + second % 7,
                    "per_m2": None if number == 3 else round(0.3 + number, 2),
                    "error_per_m2": None if number == 3 else 0.2,
                    "lower_bound": number == 2,
                    "rise_per_min": 3.0 * number,
                    "level": level,
                    "level_text": text,
                }
            )
            for number, (level, text) in enumerate(levels)
        )

    def series(
        self, room: str, zone_id: str, from_at: datetime, to_at: datetime, step_s: int, language: Language
    ) -> Series:
        steps = int((to_at - from_at).total_seconds() // step_s)
        points = tuple(self._point(from_at + timedelta(seconds=step_s * number), number) for number in range(steps))
        thresholds = (
            Threshold(level="warn", text="let op", per_m2=1.0),
            Threshold(level="alarm", text="gevaarlijk druk", per_m2=3.5),
        )
        return Series(zone_id=zone_id, calibrated=True, step_s=step_s, points=points, thresholds=thresholds)

    @staticmethod
    def _point(at: datetime, number: int) -> SeriesPoint:
        if number % 97 < 4:
            return SeriesPoint(at=at, count=None, per_m2=None, error_per_m2=None, lower_bound=False)
        count = 40 + 30 * float(np.sin(number / 60))
        return SeriesPoint(
            at=at, count=round(count, 1), per_m2=round(count / 40, 2), error_per_m2=0.2, lower_bound=number % 50 == 0
        )

    async def handover(self, room: str, from_at: datetime, to_at: datetime, language: Language) -> Handover:
        came = {Priority.P1: 3, Priority.P2: 9, Priority.P3: 14, Priority.P4: 20}
        blind = (BlindTime(camera_id=CAMERAS[3], seconds=5_400, reason="zwart beeld"),)
        return Handover(
            from_at=from_at,
            to_at=to_at,
            came=came,
            open_ids=(),
            aside_ids=(),
            grouped=12,
            closed={"true": 11, "false": 6, "test": 1},
            longest_unanswered_s=140.0,
            longest_unanswered_id=None,
            cameras_blind=blind,
        )

    def ready(self) -> bool:
        return True

    def tell_by(self, tell: Tell) -> None:
        self.tell = tell
