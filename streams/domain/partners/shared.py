"""Shared: what each partner was told of an alert, and what it is told when the alert changes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, NamedTuple

from pydantic import Field

from schemas.base import Identifier, Part, Utc
from schemas.categories import Priority
from schemas.dispatch import DispatchReceipt
from schemas.phrases.codes import sharing as says
from schemas.phrases.phrase import Phrase
from schemas.sharing import PartnerAlert, PartnerDispatchWithdrawn, PartnerId
from streams.domain.partners.need_to_know import Grant, Partners
from streams.domain.partners.view import (
    BEGINS,
    ENDED,
    AlertFacts,
    GridSquare,
    digest,
    grant_for,
    partner_alert,
    withdrawn,
)


class ToldView(Part):
    """Told view: what one partner was told last of an alert: on which of its topics, a digest of it, and in which square."""

    partner: PartnerId
    health: bool
    digest: str
    square: GridSquare | None = None


class SharedDispatch(Part):
    """Shared dispatch: a request that a partner got, so that its answer is known for its own."""

    dispatch_id: Identifier
    recipient: PartnerId
    health: Annotated[bool, Field(description="Whether it went to the partner's topic about health")] = False
    withdrawn: Annotated[bool, Field(description="Whether the partner was told that nobody waits for its answer")] = (
        False
    )


class SharedRow(Part):
    """Shared row: what is kept of one alert while it lives: its newest facts, who was told what, and who was asked to come.

    `keep_until` is when it is forgotten.
    """

    facts: AlertFacts
    told: tuple[ToldView, ...] = ()
    dispatches: tuple[SharedDispatch, ...] = ()
    keep_until: Utc

    def view(self, partner: str) -> ToldView | None:
        """Return what a partner was told last."""
        return next((each for each in self.told if each.partner == partner), None)

    def square(self, partner: str) -> GridSquare | None:
        """Return in which square a partner was told the place."""
        told = self.view(partner)
        return told.square if told else None


class Sharing(NamedTuple):
    """Sharing: one message for a partner, and whether it goes to the partner's topic about health."""

    health: bool
    message: PartnerAlert | PartnerDispatchWithdrawn


class Shared(NamedTuple):
    """Shared: what partners are told of a change, and what is kept."""

    row: SharedRow
    sharings: tuple[Sharing, ...]


def share(
    facts: AlertFacts,
    row: SharedRow | None,
    partners: Partners,
    keep: timedelta,
    now: datetime,
    handed_over: bool = False,
) -> Shared:
    """Return what partners are told of an alert as it is now, and what is kept of it.

    Args:
        facts: The alert.
        row: What was kept of it; None of one that is new here.
        partners: The file of partners.
        keep: How long an alert that is over, or that is no longer heard of, is kept.
        now: The time at which the alert came in.
        handed_over: Whether it is a case that one partner at a time has: then it is told on to whom was asked to come alone.
    """
    asked = row.dispatches if row else ()
    before = {each.partner: each for each in row.told} if row else {}
    told: list[ToldView] = []
    sharings: list[Sharing] = []
    coming = ({*facts.asked, *(each.recipient for each in asked)}) - {*facts.not_coming}
    theirs = coming if handed_over else {*facts.recipients, *coming}
    for partner in sorted(theirs | before.keys()):
        grant = grant_for(facts, partners, partner) if partner in theirs else None
        was = before.get(partner)
        if was is not None and (grant is None or grant.health is not was.health) and partner in partners.partners:
            sharings.append(Sharing(was.health, withdrawn(facts, partner, partners)))
        if grant is None or (was is None and not begins(facts, grant, partner in coming)):
            continue
        message, square = partner_alert(facts, grant, partners, was.square if was else None)
        view = ToldView(partner=partner, health=grant.health, digest=digest(message), square=square)
        if was is None or (was.health, was.digest) != (view.health, view.digest):
            sharings.append(Sharing(grant.health, message))
        told.append(view)
    let_go = [each for each in asked if _is_let_go(each, facts, partners)]
    sharings += [Sharing(each.health, _withdrawn_dispatch(each, facts)) for each in let_go]
    asked = tuple(each.model_copy(update={"withdrawn": True}) if each in let_go else each for each in asked)
    over = facts.state in ENDED
    keep_until = (now if over else max(now, facts.expires_at)) + keep
    return Shared(SharedRow(facts=facts, told=tuple(told), dispatches=asked, keep_until=keep_until), tuple(sharings))


def _is_let_go(asked: SharedDispatch, facts: AlertFacts, partners: Partners) -> bool:
    """Return whether a partner is to be told that nobody waits for its answer: it still could come, and was not told."""
    return asked.dispatch_id in facts.let_go and not asked.withdrawn and asked.recipient in partners.partners


def _withdrawn_dispatch(asked: SharedDispatch, facts: AlertFacts) -> PartnerDispatchWithdrawn:
    return PartnerDispatchWithdrawn(
        dispatch_id=asked.dispatch_id,
        partner=asked.recipient,
        control_room_id=facts.control_room_id,
        alert_id=facts.alert_id,
        withdrawn_at=facts.changed_at,
        exercise=facts.exercise,
    )


def begins(facts: AlertFacts, grant: Grant, asked: bool) -> bool:
    """Return whether a partner is told of an alert that it does not know: it was asked, or it is on the list and high enough."""
    return facts.state in BEGINS and (asked or _high_enough(facts.priority, grant.lowest))


def _high_enough(priority: Priority, lowest: Priority) -> bool:
    return priority <= lowest  # as text, P1 < P4 is the higher priority


def refusal(receipt: DispatchReceipt, partner: str, row: SharedRow | None) -> Phrase | None:
    """Return why a receipt is not taken from a partner: only its answer to what it was asked itself is; None where it is."""
    if receipt.recipient != partner:
        return says.receipt_of_another(partner)
    asked = next((each for each in row.dispatches if each.dispatch_id == receipt.dispatch_id), None) if row else None
    if asked is None:
        return says.receipt_of_nothing(partner)
    if asked.recipient != partner:
        return says.receipt_of_another(partner)
    return None


def with_dispatch(row: SharedRow, dispatch: SharedDispatch) -> SharedRow:
    """Return a row in which a partner was asked to come; the same where it was before."""
    if dispatch in row.dispatches:
        return row
    return row.model_copy(update={"dispatches": (*row.dispatches, dispatch)})
