"""Cases of `share`: where the stage keeps them, `case/<room>/<alert>`, and what goes to partners of each change.

What is decided stands in `streams/domain/cases/`. Nothing else writes these rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from schemas.cases import CaseReceipt
from streams import metrics, topics
from streams.domain.cases.case import CaseChange, CaseRow
from streams.domain.cases.handover import answered, is_handed_over, with_alert, with_time
from streams.domain.partners.need_to_know import Partners
from streams.domain.partners.view import AlertFacts
from streams.errors import NotAllowedError
from streams.stages.base import Output, Rows
from streams.stages.timers import Timers

PREFIX: Final = "case/"


class Cases:
    """The cases of one partition."""

    def __init__(self, partners: Partners, keep: timedelta, rows: Rows, timers: Timers) -> None:
        """Work on a partition's rows.

        Args:
            partners: The file of partners.
            keep: How long an alert that is over is still known to `decide`.
            rows: The rows.
            timers: Of the stage; `come_due` is for whoever takes them.
        """
        self._partners, self._keep, self._rows, self._timers = partners, keep, rows, timers

    def handed_over(self, facts: AlertFacts) -> bool:
        """Return whether an alert is a case that one partner at a time has."""
        return is_handed_over(facts, self._partners)

    def knows_newer(self, facts: AlertFacts) -> bool:
        """Return whether a newer revision of an alert was taken as a case."""
        row = self._rows.get(_key(facts.control_room_id, facts.alert_id), CaseRow)
        return row is not None and row.revision > facts.revision

    def take(self, facts: AlertFacts, now: datetime) -> Sequence[Output]:
        """Return what partners are told of a revision of an alert that is a case, or was one."""
        key = _key(facts.control_room_id, facts.alert_id)
        before = self._rows.get(key, CaseRow)
        return self._keep_and_tell(key, before, with_alert(facts, before, self._partners, self._keep, now))

    def answer(self, receipt: CaseReceipt, partner: str, now: datetime) -> Sequence[Output]:
        """Return what partners are told of an answer.

        Raises:
            NotAllowedError: It is not one that this partner may give, or not any more.
        """
        key = _key(receipt.control_room_id, receipt.alert_id)
        before = self._rows.get(key, CaseRow)
        change = answered(receipt, partner, before, self._partners, now)
        if not isinstance(change, CaseChange):
            raise NotAllowedError(change)
        return self._keep_and_tell(key, before, change)

    def come_due(self, key: str, now: datetime) -> Sequence[Output]:
        """Return what partners are told of what time makes of a case."""
        before = self._rows.get(key, CaseRow)
        if before is None:
            return []
        if before.due_at > now:
            self._timers.add(before.due_at, key)
            return []
        return self._keep_and_tell(key, None, with_time(before, self._partners, now))

    def delete(self, room: str, alert_id: str) -> None:
        """Forget a case of which nothing but ids is kept; of one that somebody still may answer they must hear that it ends."""
        key = _key(room, alert_id)
        row = self._rows.get(key, CaseRow)
        if row is not None and row.facts is None:
            self._rows.delete(key)

    def _keep_and_tell(self, key: str, before: CaseRow | None, change: CaseChange) -> Sequence[Output]:
        """Write what is kept, with a timer where it is due sooner than before, or none is left (`before` is None then)."""
        row = change.row
        if row is None:
            self._rows.delete(key)
        elif row != before:
            self._rows.put(key, row)
            if before is None or row.due_at < before.due_at:
                self._timers.add(row.due_at, key)
        for step in change.steps:
            metrics.CASES.labels(step).inc()
        return [
            Output(
                topics.health_topic(each.message.partner)
                if each.health
                else topics.partner_topic(each.message.partner),
                each.message,
            )
            for each in change.messages
        ]


def _key(room: str, alert_id: str) -> str:
    return f"{PREFIX}{room}/{alert_id}"
