"""Handover: who has a case, by which right, until when, and what the partner that has it, or had it, is told.

A case is one partner's at a time: first of whom its line in the file of partners names, then of whom that partner refers it to,
or of its owner where it is given back, or nobody answered. Nobody gets one without a grant for its category, and so none without
a ground; no partner but the owner has it twice, so it never goes round.

What is known of it is kept until a partner accepts or closes it, and never longer than its line says: from then on the partner's
own system has it, or nobody. What is left are ids, for as long as the alert behind it can still change (`forget_at`), so that a
late or repeated answer is known for what it is.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from schemas.alerts import AlertState
from schemas.cases import CaseOutcome, CaseReceipt, handover_identity
from schemas.phrases.codes import cases as says
from schemas.phrases.codes.dispatch import the_partner
from schemas.phrases.phrase import Phrase
from streams.domain.cases.case import CaseChange, CaseEnd, CaseHandover, CaseRow, CaseStep
from streams.domain.cases.messages import case_message, withdrawn_case
from streams.domain.partners.need_to_know import Grant, Partners
from streams.domain.partners.view import BEGINS, AlertFacts

RECOGNISED: Final = 20
"""The newest handovers of a case of which a late answer is recognised as one [own]; more are hardly ever made."""
_GONE: Final = frozenset({AlertState.CANCELLED, AlertState.CLOSED})
"""States of the alert behind a case in which the case is none any more. That it expired says nothing: a case takes days."""


def is_handed_over(facts: AlertFacts, partners: Partners) -> bool:
    """Return whether an alert is a case that one partner at a time has; else its recipients are told of it as of an alert."""
    return facts.case and facts.category in partners.case_lines


def with_alert(
    facts: AlertFacts, row: CaseRow | None, partners: Partners, keep: timedelta, now: datetime
) -> CaseChange:
    """Return what a revision of an alert makes of the case that it is, or was.

    A case that ended comes up again where more is reported of it, and where it was none for a while.

    Args:
        facts: The alert.
        row: What is kept of its case; None without any.
        partners: The file of partners.
        keep: How long an alert that is over is still known to `decide`.
        now: The time at which it came in.
    """
    if row is not None and row.revision >= facts.revision:
        return CaseChange(row)
    if row is None:
        return _begin(facts, None, partners, keep, now) if _begins(facts, partners) else CaseChange(None)
    row = row.model_copy(update={"revision": facts.revision, "forget_at": _forget_at(facts, keep, now)})
    if row.end is None:
        return _of_whoever_has_it(facts, row, partners, keep, now)
    again = row.end not in {CaseEnd.CLOSED, CaseEnd.EXPIRED} or facts.heard > row.heard
    return _begin(facts, row, partners, keep, now) if again and _begins(facts, partners) else CaseChange(row)


def _of_whoever_has_it(
    facts: AlertFacts, row: CaseRow, partners: Partners, keep: timedelta, now: datetime
) -> CaseChange:
    """Return what a revision makes of a case that somebody has: over, another one's by its category, or told on."""
    if facts.state in _GONE:
        return _over(row, CaseEnd.CANCELLED, partners, now)
    if not is_handed_over(facts, partners):
        return _over(row, CaseEnd.ON_LIST, partners, now)
    row = row.model_copy(update={"heard": facts.heard})
    grant = partners.grant(row.last.partner, facts.category)
    if grant is None or grant.health is not row.last.health:
        gone = _over(row, CaseEnd.NO_GROUND, partners, now)
        return _then(gone, _begin(facts, gone.row, partners, keep, now))
    known = row if row.last.accepted else row.model_copy(update={"facts": facts})
    return _told_again(known, facts, grant, partners, now)


def answered(
    receipt: CaseReceipt, partner: str, row: CaseRow | None, partners: Partners, now: datetime
) -> CaseChange | Phrase:
    """Return what a partner's answer makes of a case, or why it is not taken, which changes nothing.

    The same again, and an earlier stage after a later one, are taken and change nothing.

    Args:
        receipt: The answer.
        partner: Who gave it, by the topic on which it stands.
        row: What is kept of the case; None without any.
        partners: The file of partners.
        now: The time at which it came in.
    """
    if receipt.recipient != partner:
        return says.case_answer_of_another(partner)
    if row is None:
        return says.case_answer_of_nothing(partner)
    if receipt.handover_id != row.last.handover_id or row.last.partner != partner:
        return _not_theirs(receipt, partner, row)
    if receipt.outcome is CaseOutcome.REFERRED:
        return _referred(receipt, partner, row, partners, now)
    if row.end not in {None, CaseEnd.CLOSED}:
        return says.case_answer_late(partner)
    return _settled(row, receipt.outcome)


