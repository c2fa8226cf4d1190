"""Budget service of `decide`: the alert budget's rows of one control room, and the summaries that an input makes it tell.

- `budget/<room>`: what was asked and shown lately;
- `summary/<room>/<alert>`: a summary alert;
- `due/…/budget/<room>/` and `due/…/summary/<room>/<alert>`: when to look whether a flood is over, and when to tell a
  summary that has changed, or forget one that ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from schemas.actions import OperatorAction
from schemas.alerts import Alert, Grouping
from schemas.categories import Priority
from schemas.phrases.codes.refusals import refused_no_such_summary
from schemas.phrases.phrase import Phrase
from streams.domain.alerts.situation import ListStanding
from streams.domain.budget.budget import (
    OFF_LIST,
    BudgetRow,
    asks,
    in_hand,
    may_be_grouped,
    micros,
    settled,
    take,
    used_share,
)
from streams.domain.budget.summary import (
    SummaryRow,
    act_on_summary,
    highest,
    joined,
    left,
    open_summary,
    summary_alert,
    told,
)
from streams.domain.canary import is_canary
from streams.domain.rules.budget import BudgetRule
from streams.domain.rules.rules import Rules
from streams.stages.base import Rows
from streams.stages.decide.acted import ProcessedActions
from streams.stages.timers import Timers

LOOK_S: Final = 60
"""How often a control room that was asked lately is looked at: a flood's end is told and measured this late at most."""


@dataclass(frozen=True, slots=True)
class BudgetMeasure:
    """Budget measure: how a room's budget stands, for its gauges; told at a flood's beginning and end, and each minute."""

    control_room_id: str
    flood: bool
    used_share: float


