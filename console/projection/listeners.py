"""Listeners: the open streams of a room, each with a queue of its own that a slow reader overruns and nobody waits for."""

from __future__ import annotations

import asyncio
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from console.api.problems import ProblemError
from schemas.phrases.language import Language
from streams import metrics

DEPTH: Final = 5_000
"""Events that wait for one reader at most; who is further behind loads the list again."""


@dataclass(frozen=True, slots=True)
class RoomEvent:
    """Room event: its name, its JSON in a language, and how far it brings a reader on the two topics; -1: no further."""

    name: str
    json: Callable[[Language], bytes]
    alert_offset: int = -1
    decision_offset: int = -1

    @property
    def is_dated(self) -> bool:
        """Return whether it stands on one of the topics, so that a reader may know it already."""
        return self.alert_offset >= 0 or self.decision_offset >= 0


class Listener:
    """Listener: one open stream: what waits for it, and whether it fell behind."""

    def __init__(self, depth: int) -> None:
        self._waiting: asyncio.Queue[RoomEvent] = asyncio.Queue(depth)
        self.behind = False
        self.stopping = False
        self.anew = False

    def put(self, event: RoomEvent) -> None:
        """Take an event; one too many ends the stream."""
        try:
            self._waiting.put_nowait(event)
        except asyncio.QueueFull:
            self.behind = True

    def stop(self) -> None:
        """End the stream on purpose."""
        self.stopping = True
        self.put(_WAKE)

    def begin_anew(self) -> None:
        """End the stream, since what it told is of topics that are no more."""
        self.anew = True
        self.put(_WAKE)

    @property
    def ends(self) -> bool:
        """Return whether the stream is to end."""
        return self.behind or self.stopping or self.anew

    async def next(self, within_s: float) -> RoomEvent | None:
        """Return the next event; None where none came in time (s), or the stream is to end."""
        if self.ends or within_s <= 0:
            return None
        if not self._waiting.empty():
            event = self._waiting.get_nowait()
        else:
            try:
                async with asyncio.timeout(within_s):
                    event = await self._waiting.get()
            except TimeoutError:
                return None
        return None if event is _WAKE else event


_WAKE: Final = RoomEvent("", lambda _: b"")


class Listeners:
    """Listeners: the streams of one room."""

    def __init__(self, depth: int = DEPTH) -> None:
        self._depth = depth
        self._open: set[Listener] = set()

    def __len__(self) -> int:
        return len(self._open)

    @contextmanager
    def listening(self) -> Iterator[Listener]:
        """Give a listener that hears all from now on."""
        listener = Listener(self._depth)
        self._open.add(listener)
        try:
            yield listener
        finally:
            self._open.discard(listener)

    def tell(self, event: RoomEvent) -> None:
        """Give an event to each."""
        for listener in self._open:
            listener.put(event)

    def begin_anew(self) -> None:
        """End all streams, since what they told is of topics that are no more."""
        for listener in self._open:
            listener.begin_anew()

    def stop(self) -> None:
        """End all streams."""
        for listener in self._open:
            listener.stop()


class StreamPlaces:
    """Stream places: how many streams may be open, together and of one person.

    Args:
        together: At most so many.
        of_one: Of one person at most so many.
    """

    def __init__(self, together: int, of_one: int) -> None:
        self._together, self._of_one = together, of_one
        self._taken: Counter[str] = Counter()

    def take(self, user: str) -> StreamPlace:
        """Take a place, which is given back with the object.

        Raises:
            ProblemError: 429, there is none.
        """
        if self._taken[user] >= self._of_one:
            raise ProblemError(429, "too_many_streams", f"expected at most {self._of_one} open streams of one person")
        if self._taken.total() >= self._together:
            raise ProblemError(429, "too_many_streams", f"expected at most {self._together} open streams")
        self._taken[user] += 1
        metrics.CONSOLE_STREAMS.set(self._taken.total())
        place = StreamPlace()
        weakref.finalize(place, self._give_back, user)
        return place

    def _give_back(self, user: str) -> None:
        self._taken[user] -= 1
        if not self._taken[user]:
            del self._taken[user]
        metrics.CONSOLE_STREAMS.set(self._taken.total())


class StreamPlace:
    """Stream place: is held as long as its stream lives, also where that never began to run."""
