"""A change of the view is told when it has held, and never for a lorry that passes."""

from __future__ import annotations

import itertools
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.view.damping import BAD_AFTER_S, CLEAR_AFTER_S, ViewState, damped
from schemas.cameras import Visibility
from tests.support.capture import NOW

LETTERS = {
    "c": Visibility.CLEAR, "b": Visibility.BLURRED, "m": Visibility.MOVED, "f": Visibility.FROZEN, "k": Visibility.BLACK,
}  # fmt: skip


def told(looks: str, step_s: float = 1.0) -> list[tuple[int, Visibility]]:
    """Return what is told at which look; `.` is a look that was lost."""
    state, changes = ViewState(), []
    for number, letter in enumerate(looks):
        if letter == ".":
            continue
        before = state.told
        state = damped(state, LETTERS[letter], NOW + timedelta(seconds=number * step_s))
        if state.told is not before and state.told is not None:
            changes.append((number, state.told))
    return changes


@pytest.mark.parametrize(
    ("looks", "changes"),
    [
        ("", []),
        ("c", []),
        ("cccccc", [(5, Visibility.CLEAR)]),
        ("bbbb", [(3, Visibility.BLURRED)]),
        ("cccccccbb", [(5, Visibility.CLEAR)]),
        ("cccccccbbccccccccc", [(5, Visibility.CLEAR)]),
        ("cccccccbbbb", [(5, Visibility.CLEAR), (10, Visibility.BLURRED)]),
        ("ccccccbmbm", [(5, Visibility.CLEAR), (9, Visibility.MOVED)]),
        ("ccccccmmmmccccmcccccc", [(5, Visibility.CLEAR), (9, Visibility.MOVED), (20, Visibility.CLEAR)]),
        ("bbbbmmmmbbbbbb", [(3, Visibility.BLURRED)]),
        ("bbbbmmmmmm", [(3, Visibility.BLURRED), (9, Visibility.MOVED)]),
        ("cccccckk.kk", [(5, Visibility.CLEAR), (9, Visibility.BLACK)]),
        ("cccccckk....kk", [(5, Visibility.CLEAR)]),
        ("kbkbkb", [(3, Visibility.BLURRED)]),
    ],
)
def test_what_is_told_when(looks: str, changes: list[tuple[int, Visibility]]) -> None:
    """Bad after three seconds, clear after five, another bad kind after five; a gap begins anew."""
    assert told(looks) == changes


def test_a_clock_that_jumps_back_begins_anew() -> None:
    """What was told stays, and seconds are counted from the new time."""
    state = ViewState(Visibility.CLEAR, Visibility.BLACK, NOW, NOW + timedelta(seconds=2))
    state = damped(state, Visibility.BLACK, NOW - timedelta(hours=1))
    assert (state.told, state.since) == (Visibility.CLEAR, NOW - timedelta(hours=1))
    state = damped(state, Visibility.BLACK, NOW - timedelta(hours=1) + timedelta(seconds=BAD_AFTER_S))
    assert state.told is Visibility.BLACK


@given(st.lists(st.sampled_from("cbmfk."), max_size=120).map("".join))
def test_changes_are_never_closer_than_the_damping(looks: str) -> None:
    """Whatever is seen, no two changes follow each other within three seconds, and clear takes five."""
    changes = told(looks)
    for (before, _), (after, visibility) in itertools.pairwise(changes):
        assert after - before >= (CLEAR_AFTER_S if visibility is Visibility.CLEAR else BAD_AFTER_S)
    assert all(a[1] is not b[1] for a, b in itertools.pairwise(changes))


def test_single_wrong_looks_for_an_hour_tell_nothing() -> None:
    """One look in fifty is wrong, and one in twenty is lost."""
    chance = np.random.default_rng(5)
    looks = "".join(chance.choice(list("cb."), 3600, p=[0.93, 0.02, 0.05]))
    assert [visibility for _, visibility in told(looks)] == [Visibility.CLEAR]
