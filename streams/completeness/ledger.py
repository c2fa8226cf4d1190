"""Ledger: which accepted inputs were neither decided nor set aside, although their stage has gone past them.

A stage commits an input after the broker has confirmed all that it caused. So an input that the stage's group has
committed past must have an answer on record: its decision, or a dead letter. One that has neither, a grace time after
that, was lost. One that is not committed past is waiting, however long; that is never called missing.

An input is known by its topic and its id: equal ids are one input. A decision answers the input wherever it stood. A dead
letter answers one place; it counts where that is the input's newest place in its partition, so a record that was set
aside and sent again needs an answer of its own.

Memory, measured: 0.25 kB per answer within the span, 0.55 kB per input that waits, and a commit per partition and check
within the grace time. Answers are dropped as they age, and beyond `ANSWERS_AT_MOST` (125 MB) the oldest first; whoever
reads stops at `WAITING_AT_MOST` inputs (55 MB), see `full`. Messages are not kept.
"""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple, TypeVar

from streams.kafka.record import Where

ANSWERS_AT_MOST: Final = 500_000
"""Answers that are kept at once: an hour of 139 a second."""
WAITING_AT_MOST: Final = 100_000
"""Inputs without an answer that are kept at once."""
COPIES_AT_MOST: Final = 3
"""How often an input is sent again before a person has to look at it."""

Id = tuple[str, str]
"""A topic and the id of an input on it."""
K = TypeVar("K")


