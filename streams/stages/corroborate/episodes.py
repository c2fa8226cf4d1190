"""Episodes: what cameras see by themselves, kept by `corroborate`: crowds and zone events that open an alert.

- `crowd/<camera>/<zone>`: a crowded zone;
- `situation/<camera>/<zone>/<kind>`: a situation that holds in a zone;
- `due/…`, tasks `crowd:` and `situation:`: when to look whether a zone is still seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from schemas.evidence import Evidence
from schemas.geo import Position
from schemas.observations import Observation
from streams.domain.observations.crowd_level import CrowdEpisode
from streams.domain.observations.episodes import Episode, ZoneRow
from streams.domain.observations.zone_events.episodes import ZoneEventEpisode
from streams.domain.observations.zone_events.registry import SITUATIONS
from streams.domain.rules.cameras import CrowdRule
from streams.stages.base import Rows
from streams.stages.timers import Timers

TASKS: Final = frozenset({"crowd", "situation"})
"""What `due` entries are handed to `Episodes.look_again`."""


class Episodes:
    """The episodes of a stage's cameras."""

    def __init__(self, rule: CrowdRule, places: Mapping[str, Position], due_bucket_s: int) -> None:
        """Take when a zone is crowded, where each camera looks, and the stage's bucket of due entries."""
        self._places = places
        self._due_bucket_s = due_bucket_s
        self._kinds: dict[tuple[str, ...], Episode[Any]] = {("crowd",): CrowdEpisode(rule)}
        for kind, event in SITUATIONS.items():
            if event.category is not None:
                self._kinds["situation", kind.value] = ZoneEventEpisode(kind, event.category)

    def observe(self, observation: Observation, rows: Rows) -> list[Evidence]:
        """Return what a second begins, changes and ends."""
        found: list[Evidence] = []
        for (task, *kind), episode in self._kinds.items():
            name = "/".join((task, observation.camera_id, observation.zone_id, *kind))
            before = rows.get(name, episode.row)
            after, phase = episode.step(before, observation)
            if phase is not None:
                found.append(episode.evidence(after, phase, observation, self._places[observation.camera_id]))
            if after is None or phase == "end":
                if before is not None:
                    rows.delete(name)
            elif after is not before:
                rows.put(name, after)
                if before is None:
                    self._look_later(name, after, episode, rows)
        return found

    def look_again(self, name: str, rows: Rows, now: datetime) -> list[Evidence]:
        """End the episode of a zone that nobody sees any more; look again later at one that is still seen.

        A camera that has left the registry has no place any more.
        """
        task, _, _, *kind = name.split("/")
        episode = self._kinds.get((task, *kind))
        if episode is None:  # another release made episodes of this kind
            rows.delete(name)
            return []
        row = rows.get(name, episode.row)
        if row is None:
            return []
        if not episode.silent(row, now):
            self._look_later(name, row, episode, rows)
            return []
        rows.delete(name)
        return [episode.evidence(row, "end", None, self._places.get(row.camera_id))] if row.episode_id else []

    def _look_later(self, name: str, row: ZoneRow, episode: Episode[Any], rows: Rows) -> None:
        at = row.newest + timedelta(seconds=episode.silent_after_s)
        Timers(rows, self._due_bucket_s).add(at, f"{name.split('/', 1)[0]}:{name}")
