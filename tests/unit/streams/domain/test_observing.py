"""Detections become one observation per zone and second, whatever order they come in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.cameras import Box, DetectedObject, Detections, DetectorInfo, ObjectClass
from streams.domain.observing import CameraSecond, Observed, observe_frame, observe_time
from streams.domain.registry import Camera

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
PLACE = [{"lat": 52.0, "lon": 4.0}, {"lat": 52.1, "lon": 4.0}, {"lat": 52.1, "lon": 4.1}]
CAMERA = Camera.model_validate(
    {
        "id": "c1",
        "name": "c1",
        "control_room": "room",
        "position": PLACE[0],
        "view_area": PLACE,
        "width_px": 200,
        "height_px": 100,
        "source": {"url": "x"},
        "legal": {
            "decision_ref": "d",
            "valid_from": "2020-01-01",
            "valid_until": "2030-01-01",
            "public_area": PLACE,
            "viewing_windows": [{"days": ["mon"], "from": "00:00", "until": "00:00"}],
        },
        "masks": {"version": "1", "polygons": []},
        "zones": [
            {"id": "left", "name": "left", "polygon": [[0, 0], [100, 0], [100, 100], [0, 100]], "group_min_s": 2},
            {"id": "right", "name": "right", "polygon": [[100, 0], [200, 0], [200, 100], [100, 100]]},
        ],
    }
)


def person(
    x: float, track: int | None = None, score: float = 0.9, kind: ObjectClass = ObjectClass.PERSON
) -> DetectedObject:
    """Return an object whose foot point is (x, 50)."""
    box = Box(x_min_px=x - 5, y_min_px=20, x_max_px=x + 5, y_max_px=50)
    return DetectedObject(object_class=kind, score=score, box=box, track_id=track)


def frame(at_s: float, *objects: DetectedObject, epoch: str = "e1", number: str = "") -> Detections:
    """Return a frame's detections, some seconds after noon."""
    return Detections(
        camera_id="c1",
        frame_id=number or f"frame-{at_s}",
        captured_at=NOON + timedelta(seconds=at_s),
        width_px=200,
        height_px=100,
        detector=DetectorInfo(name="fake", version="1"),
        track_epoch=epoch,
        objects=objects,
    )


def played(*frames: Detections) -> list[Observed]:
    """Return what each frame changes, one after the other."""
    row = CameraSecond(camera_id="c1")
    results = []
    for detections in frames:
        observed = observe_frame(row, CAMERA, detections, detections.captured_at, detections.captured_at)
        row = observed.row
        results.append(observed)
    return results


def closed(*frames: Detections) -> dict[str, Any]:
    """Return the observations of the second at noon by zone, closed by time."""
    row = played(*frames)[-1].row
    observed = observe_time(row, CAMERA, NOON + timedelta(seconds=60))
    return {observation.zone_id: observation for observation in observed.observations}


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
    assert seen["left"].density_per_m2 is None


def test_a_second_closes_when_a_later_frame_comes() -> None:
    """The later frame opens the next second and the observation carries the newest frame of its own."""
    first, second, third = played(frame(0.1), frame(0.9), frame(1.2))
    assert (first.observations, second.observations) == ((), ())
    assert [o.zone_id for o in third.observations] == ["left", "right"]
    assert third.observations[0].newest_frame_at == NOON + timedelta(seconds=0.9)
    assert third.row.second == NOON + timedelta(seconds=1)


@pytest.mark.parametrize(("after_s", "closes"), [(0.9, False), (1.9, False), (2.0, True), (60, True)])
def test_time_closes_a_second_after_its_grace(after_s: float, closes: bool) -> None:
    """A camera that stops does not hold its last second open; a frame on its way is waited for."""
    row = played(frame(0.5))[-1].row
    observed = observe_time(row, CAMERA, NOON + timedelta(seconds=after_s))
    assert bool(observed.observations) is closes


