"""How far a stage is with its input partitions: taken without a gap, released in order, committed.

This is the stage's own account. The framework's is not used: it takes what it failed to deliver for processed, and it
commits over unfinished inputs (design §6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto

from streams.kafka.record import Where


class Offered(Enum):
    """What to do with a record that is offered."""

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
    """Offsets: the next to take, the next to release, and what the group's committed offset is."""

    take: int
    release: int
    committed: int


class Progress:
    """The account of the partitions that a worker holds now."""

    def __init__(self) -> None:
        self._places: dict[Where, _Place] = {}

    def open(self, positions: Mapping[Where, int]) -> None:
        """Begin with these partitions, at the offsets that the group has committed."""
        self._places = {where: _Place(offset, offset, offset) for where, offset in positions.items()}

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
        place.take += 1
        return Offered.NEXT

    def pass_over(self, where: Where, until: int) -> None:
        """Note that a partition has no records before an offset: they expired, or mark transactions."""
        place = self._places[where]
        if place.release == place.take:
            place.release = until
        place.take = until

    def release(self, where: Where, offset: int) -> None:
        """Note that everything an input caused is confirmed, and that of all before it too.

        Raises:
            ValueError: An input was released twice or out of order.
        """
        place = self._places.get(where)
        if place is None:
            return
        if not place.release <= offset < place.take:
            raise ValueError(f"{where[0]}/{where[1]}: {offset} released, expected {place.release} to {place.take - 1}")
        place.release = offset + 1

    def uncommitted(self, partition: int) -> int:
        """Return how many inputs of a partition number were taken since its last commit, over all topics."""
        return sum(place.take - place.committed for where, place in self._places.items() if where[1] == partition)

    def positions(self) -> dict[Where, int]:
        """Return what may be committed of every partition."""
        return {where: place.release for where, place in self._places.items()}

    def to_commit(self) -> dict[Where, int]:
        """Return what may be committed and is not yet."""
        return {where: place.release for where, place in self._places.items() if place.release > place.committed}

    def committed(self, positions: Mapping[Where, int]) -> None:
        """Note what the group's coordinator has confirmed."""
        for where, offset in positions.items():
            place = self._places.get(where)
            if place is not None:
                place.committed = max(place.committed, offset)
