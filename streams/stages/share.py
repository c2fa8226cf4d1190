"""The stage `share`: alerts, confirmed dispatches and cases to the topics of each partner, and partners' answers back.

A partner gets what the file of partners grants it, on topics of its own, and only when its view changed. Its answers are
taken from its own topic alone, and only those to what that partner was asked; anything else there goes to dead-letters.
What the file hands over as a case is told to nobody as an alert: one partner at a time has it (`cases.py`).
Canaries and shadow alerts have topics that it does not read.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from schemas.alerts import Alert
from schemas.cases import CaseReceipt
from schemas.deletion import Deletion
from schemas.dispatch import DispatchOutcome, DispatchReceipt, DispatchRequest, RejectionReason
from schemas.phrases.codes.sharing import not_from_partners
from schemas.ticks import Tick
from streams import topics
from streams.domain.canary import is_canary
from streams.domain.partners.need_to_know import Partners
from streams.domain.partners.shared import SharedDispatch, SharedRow, refusal, share, with_dispatch
from streams.domain.partners.view import ENDED, facts_of, facts_of_request, grant_for, partner_dispatch
from streams.errors import NotAllowedError
from streams.stages.base import Input, Output, Rows
from streams.stages.cases import PREFIX, Cases
from streams.stages.timers import Timers

NAME: Final = "share"
KEPT: Final = timedelta(days=1)
"""How long an alert that is over is kept, since answers still come and it may reopen: as long as by the rules' `forget_s`."""
_DUE_S: Final = 60
"""Width of the timers' buckets; a row that is kept a minute longer harms nobody."""


