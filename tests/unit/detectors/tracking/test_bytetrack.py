"""Boxes of one camera become tracks; ids are never shared between cameras, epochs or instances."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from detectors.tracking.bytetrack import LOST_S, MAX_GAP_S, Trackers, missing_frames
from detectors.tracking.ground_squares import Ground
from schemas.cameras import Box, DetectedObject, FrameReference, ObjectClass

pytestmark = pytest.mark.vision

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def frame(at_s: float, camera: str = "c1", epoch: str = "e1") -> FrameReference:
    """Return a frame, some seconds after noon."""
    return FrameReference(
        camera_id=camera,
        epoch=epoch,
        sequence=round(at_s * 1000),
        captured_at=NOON + timedelta(seconds=at_s),
        width_px=768,
        height_px=576,
        mask_version="1",
    )


def found(x: float, score: float = 0.9, kind: ObjectClass = ObjectClass.PERSON) -> DetectedObject:
    """Return an object whose box begins at x."""
    box = Box(x_min_px=x, y_min_px=100, x_max_px=x + 40, y_max_px=200)
    return DetectedObject(object_class=kind, score=score, box=box)


def ids(objects: Sequence[DetectedObject]) -> list[int | None]:
    """Return the track ids in the order of the objects."""
    return [item.track_id for item in objects]


def test_nobody_is_tracked_in_an_empty_picture() -> None:
    """Not in the first picture, and not in the next."""
    trackers = Trackers("run")
    assert [trackers.track(frame(at), [])[1] for at in (0, 0.2)] == [[], []]


def test_the_first_car_counts_when_it_is_seen_again_however_long_there_was_none() -> None:
    """As each new object but those of a camera's very first picture: one sight alone may be none."""
    trackers = Trackers("run")
    for step in range(5):
        trackers.track(frame(step / 5), [found(100)])
    seen = [trackers.track(frame(step / 5), [found(100), found(400, kind=ObjectClass.CAR)])[1] for step in (5, 6)]
    assert [objects[1].track_id is None for objects in seen] == [True, False]
    assert len({objects[0].track_id for objects in seen}) == 1


def test_two_persons_keep_their_ids_while_they_walk() -> None:
    """Whatever the order in which a detector tells of them."""
    trackers = Trackers("run")
    seen = set()
    for step in range(10):
        objects = [found(100 + 4 * step), found(500 - 4 * step)]
        left, right = trackers.track(frame(step / 5), objects)[1]
        seen.add((left.track_id, right.track_id))
        again = trackers.track(frame(step / 5 + 0.1), objects[::-1])[1]
        seen.add((again[1].track_id, again[0].track_id))
    assert len(seen) == 1
    assert len(set(seen.pop())) == 2


def test_instances_and_cameras_share_nothing() -> None:
    """The second camera's ids are what they would be alone, and so are the second instance's."""
    alone = Trackers("run")
    expected = [ids(alone.track(frame(step / 5, "b"), [found(100), found(300)])[1]) for step in range(3)]
    busy, other = Trackers("run"), Trackers("run")
    for step in range(3):
        busy.track(frame(step / 5, "a"), [found(50 + 90 * number) for number in range(6)])
        assert ids(busy.track(frame(step / 5, "b"), [found(100), found(300)])[1]) == expected[step]
        assert ids(other.track(frame(step / 5, "b"), [found(100), found(300)])[1]) == expected[step]


@pytest.mark.parametrize(
    ("at_s", "epoch", "same"), [(0.2, "e1", True), (MAX_GAP_S, "e1", True), (5.1, "e1", False), (0.2, "e2", False)]
)
def test_an_epoch_ends_with_the_sources_or_after_a_gap(at_s: float, epoch: str, same: bool) -> None:
    """What nobody saw is not bridged."""
    trackers = Trackers("run")
    first, _ = trackers.track(frame(0), [found(100)])
    second, _ = trackers.track(frame(at_s, epoch=epoch), [found(100)])
    assert (first == second) is same


def test_a_restart_begins_new_epochs_and_a_repeat_does_not() -> None:
    """The epoch depends on the run, the camera and the frame that it begins with."""
    epochs = [
        Trackers(run).track(frame(0, camera), [])[0] for run, camera in (("1", "a"), ("1", "a"), ("2", "a"), ("1", "b"))
    ]
    assert epochs[0] == epochs[1]
    assert len(set(epochs)) == 3


