"""Rooms: the control rooms of this console as the records of the topics tell them, for its routes and its streams."""

from __future__ import annotations

import asyncio
import base64
import logging
import re
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Final, Literal

import orjson

from console.api.parts import RowQuery, StreamEvent
from console.api.problems import ProblemError
from console.projection.decisions import ActionKnown
from console.projection.detail import detail_of
from console.projection.listeners import Listener, RoomEvent, StreamPlace, StreamPlaces
from console.projection.ports import Histories, Places, Stages
from console.projection.room import KnownRoom
from console.projection.row import ListRow, ListRowError
from console.settings import ConsoleSettings
from console.wire.events import Bye, CameraNow, Reset, Status, ZoneNow
from console.wire.people import Me
from console.wire.rooms import Handover, RoomInfo, Series
from console.wire.rows import AlertPage, AlertRow, Detail, HistoryLine
from schemas.categories import Priority
from schemas.errors import UndecodableError
from schemas.phrases.language import Language
from streams import metrics
from streams.clock import Clock
from streams.kafka.record import Record
from streams.presentation.standing import Rank, rank

log = logging.getLogger(__name__)

FIRST: Final = 100
NEXT: Final = 1_000
"""Rows of the first piece of the whole list, and of each piece after it."""
AT_ONCE: Final = 200
"""Rows that are made into JSON before others have their turn."""
STATUS_S: Final = 2.0
CATCH_UP_S: Final = 3.0
"""How long a reader that knows more than this console is kept waiting, since a second console may be some records behind."""
_ID: Final = re.compile(r"(-?\d{1,18})\.(-?\d{1,18})")


