"""The stage's own account of its partitions: never past what is not released, whatever the order of events."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.runtime.progress import Offered, Progress

A = ("incidents", 0)
B = ("camera-ticks", 0)


def opened(**positions: int) -> Progress:
    """Return an account that holds two topics of one partition."""
    progress = Progress()
    progress.open({A: positions.get("a", 0), B: positions.get("b", 0)})
    return progress


def test_the_next_record_is_taken_and_others_are_told_apart() -> None:
    """One before was taken already, one after leaves a gap, and a partition that is not held is not ours."""
    progress = opened(a=5)
    assert progress.offer(A, 5) is Offered.NEXT
    assert progress.offer(A, 5) is Offered.TAKEN_BEFORE
    assert progress.offer(A, 4) is Offered.TAKEN_BEFORE
    assert progress.offer(A, 7) is Offered.GAP
    assert progress.offer(A, 6) is Offered.NEXT
    assert progress.offer(("incidents", 1), 0) is Offered.NOT_OURS


def test_a_held_back_input_holds_the_committed_offset() -> None:
    """What is taken after it may be in flight, but nothing is committed past it."""
    progress = opened(a=5)
    for offset in (5, 6, 7):
        progress.offer(A, offset)
    assert progress.to_commit() == {}
    progress.release(A, 5)
    assert progress.to_commit() == {A: 6}
    progress.committed({A: 6})
    assert progress.to_commit() == {}
    assert progress.uncommitted(0) == 2


def test_releasing_out_of_order_twice_or_before_taking_is_an_error() -> None:
    """It would commit over an unfinished input, so it must never go unnoticed."""
    progress = opened(a=5)
    progress.offer(A, 5)
    progress.release(A, 5)
    for wrong in (5, 4, 6):
        with pytest.raises(ValueError, match="released, expected"):
            progress.release(A, wrong)


def test_offsets_that_a_topic_does_not_have_are_passed_over() -> None:
    """The committed offset follows only once all before them is released."""
    progress = opened(a=5)
    progress.offer(A, 5)
    progress.pass_over(A, 9)
    assert progress.to_commit() == {}
    progress.release(A, 5)
    assert progress.to_commit() == {A: 6}
    assert progress.offer(A, 9) is Offered.NEXT
    progress.release(A, 9)
    assert progress.to_commit() == {A: 10}
    idle = opened(a=5)
    idle.pass_over(A, 9)
    assert idle.to_commit() == {A: 9}


def test_nothing_is_held_after_closing() -> None:
    """A release that comes late counts for nothing."""
    progress = opened()
    progress.offer(A, 0)
    progress.close()
    progress.release(A, 0)
    assert progress.offer(A, 1) is Offered.NOT_OURS
    assert progress.to_commit() == progress.positions() == {}


@given(st.lists(st.tuples(st.sampled_from(["offer", "again", "skip", "release", "commit", "reopen"]), st.booleans())))
def test_the_committed_offset_never_passes_an_input_that_is_not_released(steps: list[tuple[str, bool]]) -> None:
    """Whatever comes: repeated deliveries, gaps, restarts from the committed offset."""
    progress, committed, released = opened(), {A: 0, B: 0}, {A: 0, B: 0}
    taken = {A: 0, B: 0}
    for step, first in steps:
        where = A if first else B
        if step == "offer" and progress.offer(where, taken[where]) is Offered.NEXT:
            taken[where] += 1
        elif step == "again" and taken[where]:
            assert progress.offer(where, taken[where] - 1) is Offered.TAKEN_BEFORE
        elif step == "skip":
            assert progress.offer(where, taken[where] + 1) is Offered.GAP
        elif step == "release" and released[where] < taken[where]:
            progress.release(where, released[where])
            released[where] += 1
        elif step == "commit":
            positions = progress.to_commit()
            assert all(positions[each] == released[each] for each in positions)
            progress.committed(positions)
            committed.update(positions)
        elif step == "reopen":
            progress.open(committed)
            taken, released = dict(committed), dict(committed)
        assert all(committed[each] <= released[each] for each in committed)
        assert progress.uncommitted(0) == sum(taken[each] - committed[each] for each in (A, B))
