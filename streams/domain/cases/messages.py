"""Messages of a case: what the partner that has it is told of it, and that it is no longer its own."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any, Final

from schemas.base import json_document
from schemas.cases import PartnerCase
from schemas.phrases.catalogue import sentence
from schemas.phrases.phrase import Phrase
from streams.domain.cases.case import CaseHandover, CaseMessage, CaseRow
from streams.domain.partners.need_to_know import Grant, Partners
from streams.domain.partners.view import AlertFacts, case_view

_EPOCH: Final = datetime.fromtimestamp(0, UTC)


def case_message(
    row: CaseRow,
    facts: AlertFacts,
    grant: Grant,
    reason: Phrase,
    partners: Partners,
    now: datetime,
    count: bool = True,
) -> tuple[CaseRow, CaseMessage]:
    """Return what the partner that has a case is told of it, and the row that knows that it was told."""
    view, square = case_view(facts, grant, partners, row.last.square)
    known = bool(row.last.digest)
    last = row.last.model_copy(update={"revision": row.last.revision + 1}) if count and known else row.last
    message = PartnerCase(
        **view,
        **_fixed(row, last, reason, now),
        answer_by=None if last.accepted or last.overdue else last.answer_by,
        came_from=last.came_from,
        overdue=last.overdue,
    )
    last = last.model_copy(update={"digest": _digest(message), "square": square})
    return row.model_copy(update={"last": last}), CaseMessage(last.health, message)


def withdrawn_case(row: CaseRow, reason: Phrase, partners: Partners, now: datetime) -> tuple[CaseMessage, ...]:
    """Return that a case is no longer the partner's that had it last: its ids and why; nothing to one that the file has not."""
    if row.last.partner not in partners.partners:
        return ()
    last = row.last.model_copy(update={"revision": row.last.revision + 1})
    message = PartnerCase(**_fixed(row, last, reason, now), partners_version=partners.version, withdrawn=True)
    return (CaseMessage(row.last.health, message),)


def _fixed(row: CaseRow, last: CaseHandover, reason: Phrase, now: datetime) -> dict[str, Any]:
    return {
        "handover_id": last.handover_id,
        "partner": last.partner,
        "control_room_id": row.control_room_id,
        "alert_id": row.alert_id,
        "revision": last.revision,
        "changed_at": now,
        "handed_at": last.handed_at,
        "exercise": row.exercise,
        "reason": sentence(reason)[:300],
        "reason_phrase": reason,
    }


def _digest(told: PartnerCase) -> str:
    """Return what tells two views of a case apart: all but when it was told, why, and by which file."""
    plain = told.model_copy(
        update={
            "revision": 0, "changed_at": _EPOCH, "partners_version": "-", "reason": "", "reason_phrase": None,
            "answer_by": None, "overdue": False,
        }
    )  # fmt: skip
    return hashlib.sha256(json_document(plain)).hexdigest()[:16]
