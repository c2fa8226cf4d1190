"""What cameras see by themselves, kept by `corroborate`: crowds and situations that open an alert.

- `crowd/<camera>/<zone>`: a crowded zone;
- `situation/<camera>/<zone>/<kind>`: a situation that holds in a zone;
- `due/…`, tasks `crowd:` and `situation:`: when to look whether a zone is still seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from schemas.evidence import Evidence
from schemas.geo import Position
from schemas.observations import Observation, SituationKind
from streams.domain.observations.crowd_level import CrowdRow, crowd_step, episode_evidence, silent
from streams.domain.observations.zone_events import episodes as situation_episodes
from streams.domain.observations.zone_events.episodes import CATEGORIES, SituationRow, silent_evidence, situation_step
from streams.domain.rules.cameras import CrowdRule
from streams.stages.base import Rows
from streams.stages.timers import Timers

TASKS: Final = frozenset({"crowd", "situation"})
"""What `due` entries are handed to `Episodes.look_again`."""


class Episodes:
    """The episodes of a stage's cameras."""

    def __init__(self, rule: CrowdRule, places: Mapping[str, Position], due_bucket_s: int) -> None:
        """Take when a zone is crowded, where each camera looks, and the stage's bucket of due entries."""
        self._rule = rule
        self._places = places
        self._due_bucket_s = due_bucket_s

    def observe(self, observation: Observation, rows: Rows) -> list[Evidence]:
        """Return what a second begins, changes and ends."""
        found = self._crowd(observation, rows)
        for kind in CATEGORIES:
            found += self._situation(observation, kind, rows)
        return found

    def look_again(self, task: str, name: str, rows: Rows, now: datetime) -> list[Evidence]:
        """End the episode of a zone that nobody sees any more; look again later at one that is still seen."""
        return self._look_at_crowd(name, rows, now) if task == "crowd" else self._look_at_situation(name, rows, now)

    def _crowd(self, observation: Observation, rows: Rows) -> list[Evidence]:
        name = f"crowd/{observation.camera_id}/{observation.zone_id}"
        before = rows.get(name, CrowdRow)
        after, phase = crowd_step(before, observation, self._rule)
        if after is None or (after.level == 0 and after.candidate == 0):
            if before is not None:
                rows.delete(name)
        elif after is not before:
            rows.put(name, after)
            if before is None:
                self._later(rows, after.newest, self._rule.silent_after_s, f"crowd:{name}")
        if after is None or phase is None:
            return []
        return [episode_evidence(after, phase, self._rule, observation, self._places[observation.camera_id])]

    def _situation(self, observation: Observation, kind: SituationKind, rows: Rows) -> list[Evidence]:
        name = f"situation/{observation.camera_id}/{observation.zone_id}/{kind.value}"
        before = rows.get(name, SituationRow)
        after, evidence = situation_step(before, observation, kind, self._places[observation.camera_id])
        if after is None:
            if before is not None:
                rows.delete(name)
        elif after is not before:
            rows.put(name, after)
            if before is None:
                self._later(rows, after.newest, situation_episodes.SILENT_S, f"situation:{name}")
        return [] if evidence is None else [evidence]

    def _look_at_crowd(self, name: str, rows: Rows, now: datetime) -> list[Evidence]:
        row = rows.get(name, CrowdRow)
        if row is None:
            return []
        if not silent(row, self._rule, now):
            self._later(rows, row.newest, self._rule.silent_after_s, f"crowd:{name}")
            return []
        rows.delete(name)
        return [episode_evidence(row, "end", self._rule, None, self._places[row.camera_id])] if row.level else []

    def _look_at_situation(self, name: str, rows: Rows, now: datetime) -> list[Evidence]:
        row = rows.get(name, SituationRow)
        if row is None:
            return []
        if not situation_episodes.silent(row, now):
            self._later(rows, row.newest, situation_episodes.SILENT_S, f"situation:{name}")
            return []
        rows.delete(name)
        return [silent_evidence(row, self._places[row.camera_id])]

    def _later(self, rows: Rows, newest: datetime, silent_after_s: float, what: str) -> None:
        Timers(rows, self._due_bucket_s).add(newest + timedelta(seconds=silent_after_s), what)
