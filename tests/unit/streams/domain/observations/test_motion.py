"""Speeds in metres or body heights, what is normal, and whether persons come together or disperse."""

from __future__ import annotations

from math import cos, pi, sin

import pytest

from streams.domain.observations.memory import Normal, Track, TrackStep
from streams.domain.observations.motion import (
    LEARNT_AFTER_S,
    NORMAL_OVER_S,
    Scale,
    TrackMotion,
    known_normal,
    learnt,
    mean_speed,
    motions,
    spread,
)
from streams.domain.observations.objects import ObjectKind
from tests.support.zones import FlatGround

METRES = Scale(FlatGround())
BODIES = Scale(None)


def track(*steps: tuple[float, float], kind: ObjectKind = ObjectKind.PERSON, track_id: int = 1) -> Track:
    """Return a track with (seconds, x) steps, 30 pixels high."""
    path = tuple(TrackStep(at_s, x, 50, 30) for at_s, x in steps)
    return Track(track_id, kind, steps[-1][0], path, steps[0][0])


@pytest.mark.parametrize(
    ("steps", "metres", "bodies"),
    [
        ([(10.0, 50)], None, None),
        ([(9.5, 50), (10.0, 60)], None, None),
        ([(9.0, 50), (10.0, 50)], 0.0, 0.0),
        ([(9.0, 50), (10.0, 65)], 1.5, 0.5),
        ([(7.0, 0), (8.0, 30), (9.0, 40), (10.0, 50)], 1.0, 1 / 3),
        ([(5.0, 0), (7.0, 20), (10.0, 80)], 2.0, 2 / 3),
        ([(0.0, 50), (10.0, 60)], 0.1, 1 / 30),
        ([(9.0, 0), (10.0, 199)], None, 199 / 30),
    ],
    ids=[
        "one step",
        "too short",
        "stands",
        "walks",
        "two seconds",
        "older steps",
        "after a gap",
        "too fast on the ground",
    ],
)
def test_a_speed_is_that_of_the_last_two_seconds(
    steps: list[tuple[float, float]], metres: float | None, bodies: float | None
) -> None:
    """In metres where calibrated, else in body heights; nobody runs faster than the fastest."""
    for scale, expected in ((METRES, metres), (BODIES, bodies)):
        [motion] = motions([track(*steps)], scale, 10)
        assert motion.speed_per_s == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(
    ("steps", "held"),
    [
        ([(9.0, 0), (10.0, 30)], None),
        ([(8.0, 0), (9.0, 30), (10.0, 60)], 3.0),
        ([(6.0, 0), (7.0, 0), (8.0, 0), (9.0, 40), (10.0, 80)], 2.0),
        ([(6.0, 0), (7.0, 40), (8.0, 80), (9.0, 80), (10.0, 80)], 0.0),
        ([(8.0, 0), (9.0, 150), (10.0, 180)], None),
        ([(7.14, 0), (8.0, 8.6), (8.86, 17.2), (10.0, 28.6)], 1.0),
    ],
    ids=["once", "from the third step", "begins to run", "stops", "a leap before", "uneven steps"],
)
def test_a_speed_is_held_that_was_there_a_second_ago(steps: list[tuple[float, float]], held: float | None) -> None:
    """The lower of two, of which neither may be faster than anybody runs."""
    [motion] = motions([track(*steps)], METRES, 10)
    assert motion.held_per_s == (None if held is None else pytest.approx(held))


def test_only_who_was_seen_in_this_second_moves() -> None:
    """A lost track has no place now; nobody moves where nobody is."""
    assert motions([track((8.0, 10), (9.0, 20))], METRES, 10) == []
    assert motions([], METRES, 10) == []


def test_who_stands_beyond_the_horizon_has_no_place() -> None:
    """And who comes from there has no speed yet."""
    sky = Scale(FlatGround(horizon_px=60))
    assert motions([track((9.0, 10), (10.0, 20))], sky, 10) == []
    comes = Track(1, ObjectKind.PERSON, 10.0, (TrackStep(9.0, 10, 50, 30), TrackStep(10.0, 10, 70, 30)), 9.0)
    assert [motion.speed_per_s for motion in motions([comes], sky, 10)] == [None]


