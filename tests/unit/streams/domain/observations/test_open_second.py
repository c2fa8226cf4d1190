"""Frames become a camera's open second, whatever order they come in, and each second closes once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.cameras import (
    Box,
    CrowdMap,
    DetectedObject,
    Detections,
    DetectorInfo,
    ObjectClass,
    SparedPictures,
    Visibility,
)
from schemas.observations import Observation
from streams.domain.observations.objects import ObjectKind
from streams.domain.observations.open_second import (
    MAX_TRACKS,
    WORSE,
    CameraSecond,
    Observed,
    Sample,
    observe_frame,
    observe_spared,
    observe_time,
)
from tests.support.zones import CALIBRATED, NOON, Watcher, frame, newest, of_zone, person, scene

SCENE = scene()


def played(*frames: Detections) -> list[Observed]:
    """Return what each frame changes, one after the other."""
    row = CameraSecond(camera_id="c1")
    results = []
    for detections in frames:
        observed = observe_frame(row, SCENE, detections, detections.captured_at, detections.captured_at)
        row = observed.row
        results.append(observed)
    return results


def spared(at_s: float, number: int = 0) -> SparedPictures:
    """Return that a picture was not looked at, some seconds after noon, nor were so many before it."""
    return SparedPictures(camera_id="c1", frame_id="later", captured_at=NOON + timedelta(seconds=at_s), spared=number)


def seen_again(row: CameraSecond, detections: Detections) -> Observed:
    """Return what a frame changes."""
    return observe_frame(row, SCENE, detections, detections.captured_at, detections.captured_at)


def closed(*frames: Detections) -> dict[str, Observation]:
    """Return the newest observation of each zone, the last second closed by time."""
    return {observation.zone_id: observation for observation in Watcher().play(frames)}


@pytest.mark.parametrize(
    ("counts", "median", "highest"),
    [([0], 0, 0), ([3], 3, 3), ([1, 3, 2], 2, 3), ([1, 2], 2, 2), ([0, 0, 5], 0, 5), ([2, 2, 2, 9], 2, 9)],
)
def test_the_count_is_the_median_of_the_seconds_frames(counts: list[int], median: int, highest: int) -> None:
    """One flickering box does not change it; the highest is kept beside it."""
    frames = [frame(i / 10, *[person(10 + j) for j in range(count)]) for i, count in enumerate(counts)]
    seen = closed(*frames)["left"]
    assert (seen.count, seen.count_max, seen.frames) == (median, highest, len(counts))


def test_each_zone_counts_what_stands_in_it() -> None:
    """The foot point decides; the border belongs to the right zone; weak boxes and vehicles are no persons."""
    seen = closed(
        frame(0, person(99), person(100), person(150), person(30, score=0.39), person(40, kind=ObjectClass.CAR))
    )
    assert (seen["left"].count, seen["right"].count) == (1, 2)
    assert (seen["left"].vehicles, seen["right"].vehicles) == (1, 0)


def test_a_second_closes_when_a_later_frame_comes() -> None:
    """The later frame opens the next second; the one that closed keeps the newest frame of its own."""
    first, second, third = played(frame(0.1), frame(0.9), frame(1.2))
    assert (first.closed, second.closed) == (None, None)
    assert third.closed is not None
    assert third.closed.newest_frame_at == NOON + timedelta(seconds=0.9)
    assert (third.row.second, third.row.closed) == (NOON + timedelta(seconds=1), NOON)
    assert third.row.frames == ("frame-1.2",)


@pytest.mark.parametrize(
    ("at_s", "closes"),
    [(-1.0, False), (0.0, False), (0.6, False), (0.999, False), (1.0, True), (1.2, True), (9.0, True)],
)
def test_a_picture_that_was_spared_closes_the_second_before_it(at_s: float, closes: bool) -> None:
    """It opens none, and says how many pictures of the second were not looked at besides those that a look told."""
    row = played(frame(0.1), frame(0.5).model_copy(update={"spared": 1}))[-1].row
    after = observe_spared(row, spared(at_s, 2))
    assert (after.closed is not None) is closes
    assert not after.late
    if after.closed is None:
        assert after.row is row
        return
    assert after.closed == row.model_copy(update={"spared": 3})
    assert (after.row.second, after.row.closed, after.row.spared) == (None, NOON, 0)
    assert observe_spared(after.row, spared(at_s + 1)) == Observed(after.row)


def test_a_second_that_was_closed_so_takes_no_more_frames() -> None:
    """A repeat of them changes nothing; the next look opens the second that it is of."""
    row = observe_spared(played(frame(0.5))[-1].row, spared(1.0)).row
    assert seen_again(row, frame(0.5)).late
    assert seen_again(row, frame(1.7)).row.second == NOON + timedelta(seconds=1)


@pytest.mark.parametrize(("after_s", "closes"), [(0.9, False), (1.9, False), (2.0, True), (60, True)])
def test_time_closes_a_second_after_its_grace(after_s: float, closes: bool) -> None:
    """A camera that stops does not hold its last second open; a frame on its way is waited for."""
    row = played(frame(0.5))[-1].row
    assert (observe_time(row, NOON + timedelta(seconds=after_s)).closed is not None) is closes


def test_nothing_is_said_of_a_second_without_frames() -> None:
    """Time alone closes nothing: nobody looked."""
    assert observe_time(CameraSecond(camera_id="c1"), NOON).closed is None


@pytest.mark.parametrize("late", [frame(0.95), frame(-5), frame(-3_600)], ids=["told", "before", "clock jumped back"])
def test_a_late_frame_changes_nothing(late: Detections) -> None:
    """Its second has been told already, or a later one was; a clock that jumps back tells nothing twice."""
    *_, before, last = played(frame(0.5), frame(1.5), late)
    assert last.late
    assert last.row is before.row
    assert last.closed is None


def test_after_a_clock_jumped_back_it_goes_on_where_time_has_caught_up() -> None:
    """Frames in between are late; the ones after are not."""
    results = played(frame(10.5), frame(11.5), frame(8.5), frame(9.5), frame(11.7), frame(12.5))
    assert [result.late for result in results] == [False, False, True, True, False, False]
    assert results[-1].closed is not None
    assert results[-1].closed.zones["left"].counts == (0, 0)


def test_a_repeated_frame_changes_nothing() -> None:
    """The same frame twice counts once."""
    _, again = played(frame(0.5, person(10)), frame(0.5, person(10)))
    assert again.late
    assert again.row.zones["left"].counts == (1,)


def test_staying_is_the_longest_time_a_track_has_been_in_the_zone() -> None:
    """It grows over seconds, and those who stayed long enough are the group."""
    frames = [frame(i / 2, person(10, 1), person(20, 2), *([person(30, 3)] if i > 5 else [])) for i in range(7)]
    seen = closed(*frames)["left"]
    assert (seen.dwell_s, seen.group_size) == (3.0, 2)


@pytest.mark.parametrize(("gap_s", "epoch", "stays"), [(1.9, "e1", True), (2.1, "e1", False), (0.5, "e2", False)])
def test_a_stay_ends_with_a_gap_or_a_new_epoch(gap_s: float, epoch: str, stays: bool) -> None:
    """A track id means nothing after its epoch, and a track not seen for two seconds has left."""
    seen = closed(frame(0, person(10, 1)), frame(gap_s, person(10, 1), epoch=epoch))["left"]
    assert (seen.dwell_s == gap_s) is stays


def test_overlapping_boxes_make_the_count_a_lower_bound() -> None:
    """Three people in one heap may hide a fourth."""
    assert closed(frame(0, person(10), person(11), person(12)))["left"].lower_bound
    assert not closed(frame(0, person(10), person(50), person(90)))["left"].lower_bound


@given(st.lists(st.integers(0, 40), min_size=1, max_size=25), st.randoms())
def test_each_second_is_told_at_most_once(tenths: list[int], chance: Any) -> None:
    """Whatever the order and the repeats, no zone and second is told twice, and none without a frame."""
    chance.shuffle(tenths)
    told = Watcher().play([frame(tenth / 10, person(10, 1)) for tenth in tenths])
    assert len({(each.zone_id, each.second) for each in told}) == len(told)
    assert all(each.frames > 0 for each in told)


def test_a_second_stays_open_while_its_frames_come_however_old_they_are() -> None:
    """A recording, or a worker that catches up: time closes it only when no frame came for the grace."""
    day_later = NOON + timedelta(days=1)
    row = observe_frame(CameraSecond(camera_id="c1"), SCENE, frame(0.1), NOON, day_later).row
    assert observe_time(row, day_later + timedelta(seconds=0.9)).closed is None
    again = observe_frame(row, SCENE, frame(0.3), NOON, day_later + timedelta(seconds=0.9))
    assert not again.late
    told = observe_time(again.row, day_later + timedelta(seconds=1.9)).closed
    assert told is not None
    assert told.zones["left"].counts == (0, 0)


def test_a_frame_that_the_next_epoch_overtook_counts_but_its_tracks_mean_nothing() -> None:
    """The stays of the new epoch go on."""
    *_, last = played(
        frame(0.1, person(10, 1), epoch="e2"),
        frame(0.9, person(10, 1), epoch="e2"),
        frame(0.5, person(10, 7), epoch="e1"),
    )
    assert last.row.zones["left"].counts == (1, 1, 1)
    assert last.row.track_epoch == "e2"
    assert [track.track_id for track in last.row.tracks] == [1]
    assert [each.track_id for each in last.row.zones["left"].present] == [1]


def test_an_epoch_that_begins_within_a_second_drops_its_tracks() -> None:
    """Those of before mean nothing any more; what was counted stays."""
    *_, last = played(frame(0.1, person(10, 1)), frame(0.5, person(20, 1), epoch="e2"))
    assert last.row.zones["left"].counts == (1, 1)
    assert [(sample.track_id, sample.x_px) for sample in last.row.tracks] == [(1, 20.0)]
    assert last.row.zones["left"].present[0].first_ms == 500


def test_who_is_cut_off_by_the_lower_edge_of_the_picture_counts() -> None:
    """The box ends on the edge; the zone reaches it."""
    box = Box(x_min_px=10, y_min_px=60, x_max_px=20, y_max_px=100)
    near = DetectedObject(object_class=ObjectClass.PERSON, score=0.9, box=box)
    assert closed(frame(0, near))["left"].count == 1


def test_a_weak_box_counts_where_a_track_expects_it() -> None:
    """Its track id says so."""
    assert closed(frame(0, person(10, 1, score=0.2), person(30, score=0.2)))["left"].count == 1


def test_frames_of_another_size_are_brought_to_the_registrys_picture() -> None:
    """A camera that changes its resolution in the middle of a second shows the same."""
    small = frame(0.1, person(60, 1, y=50, height=30))
    large = frame(0.5, person(240, 1, y=200, height=120), width_px=800, height_px=400)
    *_, last = played(small, large)
    assert last.row.zones["left"].counts == (1, 1)
    assert last.row.tracks == (Sample(1, ObjectKind.PERSON, 500, 60.0, 50.0, 30.0, 100),)


@pytest.mark.parametrize("worst", list(Visibility))
def test_a_second_is_as_its_worst_frame(worst: Visibility) -> None:
    """Whichever came first; the next second begins anew."""
    for frames in ([worst, Visibility.CLEAR], [Visibility.CLEAR, worst]):
        results = played(*[frame(i / 10, visibility=each) for i, each in enumerate(frames)], frame(1))
        assert results[1].row.visibility is worst
        assert results[2].row.visibility is Visibility.CLEAR
    assert set(WORSE) == set(Visibility)


@pytest.mark.parametrize(
    ("frames", "quiet_before_s"),
    [
        ([(0.3, 0), (5.7, 5.4)], 4),
        ([(0.3, 0), (5.7, 5.2)], 4),
        ([(0.9, 0), (5.1, 4.2)], 4),
        ([(0.0, 0), (5.0, 5.0)], 4),
        ([(0.3, 0), (5.7, 2.0)], 1),
        ([(0.3, 0), (5.7, 0.5)], 0),
        ([(0.3, 0), (1.1, 0.8)], 0),
        ([(0.3, 0), (5.7, 3600)], 4),
        ([(5.7, 5.4)], 0),
        ([(0.3, 0), (5.1, 4.8), (5.9, 0.8)], 4),
    ],
)
def test_quiet_seconds_are_whole_and_do_not_reach_a_second_that_was_told(
    frames: list[tuple[float, float]], quiet_before_s: int
) -> None:
    """Of the first picture nobody knows what was before it; a part of a second is none."""
    last = played(*[frame(at_s, quiet_s=quiet_s) for at_s, quiet_s in frames])[-1]
    assert last.row.quiet_before_s == quiet_before_s


def test_a_camera_that_cannot_see_is_not_quiet() -> None:
    """Nothing moves in a picture that stands still."""
    last = played(frame(0.3), frame(5.7, quiet_s=5.4, visibility=Visibility.FROZEN))[-1]
    assert (last.row.quiet_s, last.row.quiet_before_s) == (0.0, 0)


def test_the_open_second_is_bounded() -> None:
    """However many boxes a frame has, and whatever their ids."""
    crowd = [person(1 + (i % 190), i, y=10 + i % 80) for i in range(900)]
    last = played(frame(0.1, *crowd))[-1]
    assert len(last.row.tracks) == MAX_TRACKS
    assert sum(zone.counts[0] for zone in last.row.zones.values()) == 900
    assert all(len(zone.present) <= MAX_TRACKS for zone in last.row.zones.values())


def test_who_rides_is_told_from_who_walks() -> None:
    """By a bicycle's box that overlaps; a rider is a person that counts."""
    bicycle = person(50, 3, kind=ObjectClass.BICYCLE, height=15)
    last = played(frame(0.1, person(50, 1), person(80, 2), bicycle))[-1]
    assert {sample.track_id: sample.kind for sample in last.row.tracks} == {1: ObjectKind.RIDER, 2: ObjectKind.PERSON}
    assert last.row.zones["left"].counts == (2,)


