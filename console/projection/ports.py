"""Ports: what the list asks of what stands beside it: places, the topics' past, and whether the stages keep up."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from console.projection.listeners import RoomEvent
from console.wire.events import CameraNow, StageState, ZoneNow
from console.wire.rooms import Handover, RoomInfo, Series
from schemas.alerts import Alert
from schemas.categories import Priority
from schemas.phrases.language import Language

Tell = Callable[[str, RoomEvent], None]
"""Tells a room's streams an event; called on the console's event loop."""


class Places(Protocol):
    """Places: rooms, cameras and zones: where they are and how they are now. All of it is called on the console's event loop."""

    def names(self) -> tuple[str, ...]:
        """Return the ids of the rooms that are served."""

    def room(self, room: str) -> RoomInfo:
        """Return what a room is.

        Raises:
            ProblemError: 404, it is not served here.
        """

    def counted(self, room: str) -> frozenset[Priority]:
        """Return the priorities that a room's budget of the hour counts."""

    def camera_name(self, camera_id: str) -> str:
        """Return a camera's name; its id where nobody knows one."""

    def able(self, room: str) -> tuple[int, int]:
        """Return how many of a room's cameras can look now, and how many it has."""

    def cameras(self, room: str, language: Language) -> tuple[CameraNow, ...]:
        """Return a room's cameras."""

    def zones(self, room: str, language: Language) -> tuple[ZoneNow, ...]:
        """Return a room's zones."""

    def series(
        self, room: str, zone_id: str, from_at: datetime, to_at: datetime, step_s: int, language: Language
    ) -> Series:
        """Return one zone over time."""

    async def handover(self, room: str, from_at: datetime, to_at: datetime, language: Language) -> Handover:
        """Return a period for the next shift."""

    def ready(self) -> bool:
        """Return whether the newest state of every camera was read."""

    def tell_by(self, tell: Tell) -> None:
        """Say `camera` and `zone` events by this from now on."""


class Histories(Protocol):
    """Histories: what became of an alert, read from the topics."""

    async def changes(self, room: str, alert_id: str, opened_at: datetime) -> Sequence[Alert]:
        """Return an alert's versions, the oldest first.

        Raises:
            ProblemError: 503, the topics cannot be read now.
        """


class Stages(Protocol):
    """Stages: whether the parts of the pipeline keep up."""

    def now(self) -> tuple[StageState, ...]:
        """Return each stage as it was found last."""
