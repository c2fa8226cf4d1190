"""What closed seconds say: counts, flows, densities, levels and situations, whatever the camera does."""

from __future__ import annotations

from datetime import timedelta
from math import ceil
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.cameras import Detections, Visibility
from schemas.observations import Observation, SituationKind
from streams.config.files import load_rules
from streams.domain.observations.memory import COUNTS_S
from tests.support.zones import CALIBRATED, NOON, FlatGround, Watcher, camera, frame, newest, of_zone, person, scene

RULES_SILENT_S = 300
WARN = load_rules().episodes.crowd.levels[0].persons or 0


def walk(start: float, step: float, seconds: int, track: int = 1, **changes: Any) -> list[Detections]:
    """Return a frame a second with one person who walks along y = 50."""
    return [frame(at_s + 0.5, person(start + step * at_s, track), **changes) for at_s in range(seconds)]


def standing(seconds: range, number: int, **changes: Any) -> list[Detections]:
    """Return a frame a second with so many persons who stand in the left zone."""
    people = [person(3 + 4 * (each % 24), each, y=20 + 6 * (each // 24)) for each in range(number)]
    return [frame(at_s + 0.5, *people, **changes) for at_s in seconds]


def test_a_camera_that_is_not_calibrated_tells_counts_alone() -> None:
    """Density and everything on the ground are null, never zero."""
    seen = newest(Watcher().play(walk(10, 2, 5)))
    assert (seen.count, seen.density_per_m2, seen.ground, seen.lower_bound) == (1, None, None, False)
    assert seen.count_error is not None


def test_a_calibrated_camera_tells_metres() -> None:
    """2 px a second are .2 m/s; the area is the zone's, the version the calibration's."""
    seen = newest(Watcher(CALIBRATED).play(walk(10, 2, 5)))
    assert seen.density_per_m2 == 0.01
    assert seen.ground is not None
    assert (seen.ground.calibration_version, seen.ground.area_m2) == ("ground-1", 100.0)
    assert (seen.ground.speed_m_per_s, seen.ground.speed_drop, seen.ground.dispersal) == (0.2, None, None)
    assert seen.ground.densest_per_m2 == 0.111


def test_an_empty_zone_is_told_as_empty() -> None:
    """Zero persons is something that was seen; nobody has no speed."""
    seen = newest(Watcher(CALIBRATED).play([frame(at_s + 0.5) for at_s in range(40)]))
    assert (seen.count, seen.density_per_m2, seen.rise_per_min, seen.inflow, seen.dwell_s) == (0, 0.0, 0.0, 0, 0.0)
    assert seen.ground is not None
    assert (seen.ground.densest_per_m2, seen.ground.speed_m_per_s) == (0.0, None)
    assert (seen.level, seen.situations) == ("none", ())


def test_a_zone_whose_ground_is_hidden_has_no_density() -> None:
    """Masks and occluders leave none of it."""
    hidden = camera(occluders=[[[0, 0], [100, 0], [100, 100], [0, 100]]])
    told = Watcher(scene(hidden, FlatGround())).play([frame(0.5, person(10), person(150))])
    assert newest(told, "left").density_per_m2 is None
    assert newest(told, "right").density_per_m2 == 0.01


def test_who_walks_from_zone_to_zone_flows_out_and_in() -> None:
    """In the second in which the edge is crossed; who appears or vanishes is neither."""
    told = Watcher().play(walk(70, 10, 7))
    assert [each.outflow for each in of_zone(told, "left")] == [0, 0, 0, 0, 1, 0, 0]
    assert [each.inflow for each in of_zone(told, "right")] == [0, 0, 0, 0, 1, 0, 0]
    assert sum(each.inflow for each in of_zone(told, "left")) == 0
    assert sum(each.outflow for each in of_zone(told, "right")) == 0


def test_who_walks_out_of_the_picture_only_vanishes() -> None:
    """A zone that reaches the picture's edge has no outflow there."""
    told = Watcher().play([*walk(170, 10, 4), frame(4.5), frame(5.5), frame(6.5), frame(7.5)])
    assert sum(each.outflow + each.inflow for each in told) == 0


def test_a_new_epoch_is_no_flow_and_no_speed() -> None:
    """The same number is another track then."""
    frames = [*walk(50, 0, 3), *[frame(3.5 + at_s, person(150, 1), epoch="e2") for at_s in range(3)]]
    watcher = Watcher(CALIBRATED)
    told = watcher.play(frames)
    assert sum(each.outflow + each.inflow for each in told) == 0
    assert all(each.ground is None or not each.ground.speed_m_per_s for each in told)
    assert watcher.memory is not None
    assert watcher.memory.track_epoch == "e2"


def test_counts_rise() -> None:
    """One person more every other second is thirty a minute; null before half a minute has passed."""
    told = of_zone(Watcher().play([each for at_s in range(50) for each in standing(range(at_s, at_s + 1), at_s // 2)]))
    assert [each.rise_per_min is None for each in told] == [True] * 30 + [False] * 20
    assert told[-1].rise_per_min == pytest.approx(30, abs=1)


def test_memory_is_bounded() -> None:
    """However long it goes on, and however many there are."""
    watcher = Watcher(CALIBRATED)
    for at_s in range(COUNTS_S + 30):
        people = [person(1 + each % 190, 1_000 * at_s + each, y=20 + each % 80) for each in range(400)]
        watcher.take(frame(at_s + 0.5, *people))
    assert watcher.memory is not None
    left = watcher.memory.zones["left"]
    assert len(left.counts) == COUNTS_S
    assert len(watcher.memory.tracks) <= 300
    assert len(left.stays) <= 300
    assert len(left.inside) <= 300
    assert len(watcher.memory.model_dump_json()) < 100_000


def test_quiet_seconds_hold_what_was_seen() -> None:
    """A stay goes on over them, no track is lost, and the observation tells how many there were."""
    watcher = Watcher()
    told = watcher.play([*walk(50, 0, 3), frame(42.5, person(50, 1), quiet_s=40.0)])
    seen = newest(told)
    assert (seen.quiet_s, seen.dwell_s) == (39, 42.0)
    assert seen.rise_per_min == 0.0
    assert watcher.memory is not None
    assert len(watcher.memory.zones["left"].counts) == 43


@pytest.mark.parametrize("quiet_s", [0.0, 20.0])
def test_a_gap_that_was_not_watched_loses_tracks(quiet_s: float) -> None:
    """Also where a part of it was quiet."""
    told = Watcher().play([*walk(50, 0, 3), frame(42.5, person(50, 1), quiet_s=quiet_s)])
    assert newest(told).dwell_s == 0.0


@pytest.mark.parametrize("visibility", [each for each in Visibility if each is not Visibility.CLEAR])
def test_a_camera_that_cannot_see_tells_what_it_saw_and_learns_nothing(visibility: Visibility) -> None:
    """Its empty seconds are no counts to rise or fall by."""
    watcher = Watcher()
    frames = [*standing(range(40), 10), *[frame(at_s + 0.5, visibility=visibility) for at_s in range(40, 60)]]
    told = of_zone(watcher.play(frames))
    assert [each.visibility for each in told[39:41]] == [Visibility.CLEAR, visibility]
    assert (told[-1].count, told[-1].rise_per_min) == (0, None)
    assert watcher.memory is not None
    assert {each.persons for each in watcher.memory.zones["left"].counts} == {10}


def test_a_level_lasts_before_it_holds_and_before_it_is_left() -> None:
    """The same rule as of the episodes: so many persons over 20 s where a zone is not calibrated."""
    frames = [*standing(range(30), WARN), *standing(range(30, 60), ceil(0.8 * WARN)), *standing(range(60, 90), 3)]
    levels = [each.level for each in of_zone(Watcher().play(frames))]
    assert levels == ["none"] * 20 + ["warn"] * 60 + ["none"] * 10


def test_a_level_is_not_left_because_a_camera_cannot_see() -> None:
    """Nor because nothing moved; but when nobody saw the zone for long."""
    crowd = standing(range(30), WARN)
    blind = [frame(at_s + 0.5, visibility=Visibility.BLACK) for at_s in range(30, 90)]
    assert newest(Watcher().play([*crowd, *blind])).level == "warn"
    after_s = 30 + RULES_SILENT_S
    quiet = standing(range(after_s, after_s + 1), WARN, quiet_s=RULES_SILENT_S + 0.5)
    assert newest(Watcher().play([*crowd, *quiet])).level == "warn"
    unseen = standing(range(after_s, after_s + 1), WARN)
    assert newest(Watcher().play([*crowd, *unseen])).level == "none"


def test_the_densest_part_reaches_a_level_and_the_corrected_figure_does_not() -> None:
    """20 persons within 3 x 3 m are 2.2 persons/m² there; what is only probable claims nothing."""
    heap = [person(20 + 5 * (each % 5), each, y=40 + 6 * (each // 5), height=6) for each in range(20)]
    told = newest(Watcher(CALIBRATED).play([frame(at_s + 0.5, *heap) for at_s in range(30)]))
    assert told.ground is not None
    assert (told.ground.densest_per_m2, told.density_per_m2, told.level) == (2.222, 0.2, "warn")
    assert told.lower_bound
    fewer = newest(Watcher(CALIBRATED).play([frame(at_s + 0.5, *heap[:17]) for at_s in range(30)]))
    assert fewer.ground is not None
    assert fewer.ground.corrected_per_m2 is not None
    assert fewer.level == "none"


def test_values_do_not_depend_on_when_frames_were_handled() -> None:
    """A worker that catches up after a day tells the same."""
    frames = [*walk(10, 3, 20), *standing(range(20, 40), 5)]
    live, later = Watcher(CALIBRATED), Watcher(CALIBRATED)
    told = [each for detections in frames for each in live.take(detections)]
    delayed = [
        each for detections in frames for each in later.take(detections, detections.captured_at + timedelta(hours=5))
    ]
    assert told == delayed
    assert live.memory == later.memory


def test_frames_of_another_size_change_nothing() -> None:
    """A track goes on at the same place when the camera changes its resolution."""
    large = [
        frame(at_s + 0.5, person(4 * (10 + 3 * at_s), 1, y=200, height=120), width_px=800, height_px=400)
        for at_s in range(5, 10)
    ]
    told = Watcher(CALIBRATED).play([*walk(10, 3, 5), *large])
    assert [each.ground.speed_m_per_s for each in of_zone(told) if each.ground][1:] == [0.3] * 9


def test_a_zone_that_came_while_its_second_was_open_is_told_from_the_next_on() -> None:
    """And one that left the registry is forgotten."""
    watcher = Watcher()
    watcher.play(walk(10, 3, 3))
    watcher.take(frame(5.5, person(10, 1)))
    zones = [{"id": "new", "name": "new", "polygon": [[0, 0], [100, 0], [100, 100]]}]
    watcher.scene = scene(camera(zones=zones))
    assert watcher.take(frame(6.5, person(10, 1))) == []
    assert [each.zone_id for each in watcher.end()] == ["new"]
    assert watcher.memory is not None
    assert list(watcher.memory.zones) == ["new"]


def test_situations_are_told_with_when_they_began() -> None:
    """In the time of the frames, whatever the memory counts from."""
    watcher = Watcher(scene(camera({"dwelling_s": 10})))
    told: list[Observation] = of_zone(watcher.play(walk(50, 0, 15)))
    assert [bool(each.situations) for each in told] == [False] * 11 + [True] * 4
    [dwelling] = told[-1].situations
    assert (dwelling.kind, dwelling.since) == (SituationKind.DWELLING, NOON + timedelta(seconds=0.5))
    assert (dwelling.value, dwelling.explanation) == (14.0, "somebody stays for 14 s, more than 10 s")
    assert newest(Watcher().play(walk(50, 0, 15))).situations == ()


FRAMES = st.lists(
    st.builds(
        lambda tenths, people, epoch, quiet_s, visibility: frame(
            tenths / 10,
            *[person(x, track, y=y) for track, x, y in people],
            epoch=epoch,
            quiet_s=quiet_s,
            visibility=visibility,
        ),
        st.integers(0, 300),
        st.lists(st.tuples(st.integers(0, 6), st.floats(-20, 220), st.floats(1, 120)), max_size=8),
        st.sampled_from(["e1", "e2"]),
        st.sampled_from([0.0, 0.3, 5.0, 3_600.0]),
        st.sampled_from(list(Visibility)),
    ),
    min_size=1,
    max_size=12,
)


@given(FRAMES)
def test_whatever_comes_each_second_is_told_once_and_adds_up(frames: list[Detections]) -> None:
    """Jumping clocks, mixed epochs, tracks that are somewhere else each time: no second twice, no quiet second told before."""
    switches = {"dwelling_s": 1, "running": True, "gathering": True, "object_left_s": 1}
    watcher = Watcher(scene(camera(switches), FlatGround(horizon_px=30)))
    told = of_zone(watcher.play(frames))
    seconds = [each.second for each in told]
    assert seconds == sorted(set(seconds))
    covered = [
        at - timedelta(seconds=back) for at, each in zip(seconds, told, strict=True) for back in range(each.quiet_s + 1)
    ]
    assert len(covered) == len(set(covered))
    assert all(each.quiet_s == 0 for each in told[:1])
    assert all(each.count <= each.count_max and each.frames > 0 for each in told)
    inside = watcher.memory.zones["left"].inside if watcher.memory else ()
    assert len(inside) <= len(watcher.memory.tracks if watcher.memory else ())
