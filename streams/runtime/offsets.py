"""Offset tracker: how far a stage is with its input partitions. Taken without a gap, released in any order, committed.

This is the stage's own account. The framework's is not used: it takes what it failed to deliver for processed, and it
commits over unfinished inputs (design §6).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Final

from streams.kafka.record import Where

RANGES_AT_MOST: Final = 1_000
"""Ranges kept of a partition: a stage takes the records behind one before its reader has read some hundred more."""


class Offered(Enum):
    """Offered: what to do with a record that is offered."""

    NEXT = auto()
    """It is the one after the last that was taken: it is taken now."""
    TAKEN_BEFORE = auto()
    """It was taken since the partition came: it is in flight or done, and nothing needs to happen."""
    NOT_OURS = auto()
    """The partition is not held."""
    GAP = auto()
    """Records before it were not offered: lost on the way, or never there."""


@dataclass(slots=True)
class _Place:
    """Offsets of one partition: the next to take, those in flight in their order, and what the group has committed."""

    take: int
    committed: int
    in_flight: dict[int, None] = field(default_factory=dict)

    @property
    def done(self) -> int:
        """Return the offset before which everything is released."""
        return next(iter(self.in_flight), self.take)


class OffsetTracker:
    """The account of the partitions that a worker holds now."""

    def __init__(self) -> None:
        self._places: dict[Where, _Place] = {}

    def open(self, positions: Mapping[Where, int]) -> None:
        """Begin with these partitions, at the offsets that the group has committed."""
        self._places = {where: _Place(offset, offset) for where, offset in positions.items()}

    def close(self) -> None:
        """Hold nothing any more; what is released afterwards counts for nothing."""
        self._places = {}

    def next_of(self, where: Where) -> int:
        """Return the offset that is taken next."""
        return self._places[where].take

    def offer(self, where: Where, offset: int) -> Offered:
        """Take a record where it is the next one."""
        place = self._places.get(where)
        if place is None:
            return Offered.NOT_OURS
        if offset < place.take:
            return Offered.TAKEN_BEFORE
        if offset > place.take:
            return Offered.GAP
        place.in_flight[offset] = None
        place.take += 1
        return Offered.NEXT

    def pass_over(self, where: Where, until: int) -> None:
        """Note that a partition has no records before an offset: they expired, or mark transactions."""
        self._places[where].take = until

    def release_of(self, where: Where, offset: int) -> Callable[[], None]:
        """Return what to call when everything that an input caused is confirmed, in whatever order inputs are done.

        It is about this holding of the partition alone: a picture may be done after its partition went and came back. Called
        for an input that is not in flight, it raises ValueError.
        """
        place = self._places[where]

        def release() -> None:
            if offset not in place.in_flight:
                raise ValueError(f"{where[0]}/{where[1]}: offset {offset} is released, and was not in flight")
            del place.in_flight[offset]

        return release

    def uncommitted(self, partition: int) -> int:
        """Return how many inputs of a partition number were taken since its last commit, over all topics."""
        return sum(place.take - place.committed for where, place in self._places.items() if where[1] == partition)

    def positions(self) -> dict[Where, int]:
        """Return what may be committed of every partition: the first offset that is not released."""
        return {where: place.done for where, place in self._places.items()}

    def to_commit(self) -> dict[Where, int]:
        """Return what may be committed and is not yet."""
        return {where: done for where, done in self.positions().items() if done > self._places[where].committed}

    def committed(self, positions: Mapping[Where, int]) -> None:
        """Note what the group's coordinator has confirmed."""
        for where, offset in positions.items():
            place = self._places.get(where)
            if place is not None:
                place.committed = max(place.committed, offset)


class PassedOver:
    """Passed over: offsets of partitions that readers saw and that are no records: marks of transactions, and what was aborted.

    Readers note them in their threads; whoever takes the records asks in another.
    """

    def __init__(self) -> None:
        self._ranges: dict[Where, tuple[tuple[int, int], ...]] = {}

    def note(self, where: Where, first: int, behind: int) -> None:
        """Take that a partition has no record from one offset to before another."""
        ranges = self._ranges.get(where, ())
        if ranges and ranges[-1][1] == first:
            (first, _), ranges = ranges[-1], ranges[:-1]
        self._ranges[where] = (*ranges[1 - RANGES_AT_MOST :], (first, behind))

    def covers(self, where: Where, first: int, behind: int) -> bool:
        """Return whether all offsets from one to before another were passed over."""
        at = first
        for begin, end in sorted(self._ranges.get(where, ())):
            if begin <= at:
                at = max(at, end)
        return at >= behind
