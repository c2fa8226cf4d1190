"""Passwords: argon2id, few at a time; who does not exist takes as long as who does."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY

from console.wire.problems import ProblemError

T = TypeVar("T")
AT_ONCE: Final = 2
"""Hashes at a time: each takes 64 MiB (RFC 9106, second recommended option) and a core for a tenth of a second."""
WAITING: Final = 20
"""Logins that may wait for their turn; more are told to come again."""
ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"
"""32 signs that nobody takes for one another on a screen: 16 of them are 80 bit."""


def first_password() -> str:
    """Return a random password that a person can type: four groups of four, 80 bit."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(4))


class Passwords:
    """Passwords: hashes and compares them in threads of their own, so that nobody's list waits for it.

    Args:
        hasher: Its parameters; a test takes cheaper ones.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
        self._turns = CapacityLimiter(AT_ONCE)
        self._waiting = 0
        self._nobodys = self._hasher.hash(secrets.token_urlsafe())

    def hashed_now(self, password: str) -> str:
        """Return the hash of a password, for a command that has nothing else to do."""
        return self._hasher.hash(_normal(password))

    async def hashed(self, password: str) -> str:
        """Return the hash of a password.

        Raises:
            ProblemError: 429, too many wait.
        """
        return await self._in_turn(lambda: self.hashed_now(password))

    async def holds(self, password: str, known: str | None) -> bool:
        """Return whether a password is the one whose hash is known; without one it takes as long and does not.

        Raises:
            ProblemError: 429, too many wait.
        """
        holds = await self._in_turn(lambda: self._verified(password, known or self._nobodys))
        return holds and known is not None

    def _verified(self, password: str, known: str) -> bool:
        try:
            return self._hasher.verify(known, _normal(password))
        except (VerificationError, InvalidHashError):
            return False

    async def _in_turn(self, work: Callable[[], T]) -> T:
        if self._waiting >= WAITING:
            raise ProblemError(429, "too_many_logins", "too many logins at a time", retry_after_s=2)
        self._waiting += 1
        try:
            return await to_thread.run_sync(work, limiter=self._turns)
        finally:
            self._waiting -= 1


def _normal(password: str) -> str:
    """Return a password as RFC 8265 compares it: keyboards differ in how they write an accented letter."""
    return unicodedata.normalize("NFC", password)