def test_nothing_is_said_of_a_second_without_frames() -> None:
    """Time alone gives no observation: nobody looked."""
    assert observe_time(CameraSecond(camera_id="c1"), CAMERA, NOON).observations == ()


@pytest.mark.parametrize("late", [frame(0.95), frame(-5)])
def test_a_late_frame_changes_nothing(late: Detections) -> None:
    """Its second has been told already."""
    *_, last = played(frame(0.5), frame(1.5), late)
    assert last.late
    assert last.observations == ()


def test_a_repeated_frame_changes_nothing() -> None:
    """The same frame twice counts once."""
    _, again = played(frame(0.5, person(10)), frame(0.5, person(10)))
    assert again.late
    assert again.row.zones["left"].counts == (1,)


def test_staying_is_the_longest_time_a_track_has_been_in_the_zone() -> None:
    """It grows over seconds, and those who stayed long enough are the group."""
    frames = [frame(i / 2, person(10, 1), person(20, 2), *([person(30, 3)] if i > 5 else [])) for i in range(7)]
    last = played(*frames)[-1].row
    seen = {o.zone_id: o for o in observe_time(last, CAMERA, NOON + timedelta(seconds=60)).observations}
    assert seen["left"].dwell_s == 3.0
    assert seen["left"].group_size == 2


@pytest.mark.parametrize(("gap_s", "epoch", "stays"), [(1.9, "e1", True), (2.1, "e1", False), (0.5, "e2", False)])
def test_a_stay_ends_with_a_gap_or_a_new_epoch(gap_s: float, epoch: str, stays: bool) -> None:
    """A track id means nothing after its epoch, and a track not seen for two seconds has left."""
    last = played(frame(0, person(10, 1)), frame(gap_s, person(10, 1), epoch=epoch))[-1].row
    assert (last.zones["left"].dwell_s == gap_s) is stays


def test_overlapping_boxes_make_the_count_a_lower_bound() -> None:
    """Three people in one heap may hide a fourth."""
    assert closed(frame(0, person(10), person(11), person(12)))["left"].lower_bound
    assert not closed(frame(0, person(10), person(50), person(90)))["left"].lower_bound


@given(st.lists(st.integers(0, 40), min_size=1, max_size=25), st.randoms())
def test_each_second_is_told_at_most_once(tenths: list[int], chance: Any) -> None:
    """Whatever the order and the repeats, no zone and second is told twice, and none without a frame."""
    chance.shuffle(tenths)
    results = played(*[frame(tenth / 10, person(10, 1)) for tenth in tenths])
    told = [(o.zone_id, o.second) for result in results for o in result.observations]
    assert len(told) == len(set(told))
    assert all(o.frames > 0 for result in results for o in result.observations)


def test_a_second_stays_open_while_its_frames_come_however_old_they_are() -> None:
    """A recording, or a worker that catches up: time closes it only when no frame came for the grace."""
    day_later = NOON + timedelta(days=1)
    row = observe_frame(CameraSecond(camera_id="c1"), CAMERA, frame(0.1), NOON, day_later).row
    assert observe_time(row, CAMERA, day_later + timedelta(seconds=0.9)).observations == ()
    again = observe_frame(row, CAMERA, frame(0.3), NOON, day_later + timedelta(seconds=0.9))
    assert not again.late
    told = observe_time(again.row, CAMERA, day_later + timedelta(seconds=1.9)).observations
    assert [observation.frames for observation in told] == [2, 2]


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


def test_who_is_cut_off_by_the_lower_edge_of_the_picture_counts() -> None:
    """The box ends on the edge; the zone reaches it."""
    box = Box(x_min_px=10, y_min_px=60, x_max_px=20, y_max_px=100)
    near = DetectedObject(object_class=ObjectClass.PERSON, score=0.9, box=box)
    assert closed(frame(0, near))["left"].count == 1


def test_a_weak_box_counts_where_a_track_expects_it() -> None:
    """Its track id says so."""
    assert closed(frame(0, person(10, 1, score=0.2), person(30, score=0.2)))["left"].count == 1