class ProjectedRooms:
    """Projected rooms: `console.api.parts.Rooms`, made of records that somebody hands over. All of it runs on one event loop.

    Args:
        settings: How many streams there may be.
        places: Rooms, cameras and zones.
        histories: What became of an alert.
        stages: Whether the pipeline keeps up.
        clock: The server's clock.
    """

    def __init__(
        self, settings: ConsoleSettings, places: Places, histories: Histories, stages: Stages, clock: Clock
    ) -> None:
        self._places, self._histories, self._stages, self._clock = places, histories, stages, clock
        self._rooms = {name: KnownRoom(name, clock()) for name in places.names()}
        self._stream_places = StreamPlaces(settings.streams, settings.streams_per_user)
        self._whole = False
        self._reading = False
        places.tell_by(self.tell)

    # -- what the reader says

    def take(self, records: Iterable[Record]) -> None:
        """Take records in the order of their offsets."""
        for record in records:
            for room in self._rooms.values():
                room.take(record)

    def whole(self, reading: bool = True) -> None:
        """Note that every topic was read up to the end that it had when the reading began, and whether it goes on."""
        self._whole = self._whole or reading
        self._reading = reading

    def forget(self) -> None:
        """Drop what ended long ago."""
        now = self._clock()
        for room in self._rooms.values():
            room.alerts.forget(now)

    def tell(self, room: str, event: RoomEvent) -> None:
        """Tell a room's streams an event."""
        found = self._rooms.get(room)
        if found is not None:
            found.listeners.tell(event)

    def end_streams(self) -> None:
        """Say goodbye to all streams."""
        for room in self._rooms.values():
            room.listeners.stop()

    def known_room(self, room: str) -> KnownRoom:
        """Return what is known of a room.

        Raises:
            ProblemError: 404, it is not served here.
        """
        found = self._rooms.get(room)
        if found is None:
            raise ProblemError(404, "no_such_room", "expected one of your control rooms")
        return found

    def known_action(self, action_id: str) -> ActionKnown | None:
        """Return an action of any room."""
        return next((found for room in self._rooms.values() if (found := room.decisions.get(action_id))), None)

    # -- what the routes ask

    def names(self) -> tuple[str, ...]:
        """Return the ids of the rooms that are served."""
        return tuple(self._rooms)

    def room(self, room: str) -> RoomInfo:
        """Return what a room is."""
        return self._places.room(room)

    def ready(self) -> bool:
        """Return whether every room's list is whole."""
        return self._whole and self._places.ready()

    def rows(self, room: str, language: Language) -> tuple[str, AsyncIterator[bytes]]:
        """Return the position of a room's list, and its rows as lines of JSON, in the list's order."""
        known = self._read(room)
        return known.position(), _pieces(known.alerts.in_order(), language)

    def page(self, room: str, query: RowQuery, language: Language) -> AlertPage:
        """Return some rows, by the list's order."""
        known = self._read(room)
        after = None if query.cursor is None else _rank(query.cursor)
        found: list[ListRow] = []
        for row in known.alerts.ranked(after):
            if _asked(row, query):
                found.append(row)
            if len(found) > query.limit:
                break
        some = found[: query.limit]
        more = len(found) > query.limit
        return AlertPage(
            alerts=tuple(AlertRow.model_validate_json(line) for line in _lines(some, language)),
            next_cursor=_cursor(rank(some[-1])) if more else None,
            position=known.position(),
        )

    def detail(self, room: str, alert_id: str, language: Language, me: Me) -> Detail:
        """Return a whole alert."""
        row = self._alert(room, alert_id)
        try:
            return detail_of(row, row.alert(), self._places.camera_name, language, me)
        except (UndecodableError, ListRowError) as error:
            raise ProblemError(503, "unreadable", "the alert's record is not as expected") from error

    async def history(self, room: str, alert_id: str, language: Language) -> tuple[HistoryLine, ...]:
        """Return an alert's changes and actions, the oldest first."""
        row = self._alert(room, alert_id)
        return await self._histories.history(room, alert_id, row.opened_at, language)

    def status(self, room: str) -> Status:
        """Return the room's pulse."""
        known, now = self.known_room(room), self._clock()
        able, total = self._places.able(room)
        return Status(
            server_at=now,
            reading=self._whole and self._reading,
            ticks_at=known.pulse.ticks_at,
            canary_at=known.pulse.canary_at,
            canary_late=known.pulse.canary_late(now),
            stages=self._stages.now(),
            cameras_total=total,
            cameras_able=able,
            alerts_hour=known.pulse.asked_within_hour(now),
            budget_hour=self._places.room(room).alerts_per_hour,
        )

    def cameras(self, room: str, language: Language) -> tuple[CameraNow, ...]:
        """Return the room's cameras."""
        return self._places.cameras(room, language)

    def zones(self, room: str, language: Language) -> tuple[ZoneNow, ...]:
        """Return the room's zones."""
        return self._places.zones(room, language)

    def series(
        self, room: str, zone_id: str, from_at: datetime, to_at: datetime, step_s: int, language: Language
    ) -> Series:
        """Return one zone over time."""
        return self._places.series(room, zone_id, from_at, to_at, step_s, language)

    async def handover(self, room: str, from_at: datetime, to_at: datetime, language: Language) -> Handover:
        """Return a period for the next shift."""
        return await self._places.handover(room, from_at, to_at, language)

    def stream(self, room: str, since: str | None, language: Language, user: str) -> AsyncIterator[StreamEvent]:
        """Return a room's events; a place for the stream is taken at once.

        Raises:
            ProblemError: 422, the id is none; 429, there are too many streams.
        """
        known = self.known_room(room)
        begin = _position(since)
        return self._events(known, begin, language, self._stream_places.take(user))

    # -- within

    def _read(self, room: str) -> KnownRoom:
        known = self.known_room(room)
        if not self._whole:
            raise ProblemError(503, "not_ready", "the list is being read", retry_after_s=2)
        return known

    def _alert(self, room: str, alert_id: str) -> ListRow:
        row = self._read(room).alerts.get(alert_id)
        if row is None:
            raise ProblemError(404, "no_such_alert", "expected an alert of this room, of the last 28 days")
        return row

    async def _events(
        self, room: KnownRoom, since: tuple[int, int], language: Language, place: StreamPlace
    ) -> AsyncIterator[StreamEvent]:
        """Yield a room's events from a position on; the place is held as long as this runs."""
        alert_offset, decision_offset = since
        with room.listeners.listening() as listener:
            async for status in self._until_known(room, alert_offset, listener):
                yield f"{alert_offset}.{decision_offset}", "status", status
            if (reason := self._unknown(room, alert_offset)) is not None and not listener.stopping:
                yield room.position(), "reset", Reset(reason=reason).model_dump_json().encode()
                return
            status_s = 0.0
            loop = asyncio.get_running_loop()
            for event in room.missed(alert_offset, decision_offset):
                alert_offset = max(alert_offset, event.alert_offset)
                decision_offset = max(decision_offset, event.decision_offset)
                if (data := _told(event, language)) is not None:
                    yield f"{alert_offset}.{decision_offset}", event.name, data
            while not listener.stopping and not listener.behind:
                if loop.time() >= status_s:
                    status_s = loop.time() + STATUS_S
                    yield f"{alert_offset}.{decision_offset}", "status", self._status_json(room)
                next_ = await listener.next(status_s - loop.time())
                if next_ is None or (
                    next_.alert_offset <= alert_offset and next_.decision_offset <= decision_offset and next_.is_dated
                ):
                    continue
                alert_offset = max(alert_offset, next_.alert_offset)
                decision_offset = max(decision_offset, next_.decision_offset)
                if (data := _told(next_, language)) is not None:
                    yield f"{alert_offset}.{decision_offset}", next_.name, data
            if listener.stopping:
                yield f"{alert_offset}.{decision_offset}", "bye", Bye(reason="stopping").model_dump_json().encode()
            else:
                yield f"{alert_offset}.{decision_offset}", "reset", Reset(reason="slow").model_dump_json().encode()
        del place

    async def _until_known(self, room: KnownRoom, offset: int, listener: Listener) -> AsyncIterator[bytes]:
        """Yield a status every 2 s until the list is whole, and as new as its reader's, for as long as that may take."""
        loop = asyncio.get_running_loop()
        status_s = known_s = 0.0
        while not listener.stopping:
            if self._whole:
                known_s = known_s or loop.time() + CATCH_UP_S
                if room.alerts.newest >= offset or loop.time() >= known_s:
                    return
            if loop.time() >= status_s:
                status_s = loop.time() + STATUS_S
                yield self._status_json(room)
            await asyncio.sleep(0.1)

    def _unknown(self, room: KnownRoom, offset: int) -> Literal["restarted", "too_old"] | None:
        """Return why a reader has to load the list again; None where it need not."""
        if offset > room.alerts.newest:
            return "restarted"
        return None if room.alerts.knows_since(offset) else "too_old"

    def _status_json(self, room: KnownRoom) -> bytes:
        return self.status(room.name).model_dump_json().encode()