def _settled(row: CaseRow, outcome: CaseOutcome) -> CaseChange:
    """Return what an acceptance or a closing makes of a case; nothing where it, or a later one, was told before."""
    if row.end is None and outcome is CaseOutcome.CLOSED:
        return CaseChange(_ended(row, CaseEnd.CLOSED), steps=(CaseStep.CLOSED,))
    if row.open:
        return CaseChange(_taken(row), steps=(CaseStep.ACCEPTED,))
    return CaseChange(row)


def with_time(row: CaseRow, partners: Partners, now: datetime) -> CaseChange:
    """Return what time alone makes of a case that is due: back to its owner, overdue, over, or forgotten."""
    if row.due_at > now:
        return CaseChange(row)
    if not row.open:
        return CaseChange(None)
    if row.keep_until <= now:
        over = _over(row, CaseEnd.EXPIRED, partners, now)
        return over if over.row is not None and over.row.forget_at > now else over._replace(row=None)
    assert row.facts is not None  # it is open
    line = partners.case_lines.get(row.facts.category)
    owner = line.owner if line is not None else row.last.partner
    if owner != row.last.partner and partners.grant(owner, row.facts.category) is not None:
        return _to(
            owner, row, row.facts, says.case_no_answer(the_partner(row.last.partner)), CaseStep.NO_ANSWER, partners, now
        )
    grant = partners.grant(row.last.partner, row.facts.category)
    if grant is None:
        return _over(row, CaseEnd.NO_GROUND, partners, now)
    overdue = row.model_copy(update={"last": row.last.model_copy(update={"overdue": True})})
    told, message = case_message(
        overdue, row.facts, grant, says.case_overdue(the_partner(row.last.partner)), partners, now
    )
    return CaseChange(told, (message,), (CaseStep.OVERDUE,))


def _begins(facts: AlertFacts, partners: Partners) -> bool:
    return facts.state in BEGINS and is_handed_over(facts, partners)


def _forget_at(facts: AlertFacts, keep: timedelta, now: datetime) -> datetime:
    return max(now, facts.expires_at) + keep


def _begin(facts: AlertFacts, row: CaseRow | None, partners: Partners, keep: timedelta, now: datetime) -> CaseChange:
    """Hand a case over for the first time, or anew after it had ended."""
    line = partners.case_lines[facts.category]
    grant = partners.grant(line.to, facts.category)
    assert grant is not None  # the file was held against itself
    number = 1 if row is None else row.number + 1
    begun = CaseRow(
        control_room_id=facts.control_room_id,
        alert_id=facts.alert_id,
        revision=facts.revision,
        facts=facts,
        last=_handover(facts, line.to, number, None, grant, line.answer_s, now),
        had=(line.to,),
        number=number,
        opened_at=now,
        keep_until=now + timedelta(seconds=line.keep_s),
        forget_at=_forget_at(facts, keep, now),
        heard=facts.heard,
        exercise=facts.exercise,
    )
    told, message = case_message(begun, facts, grant, says.case_handed_over(), partners, now)
    return CaseChange(told, (message,), (CaseStep.HANDED_OVER,))


def _handover(
    facts: AlertFacts, to: str, number: int, came_from: str | None, grant: Grant, answer_s: int, now: datetime
) -> CaseHandover:
    return CaseHandover(
        handover_id=handover_identity(facts.control_room_id, facts.alert_id, to, number),
        partner=to,
        handed_at=now,
        answer_by=now + timedelta(seconds=answer_s),
        health=grant.health,
        came_from=came_from,
    )


