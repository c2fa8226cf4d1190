"""Acting: operators' actions on their way to `decide`, reports by hand, and the lists that dialogs offer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final, Protocol

from pydantic import ValidationError

from console.api.problems import ProblemError
from console.projection.alerts.row import ListRow
from console.projection.choices import choices_of
from console.projection.decisions import ActionKnown, decision_of
from console.projection.room import KnownRoom, known_action
from console.projection.rooms import ProjectedRooms
from console.wire.actions import ActionAsked, Choices, ReportAsked
from console.wire.events import Decision
from console.wire.people import Me, Right
from schemas.actions import Action, OperatorAction
from schemas.base import Message
from schemas.phrases.language import Language
from streams import metrics
from streams.clock import Clock
from streams.errors import DeliveryError

SHELF_OF_OPERATORS: Final = timedelta(hours=4)
"""Whoever puts an alert aside for longer needs the right to overrule (the table of docs/console.md §8)."""


class ActionSender(Protocol):
    """Action sender: takes messages to the topics."""

    async def send(self, message: Message) -> None:
        """Send a message, and wait until the broker has it.

        Raises:
            DeliveryError: It does not take it.
        """


class ReportSender(Protocol):
    """Report sender: takes what an operator enters by hand to intake."""

    async def send(self, asked: ReportAsked, user: str) -> None:
        """Enter a report, and wait until it is on the topic.

        Raises:
            DeliveryError: It is not.
        """


class OperatorActing:
    """Operator acting: `console.api.parts.Acting`. All of it runs on the event loop of its rooms.

    Args:
        rooms: What is known of the rooms.
        actions: Where actions go.
        reports: Where reports by hand go.
        clock: The server's clock.
        users: Who may act in a room, for the list of whom to assign to.
    """

    def __init__(
        self,
        rooms: ProjectedRooms,
        actions: ActionSender,
        reports: ReportSender,
        clock: Clock,
        users: Callable[[str], Iterable[str]] = lambda _: (),
    ) -> None:
        self._rooms, self._actions, self._reports, self._clock, self._users = rooms, actions, reports, clock, users
        self._sending: dict[str, asyncio.Task[None]] = {}
        metrics.from_zero(metrics.CONSOLE_ACTIONS, Action, ("sent", "failed"))

    async def act(self, room: str, asked: ActionAsked, me: Me) -> Decision:
        """Send an action once, and return what is known of it: most often that it is pending."""
        known_room = self._rooms.known_room(room)
        known = self._rooms.known_action(asked.action_id)
        if known is not None and (known.room, known.user or me.user) != (room, me.user):
            raise ProblemError(
                409, "action_id_used", "expected an action_id that nobody used", {"action_id": "a new one"}
            )
        if known is None or not known.alert_id:
            row = known_room.alerts.get(asked.alert_id)
            if row is None:
                raise ProblemError(404, "no_such_alert", "expected an alert of this room")
            check_right(asked, row, me, self._clock())
            action = self._action(room, asked, me)
            known_room.decisions.sent(known_action(action))
            self._sending[asked.action_id] = asyncio.create_task(self._send(known_room, action))
        if (sending := self._sending.get(asked.action_id)) is not None:
            await asyncio.shield(sending)
        return self._told(known_room, asked.action_id, Language(me.language))

    def decision(self, action_id: str, me: Me) -> Decision:
        """Return what became of an action."""
        known = self._rooms.known_action(action_id)
        if known is None or known.room not in me.rooms:
            raise ProblemError(404, "no_such_action", "expected an action that was sent in one of your rooms")
        return self._told(self._rooms.known_room(known.room), action_id, Language(me.language))

    async def report(self, room: str, asked: ReportAsked, me: Me) -> None:
        """Send a report that an operator enters by hand; it comes back as a row."""
        self._rooms.known_room(room)
        try:
            await self._reports.send(asked, me.user)
        except DeliveryError as error:
            raise ProblemError(
                503, "not_sent", "the report is not on the topic: send it again", retry_after_s=2
            ) from error

    def choices(self, room: str, language: Language) -> Choices:
        """Return the lists that dialogs offer."""
        handling = {row.handled_by for row in self._rooms.known_room(room).alerts.all() if row.handled_by}
        return choices_of(sorted({*self._users(room), *handling}), language)

    def _action(self, room: str, asked: ActionAsked, me: Me) -> OperatorAction:
        fields = asked.model_dump(include=set(OperatorAction.model_fields) - {"reason"})
        try:
            given = {**fields, "reason_code": asked.reason or None, "control_room_id": room}
            return OperatorAction.model_validate({**given, "user": me.user, "acted_at": self._clock()})
        except ValidationError as error:
            wrong = {".".join(map(str, each["loc"])): each["msg"] for each in error.errors(include_input=False)}
            raise ProblemError(422, "invalid", "a field is not as expected", wrong) from None

    async def _send(self, room: KnownRoom, action: OperatorAction) -> None:
        try:
            await self._actions.send(action)
        except DeliveryError as error:
            room.decisions.withdraw(action.action_id)
            metrics.CONSOLE_ACTIONS.labels(str(action.action), "failed").inc()
            raise ProblemError(
                503, "not_sent", "the action is not on the topic: send it again", retry_after_s=2
            ) from error
        else:
            metrics.CONSOLE_ACTIONS.labels(str(action.action), "sent").inc()
        finally:
            self._sending.pop(action.action_id, None)

    def _told(self, room: KnownRoom, action_id: str, language: Language) -> Decision:
        known = room.decisions.get(action_id) or ActionKnown(action_id, room.name, "", "", "")
        return decision_of(known, room.alerts.get(known.alert_id), language)


def check_right(asked: ActionAsked, row: ListRow, me: Me, now: datetime) -> None:
    """Check that a person may do this to this alert, beyond acting at all.

    Raises:
        ProblemError: 403, it gives away what another person has, or puts aside for longer than an operator may.
    """
    if Right.OVERRULE in me.rights:
        return
    anothers = row.handled_by not in (None, me.user)
    gives_away = asked.action is Action.ASSIGN and asked.assignee not in (None, me.user)
    if anothers and (gives_away or asked.action is Action.RELEASE):
        raise ProblemError(403, "anothers_alert", "this needs the right overrule: somebody else has the alert")
    if asked.action is Action.SHELVE and asked.until is not None and asked.until > now + SHELF_OF_OPERATORS:
        raise ProblemError(403, "shelf_too_long", "this needs the right overrule: expected an end within 4 h")
