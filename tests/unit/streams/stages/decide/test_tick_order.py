"""A tick that writes notes itself, one that writes nothing leaves nothing."""

from __future__ import annotations

import pytest

from streams.stages.decide.tick_order import NO_TICK, TICKED, TickRows, last_tick
from streams.stages.timers import DueClock, DueRow
from tests.support.rows import FakeRows


def test_before_the_first_tick_there_is_none() -> None:
    """The place before all offsets."""
    assert last_tick(FakeRows()) == NO_TICK == -1


def test_reading_leaves_nothing() -> None:
    """So a tick with nothing due costs no write."""
    rows = FakeRows()
    tick = TickRows(rows, 7)
    assert tick.get("due-clock", DueClock) is None
    assert list(tick.scan("due/", DueRow)) == []
    assert rows.documents == {}


@pytest.mark.parametrize("what", ["put", "delete"])
def test_the_first_write_notes_the_tick_once(what: str) -> None:
    """Whatever kind of write it is."""
    rows = FakeRows()
    tick = TickRows(rows, 7)
    for name in ("a", "b"):
        if what == "put":
            tick.put(name, DueRow())
        else:
            tick.delete(name)
    assert last_tick(rows) == last_tick(tick) == 7
    written = {"put": {TICKED, "a", "b"}, "delete": {TICKED}}[what]
    assert set(rows.documents) == written
    assert rows.writes == len(written)


def test_a_later_tick_takes_its_place() -> None:
    """The newest counts."""
    rows = FakeRows()
    for offset in (7, 9):
        TickRows(rows, offset).put("a", DueRow())
    assert last_tick(rows) == 9
