"""What a crowd's level is reached by, and what a camera that cannot see does to it."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.cameras import Visibility
from schemas.evidence import EpisodeFact
from schemas.geo import Position
from schemas.observations import GroundMeasure
from schemas.phrases.catalogue import in_words, sentence
from schemas.phrases.language import Language
from streams.config.files import load_rules
from streams.domain.observations.crowd_level import (
    CrowdEpisode,
    boxes_per_100_m2,
    judged,
    level_name,
    local_density_per_m2,
    look_phrase,
    not_measurable,
)
from streams.domain.observations.episodes import CrowdRow
from tests.support.situations import NOON, observation, seconds

RULE = load_rules().episodes.crowd
assert RULE.levels[0].persons is not None
CROWD = RULE.levels[0].persons + 5
EPISODE = CrowdEpisode(RULE)


def ground(densest_per_m2: float, corrected_per_m2: float | None = None) -> GroundMeasure:
    """Return what a calibrated zone shows."""
    return GroundMeasure(
        calibration_version="g1",
        area_m2=100,
        densest_per_m2=densest_per_m2,
        error_per_m2=0.1,
        corrected_per_m2=corrected_per_m2,
        corrected_error_per_m2=None if corrected_per_m2 is None else 0.5,
    )


@pytest.mark.parametrize(
    ("changes", "density"),
    [
        ({}, None),
        ({"density_per_m2": 0.4}, 0.4),
        ({"density_per_m2": 0.4, "ground": ground(2.1)}, 2.1),
        ({"density_per_m2": 2.5, "ground": ground(2.1)}, 2.5),
        ({"density_per_m2": 0.4, "ground": ground(0.5, corrected_per_m2=5.0)}, 0.5),
    ],
)
def test_a_level_is_reached_where_persons_stand_closest(changes: dict[str, Any], density: float | None) -> None:
    """By what was counted, never by what is only probable."""
    assert local_density_per_m2(observation(NOON, 40, **changes)) == density


@pytest.mark.parametrize(
    ("changes", "boxes"),
    [
        ({}, 40.0),
        ({"density_per_m2": 0.4}, None),
        ({"density_per_m2": 0.4, "ground": ground(2.1)}, 40.0),
        ({"density_per_m2": 0.1, "ground": ground(2.1).model_copy(update={"area_m2": 400.0})}, 10.0),
        ({"density_per_m2": 0.4, "ground": ground(2.1).model_copy(update={"counted_by": "model:1"})}, None),
    ],
)
def test_boxes_count_on_the_ground_that_they_stand_on(changes: dict[str, Any], boxes: float | None) -> None:
    """A zone without a calibration is taken for 100 m², and a counting model needs no such help."""
    found = boxes_per_100_m2(observation(NOON, 40, **changes))
    assert found == (None if boxes is None else pytest.approx(boxes))


@pytest.mark.parametrize(("share", "level"), [(0.99, 0), (1.0, 1)])
def test_a_calibrated_zone_is_not_blinder_than_one_that_is_not(share: float, level: int) -> None:
    """As many boxes reach the same level where the ground is known, and the words tell the ground."""
    warn = RULE.levels[0].persons
    assert warn is not None
    row: CrowdRow | None = None
    for at_s in range(int(RULE.persistence_s) + 1):
        seen = observation(NOON + seconds(at_s), warn, density_per_m2=share * warn / 100, ground=ground(0.9))
        row, _ = EPISODE.step(row, seen)
    assert (row.level if row else 0) == level
    if row is not None and level:
        fact = EPISODE.evidence(row, "begin", seen, Position(lat=52.3, lon=4.9, accuracy_m=10)).fact
        assert isinstance(fact, EpisodeFact)
        assert f"{warn} persons on 100 m², 0.9 per m² where it is densest, in zone" in fact.explanation


def after(*steps: tuple[float, int, Visibility, int]) -> tuple[CrowdRow | None, list[str | None]]:
    """Return a zone's row and phases after seconds with (at, count, visibility, quiet seconds before)."""
    row: CrowdRow | None = None
    phases = []
    for at_s, count, visibility, quiet_s in steps:
        seen = observation(NOON + seconds(at_s), count, visibility=visibility, quiet_s=quiet_s)
        row, phase = EPISODE.step(row, seen)
        phases.append(phase)
    return row, phases


def test_a_level_that_rules_do_not_have_any_more_is_their_highest() -> None:
    """Rules may be given fewer while a zone is crowded."""
    names = [level.name for level in RULE.levels]
    assert [level_name(level, RULE) for level in range(len(names) + 1)] == ["none", *names]
    fewer = RULE.model_copy(update={"levels": RULE.levels[:1]})
    assert [level_name(level, fewer) for level in range(4)] == ["none", names[0], names[0], names[0]]


CLEAR, BLACK, BLURRED = Visibility.CLEAR, Visibility.BLACK, Visibility.BLURRED


def test_quiet_seconds_are_no_gap() -> None:
    """A crowd that stands still is as much a crowd; one that nobody watched begins anew."""
    _, phases = after((0, CROWD, CLEAR, 0), (20, CROWD, CLEAR, 19))
    assert phases == [None, "begin"]
    _, phases = after((0, CROWD, CLEAR, 0), (20, CROWD, CLEAR, 0))
    assert phases == [None, None]


def test_a_camera_that_cannot_see_raises_a_level_and_never_lowers_one() -> None:
    """What it shows is there; what it does not show may be there too."""
    rising = [(at_s, CROWD, BLURRED, 0) for at_s in range(21)]
    assert after(*rising)[1][-1] == "begin"
    row, phases = after(*rising, *[(at_s, 0, BLACK, 0) for at_s in range(21, 200)])
    assert row is not None
    assert (level_name(row.level, RULE), set(phases[21:])) == ("warn", {None})