def test_densities_are_of_each_frame_and_only_where_the_ground_is_known() -> None:
    """Two persons within 3 x 3 m are .22 persons/m² there."""
    one = Watcher(CALIBRATED)
    one.take(frame(0.1, person(10), person(20), person(90)))
    assert one.row.zones["left"].densest_per_m2 == (0.222,)
    assert one.row.zones["right"].densest_per_m2 == (0.0,)
    other = Watcher()
    other.take(frame(0.1, person(10), person(20), person(90)))
    assert other.row.zones["left"].densest_per_m2 == ()


def test_the_detector_is_the_one_of_the_newest_frame() -> None:
    """A fallback that takes over in the middle of a second is told."""
    hog = DetectorInfo(name="hog", version="1", degraded=True)
    told = Watcher().play([frame(0.1, person(10)), frame(0.5, person(10), detector=hog)])
    assert newest(told).detector == hog
    assert len(of_zone(told)) == 1


def test_what_a_counting_model_saw_is_shared_out_to_zones() -> None:
    """By the middles of its cells, of the second's first count."""
    counts = [(4.0, 1.0, 2.0, 1.0), (9.0, 9.0, 9.0, 9.0)]
    maps = [CrowdMap(model="m 1", measured_to_per_m2=3, columns=4, rows=1, persons=each) for each in counts]
    frames = [frame(0.1, person(10), crowd=maps[0]), frame(0.2, person(10)), frame(0.3, person(10), crowd=maps[1])]
    zones = played(*frames)[-1].row.zones
    assert {name: zone.modelled and tuple(zone.modelled) for name, zone in zones.items()} == {
        "left": (5.0, 3.0, "m 1"),
        "right": (3.0, 3.0, "m 1"),
    }


