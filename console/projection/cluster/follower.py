"""Follower: the thread that reads the rooms' partitions, from some days back to now and on and on."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from streams import topics
from streams.clock import Clock
from streams.kafka.reader import TopicFollower
from streams.kafka.record import Record, Where
from streams.settings import KafkaSettings

log = logging.getLogger(__name__)

BACK: Final[dict[str, timedelta]] = {
    topics.OPERATOR_ACTIONS: timedelta(hours=24),
    topics.DECISION_LOG: timedelta(hours=2),
    topics.ALERT_STATE: timedelta(days=7),
    topics.ROOM_TICKS: timedelta(minutes=1),
    topics.CANARY: timedelta(minutes=10),
}
"""What is read, and how far back: an alert on the shelf has no news for seven days at most; an answer is waited for minutes."""
ORDER: Final = {name: number for number, name in enumerate(BACK)}
"""Of what was read at once: an action stands before its answer."""
AT_ONCE: Final = 200
"""Records that are handed over together: some 20 ms of the event loop."""
IN_HAND: Final = 4
"""How often so many may wait there."""
LOOK_S: Final = 2.0
"""How often it is asked where the topics end, and whether they are the same ones."""

Take = Callable[[Sequence[Record]], None]
Begins = Callable[[dict[int, int], str], None]


class RoomsFollower(TopicFollower):
    """Rooms follower: reads partitions of the rooms' topics, and hands what came to an event loop.

    Where a topic was made anew it begins again with all of them, since they tell of one another.

    Args:
        kafka: The cluster.
        partitions: Those of the rooms that are served.
        clock: Gives now.
        begins: Called with the first offset of `alert-state` that is read, by partition, and what tells the topics apart from
            others of the same names; called again where it begins anew: what was read before is nothing then.
        take: Called with records, in order.
        whole: Called every 2 s where all was read that stood there a moment before.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        partitions: Iterable[int],
        clock: Clock,
        begins: Begins,
        take: Take,
        whole: Callable[[], None],
    ) -> None:
        super().__init__(kafka, "console")
        self._partitions = frozenset(partitions)
        self._clock, self._begins, self._take, self._whole = clock, begins, take, whole
        self._room_left = threading.Semaphore(IN_HAND)
        self._loop: asyncio.AbstractEventLoop | None = None

    def follow(self, loop: asyncio.AbstractEventLoop) -> None:
        """Begin to read, for an event loop."""
        self._loop = loop
        self.start()

    def _follow(self) -> None:
        if not self._reader.stands:
            self._begin()
        self._read_on()

    def _begin(self) -> None:
        self._reader.made_anew(self._reader.ends(BACK))  # as they are now: what changes from here on is noticed
        made = made_of(self._reader.ids(BACK))
        stands: dict[Where, int] = {}
        for name, back in BACK.items():
            found = self._reader.since((name,), self._clock() - back)
            stands |= {place: offset for place, offset in found.items() if place[1] in self._partitions}
        self._reader.begin(stands)
        first = {place[1]: offset for place, offset in stands.items() if place[0] == topics.ALERT_STATE}
        self._on_loop(lambda: self._begins(first, made))

    def _read_on(self) -> None:
        """Read, and say at each look that all was read which stood there at the look before."""
        until, looked_s, told = self._reader.ends(BACK), time.monotonic(), False
        if self._are_anew(until):
            return
        while not self._stop.is_set():
            self._hand_over(self._reader.poll())
            if self._reader.behind(until):
                continue
            if not told:
                told = True
                self._on_loop(self._whole)
            if time.monotonic() - looked_s > LOOK_S:
                until, looked_s, told = self._reader.ends(BACK), time.monotonic(), False
                if self._are_anew(until):
                    return

    def _are_anew(self, ends: Mapping[Where, int]) -> bool:
        """Return whether a topic was made anew; it then stands nowhere, and begins again."""
        anew = self._reader.made_anew(ends)
        if anew:
            log.warning("%s: made anew, all is read from the start", ", ".join(sorted(anew)))
            self._reader.begin({})
        return bool(anew)

    def _hand_over(self, records: list[Record]) -> None:
        records.sort(key=lambda record: (ORDER[record.topic], record.partition, record.offset))
        for begin in range(0, len(records), AT_ONCE):
            while not self._room_left.acquire(timeout=0.5):
                if self._stop.is_set():
                    return
            some = records[begin : begin + AT_ONCE]
            if not self._on_loop(lambda some=some: self._taken(some)):  # type: ignore[misc]
                return

    def _taken(self, records: Sequence[Record]) -> None:
        try:
            self._take(records)
        finally:
            self._room_left.release()

    def _on_loop(self, call: Callable[[], None]) -> bool:
        """Let the event loop call something; return False where it is over."""
        assert self._loop is not None
        try:
            self._loop.call_soon_threadsafe(call)
        except RuntimeError:
            return False
        return True


def made_of(ids: Mapping[str, str]) -> str:
    """Return what an event's id tells of its topics, the same in each console: a number, nothing where they have no ids."""
    of = [ids[name] for name in (topics.ALERT_STATE, topics.DECISION_LOG) if name in ids]
    return str(zlib.crc32("/".join(of).encode())) if of else ""
