"""Measures of a zone and of the whole view, from which a normal profile is learnt."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.cameras import DetectedObject, Detections, ObjectClass, Visibility
from schemas.observations import Measures, Observation
from streams.domain.observations.measures import DROP_FROM_S, TOGETHER_M, dropped, measures, standing_together
from streams.domain.observations.memory import CountedSecond
from streams.domain.observations.motion import Scale, TrackMotion
from streams.domain.observations.objects import ObjectKind
from tests.support.zones import CALIBRATED, FlatGround, Watcher, camera, frame, newest, of_zone, person, scene

METRES = Scale(FlatGround())
BODIES = Scale(None)
CORNER = (118_000.0, 480_000.0)
"""Where RD New's numbers are large."""


def moving(held: float | None, kind: ObjectKind = ObjectKind.PERSON) -> TrackMotion:
    """Return somebody who held a speed."""
    return TrackMotion(1, kind, (0, 0), 30, CORNER, (1.0, 0.0), held, held)


def stands(x_m: float, y_m: float = 0.0, speed: float | None = 0.1) -> TrackMotion:
    """Return somebody at a place on the ground."""
    return TrackMotion(1, ObjectKind.PERSON, (0, 0), 30, (CORNER[0] + x_m, CORNER[1] + y_m), (0.0, 0.0), speed)


def counted(*persons: int) -> tuple[CountedSecond, ...]:
    """Return the counts of seconds in a row."""
    return tuple(CountedSecond(second_s, number) for second_s, number in enumerate(persons))


@pytest.mark.parametrize(
    ("persons", "fastest"),
    [
        ([], None),
        ([moving(None)], None),
        ([moving(1.236), moving(4.0), moving(None)], 4.0),
        ([moving(1.236), moving(9.0, ObjectKind.RIDER)], 1.24),
    ],
    ids=["nobody", "not known yet", "the fastest", "not who rides"],
)
def test_the_fastest_is_somebody_on_foot_who_held_it(persons: list[TrackMotion], fastest: float | None) -> None:
    """In metres alone: in body heights somebody who comes nearer seems slower than who crosses."""
    assert measures(1, (), persons, 0.0, METRES).fastest_m_per_s == fastest
    assert measures(1, (), persons, 0.0, BODIES).fastest_m_per_s is None


@pytest.mark.parametrize(
    ("persons", "together"),
    [
        ([], 0),
        ([stands(0)], 1),
        ([stands(0, speed=1.3), stands(1, speed=None)], 0),
        ([stands(0), stands(TOGETHER_M - 0.01), stands(TOGETHER_M + 0.5, 9.0)], 2),
        ([stands(0), stands(2.4), stands(-2.4), stands(0, 2.4), stands(0, 5.0)], 4),
    ],
    ids=["nobody", "one alone", "who walks, and who is not known", "two and one apart", "round one of them"],
)
def test_who_stands_within_reach_of_one_of_them_stands_together(persons: list[TrackMotion], together: int) -> None:
    """That one included, also where coordinates are large."""
    assert standing_together(persons) == together
    assert measures(9, (), persons, 0.0, METRES).standing_together == together
    assert measures(9, (), persons, 0.0, BODIES).standing_together is None


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ((), None),
        (counted(9, 9, 9, 0), None),
        (counted(9, 9, 9, 9, 9, 9, 9, 9), None),
        (counted(9, 9, 9, 9, 9, 9, 9, 9, 2), 7),
        (counted(9, 9, 9, 9, 9, 9, 2, 2, 2, 2, 2), 7),
        (counted(9, 9, 9, 9, 9, 9, 2, 2, 2, 2, 2, 2, 2, 2, 2), 0),
        (counted(6, 5, 6, 5, 9, 0, 0, 0, 0, 0, 1), 4.5),
        (counted(1, 1, 1, 1, 1, 1, 5, 5, 5, 5, 5), 0),
        ((*counted(9, 9, 9, 9), CountedSecond(30, 0)), None),
    ],
    ids=["dark", "too soon", "three seconds known", "four known", "all", "long ago", "median", "rose", "a gap"],
)
def test_a_drop_is_against_what_was_ten_to_five_seconds_ago(
    counts: tuple[CountedSecond, ...], expected: float | None
) -> None:
    """The median of those seconds; nothing is said where they were not watched."""
    assert dropped(counts) == expected


def play(*frames: Detections, **changes: Any) -> list[Observation]:
    """Return what a calibrated camera tells."""
    return Watcher(scene(camera(**changes), FlatGround())).play(frames)


def seconds(number: int, *people: tuple[float, float, int], start: int = 0, fps: int = 4) -> list[Detections]:
    """Return frames of persons: where each begins in pixels, its pixels per second, its track. Ten pixels are a metre."""
    moments = [start + each / fps for each in range(number * fps)]
    return [frame(at_s, *[person(x + step * at_s, track) for x, step, track in people]) for at_s in moments]


def test_a_runner_is_told_in_the_third_second() -> None:
    """Three metres a second from the first box on: two speeds that agree are known after two seconds and a bit."""
    told = of_zone(play(*seconds(5, (10, 30, 1))), "left")
    fastest = [each.view.fastest_m_per_s for each in told if each.view]
    assert fastest[:2] == [None, None]
    assert fastest[2:] == [3.0] * (len(told) - 2)


