"""Lag: marks of transactions are no backlog, and a transaction that is left open is told."""

from __future__ import annotations

import pytest

from streams.runtime.lag import HELD_AFTER_S, HeldUp, PartitionEnd

WHERE = ("incidents", 0)


@pytest.mark.parametrize(
    ("at", "done", "idle", "lag"),
    [
        (PartitionEnd(10, 10, 10), 10, True, 0),
        (PartitionEnd(11, 11, 11), 10, True, 0),
        (PartitionEnd(11, 11, 11), 10, False, 1),
        (PartitionEnd(5, 20, 20), 3, False, 17),
        (PartitionEnd(5, 20, 20), 5, True, 15),
        (PartitionEnd(5, 5, 8), 5, True, 3),
    ],
    ids=["at the end", "behind a mark", "with work in hand", "behind", "idle and behind", "before an open transaction"],
)
def test_lag_counts_what_waits(at: PartitionEnd, done: int, idle: bool, lag: int) -> None:
    """A mark at the end is passed over once nothing is in hand; what an open transaction holds up does wait."""
    assert at.lag(done, idle=idle) == lag


def test_a_transaction_that_is_left_open_is_told() -> None:
    """After a while, once, with its offset, and when it is over; a short one is nobody's business."""
    said: list[str] = []
    now_s = 0.0
    held = HeldUp("locate", lambda: now_s, said.append)
    for stable in (5, 6, 7):
        held.look(WHERE, PartitionEnd(stable, stable, 9))
        now_s += HELD_AFTER_S / 2
    assert said == []
    for _ in range(4):
        now_s += HELD_AFTER_S
        held.look(WHERE, PartitionEnd(7, 7, 9))
    [line] = said
    assert "locate: incidents/0: a transaction that a client left open at offset 7" in line
    held.look(WHERE, PartitionEnd(9, 9, 9))
    assert said[1:] == ["locate: incidents/0 goes on"]


def test_a_stage_that_is_behind_is_not_held_up() -> None:
    """It has other things to read first."""
    said: list[str] = []
    now_s = 0.0
    held = HeldUp("locate", lambda: now_s, said.append)
    for _ in range(3):
        held.look(WHERE, PartitionEnd(1, 7, 9))
        now_s += HELD_AFTER_S
    assert said == []