@pytest.mark.parametrize("at_s", [0.2, 0.1])
def test_a_frame_that_comes_twice_or_late_is_given_no_ids(at_s: float) -> None:
    """The tracker is not fed with the past, and goes on afterwards."""
    trackers = Trackers("run")
    before = [ids(trackers.track(frame(at), [found(100)])[1]) for at in (0, 0.2)]
    assert ids(trackers.track(frame(at_s), [found(100), found(300, 0.2)])[1]) == [None]
    assert ids(trackers.track(frame(0.4), [found(100)])[1]) == before[-1]


def test_a_weak_box_counts_only_where_a_track_expects_it() -> None:
    """A person half hidden is kept; a shadow is not."""
    trackers = Trackers("run")
    for step in range(3):
        trackers.track(frame(step / 5), [found(100)])
    kept = trackers.track(frame(0.6), [found(101, 0.2), found(500, 0.2)])[1]
    assert [item.box.x_min_px for item in kept] == [101]
    assert kept[0].track_id is not None


def test_a_person_never_continues_a_car() -> None:
    """Kinds are tracked apart, and their ids differ."""
    trackers = Trackers("run")
    car = found(100, kind=ObjectClass.CAR)
    together = [trackers.track(frame(step / 5), [car, found(300)])[1] for step in range(3)][-1]
    assert together[0].track_id != together[1].track_id
    person = trackers.track(frame(0.6), [found(100)])[1] + trackers.track(frame(0.8), [found(100)])[1]
    assert together[0].track_id not in ids(person)


def test_the_objects_that_were_given_stay_as_they_are() -> None:
    """The tracker returns copies."""
    objects = [found(100)]
    Trackers("run").track(frame(0), objects)
    assert ids(objects) == [None]


def quiet(at_s: float, quiet_s: float) -> FrameReference:
    """Return a frame before which nothing moved for a while."""
    return frame(at_s).model_copy(update={"quiet_s": quiet_s})


@pytest.mark.parametrize(
    ("at_s", "quiet_s", "same"),
    [(60, 0, False), (60, 59.8, True), (60, 55, True), (60, 54.9, False), (4, 0, True), (4, 100, True)],
)
def test_a_gap_in_which_the_camera_was_watched_is_bridged(at_s: float, quiet_s: float, same: bool) -> None:
    """Nothing moved, so what the frame before showed still held; only what nobody watched counts."""
    trackers = Trackers("run")
    first, before = trackers.track(frame(0), [found(100)])
    second, after = trackers.track(quiet(at_s, quiet_s), [found(100)])
    assert (first == second) is same
    assert (ids(before) == ids(after)) or not same


def test_what_is_forgotten_begins_a_new_epoch() -> None:
    """Even with the very frame with which the last one began, as after a rebalance."""
    trackers = Trackers("run")
    first, _ = trackers.track(frame(0), [found(100)])
    trackers.forget()
    second, again = trackers.track(frame(0), [found(100)])
    assert first != second
    assert ids(again) == [0]


GROUND = Ground(lambda pixels: np.column_stack([120_000 + pixels[:, 0] / 50, 480_000 + pixels[:, 1] / 5]), 768, 576)
"""A ground on which depth counts ten times as much as width, as for a camera near the ground."""


def at(x: float, foot: float, score: float = 0.9, kind: ObjectClass = ObjectClass.PERSON) -> DetectedObject:
    """Return an object of 40 x 100 pixels whose foot point is at x, foot."""
    box = Box(x_min_px=x - 20, y_min_px=foot - 100, x_max_px=x + 20, y_max_px=foot)
    return DetectedObject(object_class=kind, score=score, box=box)


def test_who_stands_behind_another_is_told_apart_on_the_ground() -> None:
    """A person is hidden, and another one appears three metres farther away, almost at the same place in the picture."""
    followed = {}
    for name, grounds in {"picture": {}, "ground": {"c1": GROUND}}.items():
        trackers = Trackers("run", grounds=grounds)
        for step in range(5):
            trackers.track(frame(step / 5), [at(300, 400), at(100, 400)])
        trackers.track(frame(1.0), [at(304, 385), at(100, 400)])
        followed[name] = ids(trackers.track(frame(1.2), [at(304, 385), at(100, 400)])[1])
    assert followed["picture"] == [0, 1]
    assert followed["ground"] == [2, 1]


