"""Crowds that a camera sees by itself: levels with persistence and hysteresis, so that an edge does not chatter."""

from __future__ import annotations

from datetime import datetime

from schemas.base import derive_id, iso_utc
from schemas.cameras import Visibility
from schemas.categories import Category
from schemas.observations import Observation
from schemas.phrases.codes import zones as says
from streams.domain.observations.episodes import CrowdRow, Episode, EpisodeStep, Shown
from streams.domain.rules.cameras import CrowdRule

NO_LEVEL = "none"
BOXES = "boxes"
"""What `GroundMeasure.counted_by` says where no counting model did."""


class CrowdEpisode(Episode[CrowdRow]):
    """A zone that is crowded, by the rule of levels.

    `corroborate` steps it once more, though `observe` told the level: it does not tell since when the level is reached, by which
    the episode is named, and what `corroborate` was not given in time is not part of its episodes.
    """

    row = CrowdRow
    category = Category.CROWD_DENSITY

    def __init__(self, rule: CrowdRule) -> None:
        """Take when a zone is crowded."""
        self.silent_after_s = rule.silent_after_s
        self._rule = rule

    def step(self, row: CrowdRow | None, observation: Observation) -> EpisodeStep[CrowdRow]:
        """Return what one second does to a zone; see `Episode`.

        One in which the camera could not see may raise a level, but never lowers one. Quiet seconds before it were watched, so
        they are no gap.
        """
        at = observation.second
        level = row.level if row else 0
        if (row is not None and at <= row.newest) or observation.frames == 0:
            return EpisodeStep(row, None)
        target = self._target(level, observation)
        if target <= level and observation.visibility is not Visibility.CLEAR:
            return EpisodeStep(row, None)
        if target == level:
            return EpisodeStep(None if row is None or level == 0 else self._steady(row, at), None)
        since, candidate = at, target
        moving = row is not None and row.candidate != level and (row.candidate > level) == (target > level)
        if row and moving and (at - row.newest).total_seconds() - observation.quiet_s <= self._rule.gap_s:
            since = row.candidate_since
            candidate = min(row.candidate, target) if target > level else max(row.candidate, target)
        persisted = (at - since).total_seconds() >= self._rule.persistence_s
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
            return EpisodeStep(after, None)
        return EpisodeStep(after, "begin" if level == 0 else "end" if candidate == 0 else "change")

    def names(self, row: CrowdRow, phase: str) -> tuple[str, ...]:
        """Return the level that holds."""
        level = self._level(row, phase)
        return f"crowd.{level}", level

    def shown(self, row: CrowdRow, phase: str, observation: Observation) -> Shown:
        """Return the density, or the number of persons where there is none."""
        density = local_density_per_m2(observation)
        amount = says.crowd_persons(observation.count)
        if density is not None and observation.ground is not None:
            amount = says.crowd_on_ground(observation.count, observation.ground.area_m2, density)
        elif density is not None:
            amount = says.crowd_density(density)
        say = says.crowd_at_least if observation.lower_bound else says.crowd
        what = say(amount, row.zone_id, self._rule.persistence_s, says.crowd_level(self._level(row, phase)))
        value = float(observation.count) if density is None else density
        return Shown(value, what, observation.rise_per_min)

    def _level(self, row: CrowdRow, phase: str) -> str:
        return level_name(row.level, self._rule) if phase != "end" else NO_LEVEL

    def _steady(self, row: CrowdRow, at: datetime) -> CrowdRow:
        """Return a row that stays at its level; written anew only now and then, to tell that the zone is still watched."""
        if row.candidate == row.level and (at - row.newest).total_seconds() < self.silent_after_s / 4:
            return row
        return row.model_copy(update={"candidate": row.level, "candidate_since": at, "newest": at})

    def _target(self, level: int, observation: Observation) -> int:
        """Return the level that a second speaks for: higher when it is reached, lower when it is clearly left."""
        reached = self._reached(observation, 1.0)
        return reached if reached > level else min(level, self._reached(observation, self._rule.clear_share))

    def _reached(self, observation: Observation, share: float) -> int:
        density, boxes = local_density_per_m2(observation), boxes_per_100_m2(observation)
        reached = 0
        for number, level in enumerate(self._rule.levels, start=1):
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
    """Return the name of a level; of one that the rules do not have any more the name of their highest."""
    return rule.levels[min(level, len(rule.levels)) - 1].name if level else NO_LEVEL
