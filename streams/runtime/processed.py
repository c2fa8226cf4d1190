"""Processed inputs: what an input caused the first time, so that a repeated input returns exactly that.

A crash after the state was written and before the output was sent would otherwise swallow the output: the repeated
input would find its effect already in the state and cause nothing. The last `SLOTS` inputs of each topic's partition are kept
as rows of its state, in a ring, so that no deletions are needed. Each topic has a ring of its own: order holds within a topic
alone, so what comes of one topic must not push out what another will repeat.

None is kept longer than a day: an input is repeated within seconds of a crash, and what it caused is a copy of messages that
others may have to forget sooner than a seldom used ring turns over (cases, `streams/domain/cases`).

What is repeated to a compacted topic must not hide what came after it: there, only the newest record of each key that the
ring knows is sent again. A newer one was either confirmed, or its own input is repeated too.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection
from datetime import datetime
from typing import Annotated, Final, NamedTuple

from pydantic import Field

from schemas.base import Part
from schemas.codec import Encoded
from streams.clock import Clock, utc_now
from streams.kafka.record import EncodedOutput
from streams.stages.base import Rows
from streams.topics import BY_NAME

SLOTS: Final = 2_048
"""Inputs remembered per topic and partition: more than a worker takes between two commits (1 s) plus its window in flight."""
PREFIX: Final = "done/"
REMEMBERED_S: Final = 86_400
"""How long what an input caused is kept, in seconds by the worker's clock: after a crash an input comes again within seconds."""
_FORGOTTEN_AT_ONCE: Final = 20
"""More than are remembered with one input, so that it keeps up, and few enough for one write."""
HANDLED_AT: Final = "ce_handledat"
"""The header that tells when a message was made (`schemas/codec.py`)."""


SentMessage = tuple[tuple[tuple[str, str], ...], str]
"""One message as it was sent: its headers and its document."""
SentRecord = tuple[str, int, str, Annotated[int, Field(ge=0)]]
"""Where a message was sent: topic, partition, key; and its index in the messages, since `alerts` and `alert-state` share theirs.

Rows of this kind are the largest part of what is written, and no part of them is asked for by itself: so they have no names."""


class Done(Part):
    """One input that was handled and all that it caused. `sequence` counts over all topics, `number` within its topic.

    `at_s` is when, in seconds since 1970 by the worker's clock; null of rows of before that, which count as of this start.
    """

    event_id: str
    sequence: int
    number: int
    records: tuple[SentRecord, ...]
    messages: tuple[SentMessage, ...]
    at_s: int | None = None


class _Slot(NamedTuple):
    """What is kept in memory of one place of a ring."""

    event_id: str
    sequence: int
    at_s: int
    compacted: tuple[tuple[str, str], ...]


