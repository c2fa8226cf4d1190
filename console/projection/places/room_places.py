"""Places: rooms, cameras and zones: where they are by the registry, and how they are by the newest records of the topics."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from threading import RLock
from typing import Final, Protocol

import orjson

from console.projection.listeners import RoomEvent
from console.projection.places.camera_states import CameraCondition, camera_now, condition_of
from console.projection.places.crowds import KEPT_S, SecondError, ZoneHistory, second_of, series_of
from console.projection.places.unseen import UnseenReports
from console.projection.ports import Tell
from console.settings import ConsoleSettings
from console.wire.events import CameraNow, ZoneNow
from console.wire.problems import ProblemError
from console.wire.rooms import Handover, RoomInfo, Series
from schemas.cameras import CameraStatus
from schemas.categories import Priority
from schemas.codec import decode
from schemas.errors import UndecodableError
from schemas.phrases.language import Language
from streams import metrics
from streams.clients.registry import CameraFacts, Looking, RegistryFacts
from streams.clock import Clock
from streams.kafka.record import Record
from streams.topics import ALERT_STATE, CAMERA_STATE, OBSERVATIONS

AHEAD: Final = timedelta(seconds=60)
"""How far a sender's clock may be ahead of the broker's, as for any stage."""
FORBIDDEN_FOR: Final = timedelta(seconds=5)
"""How long it holds that a camera may not be looked at, before its windows are looked up again."""
ZONE_EVERY: Final = timedelta(seconds=5)
"""A zone is told at most so often: nobody reads faster, and it is redrawn once a second at most."""


class PlacesPast(Protocol):
    """Places' past: what is not kept in memory, read from the topics; called in a thread that may wait."""

    def series(self, history: ZoneHistory, from_at: datetime, to_at: datetime, step_s: int) -> int:
        """Fill a zone's history from its observations, and return the step (s) that it was read in."""

    def handover(
        self, room: str, cameras: frozenset[str], from_at: datetime, to_at: datetime, language: Language
    ) -> Handover:
        """Return a period of a room."""


