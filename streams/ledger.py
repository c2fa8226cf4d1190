"""Which inputs are done, in the order in which they were taken: acknowledgements may never overtake one another.

Faust commits the highest acknowledged offset below which it knows no gap, and its bookkeeping is wrong for
acknowledgements out of order (design §6). So an input is released only when all before it in its partition are.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(slots=True)
class Entry:
    """One input that was taken: `release` is called once, when it and all before it are done."""

    release: Callable[[], None]
    done: bool = False


class Ledger:
    """The inputs of one partition number, over all topics of a stage, in the order in which they were taken."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque()

    def __len__(self) -> int:
        """Return how many inputs are taken and not yet released."""
        return len(self._entries)

    def take(self, release: Callable[[], None]) -> Entry:
        """Note an input; `release` will write its rows and acknowledge it."""
        entry = Entry(release)
        self._entries.append(entry)
        return entry

    def finish(self, entry: Entry) -> int:
        """Mark an input as done and release what can be released; return how many were."""
        entry.done = True
        released = 0
        while self._entries and self._entries[0].done:
            self._entries.popleft().release()
            released += 1
        return released

    def drop(self) -> None:
        """Forget all inputs: the partition was revoked, its new owner takes them again."""
        self._entries.clear()
