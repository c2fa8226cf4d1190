"""Stages that run in memory: order, rows and time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from schemas.base import Part
from schemas.ticks import Tick
from streams import topics
from streams.runtime.in_memory import InMemory, MemoryRows
from streams.stages.base import Input, Output, Rows
from tests.contract.rows_contract import RowsContract

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


class Count(Part):
    number: int


class Relay:
    """Counts what it takes and sends it on to another topic."""

    stateful: bool = True
    max_late: timedelta | None = None
    ticks: str | None = None

    def __init__(self, name: str, source: str, target: str) -> None:
        self.name = name
        self.inputs: tuple[str, ...] = (source,)
        self._target = target
        self.seen: list[tuple[int, datetime]] = []

    def handle(self, item: Input, rows: Rows, now: datetime) -> Sequence[Output]:
        row = rows.get("count", Count)
        number = row.number + 1 if row else 1
        rows.put("count", Count(number=number))
        self.seen.append((item.offset, now))
        return [Output(self._target, item.message)]


class TestMemoryRows(RowsContract):
    """The rows of a stage in memory."""

    @pytest.fixture
    def rows(self) -> Rows:
        return MemoryRows()


def _tick() -> Tick:
    return Tick(group="room", partition=0, at=NOW)


def test_what_one_stage_sends_another_takes_before_the_next_input() -> None:
    """A message runs through all stages; all outputs come back in the order of sending."""
    first = Relay("first", topics.INCIDENTS, topics.EVIDENCE)
    second = Relay("second", topics.EVIDENCE, topics.ALERTS)
    line = InMemory([second, first])
    sent = line.give(topics.INCIDENTS, _tick(), NOW)
    assert [output.topic for output in sent] == [topics.EVIDENCE, topics.ALERTS]
    line.give(topics.INCIDENTS, _tick(), NOW + timedelta(seconds=1))
    assert second.seen == [(0, NOW), (1, NOW + timedelta(seconds=1))]
    assert line.rows["second"].get("count", Count) == Count(number=2)


def test_a_tick_reaches_only_the_stages_that_take_it() -> None:
    """Time is told per group, and to nobody who does not ask."""
    rooms = Relay("rooms", topics.ROOM_TICKS, topics.ALERTS)
    others = Relay("others", topics.INCIDENTS, topics.ALERTS)
    sent = InMemory([rooms, others]).tick(NOW)
    assert [output.message for output in sent] == [_tick()]
    assert others.seen == []


def test_a_stage_that_raises_tells_the_caller() -> None:
    """Nothing is swallowed."""

    class Broken(Relay):
        def handle(self, item: Input, rows: Rows, now: datetime) -> Sequence[Output]:
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        InMemory([Broken("broken", topics.INCIDENTS, topics.ALERTS)]).give(topics.INCIDENTS, _tick(), NOW)
