"""Episodes: what a zone shows by itself, a crowd or a zone event, from when it begins until it ends once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import datetime, timedelta
from typing import Annotated, Generic, NamedTuple, TypeVar

from pydantic import Field

from schemas.base import Identifier, Part, ShortText, Utc, derive_id, iso_utc
from schemas.categories import Category
from schemas.evidence import EpisodeFact, Evidence
from schemas.geo import Position
from schemas.observations import Observation, SituationKind
from schemas.phrases.catalogue import in_words
from schemas.phrases.codes.zones import zone_unseen
from schemas.phrases.language import Language
from schemas.phrases.phrase import Phrase, Told


class CrowdRow(Part):
    """A zone that is crowded, or is becoming so. Level 0 is none, 1 the rules' first.

    `candidate` is the level that it is moving to since `candidate_since`; equal to `level` when it is not moving. There is no
    episode before the first level is reached.
    """

    camera_id: Identifier
    zone_id: Identifier
    control_room_id: Identifier
    level: Annotated[int, Field(ge=0)]
    candidate: Annotated[int, Field(ge=0)]
    candidate_since: Utc
    newest: Utc
    episode_id: str = ""


class SituationRow(Part):
    """A situation that holds in a zone. `gone_since` is since when it was not seen any more by a camera that could see."""

    camera_id: Identifier
    zone_id: Identifier
    control_room_id: Identifier
    kind: SituationKind
    episode_id: str
    explanation: ShortText
    phrase: Phrase | None = None
    newest: Utc
    gone_since: Utc | None = None


ZoneRow = CrowdRow | SituationRow
R = TypeVar("R", bound=ZoneRow)


class EpisodeStep(NamedTuple, Generic[R]):
    """A zone's row after a second, None where nothing is to be kept, and the phase that the second brought, if it did.

    With the phase `end` the row only serves to tell it.
    """

    row: R | None
    phase: str | None


class Shown(NamedTuple):
    """Shown: how large something is that a zone shows, what it is, and how fast a crowd rises (persons per minute)."""

    value: float
    what: Told
    rise_per_min: float | None = None


class Episode(ABC, Generic[R]):
    """One kind of episode. It ends by itself when nobody saw its zone for `silent_after_s`."""

    row: type[R]
    category: Category
    silent_after_s: float

    @abstractmethod
    def step(self, row: R | None, observation: Observation) -> EpisodeStep[R]:
        """Return what one second does to a zone; one that is not newer than the newest changes nothing."""

    @abstractmethod
    def names(self, row: R, phase: str) -> tuple[str, ...]:
        """Return the signal that is seen, and what else tells a phase from others of its second."""

    @abstractmethod
    def shown(self, row: R, phase: str, observation: Observation) -> Shown:
        """Return what the second that brought a phase shows."""

    def silent(self, row: R, now: datetime) -> bool:
        """Return whether a zone was not seen for so long that its episode ends."""
        return now - row.newest >= timedelta(seconds=self.silent_after_s)

    def evidence(self, row: R, phase: str, observation: Observation | None, position: Position | None) -> Evidence:
        """Return a phase as evidence; without an observation it ends because nobody sees the zone any more."""
        if observation is None:
            shown, at = Shown(0.0, zone_unseen(row.zone_id)), row.newest
        else:
            shown, at = self.shown(row, phase, observation), observation.second
        signal, *apart = self.names(row, phase)
        return Evidence(
            evidence_id=derive_id("evidence", row.episode_id, phase, *apart, iso_utc(at)),
            control_room_id=row.control_room_id,
            category=self.category,
            position=position,
            camera_id=row.camera_id,
            occurred_at=at,
            fact=EpisodeFact(
                episode_id=row.episode_id,
                phase=phase,
                zone_id=row.zone_id,
                signal=signal[:40],
                value=shown.value,
                explanation=in_words(shown.what, Language.EN)[:300],
                phrase=shown.what if isinstance(shown.what, Phrase) else None,
                degraded=observation is not None and observation.detector.degraded,
                rise_per_min=shown.rise_per_min,
            ),
        )
