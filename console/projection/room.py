"""Known room: all that is known of one control room: its list, the actions in it, its pulse and its open streams."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from functools import partial
from typing import Final, TypeVar

from console.projection.alerts.names import CameraName
from console.projection.alerts.room_list import RoomList
from console.projection.alerts.row import ListRow, ListRowError, room_in, row_of
from console.projection.alerts.unreadable import UnreadableRecords
from console.projection.decisions import ActionKnown, Decisions, decision_of
from console.projection.listeners import Listeners, RoomEvent
from console.projection.pulse import Pulse
from schemas.actions import OperatorAction
from schemas.base import Message
from schemas.categories import Priority
from schemas.codec import decode
from schemas.dead_letters import DeadLetterReason
from schemas.decisions import DecisionLog
from schemas.errors import UndecodableError
from schemas.phrases.codes import faults as says
from schemas.phrases.language import Language
from schemas.ticks import Tick
from streams import metrics, topics
from streams.clock import Clock
from streams.kafka.partitioner import partition_of
from streams.kafka.record import Record

log = logging.getLogger(__name__)

M = TypeVar("M", bound=Message)
_NO_ACTION: Final = b'"action_id":""'
"""Stands in a decision that answers no action, which most do: they are not read further."""


class KnownRoom:
    """Known room: one control room, made of the records of its partition.

    Args:
        name: Its id.
        clock: The server's clock.
        camera_name: Gives a camera's name by its id.
        counted: The priorities that the room's budget of the hour counts, and so does its load.
    """

    def __init__(
        self,
        name: str,
        clock: Clock,
        camera_name: CameraName = str,
        counted: frozenset[Priority] = frozenset(Priority),
    ) -> None:
        self.name, self._clock, self._camera_name, self._counted = name, clock, camera_name, counted
        self.partition = partition_of(topics.ALERT_STATE, name.encode())
        self.listeners = Listeners()
        self.begin(0, "")

    def begin(self, begins: int, made: str) -> None:
        """Begin to read, with nothing known; who listens loads the list again.

        Args:
            begins: The first offset of `alert-state` that is read: what is older is not known.
            made: What its topics are told apart by from those that had the same names.
        """
        self.made = made
        self.alerts = RoomList(self.name, begins)
        self.unreadable = UnreadableRecords()
        self.decisions = Decisions(self.name)
        self.pulse = Pulse(self._clock())
        self.listeners.begin_anew()

    def position(self) -> str:
        """Return up to where its topics were read, as the stream's ids say it."""
        return self.position_at(self.alerts.newest, self.decisions.newest)

    def position_at(self, alert_offset: int, decision_offset: int) -> str:
        """Return offsets as the stream's ids say them: with what tells its topics apart from others of the same names."""
        return f"{alert_offset}.{decision_offset}" + (f".{self.made}" if self.made else "")

    def take(self, record: Record) -> None:
        """Take a record of its partition, whichever topic and room it is of; what cannot be read is counted and passed over."""
        if record.value is None:
            if record.topic == topics.ALERT_STATE:
                self.unreadable.settle(_alert_of(record), record.offset)
            return
        try:
            self._take(record, record.value)
        except (ListRowError, UndecodableError) as error:
            metrics.CONSOLE_UNREADABLE.labels(record.topic).inc()
            log.error("%s cannot be read: %s", place_of(record), error)  # noqa: TRY400 - an alert that nobody sees: one line
            self._note_unreadable(record, record.value)
        except Exception:  # whatever is wrong with one record: those behind it are read
            metrics.CONSOLE_UNREADABLE.labels(record.topic).inc()
            log.exception("%s cannot be read", place_of(record))
            self._note_unreadable(record, record.value)

    def missed(self, alert_offset: int, decision_offset: int) -> Iterator[RoomEvent]:
        """Yield what a reader missed who knows all up to these offsets."""
        rows, answers = self.alerts.since(alert_offset), self.decisions.since(decision_offset)
        yield from map(self.alert_event, rows)
        yield from map(self._decision_event, answers)

    def alert_event(self, row: ListRow) -> RoomEvent:
        """Return the event of a row."""
        return RoomEvent("alert", partial(self._json, row), alert_offset=row.offset)

    def cannot_tell(self, row: ListRow) -> None:
        """Note that a row's document is not as expected, which is seen when somebody reads it: the list is without it."""
        self.unreadable.note(row.alert_id, row.offset, row.changed_at)

    def _json(self, row: ListRow, language: Language) -> bytes:
        try:
            return row.json(language, self._camera_name)
        except Exception:
            self.cannot_tell(row)
            raise

    def _note_unreadable(self, record: Record, value: bytes) -> None:
        """Note an alert's record that cannot be read, unless it tells that it is another room's."""
        if record.topic == topics.ALERT_STATE and room_in(value) in {None, self.name}:
            self.unreadable.note(_alert_of(record), record.offset, record.appended_at)

    def _take(self, record: Record, value: bytes) -> None:
        match record.topic:
            case topics.ALERT_STATE:
                self.alerts.read(record.offset)
                self._take_alert(row_of(value, record.offset))
            case topics.DECISION_LOG:
                self.decisions.read(record.offset)
                if _NO_ACTION not in value:
                    self._take_decision(decoded(record, value, DecisionLog), record.offset)
            case topics.OPERATOR_ACTIONS:
                action = decoded(record, value, OperatorAction)
                if action.control_room_id == self.name:
                    self.decisions.sent(known_action(action))
            case topics.ROOM_TICKS:
                self.pulse.tick(decoded(record, value, Tick).at, self._clock())
            case topics.CANARY:
                self.pulse.canary(record.appended_at, self._clock())

    def _take_alert(self, made: ListRow) -> None:
        self.unreadable.settle(made.alert_id, made.offset)
        if made.control_room_id != self.name or (row := self.alerts.put(made)) is None:
            return
        single = row.operator_list and row.grouped_under is None and row.summary is None
        if row.asks and single and not row.exercise and row.priority in self._counted:
            self.pulse.asked(row.changed_at)
        if row.shown:
            self.listeners.tell(self.alert_event(row))

    def _take_decision(self, log: DecisionLog, offset: int) -> None:
        if log.control_room_id == self.name and (action := self.decisions.take(log, offset)) is not None:
            self.listeners.tell(self._decision_event(action))

    def _decision_event(self, action: ActionKnown) -> RoomEvent:
        def json(language: Language) -> bytes:
            row = self.alerts.get(action.alert_id)
            return decision_of(action, row, language).model_dump_json().encode()

        return RoomEvent("decision", json, decision_offset=-1 if action.offset is None else action.offset)


def place_of(record: Record) -> str:
    """Return where a record stands, for the log."""
    return f"{record.topic}/{record.partition}@{record.offset}"


def _alert_of(record: Record) -> str:
    """Return which alert a record of `alert-state` is of: its key, under which older ones are compacted away."""
    return place_of(record) if record.key is None else record.key.decode(errors="replace")


def known_action(action: OperatorAction) -> ActionKnown:
    """Return what is remembered of an action."""
    return ActionKnown(action.action_id, action.control_room_id, action.alert_id, action.user, str(action.action))


def decoded(record: Record, value: bytes, kind: type[M]) -> M:
    """Return a record's message.

    Raises:
        UndecodableError: It cannot be read, or is of another type.
    """
    message = decode(value, record.headers)
    if not isinstance(message, kind):
        raise UndecodableError(DeadLetterReason.UNKNOWN_TYPE, says.message_type_unknown())
    return message
