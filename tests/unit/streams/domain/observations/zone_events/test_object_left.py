"""Who left which bag, told from tracks that come and go."""

from __future__ import annotations

import pytest

from schemas.cameras import DetectedObject
from schemas.observations import SituationKind
from streams.domain.observations.memory import MAX_BAGS
from tests.support.zones import FlatGround, Watcher, bag, camera, frame, of_zone, person, scene

LEFT_S = 10


def left(*seconds: list[DetectedObject], calibrated: bool = True, epochs: str = "") -> list[bool]:
    """Return, for each second, whether a bag is told to be left; a second has one frame."""
    watcher = Watcher(scene(camera({"object_left_s": LEFT_S}), FlatGround() if calibrated else None))
    frames = [
        frame(at_s + 0.5, *objects, epoch=epochs[at_s] if epochs else "e1") for at_s, objects in enumerate(seconds)
    ]
    told = of_zone(watcher.play(frames))
    return [any(each.kind is SituationKind.OBJECT_LEFT for each in seen.situations) for seen in told]


def both(owner_x: float, bag_x: float = 10) -> list[DetectedObject]:
    """Return a second with a bag and its owner."""
    return [person(owner_x, 1), bag(bag_x, 2)]


ALONE: list[DetectedObject] = [bag(10, 2)]


@pytest.mark.parametrize("calibrated", [True, False])
def test_a_bag_whose_owner_went_away_is_left(calibrated: bool) -> None:
    """3 m are 30 pixels here, and 2 body heights 60; after ten seconds it is told."""
    away = [both(15), both(30), both(80)]
    found = left(*away, *[both(90)] * 15, calibrated=calibrated)
    assert found == [False] * 12 + [True] * 6


@pytest.mark.parametrize("calibrated", [True, False])
def test_an_owner_who_stays_near_has_not_left(calibrated: bool) -> None:
    """Nor one who comes back in time."""
    assert not any(left(*[both(30)] * 30, calibrated=calibrated))
    assert not any(left(both(15), *[both(90)] * 8, both(20), *[both(90)] * 8, calibrated=calibrated))


def test_an_owner_who_leaves_the_picture_has_left() -> None:
    """When nobody else is near: the bag stands alone."""
    assert left(both(15), both(15), *[ALONE] * 14) == [False] * 12 + [True] * 4


def test_an_owner_who_only_gets_another_track_has_not_left() -> None:
    """Whoever is nearest then takes the owner's place."""
    assert not any(left(both(15), both(15), *[[person(15, 7), bag(10, 2)]] * 20))


def test_who_passes_by_is_no_owner() -> None:
    """Once the owner was seen to go."""
    passing = [[person(90, 1), person(12 + 3 * number, 9), bag(10, 2)] for number in range(12)]
    assert left(both(15), both(80), *passing)[-1]


def test_a_bag_that_was_there_before_anybody_is_not_left() -> None:
    """Nobody can have brought it, and who comes by later is not its owner."""
    assert not any(left(*[ALONE] * 5, *[both(15)] * 5, *[both(90)] * 20))


def test_a_bag_that_is_carried_is_not_left() -> None:
    """Also where its owner walks ahead, or it is a child's."""
    assert not any(left(*[both(20 + 4 * number, 10 + 7 * number) for number in range(12)], *[both(90, 94)] * 5))


def test_a_bag_is_the_same_after_its_track_was_lost() -> None:
    """Those who pass hide it for a while; it is known by its place."""
    hidden = [person(90, 1)]
    found = left(both(15), *[both(90)] * 5, *[[hidden[0]]] * 5, *[[person(90, 1), bag(11, 6)]] * 4)
    assert found == [False] * 11 + [True] * 4


def test_a_bag_that_is_gone_is_forgotten() -> None:
    """Somebody took it: the situation ends after it was missed for a while."""
    found = left(both(15), *[both(90)] * 12, *[[person(90, 1)]] * 24)
    assert found[12]
    assert not found[-1]


def test_a_bag_that_was_left_stays_left_when_tracks_begin_anew() -> None:
    """Its owner's track means nothing any more, its place does."""
    found = left(both(15), *[both(90)] * 12, *[ALONE] * 5, epochs="a" * 13 + "b" * 5)
    assert found == [False] * 11 + [True] * 7


def test_bags_are_remembered_only_where_a_zone_asks_and_never_too_many() -> None:
    """Others are none of anybody's business."""
    asks, asks_not = Watcher(scene(camera({"object_left_s": 5}))), Watcher(scene())
    for watcher in (asks, asks_not):
        many = [bag(1 + 2 * (each % 50), each, y=10 + 12 * (each // 50)) for each in range(200)]
        watcher.play([frame(0.5, *many)])
    assert asks.memory is not None
    assert asks_not.memory is not None
    assert (len(asks.memory.bags), len(asks_not.memory.bags)) == (MAX_BAGS, 0)
