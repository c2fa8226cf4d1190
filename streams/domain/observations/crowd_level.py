"""Crowds that a camera sees by itself: levels with persistence and hysteresis, so that an edge does not chatter."""

from __future__ import annotations

from datetime import datetime

from schemas.base import derive_id, iso_utc
from schemas.cameras import Visibility
from schemas.categories import Category
from schemas.observations import Observation
from schemas.phrases.codes import common
from schemas.phrases.codes import zones as says
from schemas.phrases.phrase import Phrase
from streams.domain.observations.episodes import CrowdRow, Episode, EpisodeStep, Shown
from streams.domain.rules.cameras import CrowdLevel, CrowdRule

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

        A level that boxes cannot measure, and that may be reached as long as a level persists, is told once in an episode.
        """
        taken = self._level_step(row, observation)
        after, at = taken.row, observation.second
        late = (row is not None and at <= row.newest) or observation.frames == 0
        if late or after is None or after.level == 0 or after.looked:
            return taken
        if not_measurable(observation, self._rule) is None:
            cleared = after.look_since is not None and observation.visibility is Visibility.CLEAR
            return taken._replace(row=after.model_copy(update={"look_since": None})) if cleared else taken
        since = after.look_since
        if since is None or (at - (row or after).newest).total_seconds() - observation.quiet_s > self._rule.gap_s:
            since = at
        looked = (at - since).total_seconds() >= self._rule.persistence_s
        after = after.model_copy(update={"look_since": since, "looked": looked, "newest": at})
        return EpisodeStep(after, taken.phase or ("change" if looked else None))

    def _level_step(self, row: CrowdRow | None, observation: Observation) -> EpisodeStep[CrowdRow]:
        """Return what one second does to a level.

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
            look_since=row.look_since if row else None,
            looked=row.looked if row else False,
        )
        if not persisted:
            return EpisodeStep(after, None)
        return EpisodeStep(after, "begin" if level == 0 else "end" if candidate == 0 else "change")

    def names(self, row: CrowdRow, phase: str) -> tuple[str, ...]:
        """Return the level that holds."""
        level = self._level(row, phase)
        return f"crowd.{level}", level

    def shown(self, row: CrowdRow, phase: str, observation: Observation) -> Shown:
        """Return the density, or the number of persons where there is none; and what cannot be measured."""
        density, ground = local_density_per_m2(observation), observation.ground
        amount = says.crowd_persons(observation.count)
        if density is not None and ground is not None:
            amount = says.crowd_on_ground(observation.count, ground.area_m2, density)
        elif density is not None:
            amount = says.crowd_density(density)
        if ground is not None and ground.estimated_per_m2 is not None:
            amount = says.crowd_probably(amount, ground.estimated_per_m2, ground.estimated_error_per_m2 or 0.0)
        say = says.crowd_at_least if observation.lower_bound else says.crowd
        what = say(amount, row.zone_id, self._rule.persistence_s, says.crowd_level(self._level(row, phase)))
        if row.looked and phase != "end" and (beyond := not_measurable(observation, self._rule)) is not None:
            what = common.several((what, look_phrase(beyond, observation)))
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
        estimated = None if observation.ground is None else observation.ground.estimated_per_m2
        reached = 0
        for number, level in enumerate(self._rule.levels, start=1):
            least_per_m2 = share * level.density_per_m2
            by_density = density is not None and density >= least_per_m2
            # What boxes cannot measure is not claimed of them: `not_measurable` says it.
            by_estimate = estimated is not None and level.persons is not None and estimated >= least_per_m2
            by_boxes = boxes is not None and level.persons is not None and boxes >= share * level.persons
            if by_density or by_estimate or by_boxes:
                reached = number
        return reached


def judged(observation: Observation, rule: CrowdRule) -> Observation:
    """Return an observation with what its level is judged by, and whether one may be reached that cannot be measured."""
    ground = observation.ground
    by = None if not observation.count else "boxes"
    if ground is not None and ground.counted_by != BOXES:
        by = "model"
    elif ground is not None and ground.estimated_per_m2 is not None:
        by = "estimate"
    beyond = not_measurable(observation, rule)
    notice = None if beyond is None else look_phrase(beyond, observation)
    return observation.model_copy(update={"level_by": by, "notice": notice})


def not_measurable(observation: Observation, rule: CrowdRule) -> CrowdLevel | None:
    """Return the highest level that may be reached and that boxes cannot measure; None where there is none.

    It may be reached where it lies within one standard deviation of the estimate.
    """
    ground = observation.ground
    if ground is None or ground.estimated_per_m2 is None:
        return None
    up_to_per_m2 = ground.estimated_per_m2 + (ground.estimated_error_per_m2 or 0.0)
    counted_per_m2 = local_density_per_m2(observation) or 0.0
    hidden = [
        level
        for level in rule.levels
        if level.persons is None and counted_per_m2 < level.density_per_m2 <= up_to_per_m2
    ]
    return hidden[-1] if hidden else None


def look_phrase(level: CrowdLevel, observation: Observation) -> Phrase:
    """Return that a level cannot be measured here, with what else tells a crush: the estimate, the rise, the drop of speed."""
    ground = observation.ground
    assert ground is not None
    rise, drop = observation.rise_per_min, ground.speed_drop
    return says.crowd_not_measurable(
        says.crowd_level(level.name),
        level.density_per_m2,
        ground.estimated_per_m2 or 0.0,
        ground.estimated_error_per_m2 or 0.0,
        says.crowd_rise_unknown() if rise is None else says.crowd_rise(rise),
        says.crowd_drop_unknown() if drop is None else says.crowd_drop(100 * drop),
    )


def boxes_per_100_m2(observation: Observation) -> float | None:
    """Return how many persons boxes show on 100 m² of the zone; None where a model counted them, or an estimate speaks.

    A zone that is not calibrated counts as 100 m². In one that is calibrated and has no curve from boxes to density, boxes hide
    each other just as much, so that its density alone would make it blinder to a crowd than one of which nobody knows the size.
    """
    if observation.density_per_m2 is None:
        return float(observation.count)
    ground = observation.ground
    if ground is None or ground.counted_by != BOXES or ground.estimated_per_m2 is not None:
        return None
    return 100.0 * observation.density_per_m2


def local_density_per_m2(observation: Observation) -> float | None:
    """Return the density that levels are reached by: where persons stand closest; None where the zone is not calibrated.

    It is a count of boxes, and among many persons a lower bound: what reaches a level is at least that. The corrected figure
    reaches none: it does not know whom nobody saw at all. What is probable by the camera's curve is `estimated_per_m2`.
    """
    if observation.density_per_m2 is None or observation.ground is None:
        return observation.density_per_m2
    return max(observation.density_per_m2, observation.ground.densest_per_m2)


def level_name(level: int, rule: CrowdRule) -> str:
    """Return the name of a level; of one that the rules do not have any more the name of their highest."""
    return rule.levels[min(level, len(rule.levels)) - 1].name if level else NO_LEVEL
