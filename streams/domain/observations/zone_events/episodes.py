"""Situations in a zone that open an alert by themselves, as episodes: they begin, and they end once.

Of what cameras see by themselves only crowds, fires and objects that were left may rise (domain fact sheet §7, rule 1). The other
situations of a zone have no category of their own, so they stay in its observations, where a report can be compared with them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from schemas.base import Identifier, Part, ShortText, Utc, derive_id, iso_utc
from schemas.cameras import Visibility
from schemas.categories import Category
from schemas.evidence import EpisodeFact, Evidence
from schemas.geo import Position
from schemas.observations import Observation, SituationKind, ZoneSituation

CATEGORIES: Final[Mapping[SituationKind, Category]] = {SituationKind.OBJECT_LEFT: Category.VERDACHT_VOORWERP}
"""Which situations make episodes, and of what."""
CLEAR_S: Final = 20.0
"""How long a situation must be gone before its episode ends, as long as a crowd's level (rules, `persistence_s`)."""
SILENT_S: Final = 300.0
"""An episode whose zone nobody sees any more ends after this, as a crowd's (rules, `silent_after_s`)."""


class SituationRow(Part):
    """A situation that holds in a zone. `gone_since` is since when it was not seen any more by a camera that could see."""

    camera_id: Identifier
    zone_id: Identifier
    control_room_id: Identifier
    kind: SituationKind
    episode_id: str
    explanation: ShortText
    newest: Utc
    gone_since: Utc | None = None


class SituationStep(NamedTuple):
    """The situation's new row (None when it does not hold) and what its episode says of this second, if it does."""

    row: SituationRow | None
    evidence: Evidence | None


def situation_step(
    row: SituationRow | None, observation: Observation, kind: SituationKind, position: Position
) -> SituationStep:
    """Return what one second does to a situation of a zone. A second that is not newer than the newest changes nothing.

    Args:
        row: What is known of the situation.
        observation: What the zone showed.
        kind: One of `CATEGORIES`.
        position: Where the camera looks.
    """
    at = observation.second
    if row is not None and at <= row.newest:
        return SituationStep(row, None)
    found = next((each for each in observation.situations if each.kind is kind), None)
    if row is None:
        return SituationStep(None, None) if found is None else _begun(observation, found, position)
    if found is not None:
        return SituationStep(_seen_again(row, at), None)
    if observation.visibility is not Visibility.CLEAR:
        return SituationStep(row, None)
    gone_since = row.gone_since or at
    if (at - gone_since).total_seconds() >= CLEAR_S:
        return SituationStep(
            None, _evidence(row, "end", 0.0, f"{row.explanation}: no longer", at, observation, position)
        )
    return SituationStep(row.model_copy(update={"gone_since": gone_since, "newest": at}), None)


def silent(row: SituationRow, now: datetime) -> bool:
    """Return whether a zone was not seen for so long that its episode ends."""
    return now - row.newest >= timedelta(seconds=SILENT_S)


def silent_evidence(row: SituationRow, position: Position) -> Evidence:
    """Return the end of an episode whose zone nobody sees any more."""
    return _evidence(row, "end", 0.0, f"zone {row.zone_id} was not seen any more", row.newest, None, position)


def _begun(observation: Observation, found: ZoneSituation, position: Position) -> SituationStep:
    causes = (found.kind.value, observation.camera_id, observation.zone_id, iso_utc(found.since))
    row = SituationRow(
        camera_id=observation.camera_id,
        zone_id=observation.zone_id,
        control_room_id=observation.control_room_id,
        kind=found.kind,
        episode_id=derive_id("episode", *causes),
        explanation=f"{found.explanation}, in zone {observation.zone_id}"[:300],
        newest=observation.second,
    )
    evidence = _evidence(row, "begin", found.value, row.explanation, observation.second, observation, position)
    return SituationStep(row, evidence)


def _seen_again(row: SituationRow, at: datetime) -> SituationRow:
    """Return the row of a situation that still holds; written anew only now and then, to tell that it is still watched."""
    if row.gone_since is None and (at - row.newest).total_seconds() < SILENT_S / 4:
        return row
    return row.model_copy(update={"gone_since": None, "newest": at})


def _evidence(
    row: SituationRow,
    phase: str,
    value: float,
    words: str,
    at: datetime,
    observation: Observation | None,
    position: Position,
) -> Evidence:
    return Evidence(
        evidence_id=derive_id("evidence", row.episode_id, phase, iso_utc(at)),
        control_room_id=row.control_room_id,
        category=CATEGORIES[row.kind],
        position=position,
        camera_id=row.camera_id,
        occurred_at=at,
        fact=EpisodeFact(
            episode_id=row.episode_id,
            phase=phase,
            zone_id=row.zone_id,
            signal=f"situation.{row.kind.value}",
            value=value,
            explanation=words[:300],
            degraded=observation is not None and observation.detector.degraded,
        ),
    )
