"""Decide store: where `decide` keeps its situations: rows per partition, small, named with their control room.

- `alert/<room>/<alert>`: a situation;
- `fact/<room>/<incident or episode>`: the alert that it belongs to;
- `early/<room>/<incident or episode>`: what came before the fact that it is about, or ended before it began;
- `gone/<room>/<incident or episode>`: how far a fact of a forgotten alert was known, for as long as it can be replayed;
- `acted/<room>/<alert>`: what operators did to it (`acted.py`);
- `cell/<room>/<group>/<cell>`: the open situations in one cell (`index.py`);
- `repeat/<room>/<cell>`: situations that a later one may repeat (`near_repeats.py`);
- `sequence/<room>`: the number of the next decision;
- `budget/…` and `summary/…`: the alert budget (`budget.py`);
- `due/…`: when an alert is to be looked at: it expires, comes back, escalates, falls, a partner's time is over, it is told from
  what is new, is forgotten;
- `ticked`: the newest tick that wrote something (`tick_order.py`).
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Final

from pydantic import Field

from schemas.alerts import Alert
from schemas.base import Part, Utc
from schemas.deletion import Deletion
from streams.domain.alerts.facts import EpisodeRow, Fact, ReportRow, SightingRow
from streams.domain.alerts.priority.score import was_case
from streams.domain.alerts.revise import Revision
from streams.domain.alerts.situation import Situation, fact_ids
from streams.domain.alerts.timers import forgotten_at, next_due, recurs_until
from streams.domain.rules.rules import Rules
from streams.stages.base import Rows
from streams.stages.decide.acted import ProcessedActions
from streams.stages.decide.budget import BudgetService
from streams.stages.decide.causes import CauseStore
from streams.stages.decide.index import SituationIndex
from streams.stages.decide.near_repeats import NearRepeatStore
from streams.stages.timers import Timers
from streams.topics import BY_NAME, DAY_MS, DEAD_LETTERS

log = logging.getLogger(__name__)

MERGES_FOLLOWED: Final = 20
"""How often an alert is followed to where it was merged; people merge a handful, and a circle cannot be."""
DUE_BUCKET_S: Final = 10
"""An alert expires at most this long after its time; never change it for state that exists."""

_LETTERS: Final = BY_NAME[DEAD_LETTERS]
REPLAYABLE: Final = timedelta(milliseconds=(_LETTERS.retention_ms or 28 * DAY_MS) + _LETTERS.segment_ms)
"""How long after it failed a message can be replayed: what it did is recognised for as long."""


class LinkRow(Part):
    """Link row: which alert a fact belongs to."""

    alert_id: str


class EarlyRow(Part):
    """Early row: what waits: answers to a report that is not here yet, a cancelled report, an ended episode."""

    report: ReportRow | None = None
    episode: EpisodeRow | None = None
    sightings: tuple[SightingRow, ...] = ()

    def with_fact(self, row: Fact) -> EarlyRow:
        """Return the row with a report or an episode that waits too."""
        return self.model_copy(update={"report" if isinstance(row, ReportRow) else "episode": row})


class GoneRow(Part):
    """Gone row: how far a fact of a forgotten alert was known: a report by its revision, an episode by its newest phase."""

    revision: Annotated[int, Field(ge=0)] = 0
    occurred_at: Utc
    until: Utc

    def knew(self, row: Fact) -> bool:
        """Return whether the forgotten alert had this revision or phase, or a newer one."""
        if isinstance(row, ReportRow):
            return row.report.revision <= self.revision
        return row.occurred_at <= self.occurred_at


class SequenceRow(Part):
    """The number of a control room's next decision."""

    next: Annotated[int, Field(ge=0)]


