"""Notice: a partner's message as notifiers need it, whatever it is in the schemas: the one place that reads them.

The bytes of the record are kept as they are: a webhook passes them on, and what a partner may see was decided before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from schemas.alerts import AlertState
from schemas.cases import PartnerCase
from schemas.categories import Category, Priority
from schemas.codec import decode
from schemas.dead_letters import DeadLetterReason
from schemas.errors import UndecodableError
from schemas.evidence import Verdict
from schemas.geo import Position
from schemas.phrases.codes.faults import header_missing, message_type_unknown
from schemas.sharing import PartnerAlert, PartnerDispatch, PartnerDispatchWithdrawn, PartnerHit
from streams.domain.partners.routing import Kind, Routed
from streams.kafka.record import Record, first_appended_at

_PASSED_ON: Final = ("id", "source", "type", "specversion", "time", "subject", "dataschema")
"""CloudEvents attributes that leave the house; the others tell how our own stages went on."""
_PREFIX: Final = "ce_"
_NEVER_WAS: Final = ("false", "test", "duplicate")
Ending = Literal["", "withdrawn", "cancelled", "over"]


@dataclass(frozen=True, slots=True)
class Notice:
    """Notice: what is to be told, to whom.

    Attributes:
        partner: Who is told.
        attributes: The CloudEvents attributes that are passed on.
        body: The message's JSON, as the broker has it.
        routed: What routing looks at.
        control_room_id: Whose alert it is.
        alert_id: The alert; messages about one alert keep their order.
        dispatch_id: The dispatch; empty for an alert and a case.
        revision: The alert's or the handover's revision, or the dispatch's attempt.
        place: Where, in words; empty where the partner may not know.
        ending: How it ended for the partner: no longer theirs, cancelled, or over.
        ground: On what ground they are told; empty for what is withdrawn.
        state: Of the alert; None where the partner may not know.
        verdict: What cameras said at best; None where the partner may not know.
        changed_at: When it became so (UTC).
        occurred_at: When it happened (UTC).
        deadline_at: Until when a dispatch, or a case, is to be answered (UTC).
        taken_at: When the broker took it first (UTC).
        handover_id: The handover of a case; empty for an alert and a dispatch.
    """

    partner: str
    attributes: Mapping[str, str]
    body: bytes
    routed: Routed
    control_room_id: str
    alert_id: str
    dispatch_id: str
    revision: int
    place: str
    ending: Ending
    ground: str
    state: AlertState | None
    verdict: Verdict | None
    changed_at: datetime
    occurred_at: datetime | None
    deadline_at: datetime | None
    taken_at: datetime
    handover_id: str = ""

    @property
    def about(self) -> str:
        """Return by which id the partner knows it: that of the request, of the handover, or of the alert."""
        return self.dispatch_id or self.handover_id or self.alert_id

    @property
    def id(self) -> str:
        """Return its identity: the same at each attempt."""
        return self.attributes["id"]

    @property
    def category(self) -> Category | None:
        """Return what it is about; None where the partner may not know."""
        return self.routed.category

    @property
    def priority(self) -> Priority | None:
        """Return how pressing it is; None where the partner may not know."""
        return self.routed.priority

    @property
    def position(self) -> Position | None:
        """Return where it is, as the partner may know it."""
        return self.routed.position

    @property
    def exercise(self) -> bool:
        """Return whether it is an exercise."""
        return self.routed.exercise


def read_notice(record: Record, partner: str, health: bool) -> Notice | None:
    """Return what a record of a partner's topic is to tell; None for a tombstone, and for a hit: channels tell alerts.

    Args:
        record: The record.
        partner: Whose topic it is.
        health: Whether it is their topic for what concerns health.

    Raises:
        UndecodableError: It cannot be read, or is nothing that is told to partners.
    """
    if record.value is None:
        return None
    message = decode(record.value, record.headers)
    if isinstance(message, PartnerHit):
        return None
    if isinstance(message, PartnerDispatchWithdrawn):
        return _let_go(message, record, partner, health)
    if not isinstance(message, PartnerAlert | PartnerDispatch | PartnerCase):
        raise UndecodableError(DeadLetterReason.UNKNOWN_TYPE, message_type_unknown())
    dispatch_id, handover_id, revision, deadline_at = _own(message)
    return Notice(
        partner=partner,
        attributes=_attributes(record),
        body=record.value,
        routed=_routed(message, health),
        control_room_id=message.control_room_id,
        alert_id=message.alert_id,
        dispatch_id=dispatch_id,
        revision=revision,
        place=one_line(message.place),
        ending="" if isinstance(message, PartnerDispatch) else _ending(message),
        ground=message.ground or "",
        state=message.state,
        verdict=message.verdict,
        changed_at=message.happened_at(),
        occurred_at=message.occurred_at,
        deadline_at=deadline_at,
        taken_at=first_appended_at(record.headers, record.appended_at),
        handover_id=handover_id,
    )


def _let_go(message: PartnerDispatchWithdrawn, record: Record, partner: str, health: bool) -> Notice:
    """Return that nobody waits for the answer to a request: as pressing as the request was, and by its id."""
    return Notice(
        partner=partner,
        attributes=_attributes(record),
        body=record.value or b"",
        routed=Routed("dispatch", None, None, None, message.exercise, health),
        control_room_id=message.control_room_id,
        alert_id=message.alert_id,
        dispatch_id=message.dispatch_id,
        revision=0,
        place="",
        ending="withdrawn",
        ground="",
        state=None,
        verdict=None,
        changed_at=message.happened_at(),
        occurred_at=None,
        deadline_at=None,
        taken_at=first_appended_at(record.headers, record.appended_at),
    )


def _own(message: PartnerAlert | PartnerDispatch | PartnerCase) -> tuple[str, str, int, datetime | None]:
    """Return the dispatch and the handover that it is, its revision, and until when it is to be answered."""
    match message:
        case PartnerDispatch():
            return message.dispatch_id, "", message.attempt, message.deadline_at
        case PartnerCase():
            return "", message.handover_id, message.revision, message.answer_by
        case _:
            return "", "", message.revision, None


def _routed(message: PartnerAlert | PartnerDispatch | PartnerCase, health: bool) -> Routed:
    """Return what routing looks at; a case has no priority of its own, and is no more pressing than the lowest."""
    kind: Kind = "dispatch" if isinstance(message, PartnerDispatch) else "alert"
    priority = message.priority
    if isinstance(message, PartnerCase):
        kind, priority = "case", Priority.P4
    return Routed(kind, message.category, priority, message.position, message.exercise, health)


def one_line(text: str) -> str:
    """Return a text without line breaks and control characters, so that it adds no header and no line of its own."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _ending(message: PartnerAlert | PartnerCase) -> Ending:
    if message.withdrawn:
        return "withdrawn"
    if isinstance(message, PartnerCase):
        return ""
    if message.state is AlertState.CANCELLED or message.closing in _NEVER_WAS:
        return "cancelled"
    return "over" if message.state in (AlertState.CLOSED, AlertState.EXPIRED) else ""


def _attributes(record: Record) -> Mapping[str, str]:
    """Return the attributes that are passed on; each is one line, whoever wrote it."""
    found = {
        name.removeprefix(_PREFIX): one_line(value.decode("utf-8", "replace"))
        for name, value in record.headers
        if value is not None and name.startswith(_PREFIX) and name.removeprefix(_PREFIX) in _PASSED_ON
    }
    if not found.get("id"):
        raise UndecodableError(DeadLetterReason.UNKNOWN_TYPE, header_missing("ce_id"))
    return {name: found[name] for name in _PASSED_ON if name in found}