def test_a_glimpse_of_nothing_does_not_interrupt_what_is_rising() -> None:
    """One black second among those that show a crowd."""
    steps = [(at_s, 0 if at_s == 10 else CROWD, BLACK if at_s == 10 else CLEAR, 0) for at_s in range(21)]
    assert after(*steps)[1][-1] == "begin"
    seen = [(at_s, 0 if at_s == 10 else CROWD, CLEAR, 0) for at_s in range(21)]
    assert after(*seen)[1][-1] is None


def estimated(per_m2: float, error_per_m2: float, densest_per_m2: float = 0.9, **changes: Any) -> dict[str, Any]:
    """Return what a zone with a curve shows."""
    known = ground(densest_per_m2).model_copy(
        update={"estimated_per_m2": per_m2, "estimated_error_per_m2": error_per_m2, "crowd": "walking", **changes}
    )
    return {"density_per_m2": 0.9, "ground": known, "count": 90}


def held(*steps: dict[str, Any]) -> tuple[CrowdRow | None, list[str | None], list[str]]:
    """Return a zone's row, its phases and the words of each, after a second of each step."""
    row: CrowdRow | None = None
    phases, words = [], []
    for at_s, changes in enumerate(steps):
        seen = observation(NOON + seconds(at_s), **changes)
        row, phase = EPISODE.step(row, seen)
        phases.append(phase)
        if phase is not None and row is not None:
            words.append(in_words(EPISODE.shown(row, phase, seen).what, Language.EN))
    return row, phases, words


@pytest.mark.parametrize(
    ("shown", "level"),
    [
        (estimated(1.9, 0.3), "none"),
        (estimated(2.0, 0.3), "warn"),
        (estimated(3.5, 0.5), "high"),
        (estimated(5.2, 0.1), "high"),
        (estimated(1.0, 0.3, densest_per_m2=3.6), "high"),
        (estimated(1.0, 0.3, densest_per_m2=4.6), "critical"),
    ],
    ids=["below", "warn", "high", "boxes never claim critical", "counted at least", "counted critical"],
)
def test_levels_are_reached_by_what_is_probable(shown: dict[str, Any], level: str) -> None:
    """In place of 85 and 120 boxes on 100 m²; 90 boxes reach nothing by themselves where there is a curve."""
    row, _, _ = held(*[shown] * 21)
    assert level_name(row.level if row else 0, RULE) == level


def test_what_cannot_be_measured_is_told_to_be_looked_at() -> None:
    """Once in an episode, after it has persisted, with the rise and the drop of speed; in both languages."""
    calm, dense = estimated(2.5, 0.6), estimated(3.9, 0.7, speed_drop=0.8)
    dense["rise_per_min"] = 18.0
    row, phases, words = held(*[calm] * 21, *[dense] * 60)
    assert row is not None
    assert [phase for phase in phases if phase] == ["begin", "change"]
    assert "cannot be measured here: look" in words[-1]
    assert "grows by 18 persons a minute; 80 % slower than usual" in words[-1]
    assert "cannot be measured" not in words[0]
    beyond = not_measurable(observation(NOON, **dense), RULE)
    assert beyond is not None
    assert beyond.name == "critical"
    phrase = look_phrase(beyond, observation(NOON, **dense))
    assert "hier niet te meten: kijk zelf" in sentence(phrase, Language.NL)
    assert "het aantal personen stijgt met 18 per minuut; 80 % langzamer dan gewoon" in sentence(phrase, Language.NL)


def test_a_glimpse_of_it_is_not_told() -> None:
    """It persists as long as a level must."""
    calm, dense = estimated(2.5, 0.6), estimated(3.4, 1.2)
    _, phases, words = held(*[calm] * 21, *([dense] * 10 + [calm]) * 3)
    assert [phase for phase in phases if phase] == ["begin"]
    assert len(words) == 1


def test_it_is_told_at_once_where_the_level_rises_with_it() -> None:
    """The words that begin an episode have it when it has lasted as long."""
    dense = estimated(3.9, 0.7)
    _, phases, words = held(*[dense] * 60)
    assert [phase for phase in phases if phase] == ["begin", "change"]
    assert "look" in words[1]


def test_not_measurable_is_never_a_level_by_itself() -> None:
    """A crowd that no level holds of tells its notice in the observation alone."""
    row, phases, _ = held(*[estimated(1.9, 2.7)] * 60)
    assert (row, set(phases)) == (None, {None})
    seen = judged(observation(NOON, **estimated(1.9, 2.7)), RULE)
    assert seen.notice is not None
    assert seen.level_by == "estimate"


@pytest.mark.parametrize(
    ("changes", "by"),
    [
        ({"count": 0}, None),
        ({"count": 40}, "boxes"),
        ({"count": 40, "density_per_m2": 0.4, "ground": ground(0.5)}, "boxes"),
        (estimated(1.0, 0.3), "estimate"),
        ({**estimated(1.0, 0.3), "ground": ground(2.1).model_copy(update={"counted_by": "model:1"})}, "model"),
    ],
)
def test_what_a_level_is_judged_by_is_told(changes: dict[str, Any], by: str | None) -> None:
    """So that a level by boxes alone is known for what it is."""
    seen = judged(observation(NOON, **changes), RULE)
    assert (seen.level_by, seen.notice) == (by, None)


def test_observations_of_before_are_judged_as_before() -> None:
    """A replay of what has no estimate claims what it claimed: by density, or by 85 and 120 boxes on 100 m²."""
    for count, level in ((84, "none"), (85, "warn"), (120, "high"), (500, "high")):
        row, _, _ = held(*[{"count": count}] * 21)
        assert level_name(row.level if row else 0, RULE) == level
