"""Facts of a made-up registry for tests of the console: one room, or several, with cameras and zones."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from schemas.phrases.codes import cameras as says
from streams.clients.registry import CameraFacts, LevelFacts, Looking, RegistryFacts, RoomFacts, ZoneFacts
from tests.support.situations import NOON, ROOM

LEVELS = (LevelFacts("warn", 2.0), LevelFacts("high", 3.5))


class WindowedCamera(CameraFacts):
    """Windowed camera: may be looked at until a moment."""

    __slots__ = ("until",)

    def looking(self, now: datetime) -> Looking:
        until: datetime = getattr(self, "until", NOON + timedelta(days=9))
        allowed = now < until
        return Looking(allowed, says.status_reason("outside_viewing_window"), until if allowed else None)


def camera_facts(
    camera_id: str, room: str = ROOM, calibrated: bool = True, until: datetime | None = None
) -> CameraFacts:
    """Return a camera with one zone."""
    outline = ((52.3, 4.85), (52.3, 4.86), (52.31, 4.86)) if calibrated else ()
    zone = ZoneFacts("plein", camera_id, "Het plein", outline, calibrated)
    nothing: Any = None
    camera = WindowedCamera(camera_id, f"Camera {camera_id}", room, (52.3, 4.85), outline, (zone,), nothing, nothing)
    if until is not None:
        object.__setattr__(camera, "until", until)
    return camera


def registry_facts(*cameras: CameraFacts) -> RegistryFacts:
    """Return a registry with these cameras, and a room for each that they name."""
    rooms = {
        name: RoomFacts(name, f"Meldkamer {name}", "", ((52.2, 4.8), (52.4, 4.8), (52.4, 4.9)), 24)
        for name in dict.fromkeys((ROOM, *(each.room for each in cameras)))
    }
    return RegistryFacts("r1", rooms, {each.camera_id: each for each in cameras}, LEVELS, None)
