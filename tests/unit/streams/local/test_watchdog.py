"""The local broker comes back on its port and data, whatever took it, and each step is one line for a person."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import pytest
from prometheus_client import REGISTRY

from streams.local.backoff import FIRST_BACKOFF_S, HEALTHY_AFTER_S, LONGEST_BACKOFF_S
from streams.local.broker import BrokerError, BrokerKilledError
from streams.local.watchdog import (
    FIRST_STARTS,
    PROBE_EVERY_S,
    START_AGAIN_WITHIN_S,
    STILL_AFTER_PROBES,
    Watchdog,
)

POLL_S = 0.25


@dataclass
class FakeBroker:
    """A broker that dies, stands still and comes back as the test says; `happened` is what was done to it."""

    lives: bool = False
    still: bool = False
    starts: list[Exception] = field(default_factory=list)
    happened: list[str] = field(default_factory=list)

    def start(self) -> None:
        """Start and answer, or raise what stands next in `starts`."""
        self.happened.append("start")
        if self.starts:
            raise self.starts.pop(0)
        self.lives = True

    def start_again(self) -> None:
        """Start without waiting, or raise."""
        self.happened.append("start again")
        if self.starts:
            raise self.starts.pop(0)
        self.lives = True

    def running(self) -> bool:
        """Return whether it lives."""
        return self.lives

    def answers(self) -> bool:
        """Return whether it lives and works."""
        return self.lives and not self.still

    def how_it_ended(self) -> str:
        """Return how."""
        return "killed by SIGKILL"

    def kill(self) -> None:
        """End."""
        self.happened.append("kill")
        self.lives, self.still = False, False

    def stop(self) -> None:
        """Stop."""
        self.happened.append("stop")


@dataclass
class Bench:
    """A watchdog whose time and broker are the test's."""

    broker: FakeBroker = field(default_factory=FakeBroker)
    now_s: float = 1_000.0
    said: list[str] = field(default_factory=list)
    watchdog: Watchdog = field(init=False)

    def __post_init__(self) -> None:
        """Make the watchdog."""
        self.watchdog = Watchdog(self.broker, self.said.append, lambda: self.now_s, self.sleep)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.now_s += seconds

    def pass_time(self, seconds: float, each: Callable[[], None] = lambda: None) -> None:
        """Poll as `up` does for so many seconds."""
        until_s = self.now_s + seconds
        while self.now_s < until_s:
            self.now_s += POLL_S
            self.watchdog.poll()
            each()


def test_a_broker_that_is_killed_is_started_again_and_both_are_said() -> None:
    """One line when it died, one when it answers again; restarts are counted for the alert rule."""
    bench = Bench()
    with bench.watchdog:
        bench.pass_time(120)
        assert bench.said == []
        before = REGISTRY.get_sample_value("toezicht_worker_restarts_total", {"worker": "broker"})
        assert before is not None, "a series from the start: `increase` does not see one that begins at 1"
        bench.broker.lives, bench.broker.still = False, True
        bench.pass_time(4)
        ups = [bench.watchdog.up]
        bench.broker.still = False
        bench.pass_time(4)
        ups.append(bench.watchdog.up)
    assert ups == [False, True]
    assert bench.broker.happened == ["start", "start again", "stop"]
    assert bench.said == [
        "the broker died (killed by SIGKILL), starting it again",
        "the broker answers again, 4 s after it went",
    ]
    assert REGISTRY.get_sample_value("toezicht_worker_restarts_total", {"worker": "broker"}) == before + 1


def test_one_that_keeps_dying_waits_longer_each_time() -> None:
    """While it starts too; the pause doubles, is said, and is short again for one that lived."""
    bench = Bench()
    with bench.watchdog:
        starts: list[float] = []

        def note() -> None:
            if bench.broker.lives:
                starts.append(bench.now_s)
                bench.broker.lives = False

        bench.broker.lives = False
        bench.pass_time(300, note)
        pauses = [later - sooner for sooner, later in pairwise(starts)]
        assert pauses == sorted(pauses)
        assert pauses[0] <= 4 * FIRST_BACKOFF_S
        assert LONGEST_BACKOFF_S <= pauses[-1] <= LONGEST_BACKOFF_S + 4 * POLL_S
        assert bench.said[1] == "the broker died while starting (killed by SIGKILL), starting it again"
        assert bench.said[-1].endswith("starting it again in 30 s")
        bench.pass_time(LONGEST_BACKOFF_S + 1)
        assert bench.broker.lives
        bench.pass_time(HEALTHY_AFTER_S + 1)
        bench.broker.lives = False
        bench.pass_time(4 * FIRST_BACKOFF_S)
        assert bench.broker.lives


