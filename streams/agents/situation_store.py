"""Where `decide` keeps its situations: rows per partition, small, named with their control room.

- `alert/<room>/<alert>`: a situation;
- `fact/<room>/<incident or episode>`: the alert that it belongs to;
- `early/<room>/<incident or episode>`: what came before the fact that it is about, or ended before it began;
- `gone/<room>/<incident or episode>`: how far a fact of a forgotten alert was known, for as long as it can be replayed;
- `acted/<room>/<alert>`: what operators did to it, so that an action that is replayed is not done twice;
- `cell/<room>/<group>/<cell>`: the open situations in one cell (`streams/domain/joining.py`);
- `repeat/<room>/<cell>`: situations that a later one may repeat (`near_repeat_store.py`);
- `sequence/<room>`: the number of the next decision;
- `budget/…` and `summary/…`: the alert budget (`streams/agents/budget_desk.py`);
- `due/…`: when an alert expires, is unshelved, or is forgotten;
- `ticked`: the newest tick that wrote something (`tick_order.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final

from pydantic import Field

from schemas.base import Part, Utc
from schemas.operations import OperatorAction
from streams.agents.budget_desk import BudgetDesk
from streams.agents.due import Due
from streams.agents.near_repeat_store import NearRepeats
from streams.domain.alerting import expires_at
from streams.domain.joining import Entry, Spot, cells_of_entry, cells_to_search, nearest_match, situation_entry
from streams.domain.rules import Rules
from streams.domain.situations import EpisodeRow, ReportRow, SightingRow, Situation
from streams.stage import Rows
from streams.topics import BY_NAME, DAY_MS, DEAD_LETTERS

DUE_BUCKET_S: Final = 10
"""An alert expires at most this long after its time; never change it for state that exists."""

_LETTERS: Final = BY_NAME[DEAD_LETTERS]
REPLAYABLE: Final = timedelta(milliseconds=(_LETTERS.retention_ms or 28 * DAY_MS) + _LETTERS.segment_ms)
"""How long after it failed a message can be replayed: what it did is recognised for as long."""
ACTIONS_KEPT: Final = 200
"""Newest actions on one alert that are recognised when they are replayed; people do a handful."""


class LinkRow(Part):
    """Which alert a fact belongs to."""

    alert_id: str


class EarlyRow(Part):
    """What waits: answers to a report that is not here yet, a cancelled report, an ended episode."""

    report: ReportRow | None = None
    episode: EpisodeRow | None = None
    sightings: tuple[SightingRow, ...] = ()


class GoneRow(Part):
    """How far a fact of a forgotten alert was known: a report by its revision, an episode by its newest phase."""

    revision: Annotated[int, Field(ge=0)] = 0
    occurred_at: Utc
    until: Utc


class ActedRow(Part):
    """The actions that were decided on for one alert, oldest first, whether they were done or refused."""

    action_ids: tuple[str, ...] = ()


class CellRow(Part):
    """The open situations in one cell."""

    entries: tuple[Entry, ...]


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
        self._due = Due(rows, DUE_BUCKET_S)
        self.budget = BudgetDesk(rows, room, rules, registry_version, self._due)
        self.repeats = NearRepeats(rows, room, rules, self._due)

    def get(self, alert_id: str) -> Situation | None:
        """Return a situation, or None."""
        return self._rows.get(self._alert(alert_id), Situation)

    def of_fact(self, fact_id: str) -> Situation | None:
        """Return the situation that an incident or episode belongs to, or None."""
        link = self._rows.get(self._fact(fact_id), LinkRow)
        return self.get(link.alert_id) if link else None

    def match(self, spot: Spot | None) -> Situation | None:
        """Return the open situation that something is about, or None.

        An entry whose situation has ended or is gone was left by rules with other cells or groups; it is passed over
        and removed.
        """
        if spot is None:
            return None
        cells = {cell: self._entries(cell) for cell in cells_to_search(spot, self._rules)}
        while True:
            alert_id = nearest_match(spot, (entry for entries in cells.values() for entry in entries))
            if alert_id is None:
                return None
            found = self.get(alert_id)
            if found is not None and found.ended_at is None:
                return found
            for cell, entries in cells.items():
                kept = [entry for entry in entries if entry.alert_id != alert_id]
                if len(kept) < len(entries):
                    cells[cell] = kept
                    self._put_cell(cell, kept)

    def put(self, before: Situation | None, after: Situation) -> None:
        """Write a situation with its index and its links; a new one also gets the time at which it expires."""
        self._rows.put(self._alert(after.alert_id), after)
        if before is None:
            self.expire_at(after.alert_id, expires_at(after, self._rules))
        if before is None or _moved(before, after):
            known = set(_fact_ids(before)) if before else set()
            for fact_id in _fact_ids(after):
                if fact_id not in known:
                    self._rows.put(self._fact(fact_id), LinkRow(alert_id=after.alert_id))
            self._reindex(situation_entry(before, self._rules) if before else None, situation_entry(after, self._rules))
        if after.shelved_until is not None and (before is None or before.shelved_until != after.shelved_until):
            self.expire_at(after.alert_id, after.shelved_until)
        falls_at = after.shown.falls_at if after.shown else None
        if falls_at is not None and (before is None or before.shown is None or before.shown.falls_at != falls_at):
            self.expire_at(after.alert_id, falls_at)
        self.repeats.note(before, after)
        if after.ended_at is not None and (before is None or before.ended_at is None):
            self.expire_at(after.alert_id, self.forgotten_at(after.ended_at))

    def expire_at(self, alert_id: str, at: datetime) -> None:
        """Note that an alert is to be looked at when this time has come."""
        self._due.add(at, self._alert(alert_id))

    def forgotten_at(self, ended_at: datetime) -> datetime:
        """Return when an ended alert is forgotten."""
        return ended_at + timedelta(seconds=self._rules.lifetime.forget_s)

    def forget(self, situation: Situation, now: datetime) -> None:
        """Delete an ended situation and its links. How far its facts were known is kept while they can be replayed."""
        self._reindex(situation_entry(situation, self._rules), None)
        until = now + REPLAYABLE
        for report in situation.reports:
            row = GoneRow(revision=report.report.revision, occurred_at=report.report.occurred_at, until=until)
            self._keep_gone(report.report.incident_id, row)
        for episode in situation.episodes:
            self._keep_gone(episode.episode_id, GoneRow(occurred_at=episode.occurred_at, until=until))
        for fact_id in _fact_ids(situation):
            self._rows.delete(self._fact(fact_id))
        self._rows.delete(self._alert(situation.alert_id))
        self._rows.delete(self._acted(situation.alert_id))

    def gone(self, fact_id: str) -> GoneRow | None:
        """Return how far a fact of a forgotten alert was known, or None."""
        return self._rows.get(self._gone(fact_id), GoneRow)

    def drop_gone(self, fact_id: str, now: datetime) -> None:
        """Delete what is kept of a fact when its time has come; an alert that was forgotten later prolonged it."""
        row = self.gone(fact_id)
        if row is not None and row.until <= now + timedelta(seconds=DUE_BUCKET_S):
            self._rows.delete(self._gone(fact_id))

    def first_time(self, action: OperatorAction) -> bool:
        """Note an action, and return whether it was not decided on before."""
        name = self._acted(action.alert_id)
        known = (self._rows.get(name, ActedRow) or ActedRow()).action_ids
        if action.action_id in known:
            return False
        self._rows.put(name, ActedRow(action_ids=(*known, action.action_id)[-ACTIONS_KEPT:]))
        return True

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

    def next_sequence(self) -> int:
        """Take the number of the next decision."""
        name = f"sequence/{self.room}"
        row = self._rows.get(name, SequenceRow)
        number = row.next if row else 0
        self._rows.put(name, SequenceRow(next=number + 1))
        return number

    def _reindex(self, before: Entry | None, after: Entry | None) -> None:
        if before == after:
            return
        old = {} if before is None else dict.fromkeys(cells_of_entry(before, self._rules))
        new = {} if after is None else dict.fromkeys(cells_of_entry(after, self._rules))
        for cell in old | new:
            kept = [entry for entry in self._entries(cell) if before is None or entry.alert_id != before.alert_id]
            if after is not None and cell in new:
                kept.append(after)
            self._put_cell(cell, kept)

    def _entries(self, cell: str) -> Sequence[Entry]:
        row = self._rows.get(self._cell(cell), CellRow)
        return row.entries if row else ()

    def _put_cell(self, cell: str, entries: Sequence[Entry]) -> None:
        if entries:
            self._rows.put(self._cell(cell), CellRow(entries=tuple(sorted(entries, key=lambda each: each.alert_id))))
        else:
            self._rows.delete(self._cell(cell))

    def _alert(self, alert_id: str) -> str:
        return f"alert/{self.room}/{alert_id}"

    def _fact(self, fact_id: str) -> str:
        return f"fact/{self.room}/{fact_id}"

    def _early(self, fact_id: str) -> str:
        return f"early/{self.room}/{fact_id}"

    def _gone(self, fact_id: str) -> str:
        return f"gone/{self.room}/{fact_id}"

    def _acted(self, alert_id: str) -> str:
        return f"acted/{self.room}/{alert_id}"

    def _cell(self, cell: str) -> str:
        return f"cell/{self.room}/{cell}"


def _moved(before: Situation, after: Situation) -> bool:
    """Return whether a change may concern the index: an answer of a camera or an acknowledgement does not."""
    facts = before.reports is not after.reports or before.episodes is not after.episodes
    return facts or before.ended_at != after.ended_at


def _fact_ids(situation: Situation) -> list[str]:
    reports = [row.report.incident_id for row in situation.reports]
    return reports + [row.episode_id for row in situation.episodes]
