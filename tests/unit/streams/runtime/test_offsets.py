"""Offset tracker: what may be committed is never past an input that is not done, whatever the order of events."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.runtime.offsets import RANGES_AT_MOST, Offered, OffsetTracker, PassedOver

A = ("incidents", 0)
B = ("camera-ticks", 0)


def opened(**positions: int) -> OffsetTracker:
    """Return an account that holds two topics of one partition."""
    offsets = OffsetTracker()
    offsets.open({A: positions.get("a", 0), B: positions.get("b", 0)})
    return offsets


def taken(offsets: OffsetTracker, *wanted: int) -> list[Callable[[], None]]:
    """Take offsets of the first topic, and return what releases each."""
    assert [offsets.offer(A, offset) for offset in wanted] == [Offered.NEXT] * len(wanted)
    return [offsets.release_of(A, offset) for offset in wanted]


def test_the_next_record_is_taken_and_others_are_told_apart() -> None:
    """One before was taken already, one after leaves a gap, and a partition that is not held is not ours."""
    offsets = opened(a=5)
    assert offsets.offer(A, 5) is Offered.NEXT
    assert offsets.offer(A, 5) is Offered.TAKEN_BEFORE
    assert offsets.offer(A, 4) is Offered.TAKEN_BEFORE
    assert offsets.offer(A, 7) is Offered.GAP
    assert offsets.offer(A, 6) is Offered.NEXT
    assert offsets.offer(("incidents", 1), 0) is Offered.NOT_OURS


def test_a_held_back_input_holds_the_committed_offset() -> None:
    """What is taken after it may be in flight, but nothing is committed past it."""
    offsets = opened(a=5)
    release, *_ = taken(offsets, 5, 6, 7)
    assert offsets.to_commit() == {}
    release()
    assert offsets.to_commit() == {A: 6}
    offsets.committed({A: 6})
    assert offsets.to_commit() == {}
    assert offsets.uncommitted(0) == 2


@pytest.mark.parametrize(
    ("done", "committable"),
    [([], 0), ([0], 1), ([1], 0), ([1, 0], 2), ([2, 0, 1], 3), ([2, 3, 1], 0), ([3, 2, 1, 0], 4)],
)
def test_inputs_are_released_in_any_order(done: list[int], committable: int) -> None:
    """Of four of one partition, what is done is committed up to the first that is not."""
    offsets = opened()
    releases = taken(offsets, *range(4))
    for number in done:
        releases[number]()
    assert offsets.positions()[A] == committable


def test_partitions_do_not_wait_for_each_other() -> None:
    """Nor topics."""
    offsets = opened()
    taken(offsets, 0)
    offsets.offer(B, 0)
    offsets.release_of(B, 0)()
    assert offsets.to_commit() == {B: 1}


def test_releasing_twice_is_an_error() -> None:
    """Something was taken for done that may not be, so it must never go unnoticed."""
    offsets = opened(a=5)
    release, other = taken(offsets, 5, 6)
    release()
    with pytest.raises(ValueError, match="incidents/0: offset 5 is released, and was not in flight"):
        release()
    other()
    with pytest.raises(ValueError, match="not in flight"):
        other()


def test_offsets_that_a_topic_does_not_have_are_passed_over() -> None:
    """The committed offset follows only once all before them is released."""
    offsets = opened(a=5)
    release, *_ = taken(offsets, 5)
    offsets.pass_over(A, 9)
    assert offsets.to_commit() == {}
    release()
    assert offsets.to_commit() == {A: 9}
    release, *_ = taken(offsets, 9)
    assert offsets.positions()[A] == 9
    release()
    assert offsets.to_commit() == {A: 10}
    idle = opened(a=5)
    idle.pass_over(A, 9)
    assert idle.to_commit() == {A: 9}


def test_nothing_is_held_after_closing() -> None:
    """A release that comes late counts for nothing."""
    offsets = opened()
    release, *_ = taken(offsets, 0)
    offsets.close()
    release()
    assert offsets.offer(A, 1) is Offered.NOT_OURS
    assert offsets.to_commit() == offsets.positions() == {}


def test_a_release_is_about_the_holding_in_which_the_input_was_taken() -> None:
    """A picture of before is done after its partition came back: the same picture is in flight again, and is not done."""
    offsets = opened()
    before, *_ = taken(offsets, 0)
    offsets.open({A: 0})
    again, *_ = taken(offsets, 0)
    before()
    assert offsets.positions() == {A: 0}
    again()
    assert offsets.positions() == {A: 1}


def test_any_order_ends_with_all_of_it() -> None:
    """A hundred inputs, done by chance; what is committable never goes back."""
    offsets, seen = opened(), [0]
    releases = taken(offsets, *range(100))
    random.Random(1).shuffle(releases)
    for release in releases:
        release()
        seen.append(offsets.positions()[A])
    assert seen == sorted(seen)
    assert seen[-1] == 100


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["offer", "again", "skip", "release", "commit", "reopen"]), st.booleans(), st.integers(0, 9)
        )
    )
)
def test_the_committed_offset_never_passes_an_input_that_is_not_released(steps: list[tuple[str, bool, int]]) -> None:
    """Whatever comes: repeated deliveries, gaps, releases in any order, restarts from the committed offset."""
    offsets, committed = opened(), {A: 0, B: 0}
    in_flight: dict[tuple[str, int], dict[int, Callable[[], None]]] = {A: {}, B: {}}
    take = {A: 0, B: 0}
    for step, first, which in steps:
        where = A if first else B
        if step == "offer":
            assert offsets.offer(where, take[where]) is Offered.NEXT
            in_flight[where][take[where]] = offsets.release_of(where, take[where])
            take[where] += 1
        elif step == "again" and take[where]:
            assert offsets.offer(where, take[where] - 1) is Offered.TAKEN_BEFORE
        elif step == "skip":
            assert offsets.offer(where, take[where] + 1) is Offered.GAP
        elif step == "release" and in_flight[where]:
            in_flight[where].pop(sorted(in_flight[where])[which % len(in_flight[where])])()
        elif step == "commit":
            positions = offsets.to_commit()
            offsets.committed(positions)
            committed.update(positions)
        elif step == "reopen":
            offsets.open(committed)
            take, in_flight = dict(committed), {A: {}, B: {}}
        for place, open_ones in in_flight.items():
            assert offsets.positions()[place] == min(open_ones, default=take[place])
            assert committed[place] <= offsets.positions()[place]
        assert offsets.uncommitted(0) == sum(take[each] - committed[each] for each in (A, B))


def test_what_was_passed_over_is_bounded_and_of_its_partition() -> None:
    """The oldest is forgotten, and asked for again; what joins the last one is one with it."""
    passed = PassedOver()
    for number in range(RANGES_AT_MOST + 1):
        passed.note(("evidence", 0), 3 * number, 3 * number + 1)
        passed.note(("evidence", 0), 3 * number + 1, 3 * number + 2)
    assert not passed.covers(("evidence", 0), 0, 2)
    assert passed.covers(("evidence", 0), 3, 5)
    assert passed.covers(("evidence", 0), 4, 5)
    assert not passed.covers(("evidence", 0), 3, 6)
    assert not passed.covers(("evidence", 1), 3, 5)