class BudgetService:
    """The alert budget of one control room within one partition's rows, for one input.

    Attributes:
        measured: How the budget stands, where this input looked.
    """

    measured: BudgetMeasure | None = None

    def __init__(
        self,
        rows: Rows,
        room: str,
        rules: Rules,
        registry_version: str,
        due: Timers,
        acted: ProcessedActions,
    ) -> None:
        """Work on a partition's rows; `due` and `acted` are the stage's."""
        self._rows = rows
        self._room = room
        self._rules = rules
        self._registry_version = registry_version
        self._due = due
        self._acted = acted
        self._told: dict[str, Alert] = {}
        self._looked = False

    def stand(self, before: ListStanding | None, alert: Alert, now: datetime) -> tuple[ListStanding | None, Alert]:
        """Return how an alert stands on the list after a change, and the alert that says so.

        Args:
            before: How it stood before the change.
            alert: The alert after it.
            now: When it is decided.
        """
        if not alert.operator_list or is_canary(self._room):
            self._leave(before, alert.alert_id, now)
            return None, alert.model_copy(update={"grouped_under": None, "grouping": None})
        if alert.under_cause:
            self._leave(before, alert.alert_id, now)
            standing = ListStanding(
                state=alert.state, priority=alert.priority, category=alert.category, under_cause=True
            )
            return standing, alert.model_copy(update={"grouped_under": None, "grouping": None})
        asking = asks(before, alert)
        if alert.exercise:  # it is shown and asks, and takes no place of what is real
            self._leave(before, alert.alert_id, now)
            standing = ListStanding(state=alert.state, priority=alert.priority, category=alert.category)
            return standing, alert.model_copy(update={"asks": asking, "grouped_under": None, "grouping": None})
        if asking:
            under, why = self._ask(before, alert, now)
        else:
            under, why = self._stay(before, alert, now)
        standing = ListStanding.model_construct(
            state=alert.state, priority=alert.priority, category=alert.category, grouped_under=under, grouping=why
        )
        if not asking and under == (before.grouped_under if before else ""):
            return standing, alert
        return standing, alert.model_copy(update={"asks": asking, "grouped_under": under or None, "grouping": why})

    @property
    def telling(self) -> bool:
        """Return whether a decision is to be told: a summary, or that the budget was looked at.

        When it is looked at next depends on that, so a replay must know.
        """
        return bool(self._told) or self._looked

    def told(self) -> Sequence[Alert]:
        """Return the summaries that are to be told because of this input, and forget them."""
        alerts, self._told = list(self._told.values()), {}
        return alerts

    def knows(self, alert_id: str) -> bool:
        """Return whether an alert is a summary that is not forgotten."""
        return self._summary(alert_id) is not None

    def act(self, action: OperatorAction, now: datetime) -> Phrase | None:
        """Do what an operator asks of a summary, and return why it is refused, which changes nothing; None where it is not."""
        row = self._summary(action.alert_id)
        if row is None:
            return refused_no_such_summary()
        after, refused = act_on_summary(row, action, now)
        if after is not row:
            self._tell(after, False, now)
        return refused

    def look(self, _: str, now: datetime) -> None:
        """Look whether a flood is over, and how much of the budget is used."""
        self._looked = True
        known, rule = self._budget(), self._rules.budget
        row = settled(known, micros(now), rule, self._room) if rule else BudgetRow()
        self._measure(row, rule)
        if rule is None or not (row.came_us or row.shown_us or row.summary_id):
            self._rows.delete(self._budget_name)
        else:
            self._put(row.model_copy(update={"look_at_us": None}), now)
        self._retire(known, row, now)

    def look_at_summary(self, alert_id: str, now: datetime) -> None:
        """Tell a summary that changed, or forget one that ended long enough ago."""
        row = self._summary(alert_id)
        if row is None:
            return
        if row.ended_at is not None:
            if row.ended_at + timedelta(seconds=self._rules.lifetime.forget_s) <= now:
                self._rows.delete(self._summary_name(alert_id))
                self._acted.forget(alert_id)
        elif row.to_tell:
            budget = self._budget()
            lasting = budget.flood_since_us is not None and budget.summary_id == alert_id
            self._tell(*told(row, now, lasting), now)

    def _ask(self, before: ListStanding | None, alert: Alert, now: datetime) -> tuple[str, Grouping | None]:
        rule = self._rules.budget
        if rule is None:
            self._leave(before, alert.alert_id, now)
            return "", None
        known = self._budget()
        free = may_be_grouped(self._since_summary(before), alert)
        row, why = take(known, alert.priority, free, micros(now), rule, self._room)
        if (known.flood_since_us is None) is not (row.flood_since_us is None):
            self._measure(row, rule)
        self._retire(known, row, now)
        self._leave(before, alert.alert_id, now)
        if why is None:
            self._put(row, now)
            return "", None
        summary = self._summary(row.summary_id) if row.summary_id else None
        if summary is None or summary.ended_at is not None:
            summary = open_summary(alert, row.flood_since_us is not None, rule.listed_at_most, now)
            told_at = {"summary_id": summary.alert_id, "summary_since_us": micros(now)}
            self._put(row.model_copy(update=told_at), now)
            self._tell(summary, True, now)
            return summary.alert_id, why
        after = joined(summary, alert, rule.listed_at_most, now, row.flood_since_us is not None)
        self._put(row, now)
        if highest(after) < after.priority:
            self._tell(*told(after, now), now)
        else:
            self._tell_later(summary, after, now)
        return summary.alert_id, why

    def _since_summary(self, before: ListStanding | None) -> ListStanding | None:
        """Return how an alert stands: by itself, where its summary has ended meanwhile."""
        if before is None or not before.grouped_under:
            return before
        row = self._summary(before.grouped_under)
        return before if row is not None and row.ended_at is None else before.model_copy(update={"grouped_under": ""})

    def _stay(self, before: ListStanding | None, alert: Alert, now: datetime) -> tuple[str, Grouping | None]:
        """Keep an alert that does not ask where it stands: under its summary, unless an operator has it in hand.

        A P1 is out of it in any state.
        """
        if before is None or not before.grouped_under:
            return "", None
        if alert.state in OFF_LIST:
            self._leave(before, alert.alert_id, now)
            return before.grouped_under, before.grouping
        if before.state in OFF_LIST or in_hand(None, alert) or alert.priority is Priority.P1:
            self._leave(before, alert.alert_id, now)
            return "", None
        if (before.priority, before.category) != (alert.priority, alert.category):
            self._move(before, alert, now)
        return before.grouped_under, before.grouping

    def _move(self, before: ListStanding, alert: Alert, now: datetime) -> None:
        """Count an alert that fell, or changed its category, anew under the summary where it stands."""
        row = self._summary(before.grouped_under)
        if row is not None and row.ended_at is None:
            listed = self._rules.budget.listed_at_most if self._rules.budget else 0
            again = joined(left(row, alert.alert_id, before), alert, listed, row.newest_at)
            self._tell_later(row, again.model_copy(update={"grouped": row.grouped}), now)

    def _leave(self, before: ListStanding | None, alert_id: str, now: datetime) -> None:
        """Take an alert out of its summary, where it stands under one."""
        if before is None or not before.grouped_under or before.state in OFF_LIST:
            return
        row = self._summary(before.grouped_under)
        if row is not None and row.ended_at is None:
            self._tell_later(row, left(row, alert_id, before), now)

    def _tell_later(self, before: SummaryRow, after: SummaryRow, now: datetime) -> None:
        """Keep a changed summary; it is told with the next bucket of due entries, at most once in ten seconds."""
        if not before.to_tell:
            self._due.add(now + timedelta(milliseconds=1), self._summary_name(after.alert_id))
        self._rows.put(self._summary_name(after.alert_id), after)

    def _tell(self, row: SummaryRow, asking: bool, now: datetime) -> None:
        self._rows.put(self._summary_name(row.alert_id), row)
        if row.ended_at is not None:
            forgotten_at = row.ended_at + timedelta(seconds=self._rules.lifetime.forget_s)
            self._due.add(forgotten_at, self._summary_name(row.alert_id))
        taking = row.ended_at is None and self._budget().summary_id == row.alert_id
        alert = summary_alert(row, asking, taking, self._rules, self._registry_version)
        self._told[row.alert_id] = alert

    def _retire(self, before: BudgetRow, after: BudgetRow, now: datetime) -> None:
        """Have a summary that takes no more told so."""
        if before.summary_id and before.summary_id != after.summary_id:
            summary = self._summary(before.summary_id)
            if summary is not None and summary.ended_at is None:
                self._tell_later(summary, summary.model_copy(update={"to_tell": True}), now)

    def _put(self, row: BudgetRow, now: datetime) -> None:
        if row.look_at_us is None:
            look_at = now + timedelta(seconds=LOOK_S)
            row = row.model_copy(update={"look_at_us": micros(look_at)})
            self._due.add(look_at, self._budget_name + "/")
        self._rows.put(self._budget_name, row)

    def _measure(self, row: BudgetRow, rule: BudgetRule | None) -> None:
        used = used_share(row, rule, self._room) if rule else 0.0
        self.measured = BudgetMeasure(self._room, row.flood_since_us is not None, used)

    def _budget(self) -> BudgetRow:
        return self._rows.get(self._budget_name, BudgetRow) or BudgetRow()

    def _summary(self, alert_id: str) -> SummaryRow | None:
        return self._rows.get(self._summary_name(alert_id), SummaryRow)

    @property
    def _budget_name(self) -> str:
        return f"budget/{self._room}"

    def _summary_name(self, alert_id: str) -> str:
        return f"summary/{self._room}/{alert_id}"