def test_attention_changes_no_count_and_tells_who_is_likely_beside_it() -> None:
    """Weak boxes are told apart: the count, its error, the density and the stays are as without attention."""
    strong, weak = person(20, track=1), person(60, score=0.36)
    frames = [[strong, weak, person(150, score=0.2)], [strong, weak], [strong]]
    numbers = [frame(at / 5, *shown, attention=True) for at, shown in enumerate(frames)]
    plain = [frame(at / 5, *shown) for at, shown in enumerate(frames)]
    attended, usual = closed(*numbers), closed(*plain)
    assert {name: each.persons_likely for name, each in attended.items()} == {"left": 2, "right": 0}
    assert {each.persons_likely for each in usual.values()} == {None}
    without = {name: each.model_copy(update={"persons_likely": None}) for name, each in attended.items()}
    assert without == usual


@pytest.mark.parametrize(
    ("item", "likely"),
    [
        (person(60, score=0.36), 2),
        (person(60, score=0.1), 1),
        (person(60, score=0.36, kind=ObjectClass.CAR), 1),
        (person(22, score=0.36), 1),
        (person(60, track=2, score=0.2), 2),
        (person(150, score=0.36), 1),
    ],
)
def test_who_is_likely(item: DetectedObject, likely: int) -> None:
    """A person from the rule's score on, in this zone, that is no second box of one who counts."""
    twice = [frame(at, person(20), item, attention=True) for at in (0, 0.1)]
    assert closed(*twice)["left"].persons_likely == likely


