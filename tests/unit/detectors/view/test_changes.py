"""What changed since the last look, and whether nobody is expected there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from detectors.view.changes import WHOLE, ChangeFinder, Changes
from detectors.view.thumbnail import Grey

pytestmark = pytest.mark.vision

BEGAN = datetime(2026, 1, 5, 12, tzinfo=UTC)
SHAPE = (180, 240)


PERSON, STREAK = (3, 10), (2, 4)


def scene(*persons: tuple[int, int], seed: int = 0, noise: float = 1.0, size: tuple[int, int] = PERSON) -> Grey:
    """Return a grey place with noise and something dark of a size (width, height) at these places (x, y)."""
    picture = np.full(SHAPE, 120.0) + noise * np.random.default_rng(seed).standard_normal(SHAPE)
    for x, y in persons:
        picture[y : y + size[1], x : x + size[0]] = 70
    return np.clip(picture, 0, 255).astype(np.uint8)


def found(pictures: list[Grey], expected: list[tuple[float, float, float, float]] | None = None) -> list[Changes]:
    """Return what is found in pictures that come five times a second, of which only the first is looked at."""
    finder, told = ChangeFinder(), []
    for number, picture in enumerate(pictures):
        told.append(finder.find(picture, BEGAN + timedelta(seconds=number / 5), expected or []))
        if not number:
            finder.looked()
    return told


def test_the_first_picture_is_new() -> None:
    """There is nothing to compare it with."""
    assert found([scene()]) == [Changes(True, (WHOLE,))]


def test_noise_is_no_change() -> None:
    """A sensor's noise by night, of 3 grey levels before it was made small."""
    assert {each.moved for each in found([scene(seed=number, noise=2) for number in range(20)])[1:]} == {False}


def test_who_enters_is_new_at_once() -> None:
    """And is told where: a person of 20 px in a picture of 640x360."""
    told = found([scene(), scene((100, 90), seed=1)])
    ((left, top, right, bottom),) = told[1].elsewhere
    assert left < 100 / 240 < right
    assert top < 95 / 180 < bottom


def test_what_is_smaller_is_new_with_the_second_picture() -> None:
    """Near the place of the first."""
    told = found([scene(), *(scene((100 + number, 90), seed=number, size=STREAK) for number in (1, 2))])
    assert told[1] == Changes(True)
    assert len(told[2].elsewhere) == 1


def test_who_is_expected_is_not_new() -> None:
    """A change there is one all the same."""
    told = found([scene(), *(scene((100, 90), seed=number) for number in range(1, 4))], [(0.3, 0.3, 0.6, 0.8)])
    assert told[1:] == [Changes(True)] * 3


def test_what_flickers_elsewhere_each_time_is_not_new() -> None:
    """Rain and snow change something in each picture, never near the same place twice."""
    places = [(20, 20), (200, 150), (60, 120), (180, 30)]
    told = found([scene(), *(scene(place, seed=number, size=STREAK) for number, place in enumerate(places, 1))])
    assert [each.elsewhere for each in told[1:]] == [()] * 4


def test_what_was_looked_at_is_the_new_measure() -> None:
    """Somebody who was there at the last look and stands is no change."""
    finder = ChangeFinder()
    for number, picture in enumerate([scene(), scene((100, 90), seed=1)]):
        finder.find(picture, BEGAN + timedelta(seconds=number / 5), [])
        finder.looked()
    assert finder.find(scene((100, 90), seed=2), BEGAN + timedelta(seconds=0.4), []) == Changes(False)


@pytest.mark.parametrize("after_s", [-0.2, 2.5])
def test_a_gap_begins_anew(after_s: float) -> None:
    """Nobody watched in between."""
    finder = ChangeFinder()
    finder.find(scene(), BEGAN, [])
    finder.looked()
    assert finder.find(scene(), BEGAN + timedelta(seconds=after_s), []) == Changes(True, (WHOLE,))


def test_another_size_begins_anew() -> None:
    """A camera may change the size of its pictures at any time."""
    finder = ChangeFinder()
    finder.find(scene(), BEGAN, [])
    assert finder.find(scene()[:90, :120], BEGAN + timedelta(seconds=0.2), []).elsewhere == (WHOLE,)
