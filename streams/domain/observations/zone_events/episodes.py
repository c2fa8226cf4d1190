"""Zone events that open an alert by themselves, as episodes: they begin, and they end once.

Which do is in their registry. The others stay in a zone's observations, where a report can be compared with them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from schemas.base import derive_id, iso_utc
from schemas.cameras import Visibility
from schemas.categories import Category
from schemas.observations import Observation, SituationKind, ZoneSituation
from schemas.phrases.catalogue import sentence
from schemas.phrases.codes import zones as says
from streams.domain.observations.episodes import Episode, EpisodeStep, Shown, SituationRow

CLEAR_S: Final = 20.0
"""How long a situation must be gone before its episode ends, as long as a crowd's level (rules, `persistence_s`)."""
SILENT_S: Final = 300.0
"""An episode whose zone nobody sees any more ends after this, as a crowd's (rules, `silent_after_s`)."""


class ZoneEventEpisode(Episode[SituationRow]):
    """One kind of zone event that opens an alert."""

    row = SituationRow
    silent_after_s = SILENT_S

    def __init__(self, kind: SituationKind, category: Category) -> None:
        """Take what is looked for, and of what it is evidence."""
        self._kind = kind
        self.category = category

    def step(self, row: SituationRow | None, observation: Observation) -> EpisodeStep[SituationRow]:
        """Return what one second does to an event of a zone; see `Episode`."""
        at = observation.second
        if row is not None and at <= row.newest:
            return EpisodeStep(row, None)
        found = self._found(observation)
        if row is None:
            return EpisodeStep(None, None) if found is None else EpisodeStep(_begun(observation, found), "begin")
        if found is not None:
            return EpisodeStep(self._seen_again(row, at), None)
        if observation.visibility is not Visibility.CLEAR:
            return EpisodeStep(row, None)
        gone_since = row.gone_since or at
        if (at - gone_since).total_seconds() >= CLEAR_S:
            return EpisodeStep(row, "end")
        return EpisodeStep(row.model_copy(update={"gone_since": gone_since, "newest": at}), None)

    def names(self, row: SituationRow, phase: str) -> tuple[str, ...]:
        """Return the kind of event."""
        return (f"situation.{row.kind.value}",)

    def shown(self, row: SituationRow, phase: str, observation: Observation) -> Shown:
        """Return how large it is, nothing where it is gone."""
        found = self._found(observation)
        what = row.phrase or row.explanation
        return Shown(found.value, what) if found else Shown(0.0, says.no_longer(what))

    def _seen_again(self, row: SituationRow, at: datetime) -> SituationRow:
        """Return the row of an event that still holds; written anew only now and then, to tell that it is still watched."""
        if row.gone_since is None and (at - row.newest).total_seconds() < self.silent_after_s / 4:
            return row
        return row.model_copy(update={"gone_since": None, "newest": at})

    def _found(self, observation: Observation) -> ZoneSituation | None:
        return next((each for each in observation.situations if each.kind is self._kind), None)


def _begun(observation: Observation, found: ZoneSituation) -> SituationRow:
    what = says.in_zone(found.phrase or found.explanation, observation.zone_id)
    causes = (found.kind.value, observation.camera_id, observation.zone_id, iso_utc(found.since))
    return SituationRow(
        camera_id=observation.camera_id,
        zone_id=observation.zone_id,
        control_room_id=observation.control_room_id,
        kind=found.kind,
        episode_id=derive_id("episode", *causes),
        explanation=sentence(what)[:300],
        phrase=what,
        newest=observation.second,
    )
