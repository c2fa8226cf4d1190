"""Index: where a new fact finds the situation that it is about: the open ones by cell, and of some groups the newest anywhere.

What a cell is, and what may join, is told by `streams/domain/alerts/matching.py`; here are the rows,
`cell/<room>/<group>/<cell>`. Exercises stand apart, in `cell/<room>/exercise/<group>/<cell>`: nothing that is real finds one,
nor the other way round.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from schemas.alerts import AlertState
from schemas.base import Part
from streams.domain.alerts.facts import Fact, ReportRow
from streams.domain.alerts.matching import (
    ANYWHERE,
    SituationEntry,
    Spot,
    cells_near,
    cells_of_entry,
    cells_to_search,
    fact_spot,
    in_rough_reach,
    may_join,
    nearest_match,
    newest,
    of_its_time,
    situation_entry,
)
from streams.domain.alerts.situation import Indexed, Situation, is_full
from streams.domain.alerts.timers import recurs_until
from streams.domain.geometry.ground import GroundPoint, distance_m
from streams.domain.rules.rules import Rules
from streams.stages.base import Rows

_EXERCISES: Final = "exercise/"
"""Before the group of a cell of exercises; no group has this name. Never change it for state that exists."""
ROUNDED_M: Final = 1.0
"""More than an entry's place is rounded by (0.1 m in each direction)."""


class CellRow(Part):
    """The open situations in one cell."""

    entries: tuple[SituationEntry, ...]


