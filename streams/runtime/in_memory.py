"""Stages in one process and in memory, one input after the other: to play what happened, or what might, through them.

What an input causes runs through all stages before the next input is taken, so the order is that of giving, and `now` is
what the caller says. There is one partition: rows are named with their camera or control room, so they do not meet.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, TypeVar, cast

from pydantic import BaseModel

from schemas.base import Message
from schemas.ticks import Tick
from streams import topics
from streams.stages.base import Input, Output, Stage

R = TypeVar("R", bound=BaseModel)

_TICKS: Final = ((topics.CAMERA_TICKS, "camera"), (topics.ROOM_TICKS, "room"))


class MemoryRows:
    """Rows as the objects that were put: frozen models, so nobody changes them afterwards. Keeps the contract of `Rows`."""

    def __init__(self) -> None:
        self._rows: dict[str, BaseModel] = {}
        self._names: list[str] = []

    def get(self, key: str, model: type[R]) -> R | None:
        """Return a row, or None."""
        return cast("R | None", self._rows.get(key))

    def get_each(self, keys: Sequence[str], model: type[R]) -> list[R]:
        """Return those of some rows that are there, in the order in which they are named."""
        found = (self.get(key, model) for key in keys)
        return [row for row in found if row is not None]

    def put(self, key: str, row: BaseModel) -> None:
        """Write a row."""
        if key not in self._rows:
            insort(self._names, key)
        self._rows[key] = row

    def delete(self, key: str) -> None:
        """Remove a row; a row that is not there is no error."""
        if self._rows.pop(key, None) is not None:
            del self._names[bisect_left(self._names, key)]

    def scan(self, prefix: str, model: type[R]) -> Iterator[tuple[str, R]]:
        """Yield all rows whose name starts with the prefix, in the order of their names."""
        start = bisect_left(self._names, prefix)
        found = []
        for name in self._names[start:]:
            if not name.startswith(prefix):
                break
            found.append(name)
        for name in found:
            yield name, cast(R, self._rows[name])


class InMemory:
    """Stages joined by their topics.

    Args:
        stages: Each takes what its topics carry, from the caller or from another stage.
    """

    def __init__(self, stages: Sequence[Stage]) -> None:
        self._stages = stages
        self.rows: Mapping[str, MemoryRows] = {stage.name: MemoryRows() for stage in stages}
        self._offsets: dict[str, int] = defaultdict(int)

    def give(self, topic: str, message: Message, now: datetime) -> list[Output]:
        """Give a message, and return all that the stages sent because of it, in the order of sending.

        Raises:
            Exception: What a stage raises; a worker would set the message aside.
        """
        waiting = deque([Output(topic, message)])
        sent: list[Output] = []
        while waiting:
            output = waiting.popleft()
            for stage in self._stages:
                if output.topic in stage.inputs:
                    caused = stage.handle(self._input(output, now), self.rows[stage.name], now)
                    sent += caused
                    waiting += caused
        return sent

    def tick(self, now: datetime) -> list[Output]:
        """Tell every stage what time it is, and return what they sent because of it."""
        taken = {topic for stage in self._stages for topic in stage.inputs}
        return [
            output
            for topic, group in _TICKS
            if topic in taken
            for output in self.give(topic, Tick(group=group, partition=0, at=now), now)
        ]

    def _input(self, output: Output, now: datetime) -> Input:
        offset = self._offsets[output.topic]
        self._offsets[output.topic] += 1
        return Input(
            message=output.message,
            payload=output.payload or b"",
            topic=output.topic,
            partition=0,
            offset=offset,
            event_id=output.message.message_id(),
            entered_at=now,
        )