class ProcessedInputs:
    """The rings of one partition."""

    def __init__(self, rows: Rows, clock: Clock = utc_now) -> None:
        """Rebuild the index from the rows that recovery left."""
        self._clock = clock
        self._begun_s = self._now_s()
        self._oldest: deque[tuple[str, int]] = deque()
        self._name_of: dict[str, str] = {}
        self._in_slot: dict[str, _Slot] = {}
        self._newest: dict[tuple[str, str], int] = {}
        self._next = 0
        self._next_of: dict[str, int] = {}
        for name, done in sorted(rows.scan(PREFIX, Done), key=lambda found: found[1].sequence):
            self._note(_topic(name), done)

    def find(self, event_id: str, rows: Rows) -> list[EncodedOutput] | None:
        """Return what an input caused, or None where it was not handled before (or too long ago)."""
        name = self._name_of.get(event_id)
        done = None if name is None else rows.get(name, Done)
        if done is None:
            return None
        messages = [
            (value.encode(), [(name, each.encode()) for name, each in headers]) for headers, value in done.messages
        ]
        return [
            EncodedOutput(topic, partition, Encoded(key.encode(), *messages[message]))
            for topic, partition, key, message in done.records
            if self._newest.get((topic, key), done.sequence) <= done.sequence
        ]

    def remember(self, topic: str, event_id: str, outputs: list[EncodedOutput], rows: Rows) -> Callable[[], None]:
        """Write what an input of a topic caused, in the place of its oldest, and forget some of what is a day old.

        Returns:
            What to call when the row is kept.
        """
        records: list[SentRecord] = []
        messages: list[SentMessage] = []
        before: Encoded | None = None
        for output in outputs:
            sent = output.record
            if before is None or sent.value is not before.value or sent.headers is not before.headers:
                headers = tuple([(name, value.decode()) for name, value in sent.headers])
                messages.append((headers, sent.value.decode()))
                before = sent
            records.append((output.topic, output.partition, sent.key.decode(), len(messages) - 1))
        number, now_s = self._next_of.get(topic, 0), self._now_s()
        done = Done.model_construct(
            event_id=event_id,
            sequence=self._next,
            number=number,
            records=tuple(records),
            messages=tuple(messages),
            at_s=now_s,
        )
        name = _name(topic, number)
        old = [each for each in self._old(now_s) if each != name]
        for each in old:
            rows.delete(each)
        rows.put(name, done)

        def kept() -> None:
            for each in old:
                self._drop(each)
            self._note(topic, done)

        return kept

    def forget(self, names: Collection[str], before: datetime | None, rows: Rows) -> None:
        """Delete what was kept of inputs that is to be deleted: a repeat of one is decided on anew, as of one that is too old.

        Args:
            names: Ids; what has one of them, in whatever it sent, is deleted.
            before: Where given, what caused nothing since then is deleted too (UTC).
            rows: The rows.
        """
        for name, done in list(rows.scan(PREFIX, Done)):
            if (names and _mentions(done, names)) or (before is not None and _is_old(done, before)):
                rows.delete(name)

    def _now_s(self) -> int:
        return int(self._clock().timestamp())

    def _old(self, now_s: int) -> list[str]:
        """Return some rows that are older than a day, the oldest first."""
        while self._oldest and not self._stands(*self._oldest[0]):
            self._oldest.popleft()
        found: list[str] = []
        for name, sequence in self._oldest:
            if self._stands(name, sequence):
                if self._in_slot[name].at_s + REMEMBERED_S > now_s or len(found) == _FORGOTTEN_AT_ONCE:
                    break
                found.append(name)
        return found

    def _stands(self, name: str, sequence: int) -> bool:
        """Return whether a row is still that of an input: no newer one took its place, and it was not forgotten."""
        slot = self._in_slot.get(name)
        return slot is not None and slot.sequence == sequence

    def _drop(self, name: str) -> None:
        before = self._in_slot.pop(name, None)
        if before is not None:
            if self._name_of.get(before.event_id) == name:
                del self._name_of[before.event_id]
            for key in before.compacted:
                if self._newest.get(key) == before.sequence:
                    del self._newest[key]

    def _note(self, topic: str, done: Done) -> None:
        name = _name(topic, done.number)
        self._drop(name)
        keys = tuple([(topic, key) for topic, _, key, _ in done.records if "compact" in BY_NAME[topic].cleanup])
        at_s = self._begun_s if done.at_s is None else done.at_s
        self._in_slot[name] = _Slot(done.event_id, done.sequence, at_s, keys)
        self._oldest.append((name, done.sequence))
        self._name_of[done.event_id] = name
        self._newest.update(dict.fromkeys(keys, done.sequence))
        self._next = done.sequence + 1
        self._next_of[topic] = done.number + 1


def _mentions(done: Done, names: Collection[str]) -> bool:
    """Return whether what an input caused names one of these ids, in a key, a header or a document."""
    told = [key for _, _, key, _ in done.records]
    for headers, document in done.messages:
        told += [document, *(content for _, content in headers)]
    return any(name in each for each in told for name in names)


def _is_old(done: Done, before: datetime) -> bool:
    """Return whether the newest of what an input caused was handled before a time; what cannot be read is old."""
    times = [content for headers, _ in done.messages for name, content in headers if name == HANDLED_AT]
    try:
        return bool(times) and max(datetime.fromisoformat(each) for each in times) < before
    except ValueError:
        return True


def _name(topic: str, number: int) -> str:
    return f"{PREFIX}{topic}/{number % SLOTS:05d}"


def _topic(name: str) -> str:
    return name.removeprefix(PREFIX).rpartition("/")[0]