class SituationIndex:
    """The index of one control room's situations within one partition's rows.

    Args:
        rows: The partition's rows.
        room: The control room.
        rules: The rules that say what joins.
        get: Returns a situation by its alert.
    """

    def __init__(
        self,
        rows: Rows,
        room: str,
        rules: Rules,
        get: Callable[[str], Situation | None],
    ) -> None:
        """Work on a partition's rows for one control room."""
        self._rows = rows
        self._room = room
        self._rules = rules
        self._get = get

    def match(self, fact: Fact, own: str | None, now: datetime) -> Situation | None:
        """Return the situation that a new fact is about: an open one, else one that was closed just now; or None.

        What was merged leads to where it went on, and the fact's `own` alert is no match for it. An entry whose situation is
        gone, or ended too long ago, was left by rules with other cells or groups; it is passed over and removed.
        """
        spot = fact_spot(fact, self._rules)
        if spot is None:
            return self._only_one(fact) if isinstance(fact, ReportRow) else None
        apart = _apart(_is_exercise(fact))
        cells = {apart + cell: self._entries(apart + cell) for cell in cells_to_search(spot, self._rules)}
        passed = set() if own is None else {own}
        closed: Situation | None = None
        while True:
            entries = (entry for entries in cells.values() for entry in entries if entry.alert_id not in passed)
            alert_id = nearest_match(spot, entries)
            if alert_id is None:
                return closed or self._roughly(fact, spot, own)
            passed.add(alert_id)
            found = self._going_on(alert_id)
            if found is None or not self._takes(found, now):
                self._remove(alert_id, cells)
            elif not may_join(fact, found, self._rules):
                continue
            elif found.ended_at is None:
                return found
            else:
                closed = closed or found

    def _only_one(self, fact: ReportRow) -> Situation | None:
        """Return the situation that a report without a place is about: the only one of its group in its time, if it is open."""
        group = self._rules.joining.groups[fact.report.category]
        if group not in self._rules.joining.groups_without_place:
            return None
        alert_ids = of_its_time(fact, self._entries(f"{_apart(_is_exercise(fact))}{group}/{ANYWHERE}"), self._rules)
        found = [each for each in map(self._going_on, alert_ids) if each is not None]
        if len({each.alert_id for each in found}) != 1 or found[0].ended_at is not None:
            return None
        return found[0] if may_join(fact, found[0], self._rules) else None

    def _roughly(self, fact: Fact, spot: Spot, own: str | None) -> Situation | None:
        """Return the only situation that a fact can be about where one of both is known roughly, if it is open and takes more.

        What has a page already is not what another page is about; what was closed or is full may be, so that it is of neither.
        """
        if spot.group not in self._rules.joining.groups_rough or not isinstance(fact, ReportRow):
            return None
        alert_ids = in_rough_reach(spot, self._entries(f"{_apart(_is_exercise(fact))}{spot.group}/{ANYWHERE}"))
        found = {each.alert_id: each for alert_id in alert_ids if (each := self._going_on(alert_id)) is not None}
        possible = [
            each
            for each in found.values()
            if each.alert_id != own and (self._is_full(each) or may_join(fact, each, self._rules))
        ]
        if len(possible) != 1 or possible[0].ended_at is not None or self._is_full(possible[0]):
            return None
        return possible[0]

    def _is_full(self, situation: Situation) -> bool:
        return is_full(situation, self._rules.joining.reports_at_most)

    def _going_on(self, alert_id: str) -> Situation | None:
        found = self._get(alert_id)
        while found is not None and found.merged_into is not None:
            found = self._get(found.merged_into)
        return found

    def near(self, point: GroundPoint, reach: Mapping[str, float], exercise: bool = False) -> list[Situation]:
        """Return the situations that stand so near a place, by group in metres, in the order of their ids: exercises or real."""
        found = {
            entry.alert_id
            for group, radius_m in reach.items()
            for cell in cells_near(point, radius_m, group, self._rules)
            for entry in self._entries(_apart(exercise) + cell)
            if distance_m(point, GroundPoint(entry.spot.x_m, entry.spot.y_m)) <= radius_m + ROUNDED_M
        }
        return [known for alert_id in sorted(found) if (known := self._get(alert_id)) is not None]

    def _takes(self, situation: Situation, now: datetime) -> bool:
        if situation.ended_at is None:
            return True
        return situation.state is AlertState.CLOSED and now < recurs_until(situation.ended_at, self._rules)

    def _remove(self, alert_id: str, cells: dict[str, Sequence[SituationEntry]]) -> None:
        for cell, entries in cells.items():
            kept = [entry for entry in entries if entry.alert_id != alert_id]
            if len(kept) < len(entries):
                cells[cell] = kept
                self._put_cell(cell, kept, entries)

    def is_current(self, situation: Situation) -> bool:
        """Return whether a situation stands where the present rules put it."""
        return situation.indexed is not None and situation.indexed.rules_version == self._rules.version

    def moved(self, before: Situation | None, after: Situation, gone: bool = False) -> Situation:
        """Move a situation to the cells where it belongs under the present rules, and return it with them."""
        was = situation_entry(before, self._rules) if before else None
        entry = None if gone else situation_entry(after, self._rules)
        apart = _apart(after.exercise)
        new = () if entry is None else tuple(dict.fromkeys(apart + cell for cell in cells_of_entry(entry, self._rules)))
        old: tuple[str, ...] = ()
        if before is not None and before.indexed is not None:
            old = before.indexed.cells
        elif was is not None:  # a row that does not know it yet
            old = tuple(dict.fromkeys(cells_of_entry(was, self._rules)))
        if was != entry or old != new:
            for cell in dict.fromkeys((*old, *new)):
                known = self._entries(cell)
                kept = [each for each in known if each.alert_id != after.alert_id]
                if entry is not None and cell in new:
                    kept.append(entry)
                self._put_cell(cell, newest(kept) if cell.endswith(f"/{ANYWHERE}") else kept, known)
        return after.model_copy(
            update={"indexed": Indexed.model_construct(rules_version=self._rules.version, cells=new)}
        )

    def _entries(self, cell: str) -> Sequence[SituationEntry]:
        row = self._rows.get(self._cell(cell), CellRow)
        return row.entries if row else ()

    def _put_cell(self, cell: str, entries: Sequence[SituationEntry], known: Sequence[SituationEntry]) -> None:
        """Write a cell, where it is another than it was: of the newest anywhere, one that is older than all is none."""
        ordered = tuple(sorted(entries, key=lambda each: each.alert_id))
        if ordered == known:
            return
        if ordered:
            self._rows.put(self._cell(cell), CellRow.model_construct(entries=ordered))
        else:
            self._rows.delete(self._cell(cell))

    def _cell(self, cell: str) -> str:
        return f"cell/{self._room}/{cell}"


def _is_exercise(fact: Fact) -> bool:
    """Return whether a fact is a report that its source calls an exercise; what a camera sees by itself is real."""
    return isinstance(fact, ReportRow) and fact.report.exercise


def _apart(exercise: bool) -> str:
    return _EXERCISES if exercise else ""
