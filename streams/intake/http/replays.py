"""Replays: a message's id as its idempotency key: the same message again gets the answer of the first time.

Ids are kept while a signature of theirs could still be valid, so a signed request that somebody recorded does nothing when it is
sent again. After a restart none is known: then the moment of the signature counts as the report's own (`document.py`), so that
what was recorded changes nothing that came after it.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from streams.intake.http.signature import TOLERANCE
from streams.intake.intake import Taken

KEPT_S: Final = 2 * TOLERANCE.total_seconds()
"""A timestamp may lie as far ahead as behind."""
MOST: Final = 200_000
"""Ids that are kept at most, some 40 MB: 330 requests a second for ten minutes. Beyond, the oldest are forgotten sooner."""


@dataclass(slots=True)
class _Message:
    digest: bytes
    at_s: float
    answer: asyncio.Future[Taken]


class ReusedIdError(Exception):
    """An id comes with other content than it had: its sender must give each message an id of its own."""


class Replays:
    """Replays: the answers that messages got or are about to get.

    Args:
        most: How many are kept at most.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._messages: OrderedDict[tuple[str, str], _Message] = OrderedDict()

    def __len__(self) -> int:
        """Return how many ids are kept."""
        return len(self._messages)

    def first(self, sender: str, message_id: str, body: bytes, now_s: float) -> asyncio.Future[Taken] | None:
        """Return the answer that a message got before, or None for one that is new.

        Raises:
            ReusedIdError: The id is known with other content.
        """
        self._forget(now_s)
        known = self._messages.get((sender, message_id))
        if known is None:
            return None
        if known.digest != _digest(body):
            raise ReusedIdError
        return known.answer

    def note(self, sender: str, message_id: str, body: bytes, now_s: float, answer: asyncio.Future[Taken]) -> None:
        """Keep the answer that a message is about to get."""
        self._messages[sender, message_id] = _Message(_digest(body), now_s, answer)
        while len(self._messages) > self._most:
            self._messages.popitem(last=False)

    def forget(self, sender: str, message_id: str) -> None:
        """Forget a message that was not taken, so that its sender can try again."""
        self._messages.pop((sender, message_id), None)

    def _forget(self, now_s: float) -> None:
        while self._messages and next(iter(self._messages.values())).at_s < now_s - KEPT_S:
            self._messages.popitem(last=False)


def _digest(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()
