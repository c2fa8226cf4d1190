"""Patience: how long a client may take to say what it wants, so that one that dawdles holds nothing (slowloris).

uvicorn waits for ever for the head of a first request. This protocol cuts a connection whose request's head is not whole in time;
its body is the route's to wait for.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final

from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD_WITHIN_S: Final = 5.0
"""For a head of at most 16 KB, from the first byte on or from the connection's start (s)."""


class PatientProtocol(H11Protocol):
    """Patient protocol: HTTP/1.1 with a deadline for each request's head."""

    head_within_s: float = HEAD_WITHIN_S

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._cut_task: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._head_came()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take some bytes; they may be the rest of a head, or the first of the next one."""
        if self._between_requests() and self._cut_task is None:
            self._await_head()
        super().data_received(data)
        if not self._between_requests():
            self._head_came()

    def on_response_complete(self) -> None:
        """Leave an idle connection to uvicorn's own time-out."""
        self._head_came()
        super().on_response_complete()

    def _between_requests(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _await_head(self) -> None:
        self._cut_task = self.loop.call_later(self.head_within_s, self._cut)

    def _head_came(self) -> None:
        if self._cut_task is not None:
            self._cut_task.cancel()
            self._cut_task = None

    def _cut(self) -> None:
        self._cut_task = None
        if not self.transport.is_closing():
            self.transport.abort()


def patient(head_within_s: float) -> type[PatientProtocol]:
    """Return the protocol with another deadline (s)."""
    return type("PatientProtocol", (PatientProtocol,), {"head_within_s": head_within_s})
