"""Cases: a report that is no alert of the operators, handed over to one partner, and what that partner answers."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field, model_validator

from schemas.base import Identifier, Message, ShortText, Utc, Word, derive_id
from schemas.phrases.phrase import Phrase
from schemas.sharing import ANSWERS_TOPIC, HEALTH_TOPIC, PARTNER_TOPIC, PartnerId, SharedView


class CaseOutcome(Word):
    """Case outcome: what a partner answers to a case. `referred` without a partner gives it back to its owner."""

    ACCEPTED = "accepted"
    REFERRED = "referred"
    CLOSED = "closed"


class PartnerCase(SharedView, Message):
    """A case that is one partner's now, with what that partner may see of it; whole each time that this changes.

    Answer with a `case-receipt` on the partner's own answers topic before `answer_by`: accepted, referred or closed. Without an
    answer it goes back to its owner. One that is `withdrawn` is no longer theirs: forget it, unless it was accepted and is in a
    system of their own. `state`, `priority` and what cameras saw are never told of a case.
    """

    name: ClassVar[str] = "partner-case"
    topics: ClassVar[tuple[str, ...]] = (PARTNER_TOPIC, HEALTH_TOPIC)
    id_from: ClassVar[tuple[str, ...]] = ("partner", "handover_id", "revision")
    key_field: ClassVar[str] = "control_room_id"
    time_field: ClassVar[str] = "changed_at"

    handover_id: Annotated[Identifier, Field(description="By which the answer names it; each partner has another one")]
    partner: PartnerId
    control_room_id: Identifier
    alert_id: Annotated[str, Field(description="The case's own id, the same for all partners who have it in turn")]
    revision: Annotated[int, Field(ge=0, description="Of this handover: keep the highest")]
    changed_at: Utc
    handed_at: Utc
    answer_by: Annotated[
        Utc | None, Field(description="Until when an answer is waited for; null where none is any more")
    ] = None
    came_from: Annotated[PartnerId | None, Field(description="The partner that had it before")] = None
    overdue: Annotated[bool, Field(description="Whether nobody answered, and it is its owner's to see to")] = False
    withdrawn: bool = False
    exercise: Annotated[bool, Field(description="Nothing of it is real")] = False
    reason: Annotated[ShortText, Field(description="Why it was handed over, told again, or withdrawn")] = ""
    reason_phrase: Annotated[Phrase | None, Field(description="The reason as a phrase")] = None

    def subject(self) -> str:
        """Return the case's id."""
        return self.alert_id


class CaseReceipt(Message):
    """A partner's answer to a case that was handed over to it. A later stage says that the earlier ones were."""

    name: ClassVar[str] = "case-receipt"
    topics: ClassVar[tuple[str, ...]] = (ANSWERS_TOPIC,)
    id_from: ClassVar[tuple[str, ...]] = ("handover_id", "outcome", "refer_to")
    key_field: ClassVar[str] = "control_room_id"
    time_field: ClassVar[str] = "answered_at"

    handover_id: Identifier
    control_room_id: Identifier
    alert_id: str
    recipient: Annotated[Identifier, Field(description="The partner that answers")]
    outcome: CaseOutcome
    refer_to: Annotated[
        PartnerId | None, Field(description="For referred: whose it is; null gives it back to its owner")
    ] = None
    answered_at: Utc

    @model_validator(mode="after")
    def _refers_only_then(self) -> CaseReceipt:
        if self.refer_to is not None and self.outcome is not CaseOutcome.REFERRED:
            raise ValueError(f"refer_to with {self.outcome}: expected it with referred alone")
        return self


def handover_identity(room: str, alert_id: str, partner: str, number: int) -> str:
    """Return the identity of a handover: the same case, partner and number give the same one, however often it is sent."""
    return derive_id("handover", room, alert_id, partner, str(number))
