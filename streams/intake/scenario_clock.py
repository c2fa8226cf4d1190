"""Playing a scenario: lines at their moments, and a clock that runs at the scenario's speed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from streams.clock import Clock
from streams.intake.lines import Line
from streams.intake.sources.recorded import play_at_s

STEP_S: Final = 0.2
"""Longest sleep, so that it is soon time to stop."""


@dataclass
class PlayClock:
    """The scenario's time: `start` (now, where it is None) when it begins, then `speed` times as fast as the clock."""

    clock: Clock
    speed: float = 1.0
    start: datetime | None = None
    began_at: datetime | None = None

    def begin(self) -> None:
        """Begin now."""
        self.began_at = self.clock()

    def __call__(self) -> datetime:
        """Return the scenario's now (UTC)."""
        now = self.clock()
        began_at = self.began_at or now
        return (self.start or began_at) + (now - began_at) * self.speed

    def wait_s(self, at_s: float) -> float:
        """Return how long it is, by the clock, until the scenario's second `at_s`."""
        now = self.clock()
        return ((self.began_at or now) + timedelta(seconds=at_s / self.speed) - now).total_seconds()


def played(
    lines: Iterable[Line],
    play_clock: PlayClock,
    sleep: Callable[[float], None],
    stopping: Callable[[], bool],
    idle: Callable[[], None] = lambda: None,
) -> Iterator[Line]:
    """Yield each line when its `at_s` has come; lines without one follow at once. Ends when it is time to stop.

    `idle` is called between two sleeps.
    """
    for line in lines:
        at_s = play_at_s(line.content)
        while not stopping() and (wait_s := play_clock.wait_s(at_s)) > 0:
            sleep(min(wait_s, STEP_S))
            idle()
        if stopping():
            return
        yield line