class RecordPlace(NamedTuple):
    """Record place: where a record stands."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True, slots=True)
class AcceptedInput:
    """An input that the broker took.

    Attributes:
        place: Where it stands.
        input_id: What its decision names it by.
        sent_again: Whether it is a copy of an earlier record.
    """

    place: RecordPlace
    input_id: str
    sent_again: bool = False


class MissingReason(StrEnum):
    """Missing reason: why an input is said to be missing; safe as a metric label."""

    UNDECIDED = "undecided"
    STILL_UNDECIDED = "still_undecided"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True)
class Missing:
    """An input that was lost.

    Attributes:
        place: Where its first record stands.
        input_id: Its id.
        reason: `undecided` when it is found, `still_undecided` at each later check, `given_up` when it was sent again
            often enough; said once.
        copies: How often it was sent again.
    """

    place: RecordPlace
    input_id: str
    reason: MissingReason
    copies: int


@dataclass(slots=True)
class _Waiting:
    """An input without an answer, in one partition."""

    first: int
    newest: int
    copies: int = 0
    told: bool = False
    given_up_at: datetime | None = None


class Ledger:
    """Ledger: what was accepted, answered and committed, as far as it was read, in whatever order the topics are read.

    Args:
        span: How long an answer is kept.
        grace: How long a stage must have been past an input before it can be missing.
    """

    def __init__(self, span: timedelta, grace: timedelta) -> None:
        self._span = span
        self._grace = grace
        self._decided: dict[Id, datetime] = {}
        self._set_aside: dict[RecordPlace, datetime] = {}
        self._waiting: dict[Id, dict[int, _Waiting]] = {}
        self._commits: dict[Where, deque[tuple[datetime, int]]] = {}
        self._given_up = 0

    @property
    def full(self) -> bool:
        """Return whether so many inputs wait for an answer that no more should be read now."""
        return len(self._waiting) - self._given_up >= WAITING_AT_MOST

    def waiting(self) -> Counter[str]:
        """Return how many inputs have no answer, by topic; those given up are not among them."""
        return Counter(place.topic for place, _, entry in self._entries() if entry.given_up_at is None)

    def accept(self, accepted: AcceptedInput) -> None:
        """Take an input that stands on its topic."""
        topic, partition, offset = accepted.place
        identity = (topic, accepted.input_id)
        if identity in self._decided:
            return
        partitions = self._waiting.setdefault(identity, {})
        entry = partitions.setdefault(partition, _Waiting(offset, offset))
        entry.first = min(entry.first, offset)
        entry.newest = max(entry.newest, offset)
        entry.copies += accepted.sent_again

    def decided(self, topic: str, input_id: str, at: datetime) -> None:
        """Take a decision about an input, wherever the input stood."""
        _renew(self._decided, (topic, input_id), at)
        gone = self._waiting.pop((topic, input_id), {})
        self._given_up -= sum(entry.given_up_at is not None for entry in gone.values())

    def set_aside(self, place: RecordPlace, at: datetime) -> None:
        """Take the dead letter of one record."""
        _renew(self._set_aside, place, at)

    def committed(self, offsets: Mapping[Where, int], now: datetime) -> None:
        """Take how far the stages' groups are: the offset of the next record of each partition."""
        for where, offset in offsets.items():
            seen = self._commits.setdefault(where, deque())
            seen.append((now, offset))
            self._prune(seen, now)

    def sent_again(self, missing: Missing, offset: int) -> None:
        """Note that the broker confirmed a copy: until that is committed past, the input only waits."""
        entry = self._entry(missing)
        if entry is not None:
            entry.newest = max(entry.newest, offset)

    def give_up(self, missing: Missing, now: datetime) -> None:
        """Stop asking for an input, since its record is gone."""
        entry = self._entry(missing)
        if entry is not None:
            self._end(entry, now)

    def _end(self, entry: _Waiting, now: datetime) -> None:
        self._given_up += entry.given_up_at is None
        entry.given_up_at = now

    def missing(self, now: datetime) -> list[Missing]:
        """Return what is missing, in the order of the topics, partitions and offsets."""
        self._settle()
        found = []
        for place, input_id, entry in self._entries():
            if entry.given_up_at is not None or entry.newest >= self._passed(place[:2], now):
                continue
            if entry.copies >= COPIES_AT_MOST and entry.told:
                reason = MissingReason.GIVEN_UP
                self._end(entry, now)
            else:
                reason = MissingReason.STILL_UNDECIDED if entry.told else MissingReason.UNDECIDED
            entry.told = True
            found.append(Missing(place, input_id, reason, entry.copies))
        return sorted(found, key=lambda each: each.place)

    def forget(self, now: datetime) -> None:
        """Drop what is older than the span; everything that was committed by now must have been read."""
        before = now - self._span
        _drop(self._decided, before)
        _drop(self._set_aside, before)
        for place, input_id, entry in list(self._entries()):
            if entry.given_up_at is not None and entry.given_up_at < before:
                self._remove(place, input_id)

    def _passed(self, where: Where, now: datetime) -> int:
        """Return up to which offset a group has been past for the grace time; a group that went back is not past."""
        seen = self._commits.get(where, deque())
        self._prune(seen, now)
        if not seen or seen[0][0] > now - self._grace:
            return 0
        return min(offset for _, offset in seen)

    def _prune(self, seen: deque[tuple[datetime, int]], now: datetime) -> None:
        """Keep the commits of the grace time, and the one that was seen last before it."""
        while len(seen) > 1 and seen[1][0] <= now - self._grace:
            seen.popleft()

    def _settle(self) -> None:
        """Drop the inputs whose newest record was set aside."""
        for place, input_id, entry in list(self._entries()):
            if RecordPlace(place.topic, place.partition, entry.newest) in self._set_aside:
                self._remove(place, input_id)

    def _entries(self) -> Iterator[tuple[RecordPlace, str, _Waiting]]:
        for (topic, input_id), partitions in self._waiting.items():
            for partition, entry in partitions.items():
                yield RecordPlace(topic, partition, entry.first), input_id, entry

    def _entry(self, missing: Missing) -> _Waiting | None:
        return self._waiting.get((missing.place.topic, missing.input_id), {}).get(missing.place.partition)

    def _remove(self, place: RecordPlace, input_id: str) -> None:
        partitions = self._waiting[place.topic, input_id]
        self._given_up -= partitions.pop(place.partition).given_up_at is not None
        if not partitions:
            del self._waiting[place.topic, input_id]


def _renew(answers: dict[K, datetime], key: K, at: datetime) -> None:
    """Keep an answer as the newest, and so many at the most."""
    at = max(at, answers.pop(key, at))
    answers[key] = at
    if len(answers) > ANSWERS_AT_MOST:
        del answers[next(iter(answers))]


def _drop(answers: dict[K, datetime], before: datetime) -> None:
    """Drop the answers at the front that are old, or too many."""
    while answers and (len(answers) > ANSWERS_AT_MOST or next(iter(answers.values())) < before):
        del answers[next(iter(answers))]
