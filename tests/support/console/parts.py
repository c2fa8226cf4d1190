"""Parts of a console without Kafka: the real rooms and acting on a control room in memory, and fakes of all else."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import cv2
import numpy as np

from console.api.parts import Parts
from console.api.problems import ProblemError
from console.projection.acting import OperatorActing
from console.projection.rooms import ProjectedRooms
from console.settings import ConsoleSettings
from console.wire.actions import ReportAsked
from console.wire.audit import AuditLine, AuditPage
from console.wire.events import StageState
from console.wire.people import Me
from console.wire.pictures import PictureAnswer, PictureAsked
from schemas.actions import OperatorAction
from schemas.alerts import Alert
from schemas.base import Message
from schemas.categories import Category
from schemas.phrases.language import Language
from streams import topics
from streams.clock import Clock
from streams.kafka.record import Record
from tests.support.console.control_room import CAMERAS, ControlRoom
from tests.support.console.people import OPERATOR, FakeSessions
from tests.support.console.places import FakePlaces
from tests.support.situations import position


class RecordedHistories:
    """Recorded histories: an alert's past from records in memory."""

    def __init__(self, room: ControlRoom) -> None:
        self._room = room
        self.asked: list[str] = []

    async def changes(self, room: str, alert_id: str, opened_at: datetime) -> list[Alert]:
        self.asked.append(alert_id)
        return [
            Alert.model_validate_json(record.value or b"")
            for record in self._room.records
            if record.topic == topics.ALERT_STATE and record.key == alert_id.encode()
        ]


class StillStages:
    """Still stages: each stage as it is said to be."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.still: frozenset[str] = frozenset()

    def now(self) -> tuple[StageState, ...]:
        names = ("locate", "corroborate", "decide", "detect", "observe", "audit")
        return tuple(
            StageState(stage=name, newest_at=self._clock(), lag=0, behind_s=0.0, stands_still=name in self.still)
            for name in names
        )


class MemoryActions:
    """Memory actions: takes actions to a control room in memory, some time later.

    Args:
        room: It.
        clock: Gives the time of the decision.
        after_s: How long a decision takes (s).
    """

    def __init__(self, room: ControlRoom, clock: Clock, after_s: float = 0.0) -> None:
        self._room, self._clock, self._after_s = room, clock, after_s
        self.sent: list[OperatorAction] = []

    async def send(self, message: Message) -> None:
        assert isinstance(message, OperatorAction)
        self.sent.append(message)
        asyncio.get_running_loop().call_later(self._after_s, self._decide, message)

    def _decide(self, action: OperatorAction) -> None:
        self._room.act(action, self._clock())


class MemoryReports:
    """Memory reports: an operator's report goes into a control room in memory."""

    def __init__(self, room: ControlRoom, clock: Clock) -> None:
        self._room, self._clock = room, clock

    async def send(self, asked: ReportAsked, user: str) -> None:
        at = position().model_copy(update={"lat": asked.lat, "lon": asked.lon, "accuracy_m": asked.accuracy_m})
        changes: dict[str, Any] = {
            "position": at,
            "urgency": asked.urgency,
            "source": "operator",
            "source_priority": "",
        }
        category = Category(asked.category) if asked.category in set(Category) else Category.OVERIG  # as intake does
        self._room.report(self._clock(), category, **changes)