class Share:
    """Shares alerts with those who need to know them."""

    name: str = NAME
    stateful: bool = True
    max_late: timedelta | None = None
    ticks: str | None = None

    def __init__(self, partners: Partners, keep: timedelta = KEPT) -> None:
        """Take the file of partners, whose topics of answers become inputs, and how long an alert that is over is kept."""
        self._partners = partners
        self._keep = keep
        answers = [topics.answers_topic(partner) for partner in sorted(partners.partners)]
        self.inputs: tuple[str, ...] = (
            topics.ALERTS, topics.DISPATCH_REQUESTS, topics.ROOM_TICKS, topics.ROOM_DELETIONS, *answers,
        )  # fmt: skip

    def handle(self, item: Input, rows: Rows, now: datetime) -> Sequence[Output]:
        """Return what partners are told of an input, or what they answered.

        Raises:
            NotAllowedError: A partner sent what it may not send.
            TypeError: The message is of another type than this stage's topics carry.
        """
        partner = topics.partner_of(item.topic)
        if partner is not None:
            return self._answer(item, partner, rows, now)
        match item.message:
            case Alert() as alert:
                return self._alert(alert, rows, now)
            case DispatchRequest() as request:
                return self._dispatch(request, rows, now)
            case Tick():
                return self._tick(rows, now)
            case Deletion() as deletion:
                for alert_id in deletion.alert_ids:
                    self._delete(_key(deletion.about, alert_id), rows)
                    self._cases(rows).delete(deletion.about, alert_id)
                return []
        raise TypeError(f"expected an alert, a dispatch-request, a tick or a deletion, got a {item.message.name}")

    def _alert(self, alert: Alert, rows: Rows, now: datetime) -> Sequence[Output]:
        if alert.summary is not None or is_canary(alert.control_room_id):
            return []
        key = _key(alert.control_room_id, alert.alert_id)
        row, facts, cases = rows.get(key, SharedRow), facts_of(alert), self._cases(rows)
        if (row is not None and row.facts.revision > alert.revision) or cases.knows_newer(facts):
            return []
        of_case = cases.take(facts, now)
        handed_over = cases.handed_over(facts)
        if row is None and handed_over:
            return of_case
        row, sharings = share(facts, row, self._partners, self._keep, now, handed_over)
        if handed_over and not (row.told or row.dispatches):  # the case alone is kept of it
            rows.delete(key)
        else:
            self._put(key, row, rows, now)
        told = [Output(self._topic(each.message.partner, each.health), each.message) for each in sharings]
        return [*told, *of_case]

    def _dispatch(self, request: DispatchRequest, rows: Rows, now: datetime) -> Sequence[Output]:
        """Return the request as its partner may see it; without a grant it goes to nobody, and comes back as rejected."""
        if is_canary(request.control_room_id):
            return []
        key = _key(request.control_room_id, request.alert_id)
        row = rows.get(key, SharedRow)
        facts = facts_of_request(request) if row is None else row.facts
        partner = request.recipient
        grant = grant_for(facts, self._partners, partner)
        if grant is None:
            return [Output(topics.DISPATCH_RECEIPTS, _rejected(request, now))]
        asked = SharedDispatch(dispatch_id=request.dispatch_id, recipient=partner, health=grant.health)
        row = with_dispatch(row or SharedRow(facts=facts, keep_until=now + self._keep), asked)
        self._put(key, row, rows, now)
        message = partner_dispatch(request, facts, grant, self._partners, row.square(partner))
        return [Output(self._topic(partner, grant.health), message)]

    def _cases(self, rows: Rows) -> Cases:
        return Cases(self._partners, self._keep, rows, Timers(rows, _DUE_S))

    def _answer(self, item: Input, partner: str, rows: Rows, now: datetime) -> Sequence[Output]:
        receipt = item.message
        if isinstance(receipt, CaseReceipt):
            return self._cases(rows).answer(receipt, partner, now)
        if not isinstance(receipt, DispatchReceipt):
            raise NotAllowedError(not_from_partners(partner, receipt.name))
        row = rows.get(_key(receipt.control_room_id, receipt.alert_id), SharedRow)
        refused = refusal(receipt, partner, row)
        if refused is not None:
            raise NotAllowedError(refused)
        return [
            Output(topics.DISPATCH_RECEIPTS, receipt.model_copy(update={"detail": ""}))
        ]  # words may be about persons

    @staticmethod
    def _delete(key: str, rows: Rows) -> None:
        """Forget whom an alert that is over was told to; of one that lives partners must still hear that it ends."""
        row = rows.get(key, SharedRow)
        if row is not None and row.facts.state in ENDED:
            rows.delete(key)

    def _tick(self, rows: Rows, now: datetime) -> Sequence[Output]:
        """Forget what is over for long enough, and take cases back that nobody answered."""
        timers, cases, outputs = Timers(rows, _DUE_S), self._cases(rows), list[Output]()
        for key in timers.take(now):
            if key.startswith(PREFIX):
                outputs += cases.come_due(key, now)
                continue
            row = rows.get(key, SharedRow)
            if row is None:
                continue
            if row.keep_until <= now:
                rows.delete(key)
            else:
                timers.add(row.keep_until, key)
        return outputs

    def _put(self, key: str, row: SharedRow, rows: Rows, now: datetime) -> None:
        """Keep a row, with one timer for all of its life: it is moved on when it comes due."""
        if rows.get(key, SharedRow) is None:
            Timers(rows, _DUE_S).add(max(now, row.keep_until), key)
        rows.put(key, row)

    @staticmethod
    def _topic(partner: str, health: bool) -> str:
        return topics.health_topic(partner) if health else topics.partner_topic(partner)


def _key(room: str, alert_id: str) -> str:
    return f"shared/{room}/{alert_id}"


def _rejected(request: DispatchRequest, now: datetime) -> DispatchReceipt:
    """Return that nobody was asked: who is no partner, or may know nothing of it, cannot come."""
    return DispatchReceipt(
        dispatch_id=request.dispatch_id,
        control_room_id=request.control_room_id,
        alert_id=request.alert_id,
        recipient=request.recipient,
        outcome=DispatchOutcome.REJECTED,
        reason_code=RejectionReason.NOT_OURS,
        detail=f"not asked: {request.recipient} has no grant for {request.category}",
        answered_at=now,
    )
