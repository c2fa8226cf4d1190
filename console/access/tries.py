"""Tries: how often somebody may try a password; counted in the store, so that two consoles do not allow twice as many."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from console.access.store import hashed

WITHIN_S: Final = 60.0
FOR_ONE_ACCOUNT: Final = 5
"""Tries for one account from one address: a flood from elsewhere locks nobody out at night."""
FROM_ONE_ADDRESS: Final = 30
"""Tries from one address for all accounts: a whole shift may log in from behind one."""
REFUSED: Final = b""
"""Stands for an account in the row that says that a refusal was told."""


def wait_s(at_s: Sequence[float], allowed: int, now_s: float) -> int:
    """Return after how many seconds (s) the next try is allowed, 0 for now.

    Args:
        at_s: When the tries of the last `WITHIN_S` were (s), the oldest first.
        allowed: How many are allowed within that.
        now_s: Now (s).
    """
    if len(at_s) < allowed:
        return 0
    return max(1, math.ceil(at_s[-allowed] + WITHIN_S - now_s))


@dataclass(frozen=True, slots=True)
class TryCount:
    """Try count: after how many seconds (s) the next try is allowed, 0 for now, and whether to tell the audit of a refusal."""

    later_s: int
    tell: bool


def count_try(db: sqlite3.Connection, user: str, address: str, now_s: float) -> TryCount:
    """Count a try, or refuse it; of what an address is refused the audit is told once a minute, so that nobody floods it."""
    account = _account(user)
    db.execute("DELETE FROM tries WHERE at_s <= ? OR at_s > ?", (now_s - WITHIN_S, now_s + WITHIN_S))
    rows = db.execute("SELECT account, at_s FROM tries WHERE address = ? ORDER BY at_s", (address,)).fetchall()
    later_s = max(
        wait_s([row["at_s"] for row in rows if row["account"] == account], FOR_ONE_ACCOUNT, now_s),
        wait_s([row["at_s"] for row in rows if row["account"] != REFUSED], FROM_ONE_ADDRESS, now_s),
    )
    tell = bool(later_s) and all(row["account"] != REFUSED for row in rows)
    if tell or not later_s:
        db.execute("INSERT INTO tries VALUES (?, ?, ?)", (REFUSED if tell else account, address, now_s))
    return TryCount(later_s, tell)


def forget_tries(db: sqlite3.Connection, user: str, address: str) -> None:
    """Forget the tries of who got in."""
    db.execute("DELETE FROM tries WHERE account = ? AND address = ?", (_account(user), address))


def _account(user: str) -> bytes:
    """Return how a name is kept: what was typed there may be a password."""
    return hashed(user.casefold())
