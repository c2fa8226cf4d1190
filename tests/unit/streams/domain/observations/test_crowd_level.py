"""What a crowd's level is reached by, and what a camera that cannot see does to it."""

from __future__ import annotations

from typing import Any

import pytest

from schemas.cameras import Visibility
from schemas.evidence import EpisodeFact
from schemas.geo import Position
from schemas.observations import GroundMeasure
from streams.config.files import load_rules
from streams.domain.observations.crowd_level import CrowdEpisode, boxes_per_100_m2, level_name, local_density_per_m2
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