def test_a_track_that_leaps_once_is_no_runner() -> None:
    """A leap of three metres makes 1.5 m/s over two seconds, and no speed is higher that holds for one."""
    frames = [*seconds(4, (10, 0, 1)), *seconds(4, (40, 0, 1), start=4)]
    fastest = [each.view.fastest_m_per_s or 0.0 for each in play(*frames) if each.view]
    assert max(fastest) == pytest.approx(1.5, abs=0.01)


def test_the_view_has_everybody_whom_no_mask_hides() -> None:
    """Inside a zone or not; the same on all zones, and the zone's own beside it."""
    mask = {"version": "1", "polygons": [[[150, 0], [200, 0], [200, 100], [150, 100]]]}
    zone = [{"id": "left", "name": "left", "polygon": [[0, 0], [100, 0], [100, 100], [0, 100]]}]
    told = newest(play(*seconds(5, (10, 0, 1), (20, 0, 2), (120, 0, 3), (180, 0, 4)), masks=mask, zones=zone))
    assert told.measures == Measures(
        persons=2, fastest_m_per_s=0.0, standing_together=2, dropped=None, longest_stay_s=4.8
    )
    assert told.view == Measures(
        persons=3, fastest_m_per_s=0.0, standing_together=2, dropped=None, longest_stay_s=4.8, running=0
    )


def test_who_walks_from_zone_to_zone_stays_in_view() -> None:
    """A zone's stay begins at its edge, the view's where the track began."""
    told = newest(play(*seconds(10, (60, 8, 1))), "right")
    assert told.measures is not None
    assert told.view is not None
    assert told.measures.longest_stay_s < 5
    assert told.view.longest_stay_s == pytest.approx(9.8, abs=0.05)


def test_who_rides_counts_and_is_not_fast() -> None:
    """A bicycle's speed says nothing of walking."""

    def ridden(at_s: float) -> list[DetectedObject]:
        x = 10 + 50 * at_s
        return [person(x, 1), person(x, 2, kind=ObjectClass.BICYCLE, height=15)]

    told = newest(play(*[frame(each / 4, *ridden(each / 4)) for each in range(13)]))
    assert told.view is not None
    assert (told.view.persons, told.view.fastest_m_per_s) == (1, None)


def test_all_who_leave_are_a_drop() -> None:
    """Told in the first second without them, and only while it is new."""
    there = [(10.0 + 5 * each, 0.0, each) for each in range(12)]
    told = of_zone(play(*seconds(12, *there), *seconds(15, start=12)), "left")
    drops = [each.view.dropped for each in told if each.view]
    assert drops[:8] == [None] * 8
    assert drops[8:12] == [0.0] * 4
    assert drops[12:18] == [12.0] * 6
    assert drops[-1] == 0.0


@pytest.mark.parametrize("visibility", [Visibility.BLACK, Visibility.MOVED])
def test_a_camera_that_sees_nothing_tells_no_drop(visibility: Visibility) -> None:
    """Nobody left: nobody could see them."""
    frames = [*seconds(12, (10, 0, 1)), *[frame(12 + each / 4, visibility=visibility) for each in range(40)]]
    told = of_zone(play(*frames), "left")
    assert {each.view.dropped for each in told[12:] if each.view} == {None}


def test_without_metres_counts_and_stays_alone() -> None:
    """Null, never zero, where there are none."""
    told = newest(Watcher().play(seconds(9, (10, 0, 1), (20, 0, 2), (60, 3, 3))))
    assert told.view is not None
    assert (told.view.fastest_m_per_s, told.view.standing_together) == (None, None)
    assert (told.view.persons, told.view.dropped, told.view.longest_stay_s) == (3, 0.0, 8.8)


def test_quiet_seconds_count_as_watched() -> None:
    """What was seen before held while nothing moved."""
    watcher = Watcher(CALIBRATED)
    told = watcher.play([*seconds(2, (10, 0, 1)), frame(20.5, person(10, 1), quiet_s=18.75), frame(21.5)])
    assert [each.view.dropped for each in of_zone(told, "left") if each.view][-2:] == [0.0, 1.0]
    assert watcher.memory is not None
    assert len(watcher.memory.view) == DROP_FROM_S + 1


def test_a_second_that_an_earlier_release_began_has_no_view() -> None:
    """Its row had no count of it."""
    watcher = Watcher(CALIBRATED)
    watcher.take(frame(0.2, person(10, 1)))
    watcher.row = watcher.row.model_copy(update={"view": ()})
    assert newest(watcher.take(frame(1.2, person(10, 1)))).view is None


@given(
    st.lists(st.tuples(st.floats(0, 199), st.floats(0, 100), st.integers(0, 20)), max_size=30),
    st.lists(st.integers(0, 40), max_size=15),
)
def test_measures_are_within_their_bounds(people: list[tuple[float, float, int]], counts: list[int]) -> None:
    """Whatever stands wherever, no more stand together than are seen, and no drop is larger than the count was."""
    told = newest(
        Watcher(CALIBRATED).play(
            [
                frame(at_s, *[person(x, track, y=y) for x, y, track in people], number=str(at_s))
                for at_s in (0.1, 1.2, 2.3, 3.4)
            ]
        )
    )
    assert told.view is not None
    assert told.measures is not None
    assert (told.view.standing_together or 0) <= len(people)
    assert told.view.persons >= told.measures.persons
    drop = dropped(counted(*counts))
    assert drop is None or 0 <= drop <= max(counts)
