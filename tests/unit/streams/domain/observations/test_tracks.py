"""Tracks from second to second: how long their paths are, when a stay ends, who crossed a zone's edge."""

from __future__ import annotations

import pytest

from schemas.observations import SituationKind
from streams.domain.observations.memory import PATH_S, Bag, CameraMemory, Held, Stay, Track, ZoneMemory
from streams.domain.observations.objects import ObjectKind
from streams.domain.observations.open_second import MAX_TRACKS, InZone, Sample
from streams.domain.observations.tracks import carried, flow, follow, stays_with
from tests.support.zones import CAMERA, NOON

LEFT = CAMERA.zones[0]


def walked(*points: tuple[float, float], kind: ObjectKind = ObjectKind.PERSON) -> tuple[Track, ...]:
    """Return one track that was at these points, one a second."""
    tracks: tuple[Track, ...] = ()
    for at_s, (x, y) in enumerate(points):
        tracks = follow(tracks, [Sample(1, kind, 500, x, y, 30.0, 500)], at_s, at_s + 0.5)
    return tracks


def test_a_path_has_a_step_a_second_for_a_while() -> None:
    """Older steps go."""
    [track] = walked(*[(float(x), 50.0) for x in range(20)])
    assert [step.x_px for step in track.steps] == [14, 15, 16, 17, 18, 19]
    assert track.steps[-1].at_s - track.steps[0].at_s <= PATH_S
    assert track.last_s == 19.5


@pytest.mark.parametrize(("gap_s", "steps"), [(1, 2), (2, 2), (3, 1), (60, 1)])
def test_a_track_that_was_lost_begins_anew(gap_s: int, steps: int) -> None:
    """Its number may come back, its path does not."""
    tracks = follow(walked((10, 50)), [Sample(1, ObjectKind.PERSON, 500, 20, 50, 30, 500)], gap_s, gap_s + 0.5)
    assert len(tracks[0].steps) == steps


def test_tracks_that_are_not_seen_are_forgotten() -> None:
    """After two seconds; nobody at all leaves nothing."""
    assert len(follow(walked((10, 50)), [], 2, 2.5)) == 1
    assert follow(walked((10, 50)), [], 3, 3.5) == ()
    assert follow((), [], 0, 0.5) == ()


def test_tracks_are_bounded() -> None:
    """The last seen stay."""
    samples = [Sample(number, ObjectKind.PERSON, number % 1000, 10, 50, 30, 0) for number in range(MAX_TRACKS + 50)]
    tracks = follow((), samples, 0, 1)
    assert len(tracks) == MAX_TRACKS
    assert tracks[0].track_id == 50


@pytest.mark.parametrize(
    ("known", "present", "expected"),
    [
        ((), (), ()),
        ((), (InZone(1, 100, 900),), (Stay(1, 10.1, 10.9),)),
        ((Stay(1, 2.0, 8.5),), (InZone(1, 500, 600),), (Stay(1, 2.0, 10.6),)),
        ((Stay(1, 2.0, 8.4),), (InZone(1, 500, 600),), (Stay(1, 10.5, 10.6),)),
        ((Stay(1, 2.0, 9.0),), (), (Stay(1, 2.0, 9.0),)),
        ((Stay(1, 2.0, 8.0),), (), ()),
    ],
    ids=["nobody", "new", "goes on", "too long away", "hidden", "gone"],
)
def test_stays(known: tuple[Stay, ...], present: tuple[InZone, ...], expected: tuple[Stay, ...]) -> None:
    """A stay goes on over two seconds out of sight, and no longer."""
    assert stays_with(known, present, 10, 10.9) == expected


@pytest.mark.parametrize(
    ("points", "flows"),
    [
        ([(50, 50), (60, 50)], [(0, 0), (0, 0)]),
        ([(150, 50), (90, 50)], [(0, 0), (1, 0)]),
        ([(90, 50), (150, 50)], [(0, 0), (0, 1)]),
        ([(150, 50), (90, 50), (150, 50)], [(0, 0), (1, 0), (0, 1)]),
        ([(150, 50), (98, 50), (99, 50), (101, 50), (97, 50)], [(0, 0), (0, 0), (0, 0), (0, 0), (0, 0)]),
        ([(150, 50), (98, 50), (95, 50)], [(0, 0), (0, 0), (1, 0)]),
        ([(95, 50), (102, 50), (98, 50)], [(0, 0), (0, 0), (0, 0)]),
    ],
    ids=["stays inside", "in", "out", "in and out", "stands on the edge", "slowly in", "on the edge from within"],
)
def test_who_crosses_the_edge_is_counted(points: list[tuple[float, float]], flows: list[tuple[int, int]]) -> None:
    """Once it is further beyond it than a foot point's error; a track that appears inside did not come in."""
    inside: tuple[int, ...] = ()
    found = []
    for number in range(len(points)):
        step = flow(LEFT, inside, walked(*points[: number + 1]))
        inside = step.inside
        found.append((step.inflow, step.outflow))
    assert found == flows


def test_a_track_that_vanishes_inside_did_not_go_out() -> None:
    """And a bag that is carried in is no person."""
    step = flow(LEFT, (1,), ())
    assert (step.inside, step.inflow, step.outflow) == ((), 0, 0)
    carried_in = flow(LEFT, (), walked((150, 50), (50, 50), kind=ObjectKind.BAG))
    assert (carried_in.inside, carried_in.inflow) == ((1,), 0)


def memory() -> CameraMemory:
    """Return a memory with something of everything."""
    held = Held(since_s=1, first_s=1, last_s=5, value=1, explanation="")
    zone = ZoneMemory(stays=(Stay(1, 0, 5),), inside=(1,), situations={SituationKind.DWELLING: held})
    bags = (
        Bag(4, 10, 10, 5, 5.0, 1, 3.0, 1.0),
        Bag(5, 50, 10, 5, 5.0, 1, None, 1.0),
        Bag(6, 90, 10, 5, 5.0, None, None, 0.0),
    )
    return CameraMemory(
        camera_id="c1", began=NOON, track_epoch="e1", tracks=walked((10, 50)), bags=bags, zones={"left": zone}
    )


def test_a_new_epoch_ends_tracks_and_stays() -> None:
    """A bag that was left is known by its place, and so is what nobody brought; one whose owner was there is not."""
    after = carried(memory(), "e2", 0.0)
    assert (after.tracks, after.zones["left"].stays, after.zones["left"].inside) == ((), (), ())
    assert after.bags == (Bag(-1, 10, 10, 5, 5.0, None, 3.0, 1.0), Bag(-1, 90, 10, 5, 5.0, None, None, 0.0))
    assert after.track_epoch == "e2"
    assert SituationKind.DWELLING in after.zones["left"].situations


def test_in_quiet_seconds_nothing_is_out_of_sight() -> None:
    """What was seen before them still held; without any, the memory is as it was."""
    before = memory()
    assert carried(before, "e1", 0.0) is before
    after = carried(before, "e1", 7.0)
    assert after.tracks[0].last_s == before.tracks[0].last_s + 7
    assert after.zones["left"].stays == (Stay(1, 0, 12),)
    assert [bag.last_s for bag in after.bags] == [12.0, 12.0, 12.0]
    assert after.zones["left"].situations[SituationKind.DWELLING].last_s == 12