def _told(event: RoomEvent, language: Language) -> bytes | None:
    """Return an event's JSON; None where its record is not as expected, which is counted."""
    try:
        return event.json(language)
    except ListRowError as error:
        metrics.CONSOLE_UNREADABLE.labels("alert-state").inc()
        log.error("an alert cannot be told: %s", error)  # noqa: TRY400 - an alert that nobody sees: one line
        return None


def _lines(rows: Iterable[ListRow], language: Language) -> list[bytes]:
    found = (_told(RoomEvent("alert", row.json, row.offset), language) for row in rows)
    return [line for line in found if line is not None]


async def _pieces(rows: list[ListRow], language: Language) -> AsyncIterator[bytes]:
    """Yield rows as lines of JSON, 100 first, then 1,000 each, and let others have their turn."""
    begin = 0
    while begin < len(rows):
        end = begin + (NEXT if begin else FIRST)
        lines: list[bytes] = []
        for at in range(begin, min(end, len(rows)), AT_ONCE):
            lines += _lines(rows[at : min(at + AT_ONCE, end)], language)
            await asyncio.sleep(0)
        begin = end
        yield b"\n".join([*lines, b""])


def _asked(row: ListRow, query: RowQuery) -> bool:
    return (
        (query.state is None or row.state.value in query.state)
        and (query.priority is None or row.priority.value in query.priority)
        and (query.category is None or row.category.value in query.category)
        and (query.handled_by is None or row.handled_by == query.handled_by)
        and (query.changed_since is None or row.changed_at >= query.changed_since)
    )


def _cursor(place: Rank) -> str:
    priority, score, opened_at, alert_id = place
    document = orjson.dumps([priority.value, score, opened_at.isoformat(), alert_id])
    return base64.urlsafe_b64encode(document).decode()


def _rank(cursor: str) -> Rank:
    try:
        priority, score, opened_at, alert_id = orjson.loads(base64.urlsafe_b64decode(cursor.encode("ascii")))
        moment = datetime.fromisoformat(opened_at)
        if moment.tzinfo is None:
            raise ValueError("a moment without a zone")
        return Priority(priority), float(score), moment, str(alert_id)
    except (ValueError, TypeError, RecursionError):
        raise ProblemError(
            422, "invalid", "expected a next_cursor of an answer", {"cursor": "one of an answer"}
        ) from None


def _position(since: str | None) -> tuple[int, int]:
    if since is None:
        return -1, -1
    found = _ID.fullmatch(since)
    if found is None:
        raise ProblemError(422, "invalid", "expected an id of the stream", {"since": "<offset>.<offset>"})
    return int(found[1]), int(found[2])