def test_a_frame_of_another_size_is_scaled_to_the_grounds() -> None:
    """A substream of half the width and height shows the same places."""
    asked = []

    def to_ground(pixels: NDArray[np.float64]) -> NDArray[np.float64]:
        asked.append(pixels.tolist())
        return pixels / 50

    trackers = Trackers("run", grounds={"c1": Ground(to_ground, 768, 576)})
    trackers.track(frame(0), [at(300, 400)])
    half = frame(0.2).model_copy(update={"width_px": 384, "height_px": 288})
    box = Box(x_min_px=140, y_min_px=150, x_max_px=160, y_max_px=200)
    smaller = DetectedObject(object_class=ObjectClass.PERSON, score=0.9, box=box)
    assert ids(trackers.track(half, [smaller])[1]) == [0]
    assert asked == [[[300.0, 400.0]], [[300.0, 400.0]]]


def test_what_has_no_place_on_the_ground_counts_without_a_track() -> None:
    """Feet above the horizon; a weak box there is nothing."""
    horizon = Ground(lambda pixels: np.where(pixels[:, 1:] < 150, np.nan, pixels / 50), 768, 576)
    trackers = Trackers("run", grounds={"c1": horizon})
    for step in range(3):
        seen = trackers.track(frame(step / 5), [at(100, 140), at(300, 400), at(200, 140, 0.2)])[1]
    assert ids(seen) == [None, 0]


def test_nobody_on_a_calibrated_ground_is_nobody() -> None:
    """The empty case, first and later."""
    trackers = Trackers("run", grounds={"c1": GROUND})
    assert trackers.track(frame(0), [])[1] == []
    assert ids(trackers.track(frame(0.2), [at(300, 400)])[1]) == [None]
    assert trackers.track(frame(0.4), [])[1] == []


def test_a_vehicle_is_followed_in_the_picture() -> None:
    """It is larger than a person's square, and goes farther than one in a frame."""
    trackers = Trackers("run", grounds={"c1": GROUND})
    seen = [
        ids(trackers.track(frame(step / 5), [at(100, 300 + 15 * step, kind=ObjectClass.CAR)])[1]) for step in range(4)
    ]
    assert seen == [[0]] * 4


def test_with_attention_weak_boxes_are_told_and_tracks_stay_as_they_are() -> None:
    """The same tracks with and without it: what is weak begins none, in order, late or repeated."""
    plain, attended = Trackers("run"), Trackers("run")
    for step in range(6):
        objects = [found(100 + 4 * step), found(400, 0.2), found(600, 0.05)]
        asked = frame(step / 5).model_copy(update={"attention": True})
        without = plain.track(frame(step / 5), objects)
        told = attended.track(asked, objects)
        assert told[0] == without[0]
        assert [item for item in told[1] if item.score > 0.3] == without[1]
        assert [(item.score, item.track_id) for item in told[1] if item.score < 0.3] == [(0.2, None)]
    late = frame(0.1).model_copy(update={"attention": True})
    assert [item.score for item in attended.track(late, objects)[1]] == [0.9, 0.2]


@pytest.mark.parametrize(
    ("unseen_s", "missing"),
    [(-3.0, 0), (0.0, 0), (0.1, 0), (0.2, 0), (1 / 3.5, 0), (0.4, 1), (0.8, 3), (1.0, 4), (60.0, round(LOST_S * 5))],
)
def test_a_tracker_is_carried_over_what_did_not_come(unseen_s: float, missing: int) -> None:
    """For as many frames as would have come at its rate, none at that rate or above, and no longer than tracks are sought."""
    assert missing_frames(unseen_s, 5.0) == missing


def test_a_walker_keeps_the_id_when_pictures_become_rare() -> None:
    """Five pictures a second, then one: where the person is expected follows the time, not the number of pictures."""
    trackers = Trackers("run")
    moments = [step / 5 for step in range(11)] + [3.0, 4.0, 5.0, 6.0]
    seen = [ids(trackers.track(frame(at), [found(100 + 60 * at)])[1])[0] for at in moments]
    assert set(seen[1:]) == {seen[1]}
    assert seen[1] is not None
