"""The load of `bench decide`: 60 % evidence, 30 % ticks, 10 % actions, over the control rooms of all partitions.

Of twenty events twelve are evidence, a report and two cameras' answers to each of four alerts; six are ticks; two are actions,
acknowledgements of alerts that were opened before, because actions overtake what waits. Every event but a tick changes
something; a tick finds nothing due, as nearly all do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from bench.start.load import life, rooms
from schemas.actions import Action, OperatorAction
from schemas.base import Message, derive_id
from schemas.evidence import Evidence
from schemas.ticks import Tick
from streams import topics

BLOCK: Final = 20
"""Events after which the mix repeats."""
ALERTS_PER_BLOCK: Final = 4
ACTIONS_PER_BLOCK: Final = 2
TICKS_PER_BLOCK: Final = 6
ANSWERED: Final = 3
"""Evidence of one alert: its report and two answers."""


@dataclass(frozen=True, slots=True)
class LoadEvent:
    """A message and where it goes."""

    topic: str
    partition: int
    message: Message


def reports(first: int, number: int, at: datetime) -> Iterator[LoadEvent]:
    """Yield the reports that open the alerts which later actions are about, from a number on."""
    for each in range(first, first + number):
        partition, room, square = _place(each)
        opening = next(iter(life(room, square, at, closed=False)))[1]
        yield LoadEvent(topics.EVIDENCE, partition, opening)


def mix(events: int, first: int, acted: int, at: datetime) -> Iterator[LoadEvent]:
    """Yield a mix of events.

    Args:
        events: How many.
        first: The number of the first alert that is opened; `alerts_in(events)` are.
        acted: The number of the first alert that is acknowledged, opened before at the same moment `at`.
        at: When all of it happened (UTC).
    """
    return islice(_blocks(first, acted, at), events)


def alerts_in(events: int) -> int:
    """Return how many alerts a mix opens, the last ones perhaps not with all their answers."""
    return ALERTS_PER_BLOCK * -(-events // BLOCK)


def actions_in(events: int) -> int:
    """Return how many alerts a mix acknowledges at most."""
    return ACTIONS_PER_BLOCK * -(-events // BLOCK)


def _blocks(first: int, acted: int, at: datetime) -> Iterator[LoadEvent]:
    tick = 0
    while True:
        opened = [_place(first + number) for number in range(ALERTS_PER_BLOCK)]
        evidence = [
            LoadEvent(topics.EVIDENCE, partition, message)
            for partition, room, square in opened
            for _, message in islice(life(room, square, at, closed=False), ANSWERED)
        ]
        actions = [_acknowledge(acted + number, at) for number in range(ACTIONS_PER_BLOCK)]
        ticks = [_tick(tick + number, at) for number in range(TICKS_PER_BLOCK)]
        for number in range(2):  # the same mix in each half of a block
            yield from _half(evidence, number)
            yield from _half(ticks, number)
            yield from _half(actions, number)
        first, acted, tick = first + ALERTS_PER_BLOCK, acted + ACTIONS_PER_BLOCK, tick + TICKS_PER_BLOCK


def _half(events: Sequence[LoadEvent], number: int) -> Sequence[LoadEvent]:
    half = len(events) // 2
    return events[number * half : (number + 1) * half]


def _place(number: int) -> tuple[int, str, int]:
    """Return an alert's partition, control room and square."""
    names = rooms()
    partition = number % topics.ROOM_PARTITIONS
    within = number // topics.ROOM_PARTITIONS
    return partition, names[partition][within % len(names[partition])], within // len(names[partition])


def _acknowledge(number: int, at: datetime) -> LoadEvent:
    partition, room, square = _place(number)
    report = next(iter(life(room, square, at, closed=False)))[1]
    assert isinstance(report, Evidence)
    alert_id = derive_id("alert", room, report.evidence_id)
    action = OperatorAction(
        action_id=derive_id("bench", alert_id, "acknowledge"),
        control_room_id=room,
        alert_id=alert_id,
        seen_revision=0,
        action=Action.ACKNOWLEDGE,
        user="operator-3",
        acted_at=at,
    )
    return LoadEvent(topics.OPERATOR_ACTIONS, partition, action)


def _tick(number: int, at: datetime) -> LoadEvent:
    partition = number % topics.ROOM_PARTITIONS
    moment = at + timedelta(milliseconds=number)
    return LoadEvent(topics.ROOM_TICKS, partition, Tick(group="room", partition=partition, at=moment))