def _referred(
    receipt: CaseReceipt, partner: str, row: CaseRow, partners: Partners, now: datetime
) -> CaseChange | Phrase:
    """Hand a case on to whom its partner names, or back to its owner; or tell why not: then it stays where it is."""
    if row.facts is None:
        return says.case_referred_late(partner)
    category = row.facts.category
    line = partners.case_lines.get(category)
    owner = line.owner if line is not None else None
    to = receipt.refer_to or owner
    if line is None or to is None or to == partner:
        return says.case_referred_to_nobody(partner)
    if partners.grant(to, category) is None:
        return says.case_referred_without_ground(partner, to, category.value)
    back = to == owner
    if to in row.had and not back:
        return says.case_referred_back(partner, to)
    if not back and row.hops >= line.hops_at_most:
        return says.case_referred_too_often(partner, line.owner)
    step = CaseStep.GIVEN_BACK if receipt.refer_to is None else CaseStep.REFERRED
    who = the_partner(partner)
    reason = says.case_given_back(who) if back else says.case_referred(who, the_partner(to))
    onward = row if back else row.model_copy(update={"hops": row.hops + 1})
    return _to(to, onward, row.facts, reason, step, partners, now)


def _not_theirs(receipt: CaseReceipt, partner: str, row: CaseRow) -> Phrase:
    """Return why an answer by another handover than the newest is not taken."""
    numbers = range(max(1, row.number - RECOGNISED), row.number + 1)
    ids = {handover_identity(row.control_room_id, row.alert_id, partner, number) for number in numbers}
    if partner in row.had and receipt.handover_id in ids:
        return says.case_answer_late(partner)
    others = (each for each in row.had if each != partner)
    theirs = {handover_identity(row.control_room_id, row.alert_id, each, n) for each in others for n in numbers}
    return (
        says.case_answer_of_another(partner) if receipt.handover_id in theirs else says.case_answer_of_nothing(partner)
    )


def _to(
    to: str, row: CaseRow, facts: AlertFacts, reason: Phrase, step: CaseStep, partners: Partners, now: datetime
) -> CaseChange:
    """Hand a case over from the partner that has it to another one, which has a grant for it."""
    grant, line = partners.grant(to, facts.category), partners.case_lines[facts.category]
    assert grant is not None
    farewell = withdrawn_case(row, reason, partners, now)
    number = row.number + 1
    onward = row.model_copy(
        update={
            "last": _handover(facts, to, number, row.last.partner, grant, line.answer_s, now),
            "had": tuple(dict.fromkeys((*row.had, to))),
            "number": number,
        }
    )
    told, message = case_message(onward, facts, grant, reason, partners, now)
    return CaseChange(told, (*farewell, message), (step,))


def _told_again(row: CaseRow, facts: AlertFacts, grant: Grant, partners: Partners, now: datetime) -> CaseChange:
    """Tell the partner that has a case what of its own view changed; nothing where nothing did."""
    last = row.last.model_copy(update={"revision": row.last.revision + 1})
    told, message = case_message(
        row.model_copy(update={"last": last}), facts, grant, says.case_changed(), partners, now, count=False
    )
    if told.last.digest == row.last.digest:
        return CaseChange(row)
    return CaseChange(told, (message,), (CaseStep.CHANGED,))


def _over(row: CaseRow, end: CaseEnd, partners: Partners, now: datetime) -> CaseChange:
    """End a case, and tell that to the partner that has it."""
    farewell = withdrawn_case(row, says.case_over(end.value), partners, now)
    ended = _ended(row, end)
    if farewell:
        ended = ended.model_copy(
            update={"last": ended.last.model_copy(update={"revision": farewell[0].message.revision})}
        )
    return CaseChange(ended, farewell, (CaseStep(end.value),))


def _ended(row: CaseRow, end: CaseEnd) -> CaseRow:
    """Return a case that is over: ids alone are left of it."""
    return row.model_copy(update={"end": end, "facts": None, "last": _bare(row.last)})


def _taken(row: CaseRow) -> CaseRow:
    """Return a case that its partner accepted: it has it in a system of its own now, so no more than a square is kept here.

    The square is what the partner was told; without it a later report would tell the place by another one, and so finer.
    """
    last = row.last.model_copy(update={"accepted": True, "overdue": False})
    return row.model_copy(update={"facts": None, "last": last})


def _bare(last: CaseHandover) -> CaseHandover:
    return last.model_copy(update={"digest": "", "square": None})


def _then(first: CaseChange, second: CaseChange) -> CaseChange:
    return CaseChange(second.row, first.messages + second.messages, first.steps + second.steps)
