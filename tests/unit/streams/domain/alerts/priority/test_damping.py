"""When a lower priority is shown."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.categories import Priority
from streams.domain.alerts.priority.damping import ShownPriority, shown
from streams.domain.rules.rules import DampingRule
from tests.support.situations import NOON, seconds

RULE = DampingRule(fall_after_s=120)
P1, P2, P3, P4 = Priority


def before(priority: Priority, falls_at: datetime | None = None, version: str = "1") -> ShownPriority:
    return ShownPriority(priority=priority, rules_version=version, falls_at=falls_at)


LATER = NOON + seconds(60)


@pytest.mark.parametrize(
    ("known", "scored", "expected", "falls_at"),
    [
        (None, P3, P3, None),
        (before(P3), P1, P1, None),
        (before(P3), P3, P3, None),
        (before(P1), P3, P1, NOON + seconds(120)),
        (before(P1, LATER), P4, P1, LATER),
        (before(P1, LATER), P1, P1, None),
        (before(P2, LATER), P1, P1, None),
        (before(P1, NOON), P3, P3, None),
        (before(P1, NOON - seconds(1)), P2, P2, None),
        (before(P1, version="0"), P4, P4, None),
    ],
    ids=[
        "first",
        "rises",
        "stays",
        "falls later",
        "the hold goes on",
        "a rise back ends the hold",
        "a rise above ends the hold",
        "on time",
        "late",
        "other rules",
    ],
)
def test_it_rises_at_once_and_falls_later(
    known: ShownPriority | None, scored: Priority, expected: Priority, falls_at: datetime | None
) -> None:
    """The hold begins with the fall, goes on while the score stays below, and ends at its time or with a rise."""
    assert shown(known, scored, False, RULE, "1", NOON) == before(expected, falls_at)


def test_a_limit_is_not_damped() -> None:
    """What a limit holds down is down at once, also while a fall is held."""
    assert shown(before(P1, LATER), P4, True, RULE, "1", NOON) == before(P4)


def test_without_a_hold_it_falls_at_once() -> None:
    """0 seconds is no damping."""
    assert shown(before(P1), P2, False, DampingRule(fall_after_s=0), "1", NOON) == before(P2)


@given(st.lists(st.tuples(st.sampled_from(list(Priority)), st.integers(0, 200)), min_size=1, max_size=12))
def test_it_is_never_below_the_score_and_reaches_it(steps: list[tuple[Priority, int]]) -> None:
    """Whatever came before: never shown lower than what is scored, and equal to it once the hold is over."""
    known, at = None, NOON
    for scored, wait_s in steps:
        at += seconds(wait_s)
        known = shown(known, scored, False, RULE, "1", at)
        assert known.priority <= scored
        assert (known.falls_at is not None) is (known.priority < scored)
        assert known.falls_at is None or at < known.falls_at <= at + seconds(120)
    last = steps[-1][0]
    assert shown(known, last, False, RULE, "1", at + seconds(120)) == before(last)
