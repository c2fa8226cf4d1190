"""What is due later: never before its time, never lost, and a bounded piece of work per tick."""

from __future__ import annotations

from streams.stages.timers import TAKEN_AT_MOST, Timers
from tests.support.rows import FakeRows
from tests.support.situations import NOON, seconds


def test_an_entry_comes_due_once_and_not_before_its_time() -> None:
    """At most one bucket late."""
    rows = FakeRows()
    Timers(rows, 10).add(NOON + seconds(12), "a/b/c")
    assert Timers(rows, 10).take(NOON + seconds(11)) == []
    assert Timers(rows, 10).take(NOON + seconds(20)) == ["a/b/c"]
    assert Timers(rows, 10).take(NOON + seconds(40)) == []


def test_an_entry_for_the_past_comes_due_at_the_next_bucket() -> None:
    """What is already over is not lost behind the clock."""
    rows = FakeRows()
    Timers(rows, 10).take(NOON)
    Timers(rows, 10).add(NOON - seconds(100), "late")
    assert Timers(rows, 10).take(NOON + seconds(10)) == ["late"]


def test_a_tick_with_nothing_due_reads_one_row_and_writes_none() -> None:
    """Ticks come every second."""
    rows = FakeRows()
    Timers(rows, 10).take(NOON)
    reads, writes = rows.reads, rows.writes
    Timers(rows, 10).take(NOON + seconds(9))
    assert (rows.reads - reads, rows.writes - writes) == (1, 0)


def test_time_has_moved_once_per_bucket() -> None:
    """Who asks first need not take: it is the same for taking."""
    rows = FakeRows()
    due = Timers(rows, 10)
    assert due.moved(NOON)
    due.take(NOON)
    assert [due.moved(NOON + seconds(second)) for second in (-20, 0, 9, 10)] == [False, False, False, True]


def test_after_a_long_pause_everything_comes_due_in_bounded_pieces() -> None:
    """A pause of a month is caught up in the order of time."""
    rows = FakeRows()
    due = Timers(rows, 10)
    due.take(NOON)
    names = [f"n{number:04d}" for number in range(TAKEN_AT_MOST + 20)]
    for number, name in enumerate(names):
        due.add(NOON + seconds(10 * number), name)
    later = NOON + seconds(30 * 86_400)
    first, second, third = due.take(later), due.take(later), due.take(later)
    assert (len(first), len(second), third) == (TAKEN_AT_MOST, 20, [])
    assert first + second == names
    assert rows.names("due/") == []


def test_entries_that_send_much_come_in_smaller_pieces_in_their_order() -> None:
    """What stands behind the first one too many waits with it, whatever it is."""
    rows = FakeRows()
    due = Timers(rows, 10)
    for name in ("alert/1", "gone/1", "alert/2", "alert/3", "gone/2"):
        due.add(NOON + seconds(10 if name != "gone/2" else 20), name)
    assert due.take(NOON + seconds(30), "alert/", 2) == ["alert/1", "alert/2"]
    assert due.take(NOON + seconds(31), "alert/", 2) == ["alert/3", "gone/1", "gone/2"]
    assert due.take(NOON + seconds(32), "alert/", 2) == []