class FakePictures:
    """Fake pictures: a camera answers after a second with grey blocks; one of them refuses."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked: dict[str, tuple[str, PictureAsked, datetime]] = {}

    async def ask(self, room: str, asked: PictureAsked, me: Me, language: Language) -> PictureAnswer:
        self._asked[asked.request_id] = (me.user, asked, self._clock())
        return self.picture(asked.request_id, me, language)

    def picture(self, request_id: str, me: Me, language: Language) -> PictureAnswer:
        user, asked, at = self._asked.get(request_id, ("", None, None))
        if asked is None or at is None or user != me.user:
            raise ProblemError(404, "no_such_picture", "expected a picture that you asked for")
        refused = asked.camera_id == CAMERAS[9]
        there = not refused and self._clock() - at > timedelta(seconds=1)
        state = "refused" if refused else ("there" if there else "pending")
        size = (640, 360) if there else (None, None)
        return PictureAnswer.model_validate(
            {
                "request_id": request_id,
                "camera_id": asked.camera_id,
                "state": state,
                "asked_at": at,
                "captured_at": at if there else None,
                "width_px": size[0],
                "height_px": size[1],
                "pixelated": not asked.unblurred,
                "refused": "de camera geeft geen beeld" if refused else "",
                "code": "no_pictures" if refused else "",
            }
        )

    async def image(self, request_id: str, me: Me) -> bytes:
        if self.picture(request_id, me, Language.NL).state != "there":
            raise ProblemError(404, "no_such_picture", "it is not there")
        blocks = np.random.default_rng(len(request_id)).integers(40, 120, (18, 32), dtype=np.uint8)
        picture = cv2.resize(blocks, (640, 360), interpolation=cv2.INTER_NEAREST)
        return cv2.imencode(".jpg", picture)[1].tobytes()


class FakeAudits:
    """Fake audits: what was told, in memory."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.lines: list[AuditLine] = []

    async def page(self, me: Me, room: str | None, actor: str | None, before: int | None, limit: int) -> AuditPage:
        found = [
            each
            for each in reversed(self.lines)
            if (before is None or each.sequence < before) and actor in (None, each.actor)
        ][:limit]
        return AuditPage(
            lines=tuple(found), next_before=found[-1].sequence if len(found) == limit else None, chain_holds=True
        )

    async def tell(
        self,
        me: Me,
        action: str,
        object_type: str,
        object_id: str,
        reason: str,
        result: str,
        cause_id: str,
        room: str = "",
        *,
        at: datetime | None = None,
    ) -> None:
        line = {
            "sequence": len(self.lines), "at": at or self._clock(), "actor": me.user, "action": action,
            "object_type": object_type, "object_id": object_id, "reason": reason, "result": result,
        }  # fmt: skip
        self.lines.append(AuditLine.model_validate(line))


class FakeTiles:
    """Fake tiles: squares with their own numbers."""

    async def tile(self, z: int, x: int, y: int) -> tuple[bytes, str]:
        square = np.full((256, 256), 235, np.uint8)
        cv2.rectangle(square, (0, 0), (255, 255), 190)
        cv2.putText(square, f"{z}/{x}/{y}", (40, 130), cv2.FONT_HERSHEY_SIMPLEX, 0.6, 120)
        return cv2.imencode(".png", square)[1].tobytes(), "image/png"


class ConsoleInMemory:
    """Console in memory: real rooms and acting on a control room in memory.

    Args:
        room: It.
        clock: The server's clock.
        settings: Of the console.
        decides_after_s: How long a decision takes (s).
        by_itself: Who is logged in without a login; nobody where None.
        whole: Whether the list is whole from the start.
        places: The cameras and zones; those of the room where None.
    """

    def __init__(
        self,
        room: ControlRoom,
        clock: Clock,
        settings: ConsoleSettings | None = None,
        decides_after_s: float = 0.0,
        by_itself: str | None = OPERATOR,
        whole: bool = True,
        places: FakePlaces | None = None,
    ) -> None:
        known = settings or ConsoleSettings()
        self.room, self.stages, self.histories = room, StillStages(clock), RecordedHistories(room)
        self.places = places or FakePlaces(clock, alerts=lambda: tuple(room.alerts.values()))
        self.rooms = ProjectedRooms(known, self.places, self.histories, self.stages, clock)
        self.actions = MemoryActions(room, clock, decides_after_s)
        self.audits = FakeAudits(clock)
        acting = OperatorActing(
            self.rooms, self.actions, MemoryReports(room, clock), clock, lambda _: ("operator-1", "operator-3")
        )
        self.parts = Parts(
            known, self.rooms, acting, FakePictures(clock), self.audits, FakeSessions(by_itself), FakeTiles()
        )
        self.rooms.take(room.records)
        if whole:
            self.rooms.whole()
        room.tell = self.hear

    def hear(self, records: list[Record]) -> None:
        """Take what the control room makes."""
        self.rooms.take(records)
