"""Crowds that a camera sees by itself: levels with persistence and hysteresis, so that an edge does not chatter."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, NamedTuple

from pydantic import Field

from schemas.base import Identifier, Part, Utc, derive_id, iso_utc
from schemas.cameras import Visibility
from schemas.categories import Category
from schemas.evidence import EpisodeFact, Evidence
from schemas.geo import Position
from schemas.observations import Observation
from streams.domain.rules.cameras import CrowdRule

NO_LEVEL = "none"
BOXES = "boxes"
"""What `GroundMeasure.counted_by` says where no counting model did."""


class CrowdRow(Part):
    """A zone that is crowded, or is becoming so. Level 0 is none, 1 the rules' first.

    `candidate` is the level that it is moving to since `candidate_since`; equal to `level` when it is not moving.
    """

    camera_id: Identifier
    zone_id: Identifier
    control_room_id: Identifier
    level: Annotated[int, Field(ge=0)]
    candidate: Annotated[int, Field(ge=0)]
    candidate_since: Utc
    newest: Utc
    episode_id: str = ""


class CrowdStep(NamedTuple):
    """The zone's new row (None when it is quiet) and the phase that this second brought, if it did."""

    row: CrowdRow | None
    phase: str | None


def crowd_step(row: CrowdRow | None, observation: Observation, rule: CrowdRule) -> CrowdStep:
    """Return what one second does to a zone.

    A second that is not newer than the newest changes nothing. One in which the camera could not see may raise a level, but never
    lowers one. Quiet seconds before it were watched, so they are no gap.
    """
    at = observation.second
    level = row.level if row else 0
    if (row is not None and at <= row.newest) or observation.frames == 0:
        return CrowdStep(row, None)
    target = _target(level, observation, rule)
    if target <= level and observation.visibility is not Visibility.CLEAR:
        return CrowdStep(row, None)
    if target == level:
        if row is None or level == 0:
            return CrowdStep(None, None)
        return CrowdStep(_steady(row, at, rule), None)
    moving = row is not None and row.candidate != level and (row.candidate > level) == (target > level)
    if row is None or not moving or (at - row.newest).total_seconds() - observation.quiet_s > rule.gap_s:
        since, candidate = at, target
    else:
        since = row.candidate_since
        candidate = min(row.candidate, target) if target > level else max(row.candidate, target)
    persisted = (at - since).total_seconds() >= rule.persistence_s
    episode_id = row.episode_id if row else ""
    if persisted and level == 0:
        episode_id = derive_id("episode", "crowd", observation.camera_id, observation.zone_id, iso_utc(since))
    after = CrowdRow(
        camera_id=observation.camera_id,
        zone_id=observation.zone_id,
        control_room_id=observation.control_room_id,
        level=candidate if persisted else level,
        candidate=candidate,
        candidate_since=since,
        newest=at,
        episode_id=episode_id,
    )
    if not persisted:
        return CrowdStep(after, None)
    return CrowdStep(after, "begin" if level == 0 else "end" if candidate == 0 else "change")


def _steady(row: CrowdRow, at: datetime, rule: CrowdRule) -> CrowdRow:
    """Return a row that stays at its level; written anew only now and then, to tell that the zone is still watched."""
    if row.candidate == row.level and (at - row.newest).total_seconds() < rule.silent_after_s / 4:
        return row
    return row.model_copy(update={"candidate": row.level, "candidate_since": at, "newest": at})


def _target(level: int, observation: Observation, rule: CrowdRule) -> int:
    """Return the level that a second speaks for: higher when it is reached, lower when it is clearly left."""
    reached = _reached(observation, rule, 1.0)
    if reached > level:
        return reached
    return min(level, _reached(observation, rule, rule.clear_share))


def _reached(observation: Observation, rule: CrowdRule, share: float) -> int:
    density, boxes = local_density_per_m2(observation), boxes_per_100_m2(observation)
    reached = 0
    for number, level in enumerate(rule.levels, start=1):
        by_density = density is not None and density >= share * level.density_per_m2
        by_boxes = boxes is not None and level.persons is not None and boxes >= share * level.persons
        if by_density or by_boxes:
            reached = number
    return reached


def boxes_per_100_m2(observation: Observation) -> float | None:
    """Return how many persons boxes show on 100 m² of the zone; None where a model counted them.

    A zone that is not calibrated counts as 100 m². In one that is, boxes hide each other just as much, so that its density alone
    would make it blinder to a crowd than one of which nobody knows the size.
    """
    if observation.density_per_m2 is None:
        return float(observation.count)
    if observation.ground is None or observation.ground.counted_by != BOXES:
        return None
    return 100.0 * observation.density_per_m2


def local_density_per_m2(observation: Observation) -> float | None:
    """Return the density that levels are reached by: where persons stand closest; None where the zone is not calibrated.

    It is a count of boxes, and among many persons a lower bound: what reaches a level is at least that. The corrected figure
    allows for persons whom nobody saw, so it reaches none.
    """
    if observation.density_per_m2 is None or observation.ground is None:
        return observation.density_per_m2
    return max(observation.density_per_m2, observation.ground.densest_per_m2)


def level_name(level: int, rule: CrowdRule) -> str:
    """Return the name of a level."""
    return rule.levels[level - 1].name if level else NO_LEVEL


def silent(row: CrowdRow, rule: CrowdRule, now: datetime) -> bool:
    """Return whether a zone was not seen for so long that its episode ends."""
    return now - row.newest >= timedelta(seconds=rule.silent_after_s)


def episode_evidence(
    row: CrowdRow, phase: str, rule: CrowdRule, observation: Observation | None, position: Position
) -> Evidence:
    """Return an episode's phase as evidence; without an observation it ends because nobody sees the zone any more."""
    name = level_name(row.level, rule) if phase != "end" else NO_LEVEL
    if observation is None:
        value, degraded, words, at = 0.0, False, f"zone {row.zone_id} was not seen any more", row.newest
        rise_per_min = None
    else:
        density = local_density_per_m2(observation)
        value, degraded = (float(observation.count) if density is None else density), observation.detector.degraded
        amount = f"{observation.count} persons"
        if density is not None and observation.ground is not None:
            amount += f" on {observation.ground.area_m2:.0f} m², {density:.1f} per m² where it is densest,"
        elif density is not None:
            amount = f"{density:.1f} persons per m²"
        least = "at least " if observation.lower_bound else ""
        held = f"for {rule.persistence_s:g} s"
        words, at = f"{least}{amount} in zone {row.zone_id} {held}: level {name}", observation.second
        rise_per_min = observation.rise_per_min
    return Evidence(
        evidence_id=derive_id("evidence", row.episode_id, phase, name, iso_utc(at)),
        control_room_id=row.control_room_id,
        category=Category.CROWD_DENSITY,
        position=position,
        camera_id=row.camera_id,
        occurred_at=at,
        fact=EpisodeFact(
            episode_id=row.episode_id,
            phase=phase,
            zone_id=row.zone_id,
            signal=f"crowd.{name}"[:40],
            value=value,
            explanation=words[:300],
            degraded=degraded,
            rise_per_min=rise_per_min,
        ),
    )
