"""Case: who has it, what is kept of it, and what an input makes of it: the parts of which `handover` decides."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, NamedTuple

from pydantic import Field

from schemas.base import Identifier, Part, Utc, Word
from schemas.cases import PartnerCase
from schemas.sharing import PartnerId
from streams.domain.partners.view import AlertFacts, GridSquare


class CaseEnd(Word):
    """Case end: why nobody has a case any more."""

    CLOSED = "closed"
    """The partner that had it closed it."""
    EXPIRED = "expired"
    """Its time was over before anybody accepted it."""
    CANCELLED = "cancelled"
    """What was reported does not hold any more."""
    ON_LIST = "on_list"
    """It is an alert of the operators now, or is told to its recipients as one."""
    NO_GROUND = "no_ground"
    """Whoever had it may not know of it any more, and there is nobody who may."""


class CaseStep(Word):
    """Case step: what happened to a case; safe as a metric's label."""

    HANDED_OVER = "handed_over"
    REFERRED = "referred"
    GIVEN_BACK = "given_back"
    NO_ANSWER = "no_answer"
    OVERDUE = "overdue"
    CHANGED = "changed"
    ACCEPTED = "accepted"
    CLOSED = "closed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    ON_LIST = "on_list"
    NO_GROUND = "no_ground"


class CaseHandover(Part):
    """Case handover: one partner has a case, or had it last. `square` and `digest` are of what it was told, while it has it."""

    handover_id: Identifier
    partner: PartnerId
    handed_at: Utc
    answer_by: Utc
    revision: Annotated[int, Field(ge=0, description="Of the newest message of it")] = 0
    health: bool = False
    digest: str = ""
    square: GridSquare | None = None
    accepted: bool = False
    overdue: bool = False
    came_from: PartnerId | None = None


class CaseRow(Part):
    """Case row: one case: who has it, who had it, and what is known of it until it is accepted or over.

    `facts` is null from then on. `had` are the partners that have or had it, `hops` how often it was referred, `number` how often
    it was handed over at all. `heard` is how many reports it had when it ended.
    """

    control_room_id: Identifier
    alert_id: str
    revision: Annotated[int, Field(ge=0, description="Of the alert, the newest that was taken")]
    facts: AlertFacts | None
    last: CaseHandover
    had: tuple[PartnerId, ...]
    hops: Annotated[int, Field(ge=0)] = 0
    number: Annotated[int, Field(ge=1)] = 1
    opened_at: Utc
    keep_until: Utc
    forget_at: Annotated[Utc, Field(description="When the alert behind it cannot change any more, by what is known")]
    end: CaseEnd | None = None
    heard: Annotated[int, Field(ge=0)] = 0
    exercise: bool = False

    @property
    def open(self) -> bool:
        """Return whether an answer is waited for."""
        return self.end is None and not self.last.accepted

    @property
    def due_at(self) -> datetime:
        """Return when time alone changes it next."""
        if not self.open:
            return self.forget_at
        return self.keep_until if self.last.overdue else min(self.last.answer_by, self.keep_until)


class CaseMessage(NamedTuple):
    """Case message: one message for a partner, and whether it goes to the partner's topic about health."""

    health: bool
    message: PartnerCase


class CaseChange(NamedTuple):
    """Case change: what an input makes of a case: what is kept (None: nothing), who is told what, and the steps, for metrics."""

    row: CaseRow | None
    messages: tuple[CaseMessage, ...] = ()
    steps: tuple[CaseStep, ...] = ()