@pytest.mark.parametrize(
    ("numbers", "likely"), [((1,), None), ((1, 0), 0), ((0, 1, 0, 1), 1), ((3, 0, 0, 0), 0), ((2, 3, 3, 1), 3)]
)
def test_likely_is_the_most_that_two_frames_show(numbers: tuple[int, ...], likely: int | None) -> None:
    """A weak box that is seen once is nobody."""
    weak = [person(15 + 20 * number, score=0.36) for number in range(3)]
    frames = [frame(at / 10, *weak[:number], attention=True) for at, number in enumerate(numbers)]
    assert closed(*frames)["left"].persons_likely == likely


def test_only_frames_with_attention_say_who_is_likely() -> None:
    """A second in which attention began is judged by those that have it; without a rule none does."""
    weak = person(60, score=0.36)
    began = [frame(0, weak), frame(0.2, weak), frame(0.4, weak, attention=True), frame(0.5, weak, attention=True)]
    assert closed(*began)["left"].persons_likely == 1
    assert closed(*began[:3])["left"].persons_likely is None
    watcher = Watcher(replace(scene(), attention=None))
    assert newest(watcher.play(began)).persons_likely is None


def test_every_view_has_its_place_among_the_others() -> None:
    """A second is as its worst frame, whatever was seen."""
    assert set(WORSE) == set(Visibility)
