"""Acknowledgements in the order of offsets, for inputs that are done in another order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

from streams.kafka.record import Where


@dataclass(slots=True)
class _Open:
    """An input that was taken and is not acknowledged."""

    acknowledge: Callable[[], object]
    done: bool = False


class InOrder:
    """Holds back the acknowledgement of an input until all inputs of its partition that were taken before it are done."""

    def __init__(self) -> None:
        self._open: dict[Where, deque[_Open]] = {}

    def take(self, where: Where, acknowledge: Callable[[], object]) -> Callable[[], None]:
        """Note that the partition's next input was taken, and return what to call when it is done."""
        waiting = self._open.setdefault(where, deque())
        mine = _Open(acknowledge)
        waiting.append(mine)

        def done() -> None:
            mine.done = True
            while waiting and waiting[0].done:
                waiting.popleft().acknowledge()

        return done

    def clear(self) -> None:
        """Forget what was taken: the partitions went."""
        self._open.clear()
