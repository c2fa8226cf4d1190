"""The right to send: a worker whose group may have given its partitions to another must send nothing more.

A commit is refused by the group's coordinator once the worker is no longer a member of the current generation. So a commit
that succeeded proves that the worker held its partitions when the commit was sent, and for as long as the session lasts
nobody else gets them. A worker that slept (SIGSTOP, a suspended machine) or lost the coordinator finds its lease run out
before its next request, whatever was waiting to be sent.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from streams.clock import boottime_s


class Lease:
    """The right of one stage to send.

    Args:
        seconds: How long a proof of membership counts: below the session timeout.
        clock_s: A monotonic clock that goes on while the process or the machine sleeps (s).
    """

    def __init__(self, seconds: float, clock_s: Callable[[], float] = boottime_s) -> None:
        self.seconds = seconds
        self.now_s = clock_s
        self._proved_at_s: float | None = None
        self._ended_at_s = clock_s()
        self._renewed = asyncio.Event()

    @property
    def held(self) -> bool:
        """Return whether sending is allowed now."""
        return self._proved_at_s is not None and self.now_s() - self._proved_at_s < self.seconds

    @property
    def aging(self) -> bool:
        """Return whether it is time for a new proof: a third of the lease is over."""
        return self._proved_at_s is None or self.now_s() - self._proved_at_s > self.seconds / 3

    @property
    def missing_s(self) -> float:
        """Return for how long sending has not been allowed (s)."""
        if self.held:
            return 0.0
        return self.now_s() - (self._ended_at_s if self._proved_at_s is None else self._proved_at_s + self.seconds)

    def prove(self, sent_at_s: float) -> None:
        """Renew the lease: a commit that was sent at this time succeeded."""
        self._proved_at_s = max(sent_at_s, self._proved_at_s or sent_at_s)
        self._renewed.set()

    def end(self) -> None:
        """Give the right back: the partitions are about to go."""
        self._proved_at_s = None
        self._ended_at_s = self.now_s()

    def missed_from_now(self) -> None:
        """Count anew for how long sending has not been allowed: there is a good reason."""
        if not self.held:
            self.end()

    async def wait(self) -> None:
        """Wait until sending is allowed."""
        while not self.held:
            self._renewed.clear()
            await self._renewed.wait()
