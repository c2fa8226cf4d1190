"""Audits: what people do and see on the console is told to the audit, and the chain is shown to who may see it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final, Protocol

from pydantic import ValidationError

from console.api.parts import Acting, Audits, MessageSending
from console.wire.actions import ActionAsked, Choices, ReportAsked
from console.wire.audit import AuditLine, AuditPage
from console.wire.events import Decision
from console.wire.people import Me, Right
from console.wire.problems import ProblemError
from schemas.audit import AuditEntry, AuditEvent
from schemas.base import Message
from schemas.categories import Category
from schemas.phrases.language import Language
from streams.clients.audit import AuditTrail, TrailPage
from streams.clients.choices import FALSE_ALARM_REASONS, NOTES, SHELVE_REASONS, VERDICTS
from streams.clients.telling import MessageTeller
from streams.clock import Clock
from streams.errors import ToezichtError
from streams.settings import KafkaSettings

FORBIDDEN: Final = 403
CODES: Final = frozenset(each.code for each in (*VERDICTS, *NOTES, *SHELVE_REASONS, *FALSE_ALARM_REASONS)) | set(
    Category
)
"""All that a person can give with an action or a report; whatever else they send is never kept."""
ABOUT: Final = {"reason": 300, "object_id": 120, "result": 40}
"""Most characters of what an event says."""


class Trail(Protocol):
    """Trail: what is used of the chain."""

    def page(self, wanted: Callable[[AuditEntry], bool], before: int | None, limit: int) -> TrailPage:
        """Return the newest entries that are wanted."""


class ThreadedSending:
    """Threaded sending: `MessageSending` on a teller that waits in a thread.

    Args:
        kafka: The cluster.
    """

    def __init__(self, kafka: KafkaSettings) -> None:
        self._teller = MessageTeller(kafka, "console")

    async def send(self, message: Message) -> None:
        """Send it."""
        await asyncio.to_thread(self._teller.tell, message)

    def close(self) -> None:
        """Disconnect."""
        self._teller.close()


class KafkaAudits:
    """Kafka audits: `console.api.parts.Audits` on the topics of the audit.

    Attributes:
        sender: Sends messages, and is as good for others.

    Args:
        sender: Sends events.
        trail: Reads the chain.
        clock: The server's clock.
    """

    def __init__(self, sender: MessageSending, trail: Trail, clock: Clock) -> None:
        self.sender, self._trail, self._clock = sender, trail, clock
        self._turn = asyncio.Lock()

    @classmethod
    def of(cls, kafka: KafkaSettings, clock: Clock) -> KafkaAudits:
        """Return those of a cluster."""
        return cls(ThreadedSending(kafka), AuditTrail(kafka), clock)

    async def page(self, me: Me, room: str | None, actor: str | None, before: int | None, limit: int) -> AuditPage:
        """Return some lines of those that a person may see, the newest first.

        Everybody with a right on the audit sees their own lines, supervisors those of their rooms, auditors all.

        Raises:
            ProblemError: 403, the room is not theirs; 503, the chain cannot be read.
        """
        if room is not None and Right.AUDIT_ALL not in me.rights and room not in me.rooms:
            raise ProblemError(403, "not_allowed", "expected one of your control rooms", {"room": "one of yours"})

        def wanted(entry: AuditEntry) -> bool:
            return (
                may_see(entry, me)
                and (room is None or entry.control_room_id == room)
                and (actor is None or entry.actor == actor)
            )

        try:
            async with self._turn:  # one reader, however many people look; who waits holds no thread that others need
                found = await asyncio.to_thread(self._trail.page, wanted, before, limit)
        except ToezichtError:
            raise ProblemError(503, "not_readable", "the audit cannot be read now", retry_after_s=5) from None
        return AuditPage(
            lines=tuple(line_of(each) for each in found.entries),
            next_before=found.next_before,
            chain_holds=not found.findings,
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
        """Tell the audit, and wait until the broker has it.

        Raises:
            ProblemError: 503, it does not take it.
        """
        try:
            event = AuditEvent(
                cause_id=cause_id,
                actor=me.user,
                action=action,
                object_type=object_type,
                object_id=object_id[: ABOUT["object_id"]],
                control_room_id=room,
                reason=reason[: ABOUT["reason"]],
                result=result[: ABOUT["result"]],
                at=at or self._clock(),
            )
            await self.sender.send(event)
        except (ToezichtError, ValidationError) as error:
            detail = f"the audit does not take it: {type(error).__name__}"
            raise ProblemError(503, "audit_not_told", detail, retry_after_s=5) from None


class AuditedActing:
    """Audited acting: `console.api.parts.Acting` of which the audit is told: what was sent, and what was not allowed.

    An action of which it cannot be told is answered as not confirmed, though it may be done: the page sends it again with its own
    id, so that it is done once, and told. What became of it stands on `decision-log` under that id.

    Args:
        acting: Acts.
        audits: Is told.
    """

    def __init__(self, acting: Acting, audits: Audits) -> None:
        self._acting, self._audits = acting, audits

    async def act(self, room: str, asked: ActionAsked, me: Me) -> Decision:
        """Send an action once, and return what is known of it."""
        codes = (
            *map(_code, (asked.verdict, asked.reason, asked.note)),
            f"to:{asked.assignee}" if asked.assignee else "",
        )
        about = (asked.action.value, "alert", asked.alert_id, " ".join(code for code in codes if code))
        try:
            decision = await self._acting.act(room, asked, me)
        except ProblemError as error:
            if error.status == FORBIDDEN:
                await self._audits.tell(me, *about, error.code, asked.action_id, room)
            raise
        await self._audits.tell(me, *about, "sent", asked.action_id, room)
        return decision

    def decision(self, action_id: str, me: Me) -> Decision:
        """Return what became of an action."""
        return self._acting.decision(action_id, me)

    async def report(self, room: str, asked: ReportAsked, me: Me) -> None:
        """Send a report that an operator enters by hand."""
        await self._acting.report(room, asked, me)
        about = (me, "report", "report", asked.report_id, _code(asked.category))
        await self._audits.tell(*about, "sent", asked.report_id, room)

    def choices(self, room: str, language: Language) -> Choices:
        """Return the lists that dialogs offer."""
        return self._acting.choices(room, language)


def _code(given: str) -> str:
    return given if not given or given in CODES else "unknown_code"


def may_see(entry: AuditEntry, me: Me) -> bool:
    """Return whether a person may see an entry: by the widest of their rights on the audit."""
    if Right.AUDIT_ALL in me.rights:
        return True
    if Right.AUDIT_ROOM in me.rights and entry.control_room_id in me.rooms:
        return True
    return bool({Right.AUDIT_OWN, Right.AUDIT_ROOM} & set(me.rights)) and entry.actor == me.user


def line_of(entry: AuditEntry) -> AuditLine:
    """Return an entry as a line."""
    return AuditLine(
        sequence=entry.sequence,
        at=entry.at,
        actor=entry.actor,
        action=entry.action,
        object_type=entry.object_type,
        object_id=entry.object_id,
        reason=entry.reason,
        result=entry.result,
    )
