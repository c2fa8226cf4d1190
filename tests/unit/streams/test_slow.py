"""What is told of inputs that took long."""

from __future__ import annotations

import gc
import logging

import pytest

from streams.slow import GARBAGE, PAUSES, SLOW_S, STORED, TOLD_EVERY_S, Pauses, SlowInputs, watch_garbage


class Clock:
    """A clock that is set, and a processor that is used half of the time."""

    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s

    def used(self) -> float:
        return self.now_s / 2


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def happened(clock: Clock) -> Pauses:
    return Pauses(clock, clock.used)


def test_the_line_tells_each_step_and_what_happened_then(
    clock: Clock, happened: Pauses, caplog: pytest.LogCaptureFixture
) -> None:
    """Of what overlaps only the part within counts, the longest first; what was before is not told."""
    caplog.set_level(logging.INFO)
    happened.turn()
    happened.note("long before", 99.0)
    with happened.during(STORED):
        clock.now_s = 101.0
    happened.collected("start", {})
    clock.now_s = 101.4
    happened.collected("stop", {})
    SlowInputs("decide", happened).took(7, 100.5, 100.6, 101.3, 101.4)
    [record] = caplog.records
    assert record.getMessage() == (
        "decide: slow: 0.90 s for 7 inputs (7 since it was told last): gathered 0.10, confirmed after 0.70, released after 0.10; "
        "meanwhile rows stored 0.50 s, garbage collected 0.40 s, 0.50 of a core used"
    )


def test_what_is_not_slow_is_not_told(happened: Pauses, caplog: pytest.LogCaptureFixture) -> None:
    """Below the limit nothing is written."""
    caplog.set_level(logging.INFO)
    SlowInputs("decide", happened).took(1, 100.0, 100.0, 100.0, 100.0 + 0.99 * SLOW_S)
    assert not caplog.records


def test_many_are_told_in_one_line(happened: Pauses, caplog: pytest.LogCaptureFixture) -> None:
    """A line says how many there were since the last one."""
    caplog.set_level(logging.INFO)
    slow = SlowInputs("decide", happened)
    for moment_s in (101.0, 102.0, 103.0, 101.0 + TOLD_EVERY_S):
        slow.took(2, moment_s - 0.5, moment_s - 0.4, moment_s, moment_s)
    assert [record.args[3] for record in caplog.records if isinstance(record.args, tuple)] == [2, 6]


def test_what_took_no_time_is_not_kept(clock: Clock, happened: Pauses) -> None:
    """Nothing is known of a moment in which nothing took long."""
    with happened.during(STORED):
        clock.now_s += 0.001
    assert happened.between(99.0, 102.0) == "nothing known"


def test_garbage_is_watched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two stages of a process do not note each collection twice."""
    monkeypatch.setattr(gc, "callbacks", [])
    watch_garbage()
    watch_garbage()
    assert gc.callbacks == [PAUSES.collected]
    assert GARBAGE


def test_garbage_that_is_collected_meanwhile_does_no_harm(clock: Clock, happened: Pauses) -> None:
    """It comes at any line, from any thread; it once ended a worker whose inputs were only slow."""

    class Collecting(str):
        __slots__ = ()

        def __hash__(self) -> int:
            happened.collected("start", {})
            clock.now_s += 1
            happened.collected("stop", {})
            return super().__hash__()

    for _ in range(3):
        began_s = clock.now_s
        clock.now_s += 0.5
        happened.note(Collecting(STORED), began_s)
    assert STORED in happened.between(0, clock.now_s)
