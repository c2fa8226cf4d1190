"""How `bench cameras` looks for how many cameras are carried, and when it says that they are."""

from __future__ import annotations

import pytest

from bench.cameras.measure import CamerasRound, most_carried

IN_TIME = [0.4] * 95


@pytest.mark.parametrize(("first", "most"), [(1, 100), (8, 100), (100, 100), (3, 5)])
@pytest.mark.parametrize("true", [0, 1, 2, 3, 7, 20, 61, 100, 500])
def test_what_is_carried_is_found_to_a_tenth(true: int, first: int, most: int) -> None:
    """Wherever it begins, none, one, some, and more than may be tried; no number is asked for twice."""
    asked: list[int] = []

    def carries(number: int) -> bool:
        asked.append(number)
        return number <= true

    found = most_carried(carries, first, most)
    wanted = min(true, most)
    assert found <= wanted <= found + max(0, found // 10)
    assert len(asked) == len(set(asked))
    assert all(1 <= number <= most for number in asked)


@pytest.mark.parametrize(
    ("late_s", "answered", "dropped", "carried"),
    [
        (IN_TIME, 1.0, 0.0, True),
        ([*IN_TIME, *[5.0] * 5], 1.0, 0.0, True),
        ([*IN_TIME, *[5.0] * 6], 1.0, 0.0, False),
        ([1.0] * 100, 1.0, 0.0, False),
        (IN_TIME, 1.0, 0.01, True),
        (IN_TIME, 1.0, 0.02, False),
        (IN_TIME, 0.4, 0.0, False),
        ([], 0.0, 0.0, False),
    ],
)
def test_cameras_are_carried_in_time_and_whole(
    late_s: list[float], answered: float, dropped: float, carried: bool
) -> None:
    """Not where one alert of twenty is late, pictures are dropped, or few reports are answered."""
    found = CamerasRound(4, late_s, answered, dropped, 0.3, 0.5, 0.5)
    assert found.carried is carried
    assert found.as_dict()["carried"] is carried
