"""Rooms: the control rooms of this console as the records of the topics tell them, for its routes and its streams."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final, get_args

from pydantic import ValidationError

from console.api.parts import RowQuery, StreamEvent, WholeList
from console.api.problems import ProblemError
from console.projection.alerts.cursor import cursor_of, place_of
from console.projection.alerts.detail import detail_of
from console.projection.alerts.history import history_of
from console.projection.alerts.past import version_of
from console.projection.alerts.row import ListRow, ListRowError
from console.projection.decisions import ActionKnown
from console.projection.listeners import RoomEvent, StreamPlaces
from console.projection.ports import Histories, Places, Stages
from console.projection.room import KnownRoom
from console.projection.stream import events, json_of, position_of
from console.settings import ConsoleSettings
from console.wire.events import CameraNow, Reset, Status, StreamEvents, ZoneNow
from console.wire.people import Me
from console.wire.rooms import Handover, RoomInfo, Series
from console.wire.rows import AlertPage, AlertRow, Detail, HistoryLine
from schemas.errors import UndecodableError
from schemas.phrases.language import Language
from streams import metrics, topics
from streams.clock import Clock
from streams.kafka.record import Record
from streams.presentation.standing import rank
from streams.tracing.context import context_of
from streams.tracing.spans import is_on, taken

FIRST: Final = 100
NEXT: Final = 1_000
"""Rows of the first piece of the whole list, and of each piece after it."""
READING: Final = timedelta(seconds=6)
"""It reads where it was whole so lately: three looks of the reader."""
AT_ONCE: Final = 200
"""Rows that are made into JSON before others have their turn."""


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
        self._rooms = {
            name: KnownRoom(name, clock, places.camera_name, places.counted(name)) for name in places.names()
        }
        self._by_partition: dict[int, list[KnownRoom]] = {}
        for room in self._rooms.values():
            self._by_partition.setdefault(room.partition, []).append(room)
        self._stream_places = StreamPlaces(settings.streams, settings.streams_per_user)
        self._whole = False
        self._whole_at: datetime | None = None
        places.tell_by(self.tell)
        metrics.from_zero(metrics.CONSOLE_EVENTS, StreamEvents.model_fields)
        metrics.from_zero(metrics.CONSOLE_RESETS, get_args(Reset.model_fields["reason"].annotation))
        metrics.from_zero(metrics.CONSOLE_UNREADABLE, (topics.ALERT_STATE, topics.DECISION_LOG))

    # -- what the reader says

    def partitions(self) -> frozenset[int]:
        """Return the partitions of the rooms."""
        return frozenset(self._by_partition)

    def begin(self, first: Mapping[int, int], made: str = "") -> None:
        """Begin to read, also anew: what was known is of topics that are no more.

        Args:
            first: The first offset of `alert-state` that is read, by partition: what is older is not known.
            made: What the topics are told apart by from those that had the same names.
        """
        self._whole, self._whole_at = False, None
        for room in self._rooms.values():
            room.begin(first.get(room.partition, 0), made)

    def take(self, records: Iterable[Record]) -> None:
        """Take records, those of one partition in the order of their offsets."""
        for record in records:
            for room in self._by_partition.get(record.partition, ()):
                room.take(record)
            if self._whole and record.topic == topics.ALERT_STATE and is_on():
                _tell_shown(record)

    def whole(self) -> None:
        """Note that all was read that the topics had a moment ago; said again every 2 s as long as it is so."""
        self._whole_at = self._clock()
        metrics.CONSOLE_WHOLE_AT.set(self._whole_at.timestamp())
        if not self._whole:
            self._whole = True
            self.forget()

    def forget(self) -> None:
        """Drop what ended long ago."""
        now = self._clock()
        for room in self._rooms.values():
            room.alerts.forget(now)
            room.unreadable.forget(now)
            metrics.CONSOLE_ALERTS.labels(room.name).set(len(room.alerts))
            metrics.CONSOLE_UNREADABLE_NOW.labels(room.name).set(len(room.unreadable))

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

    def rows(self, room: str, language: Language) -> WholeList:
        """Return a room's list."""
        known = self._read(room)
        rows = known.alerts.in_order()
        return WholeList(known.position(), len(rows), _pieces(known, rows, language))

    def page(self, room: str, query: RowQuery, language: Language) -> AlertPage:
        """Return some rows, by the list's order."""
        known = self._read(room)
        after = None if query.cursor is None else place_of(query.cursor)
        found: list[ListRow] = []
        for row in known.alerts.ranked(after):
            if _asked(row, query):
                found.append(row)
            if len(found) > query.limit:
                break
        some = found[: query.limit]
        more = len(found) > query.limit
        return AlertPage(
            alerts=tuple(_wire_rows(known, some, language)),
            next_cursor=cursor_of(rank(some[-1])) if more else None,
            position=known.position(),
        )

    def detail(self, room: str, alert_id: str, language: Language, me: Me) -> Detail:
        """Return a whole alert."""
        row, known = self._alert(room, alert_id), self.known_room(room)
        detached = known.decisions.is_detached(alert_id)
        try:
            return detail_of(row, row.alert(), self._places.camera_name, language, me, detached)
        except (UndecodableError, ListRowError) as error:
            known.cannot_tell(row)
            raise ProblemError(503, "unreadable", "the alert's record is not as expected") from error

    async def history(self, room: str, alert_id: str, language: Language) -> tuple[HistoryLine, ...]:
        """Return an alert's changes and actions, the oldest first."""
        row = self._alert(room, alert_id)
        past = self.known_room(room).alerts.past
        versions = past.of(alert_id, row.revision)
        if versions is None:  # of before this console, or there is more than it reads back to
            read = {
                each.revision: version_of(each) for each in await self._histories.changes(room, alert_id, row.opened_at)
            }
            past.fill(alert_id, read.values())
            versions = past.of(alert_id, row.revision) or tuple(read.values())
        return history_of(versions, self.known_room(room).decisions.of_alert(alert_id), language)

    def status(self, room: str) -> Status:
        """Return the room's pulse."""
        known, now = self.known_room(room), self._clock()
        able, total = self._places.able(room)
        return Status(
            server_at=now,
            reading=self._whole_at is not None and now - self._whole_at <= READING,
            ticks_at=known.pulse.ticks_at,
            canary_at=known.pulse.canary_at,
            canary_late=known.pulse.canary_late(now),
            stages=self._stages.now(),
            cameras_total=total,
            cameras_able=able,
            alerts_hour=known.pulse.asked_within_hour(now),
            budget_hour=self._places.room(room).alerts_per_hour,
            unreadable=known.unreadable.told(),
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
        known, begin = self.known_room(room), position_of(since)
        place = self._stream_places.take(user)
        return events(known, begin, language, lambda: self._whole, lambda: self.status(room), place)

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


def _lines(room: KnownRoom, rows: Iterable[ListRow], language: Language) -> list[bytes]:
    found = (json_of(room.alert_event(row), language) for row in rows)
    return [line for line in found if line is not None]


def _wire_rows(room: KnownRoom, rows: Iterable[ListRow], language: Language) -> Iterator[AlertRow]:
    """Yield rows as the API's type; what a record has that the type cannot have is passed over, counted and told."""
    for row in rows:
        for line in _lines(room, (row,), language):
            try:
                yield AlertRow.model_validate_json(line)
            except ValidationError:
                metrics.CONSOLE_UNREADABLE.labels(topics.ALERT_STATE).inc()
                room.cannot_tell(row)


async def _pieces(room: KnownRoom, rows: list[ListRow], language: Language) -> AsyncIterator[bytes]:
    """Yield rows as lines of JSON, 100 first, then 1,000 each, and let others have their turn."""
    begin = 0
    while begin < len(rows):
        end = begin + (NEXT if begin else FIRST)
        lines: list[bytes] = []
        for at in range(begin, min(end, len(rows)), AT_ONCE):
            lines += _lines(room, rows[at : min(at + AT_ONCE, end)], language)
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


def _tell_shown(record: Record) -> None:
    """Tell tracing that an alert came to the pages that are open, from when the broker took it."""
    cause = context_of(record.headers)
    if cause is not None:
        span = taken("console", record.topic, cause.beside(), cause.span_id, {"messaging.kafka.offset": record.offset})
        span.began_ns = min(span.began_ns, int(record.appended_at.timestamp() * 1e9))
        span.attributes["toezicht.alert_id"] = (record.key or b"").decode(errors="replace")
        span.end()