def test_the_mean_speed_is_of_those_on_foot() -> None:
    """Who stands counts, who rides or has no speed yet does not; of nobody there is none."""
    tracks = [
        track((9.0, 0), (10.0, 20)),
        track((9.0, 0), (10.0, 0), track_id=2),
        track((9.0, 0), (10.0, 60), track_id=3, kind=ObjectKind.RIDER),
        track((10.0, 0), track_id=4),
    ]
    assert mean_speed(motions(tracks, METRES, 10)) == pytest.approx(1.0)
    assert mean_speed([]) is None


def test_what_is_normal_is_learnt_slowly() -> None:
    """Not known at first, then the mean, then one in which what is older fades."""
    normal: Normal | None = None
    for second in range(LEARNT_AFTER_S):
        assert known_normal(normal, "g1") is None
        normal = learnt(normal, "g1", 1.0 if second % 2 else 2.0)
    assert known_normal(normal, "g1") == pytest.approx(1.5, abs=0.01)
    assert learnt(normal, "g1", None) is normal
    for _ in range(3 * NORMAL_OVER_S):
        normal = learnt(normal, "g1", 0.5)
    assert known_normal(normal, "g1") == pytest.approx(0.522, abs=0.01)
    assert normal is not None
    assert normal.learnt_s == NORMAL_OVER_S


def test_another_calibration_is_learnt_anew() -> None:
    """Metres of another calibration, or body heights, cannot be compared."""
    normal = Normal("g1", 1.0, NORMAL_OVER_S)
    assert known_normal(normal, "g2") is None
    assert learnt(normal, "g2", 2.0) == Normal("g2", 2.0, 1)


def ring(number: int, outwards: float, speed: float = 1.0, kind: ObjectKind = ObjectKind.PERSON) -> list[TrackMotion]:
    """Return persons on a circle who go away from its middle (1), towards it (-1) or along it (0)."""
    found = []
    for each in range(number):
        angle = 2 * pi * each / number + 0.1
        turn = angle + (pi / 2 if outwards == 0 else 0 if outwards > 0 else pi)
        place = (118_000 + 5 * cos(angle), 480_000 + 5 * sin(angle))
        found.append(TrackMotion(each, kind, (0, 0), 30, place, (cos(turn), sin(turn)), speed))
    return found


@pytest.mark.parametrize(
    ("persons", "expected"),
    [
        ([], None),
        (ring(4, 1), None),
        (ring(5, 1), (5, 1.0, 0.0)),
        (ring(5, -1), (5, 0.0, 1.0)),
        (ring(8, 0), (8, 0.0, 0.0)),
        (ring(8, 1, speed=0.4), None),
        (ring(8, 1, kind=ObjectKind.BAG), None),
        ([TrackMotion(each, ObjectKind.PERSON, (0, 0), 30, (each, 0), (0.0, 1.0), 1.0) for each in range(9)], None),
        (
            [
                TrackMotion(each, ObjectKind.PERSON, (0, 0), 30, (each, 0), (0.0, 1.0 if each % 2 else -1.0), 1.0)
                for each in range(9)
            ],
            None,
        ),
    ],
    ids=["nobody", "four", "away", "towards", "round", "who stand", "bags", "a procession", "a street, both ways"],
)
def test_persons_move_from_or_to_one_point(
    persons: list[TrackMotion], expected: tuple[int, float, float] | None
) -> None:
    """At least five who move, and whose ways have a point in common."""
    found = spread(persons, METRES)
    if expected is None:
        assert found is None
    else:
        assert found is not None
        assert (found.movers, found.away, found.toward) == expected


def test_the_words_say_in_what_lengths_are_told() -> None:
    """Metres only where the ground is known."""
    assert (METRES.unit, METRES.measured_by, METRES.of(3.0, 2.0)) == ("m", "ground-1", 3.0)
    assert (BODIES.unit, BODIES.measured_by, BODIES.of(3.0, 2.0)) == ("body heights", "", 2.0)
    assert len(METRES.places([])) == 0
