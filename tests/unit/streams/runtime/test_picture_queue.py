"""Which picture is looked at next, and which is dropped instead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.runtime.picture_queue import OVERTAKEN, STALE, FairQueue

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
Picture = tuple[str, float]


def waiting(*pictures: Picture, max_age_s: float = 2.0) -> FairQueue[Picture]:
    """Return pictures that wait, each a camera and its age (s)."""
    made: FairQueue[Picture] = FairQueue(max_age_s, 0.5)
    for camera, age_s in pictures:
        made.add(camera, NOW - timedelta(seconds=age_s), (camera, age_s))
    return made


def taken(pictures: FairQueue[Picture]) -> tuple[list[Picture], list[tuple[Picture, str]]]:
    """Take all turns at once; return what was looked at and what was dropped."""
    looked = list[Picture]()
    dropped = list[tuple[Picture, str]]()
    while True:
        turn = pictures.turn(NOW)
        dropped += turn.dropped
        if turn.next is None:
            return looked, dropped
        looked.append(turn.next)


@pytest.mark.parametrize(
    ("pictures", "looked", "dropped"),
    [
        ([], [], []),
        ([("a", 0)], [("a", 0)], []),
        ([("a", 2.0)], [("a", 2.0)], []),
        ([("a", 2.1)], [], [(("a", 2.1), STALE)]),
        ([("a", 0.5), ("a", 0.1)], [("a", 0.5), ("a", 0.1)], []),
        ([("a", 0.6), ("a", 0.1)], [("a", 0.1)], [(("a", 0.6), OVERTAKEN)]),
        ([("a", 0.6), ("b", 0.1)], [("a", 0.6), ("b", 0.1)], []),
        ([("a", 3), ("a", 1), ("a", 0.9)], [("a", 0.9)], [(("a", 3), STALE), (("a", 1), OVERTAKEN)]),
    ],
)
def test_the_oldest_of_a_camera_are_dropped(
    pictures: list[Picture], looked: list[Picture], dropped: list[tuple[Picture, str]]
) -> None:
    """Beyond the age at once, beyond half a second where a newer one waits; exactly the limit is still fresh."""
    assert taken(waiting(*pictures)) == (looked, dropped)


def test_cameras_take_turns() -> None:
    """One that floods waits for itself alone, and each camera keeps its order."""
    flood = [("a", 0.4 - number / 100) for number in range(4)]
    looked, _ = taken(waiting(*flood, ("b", 0.1), ("c", 0.1)))
    assert looked == [flood[0], ("b", 0.1), ("c", 0.1), *flood[1:]]


def test_a_camera_that_comes_again_goes_to_the_end() -> None:
    """Its turn was."""
    pictures = waiting(("a", 0), ("b", 0))
    first = pictures.turn(NOW).next
    pictures.add("a", NOW, ("a", 0))
    assert [first, pictures.turn(NOW).next, pictures.turn(NOW).next] == [("a", 0), ("b", 0), ("a", 0)]


def test_nothing_is_dropped_where_age_has_no_limit() -> None:
    """Zero keeps all, in order."""
    pictures = [("a", 100.0), ("a", 50.0), ("a", 0.0)]
    assert taken(waiting(*pictures, max_age_s=0)) == (pictures, [])


def test_what_is_forgotten_has_no_turn() -> None:
    """The length counts what waits."""
    pictures = waiting(("a", 0), ("a", 0), ("b", 0))
    assert len(pictures) == 3
    pictures.clear()
    assert len(pictures) == 0
    assert taken(pictures) == ([], [])


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 30)), max_size=40))
def test_each_picture_is_looked_at_or_dropped_once(ages: list[tuple[str, int]]) -> None:
    """In the order of its camera, whatever comes."""
    pictures = [(camera, age / 10) for camera, age in sorted(ages, key=lambda item: -item[1])]
    looked, dropped = taken(waiting(*pictures))
    assert sorted(looked + [picture for picture, _ in dropped]) == sorted(pictures)
    for camera in "abc":
        mine = [age for name, age in looked if name == camera]
        assert mine == sorted(mine, reverse=True)
        oldest_kept = max(mine, default=0.0)
        assert all(age >= oldest_kept for (name, age), _ in dropped if name == camera)
