"""A tick that writes notes itself, one that writes nothing leaves nothing."""

from __future__ import annotations

import pytest

from streams.stages.decide.stage import Decide
from streams.stages.decide.store import DUE_BUCKET_S
from streams.stages.decide.tick_order import NO_TICK, TICKED, last_tick, note_tick
from streams.stages.timers import Timers
from tests.support.rows import FakeRows
from tests.support.situations import NOON, ROOM, item, seconds, tick
from tests.support.zones import RULES


def test_before_the_first_tick_there_is_none() -> None:
    """The place before all offsets."""
    assert last_tick(FakeRows()) == NO_TICK == -1


def test_the_newest_tick_counts() -> None:
    """It takes the place of the one before."""
    rows = FakeRows()
    for offset in (7, 9):
        note_tick(rows, offset)
    assert last_tick(rows) == 9
    assert set(rows.documents) == {TICKED}


def test_a_tick_that_writes_notes_itself_and_one_that_does_not_leaves_nothing() -> None:
    """Ten seconds are one bucket: the ticks within them find that it was looked through."""
    stage, rows = Decide(RULES, "r1"), FakeRows()
    noted = []
    for offset in range(25):
        before = rows.writes
        at = NOON + seconds(offset)
        stage.handle(item(tick(at=at), offset), rows, at)
        assert (last_tick(rows) == offset) == (rows.writes > before)
        noted.append(last_tick(rows))
    assert noted == [0] * 10 + [10] * 10 + [20] * 5


def test_what_another_release_noted_does_not_stop_the_clock(caplog: pytest.LogCaptureFixture) -> None:
    """After a way back: its entry is passed over, once."""
    stage, rows = Decide(RULES, "r1"), FakeRows()
    Timers(rows, DUE_BUCKET_S).add(NOON, f"partner/{ROOM}/x")
    for second in (0, 10):
        at = NOON + seconds(second)
        assert stage.handle(item(tick(at=at), second), rows, at) == []
    assert last_tick(rows) == 10
    assert caplog.messages == ["nothing is known of partner, which was due"]