class RoomPlaces:
    """Room places: `console.projection.ports.Places`. Records are taken by one thread, and asked about by others.

    Args:
        facts: The registry.
        settings: Which rooms are served, and whether there are tiles.
        past: Reads what is not in memory.
        clock: The server's clock.
        dispatch: Calls a function on the console's event loop; at once where None.
    """

    def __init__(
        self,
        facts: RegistryFacts,
        settings: ConsoleSettings,
        past: PlacesPast,
        clock: Clock,
        dispatch: Callable[[Callable[[], None]], None] | None = None,
    ) -> None:
        self._facts, self._settings, self._past, self._clock = facts, settings, past, clock
        self._dispatch = dispatch or (lambda call: call())
        named = [each.strip() for each in settings.rooms.split(",") if each.strip()]
        self._rooms = tuple(each for each in facts.rooms if not named or each in named)
        served = [camera for camera in facts.cameras.values() if camera.room in self._rooms]
        self._cameras: dict[str, CameraFacts] = {each.camera_id: each for each in served}
        self._aspects: dict[str, dict[str, CameraStatus]] = {each: {} for each in self._cameras}
        self._zones = {zone.key: ZoneHistory(zone) for camera in served for zone in camera.zones}
        self._told_at: dict[str, datetime] = {}
        self._conditions: dict[str, CameraCondition] = {}
        self._lookings: dict[str, tuple[datetime, datetime, Looking]] = {}
        self._unseen = UnseenReports()
        self._lock = RLock()
        self._tell: Tell = lambda _room, _event: None
        self._whole = False

    # -- what the reader says

    def take(self, record: Record) -> None:
        """Take a record of `camera-state`, `observations` or `alert-state`; what cannot be read is counted and passed over."""
        if record.value is None:
            return
        try:
            if record.topic == CAMERA_STATE:
                self._take_status(record, record.value)
            elif record.topic == ALERT_STATE:
                self.take_alert(orjson.loads(record.value))
            elif record.topic == OBSERVATIONS:
                self._take_second(record.value, record.appended_at + AHEAD)
        except (UndecodableError, SecondError, ValueError, RecursionError):
            metrics.CONSOLE_UNREADABLE.labels(record.topic).inc()

    def take_alert(self, alert: object) -> None:
        """Take an alert's newest state, as a document, for the reports that cameras could not see."""
        with self._lock:
            self._unseen.take(alert)

    def begin_anew(self) -> None:
        """Forget what topics told that are no more: nobody corrects it. What was seen in a zone stays seen."""
        with self._lock:
            self._whole = False
            self._unseen = UnseenReports()
            for aspects in self._aspects.values():
                aspects.clear()

    def whole(self) -> None:
        """Note that the newest state of every camera was read."""
        self._whole = True

    def look_at_clock(self) -> None:
        """Tell the cameras whose viewing window opened or closed since the last look, and forget reports of before yesterday."""
        with self._lock:
            self._unseen.counts(self._clock())
        for camera_id in self._cameras:
            self._tell_camera(camera_id)

    # -- what is asked

    def names(self) -> tuple[str, ...]:
        """Return the ids of the rooms that are served."""
        return self._rooms

    def room(self, room: str) -> RoomInfo:
        """Return what a room is.

        Raises:
            ProblemError: 404, it is not served here.
        """
        self._require(room)
        known = self._facts.rooms[room]
        count = len(known.outline)
        return RoomInfo(
            room=room,
            name=known.name,
            town=known.town,
            outlines=None if self._facts.areas is None else dict(self._facts.areas),
            centre=(math.fsum(lat for lat, _ in known.outline) / count, math.fsum(lon for _, lon in known.outline) / count),
            tiles=bool(self._settings.tiles),
            attribution=self._settings.tiles_attribution,
            alerts_per_hour=known.alerts_per_hour,
            picture_by_itself=self._settings.picture_by_itself,
        )  # fmt: skip

    def counted(self, room: str) -> frozenset[Priority]:
        """Return the priorities that a room's budget of the hour counts."""
        self._require(room)
        return self._facts.rooms[room].counted

    def camera_name(self, camera_id: str) -> str:
        """Return a camera's name; its id where nobody knows one."""
        found = self._facts.cameras.get(camera_id)
        return camera_id if found is None else found.name

    def able(self, room: str) -> tuple[int, int]:
        """Return how many of a room's cameras can look now, and how many it has."""
        conditions = [self._condition(each) for each in self._of_room(room)]
        return sum(each.sees for each in conditions), len(conditions)

    def cameras(self, room: str, language: Language) -> tuple[CameraNow, ...]:
        """Return a room's cameras."""
        with self._lock:
            unseen = self._unseen.counts(self._clock())
        return tuple(self._camera_now(each, unseen, language) for each in self._of_room(room))

    def zones(self, room: str, language: Language) -> tuple[ZoneNow, ...]:
        """Return a room's zones."""
        with self._lock:
            return tuple(self._zones[zone.key].now(language) for camera in self._of_room(room) for zone in camera.zones)

    def series(
        self, room: str, zone_id: str, from_at: datetime, to_at: datetime, step_s: int, language: Language
    ) -> Series:
        """Return one zone over time, from memory, and from the topic where it begins earlier; that may take seconds.

        Raises:
            ProblemError: 404, there is no such zone; 503, the topic cannot be read.
        """
        known = {zone.key: zone for camera in self._of_room(room) for zone in camera.zones}
        if zone_id not in known:
            raise ProblemError(404, "no_such_zone", "expected a zone_id of this room's zones")
        if from_at < self._clock() - timedelta(seconds=KEPT_S):
            history = ZoneHistory(known[zone_id], math.ceil((to_at - from_at).total_seconds()))
            step_s = max(step_s, self._past.series(history, from_at, to_at, step_s))
            return series_of(history, from_at, to_at, step_s, self._facts.levels, language)
        with self._lock:
            return series_of(self._zones[zone_id], from_at, to_at, step_s, self._facts.levels, language)

    async def handover(self, room: str, from_at: datetime, to_at: datetime, language: Language) -> Handover:
        """Return a period for the next shift.

        Raises:
            ProblemError: 404, the room is not served; 503, the topics cannot be read.
        """
        cameras = frozenset(each.camera_id for each in self._of_room(room))
        return await asyncio.to_thread(self._past.handover, room, cameras, from_at, to_at, language)

    def ready(self) -> bool:
        """Return whether the newest state of every camera was read."""
        return self._whole

    def tell_by(self, tell: Tell) -> None:
        """Say `camera` and `zone` events by this from now on."""
        self._tell = tell

    # -- within

    def _require(self, room: str) -> None:
        if room not in self._rooms:
            raise ProblemError(404, "no_such_room", "expected one of your control rooms")

    def _of_room(self, room: str) -> tuple[CameraFacts, ...]:
        self._require(room)
        return self._facts.of_room(room)

    def _condition(self, camera: CameraFacts) -> CameraCondition:
        with self._lock:
            return condition_of(self._aspects[camera.camera_id], self._looking(camera))

    def _looking(self, camera: CameraFacts) -> Looking:
        """Return whether a camera may be looked at, without reckoning it for each of 300 cameras at each pulse of each stream."""
        now = self._clock()
        known = self._lookings.get(camera.camera_id)
        if known is None or not known[0] <= now < known[1]:
            found = camera.looking(now)
            known = self._lookings[camera.camera_id] = (now, found.until or now + FORBIDDEN_FOR, found)
        return known[2]

    def _camera_now(self, camera: CameraFacts, unseen: Mapping[str, int], language: Language) -> CameraNow:
        with self._lock:
            looking = self._looking(camera)
            condition = condition_of(self._aspects[camera.camera_id], looking)
        return camera_now(camera, condition, looking, unseen.get(camera.camera_id, 0), language)

    def _take_status(self, record: Record, value: bytes) -> None:
        status = decode(value, record.headers)
        if not isinstance(status, CameraStatus) or status.camera_id not in self._aspects:
            return
        with self._lock:
            known = self._aspects[status.camera_id].get(status.aspect)
            if known is not None and known.changed_at > status.changed_at:
                return
            self._aspects[status.camera_id][status.aspect] = status
        self._tell_camera(status.camera_id)

    def _take_second(self, value: bytes, latest: datetime) -> None:
        second = second_of(value)
        if second.at > latest:  # it would hide all that comes after it
            raise SecondError("an observation lies ahead")
        history = self._zones.get(second.key)
        if history is None:
            return
        with self._lock:
            newest = history.take(second)
            told_at = self._told_at.get(second.key)
            due = newest and (told_at is None or second.at - told_at >= ZONE_EVERY)
            if due:
                self._told_at[second.key] = second.at
        if due and self._whole:
            room = self._cameras[history.facts.camera_id].room
            self._say(room, RoomEvent("zone", partial(self._zone_json, history)))

    def _tell_camera(self, camera_id: str) -> None:
        camera = self._cameras[camera_id]
        condition = self._condition(camera)
        if self._conditions.get(camera_id) == condition:
            return
        self._conditions[camera_id] = condition
        if self._whole:
            self._say(camera.room, RoomEvent("camera", partial(self._camera_json, camera)))

    def _say(self, room: str, event: RoomEvent) -> None:
        self._dispatch(partial(self._tell, room, event))

    def _camera_json(self, camera: CameraFacts, language: Language) -> bytes:
        with self._lock:
            unseen = self._unseen.counts(self._clock())
        return self._camera_now(camera, unseen, language).model_dump_json().encode()

    def _zone_json(self, history: ZoneHistory, language: Language) -> bytes:
        with self._lock:
            return history.now(language).model_dump_json().encode()
