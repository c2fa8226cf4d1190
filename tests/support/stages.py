"""Stages for tests of the runtime: they count what they are given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from schemas.base import Part
from streams.stages.base import Input, Output, Rows


class Counting:
    """An agent that counts what it saw and says so; it raises when it is told to."""

    name = "decide"
    inputs: tuple[str, ...] = ("room-ticks",)
    stateful = True
    max_late: timedelta | None = timedelta(hours=1)
    ticks: str | None = None

    def __init__(self) -> None:
        self.calls: list[datetime] = []
        self.raises = False

    def handle(self, item: Input, rows: Rows, now: datetime) -> Sequence[Output]:
        """Count."""
        self.calls.append(now)
        before = rows.get("count", Count)
        rows.put("count", Count(number=1 + (before.number if before else 0)))
        if self.raises:
            raise ValueError("secret content")
        return [Output("alerts", item.message)]


class Count(Part):
    """A counter row."""

    number: int
