"""What is done out of order is acknowledged in order."""

from __future__ import annotations

import random

import pytest

from streams.runtime.in_order import InOrder


@pytest.mark.parametrize(
    ("done", "acknowledged"),
    [
        ([], []),
        ([0], [0]),
        ([1], []),
        ([1, 0], [0, 1]),
        ([2, 0, 1], [0, 1, 2]),
        ([2, 3, 1], []),
    ],
)
def test_an_acknowledgement_waits_for_those_before(done: list[int], acknowledged: list[int]) -> None:
    """Of four inputs of one partition."""
    order, told = InOrder(), list[int]()
    calls = [order.take(("t", 0), lambda number=number: told.append(number)) for number in range(4)]  # type: ignore[misc]
    for number in done:
        calls[number]()
    assert told == acknowledged


def test_partitions_do_not_wait_for_each_other() -> None:
    """Nor topics."""
    order, told = InOrder(), list[str]()
    order.take(("t", 0), lambda: told.append("slow"))
    order.take(("t", 1), lambda: told.append("other partition"))()
    order.take(("u", 0), lambda: told.append("other topic"))()
    assert told == ["other partition", "other topic"]


def test_what_was_taken_before_partitions_went_holds_nothing_back() -> None:
    """After they came back, the count begins anew."""
    order, told = InOrder(), list[int]()
    order.take(("t", 0), lambda: told.append(0))
    order.clear()
    order.take(("t", 0), lambda: told.append(1))()
    assert told == [1]


def test_any_order_gives_all_in_order() -> None:
    """A hundred inputs, done by chance."""
    order, told = InOrder(), list[int]()
    calls = [order.take(("t", 0), lambda number=number: told.append(number)) for number in range(100)]  # type: ignore[misc]
    random.Random(1).shuffle(calls)
    for call in calls:
        call()
    assert told == list(range(100))