def test_one_that_stands_still_is_killed_and_started_again() -> None:
    """A process that lives and answers nothing for a minute; a probe that gets no answer now and then is nothing."""
    bench = Bench()
    with bench.watchdog:
        for _ in range(20):
            bench.broker.still = True
            bench.pass_time(PROBE_EVERY_S * (STILL_AFTER_PROBES - 2))
            bench.broker.still = False
            bench.pass_time(2 * PROBE_EVERY_S)
        assert bench.said == []
        bench.broker.still = True
        bench.pass_time(PROBE_EVERY_S * (STILL_AFTER_PROBES + 1))
    assert bench.broker.happened == ["start", "kill", "start again", "stop"]
    assert bench.said[0] == "the broker lives and answers nothing, killing it and starting it again"
    assert bench.said[1].startswith("the broker answers again, ")


def test_a_machine_that_was_suspended_finds_its_broker_alive() -> None:
    """Hours that pass between two polls are not hours without an answer."""
    bench = Bench()
    with bench.watchdog:
        bench.broker.still = True
        bench.now_s += 10_000
        bench.watchdog.poll()
        bench.broker.still = False
        bench.pass_time(60)
    assert "kill" not in bench.broker.happened


def test_a_restart_that_stands_still_is_cut_short_after_long() -> None:
    """It may read through its data for minutes; for ever it may not."""
    bench = Bench()
    with bench.watchdog:
        bench.broker.lives = False
        bench.pass_time(2 * POLL_S)
        bench.broker.still = True
        bench.pass_time(START_AGAIN_WITHIN_S - 2)
        assert "kill" not in bench.broker.happened
        bench.pass_time(10)
        assert bench.watchdog.up
    assert bench.broker.happened == ["start", "start again", "kill", "start again", "stop"]


@pytest.mark.parametrize(
    "error", [BrokerError("port 9092 on 127.0.0.1 is taken"), OSError(28, "No space left on device")]
)
def test_a_restart_that_is_not_possible_now_is_said_and_tried_again(error: Exception) -> None:
    """Somebody has its port, the memory, the disk: for the moment."""
    bench = Bench()
    with bench.watchdog:
        bench.broker.lives = False
        bench.broker.starts = [error] * 3
        bench.pass_time(20)
        assert bench.watchdog.up
    assert bench.broker.happened == ["start", *["start again"] * 4, "stop"]
    assert bench.said[1].startswith(f"the broker cannot be started again: {error}; trying again")


def test_at_first_what_is_killed_is_tried_again_and_what_ends_by_itself_is_not() -> None:
    """A wrong setting is told at once; a start that something killed is repeated, a few times."""
    killed = BrokerKilledError("Kafka died while starting: killed by SIGKILL")
    bench = Bench(FakeBroker(starts=[killed, killed]))
    with bench.watchdog:
        assert bench.watchdog.up
    assert bench.said == ["Kafka died while starting: killed by SIGKILL, starting it again"] * 2
    bench = Bench(FakeBroker(starts=[BrokerError("port 9092 on 127.0.0.1 is taken")]))
    with pytest.raises(BrokerError, match="taken"):
        bench.watchdog.start()
    assert bench.broker.happened == ["start"]
    bench = Bench(FakeBroker(starts=[killed] * 99))
    with pytest.raises(BrokerKilledError):
        bench.watchdog.start()
    assert bench.broker.happened == ["start"] * FIRST_STARTS


def test_one_that_is_not_polled_is_stopped_all_the_same() -> None:
    """Whatever state it is in when the end comes."""
    bench = Bench()
    with bench.watchdog:
        bench.broker.lives = False
    assert bench.broker.happened == ["start", "stop"]