class SituationStore:
    """The situations of one control room within one partition's rows."""

    def __init__(self, rows: Rows, room: str, rules: Rules, registry_version: str) -> None:
        """Work on a partition's rows for one control room."""
        self._rows = rows
        self.room = room
        self._rules = rules
        self._due = Timers(rows, DUE_BUCKET_S)
        get = partial(
            _situation, rows, room
        )  # what holds this store would keep it and its rows until garbage is looked for
        self.index = SituationIndex(rows, room, rules, get)
        self.acted = ProcessedActions(rows, room)
        self.budget = BudgetService(rows, room, rules, registry_version, self._due, self.acted)
        self.repeats = NearRepeatStore(rows, room, rules, self._due)
        self.causes = CauseStore(self.index, rules, get, partial(_look_soon, self._due, room))
        self.forgotten_cases: list[str] = []
        """Cases of partners of which nothing is kept here any more: nor is it on `alert-state`."""

    def get(self, alert_id: str) -> Situation | None:
        """Return a situation, or None."""
        return _situation(self._rows, self.room, alert_id)

    def asking(self, alert_id: str) -> Situation | None:
        """Return the situation that holds an alert's requests to partners: itself, or where it was merged into; or None."""
        found = self.get(alert_id)
        for _ in range(MERGES_FOLLOWED):
            if found is None or found.merged_into is None:
                return found
            found = self.get(found.merged_into)
        return None

    def of_fact(self, fact_id: str) -> Situation | None:
        """Return the situation that an incident or episode belongs to, or None."""
        alert_id = self._alert_of(fact_id)
        return self.get(alert_id) if alert_id else None

    def _alert_of(self, fact_id: str) -> str | None:
        link = self._rows.get(self._fact(fact_id), LinkRow)
        return link.alert_id if link else None

    def keep(self, before: Situation | None, revision: Revision, now: datetime) -> Alert:
        """Write a revision as it stands on the operator's list, and return the alert that says so."""
        after = revision.situation
        standing, alert = self.budget.stand(after.standing, revision.alert, now)
        after = after if standing == after.standing else after.model_copy(update={"standing": standing})
        self.put(before, after)
        self.causes.note(before, after, now)
        return alert

    def put(self, before: Situation | None, after: Situation) -> None:
        """Write a situation with its index, its links, and when it must be looked at again."""
        if before is None or _moved(before, after) or not self.index.is_current(before):
            known = set(fact_ids(before)) if before else set()
            for fact_id in fact_ids(after):
                if fact_id not in known:
                    self._rows.put(self._fact(fact_id), LinkRow.model_construct(alert_id=after.alert_id))
            after = self.index.moved(before, after)
        self._rows.put(self._alert(after.alert_id), after)
        if before is None or _timing(before) != _timing(after):
            ended = before is not None and (before.ended_at is None) != (after.ended_at is None)
            if before is None or ended or next_due(after, self._rules) < next_due(before, self._rules):
                self.look_again(after)
        self.repeats.note(before, after)

    def look_again(self, situation: Situation) -> None:
        """Note when an alert is to be looked at again."""
        self._due.add(next_due(situation, self._rules), self._alert(situation.alert_id))

    def look_soon(self, alert_id: str, now: datetime) -> None:
        """Note that an alert is to be looked at with the next bucket."""
        _look_soon(self._due, self.room, alert_id, now)

    def settle(self, ended: Situation, now: datetime) -> None:
        """Take an ended situation from the index when it is told from what is new, and forget it when its time has come."""
        assert ended.ended_at is not None
        if forgotten_at(ended.ended_at, self._rules) <= now:
            self._forget(ended, now)
            return
        if ended.merged_into is None and recurs_until(ended.ended_at, self._rules) <= now:
            ended = self.index.moved(ended, ended, gone=True)
            self._rows.put(self._alert(ended.alert_id), ended)
        self.look_again(ended)

    def delete(self, deletion: Deletion, now: datetime) -> None:
        """Delete what is kept of alerts that ended, and of what came too early for them; one that is open stays as it is.

        That a fact was known stays, by its id and time, for as long as it can be replayed: else it would open the alert anew.
        """
        for alert_id in deletion.alert_ids:
            known = self.get(alert_id)
            if known is not None and known.ended_at is not None:
                self.repeats.drop(known)
                self._forget(known, now)
        for fact_id in deletion.fact_ids:
            if self._alert_of(fact_id) is None and self.early(fact_id) is not None:
                self.arrived(fact_id)

    def _forget(self, situation: Situation, now: datetime) -> None:
        """Delete an ended situation and its links. How far its facts were known is kept while they can be replayed.

        A fact that went on in another alert is forgotten with that one.
        """
        self.index.moved(situation, situation, gone=True)
        mine = {name for name in fact_ids(situation) if self._alert_of(name) == situation.alert_id}
        until = now + REPLAYABLE
        for report in situation.reports:
            if report.fact_id in mine:
                row = GoneRow(revision=report.report.revision, occurred_at=report.report.occurred_at, until=until)
                self._keep_gone(report.fact_id, row)
        for episode in situation.episodes:
            if episode.fact_id in mine:
                self._keep_gone(episode.fact_id, GoneRow(occurred_at=episode.occurred_at, until=until))
        for fact_id in fact_ids(situation):
            if fact_id in mine:
                self._rows.delete(self._fact(fact_id))
        self._rows.delete(self._alert(situation.alert_id))
        self.acted.forget(situation.alert_id)
        if was_case(situation, self._rules):
            self.forgotten_cases.append(situation.alert_id)

    def gone(self, fact_id: str) -> GoneRow | None:
        """Return how far a fact of a forgotten alert was known, or None."""
        return self._rows.get(self._gone(fact_id), GoneRow)

    def drop_gone(self, fact_id: str, now: datetime) -> None:
        """Delete what is kept of a fact when its time has come; an alert that was forgotten later prolonged it."""
        row = self.gone(fact_id)
        if row is not None and row.until <= now + timedelta(seconds=DUE_BUCKET_S):
            self._rows.delete(self._gone(fact_id))

    def _keep_gone(self, fact_id: str, row: GoneRow) -> None:
        self._rows.put(self._gone(fact_id), row)
        self._due.add(row.until, self._gone(fact_id))

    def early(self, fact_id: str) -> EarlyRow | None:
        """Return what waits for a fact, or None."""
        return self._rows.get(self._early(fact_id), EarlyRow)

    def wait(self, fact_id: str, early: EarlyRow, now: datetime) -> None:
        """Keep what came too early, for a bounded time."""
        name = self._early(fact_id)
        if self._rows.get(name, EarlyRow) is None:
            self._due.add(now + timedelta(seconds=self._rules.lifetime.early_s), name)
        self._rows.put(name, early)

    def arrived(self, fact_id: str) -> None:
        """Delete what waited: the fact is here."""
        self._rows.delete(self._early(fact_id))

    def drop_early(self, fact_id: str, _: datetime) -> None:
        """Delete what waited for so long that its fact will not come."""
        if self.early(fact_id) is not None:
            log.info("what came early for %s was never followed by its report", fact_id)
            self._rows.delete(self._early(fact_id))

    def come_due(self, kind: str, about: str, now: datetime) -> None:
        """Do what is due and is about no alert: the store that noted it knows what."""
        handlers: dict[str, Callable[[str, datetime], None]] = {
            "early": self.drop_early,
            "gone": self.drop_gone,
            "repeat": self.repeats.drop_old,
            "budget": self.budget.look,
            "summary": self.budget.look_at_summary,
        }
        handle = handlers.get(kind)
        if handle is None:  # another release noted it: nothing that this one keeps waits for it
            log.warning("nothing is known of %s, which was due", kind)
        else:
            handle(about, now)

    def next_sequence(self) -> int:
        """Take the number of the next decision."""
        name = f"sequence/{self.room}"
        row = self._rows.get(name, SequenceRow)
        number = row.next if row else 0
        self._rows.put(name, SequenceRow.model_construct(next=number + 1))
        return number

    def _alert(self, alert_id: str) -> str:
        return _alert_name(self.room, alert_id)

    def _fact(self, fact_id: str) -> str:
        return f"fact/{self.room}/{fact_id}"

    def _early(self, fact_id: str) -> str:
        return f"early/{self.room}/{fact_id}"

    def _gone(self, fact_id: str) -> str:
        return f"gone/{self.room}/{fact_id}"


def _alert_name(room: str, alert_id: str) -> str:
    return f"alert/{room}/{alert_id}"


def _situation(rows: Rows, room: str, alert_id: str) -> Situation | None:
    return rows.get(_alert_name(room, alert_id), Situation)


def _look_soon(due: Timers, room: str, alert_id: str, now: datetime) -> None:
    due.add(now, _alert_name(room, alert_id))


def _moved(before: Situation, after: Situation) -> bool:
    """Return whether a change may concern the index: an answer of a camera or an acknowledgement does not."""
    facts = before.reports is not after.reports or before.episodes is not after.episodes
    return facts or before.ended_at != after.ended_at


def _timing(situation: Situation) -> tuple[object, ...]:
    """Return what decides when a situation is due, but for its facts: a newer one only puts it off."""
    aside = (situation.shelf, situation.suppression, situation.shown and situation.shown.falls_at)
    asked = (situation.dispatches, situation.state) if situation.dispatches else ()
    return (
        situation.ended_at,
        *asked,
        *aside,
        situation.critical_since,
        situation.escalated_at,
        situation.acted_revision,
    )
