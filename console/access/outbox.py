"""Outbox: what the audit is to be told, written down together with what it is about, and told until the broker has it.

So nobody logs in untold while the broker is away, and nobody is kept from the list because of it.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from console.access.store import AccessStore
from console.api.parts import AuditTelling
from console.wire.people import Me
from console.wire.problems import ProblemError

log = logging.getLogger(__name__)

TAKEN_S: Final = 30.0
"""How long one console has to tell what it took, before another one tells it (s)."""
AGAIN_S: Final = 1.0
LONGEST_S: Final = 30.0
TOLD: Final = ("action", "object_type", "object_id", "reason", "result", "cause_id", "room")
NOBODY: Final = "unknown"
"""The actor where somebody used a name that no account has: what was typed there may be a password."""


@dataclass(frozen=True, slots=True)
class AccessEvent:
    """Access event: who did what to which object, why, with which result; the room says which supervisors may see it."""

    actor: str
    action: str
    object_type: str
    object_id: str
    reason: str = ""
    result: str = "done"
    room: str = ""


class AuditOutbox:
    """Audit outbox: the events that wait in the store; consoles that share it tell each of them once, a crash aside."""

    def __init__(self, store: AccessStore, clock: Callable[[], datetime]) -> None:
        self._store, self._clock = store, clock

    def add(self, db: sqlite3.Connection, told: AccessEvent) -> None:
        """Write an event down, in the transaction of what it is about."""
        values = (told.actor, told.action, told.object_type, told.object_id, told.reason, told.result, told.room)
        db.execute(
            "INSERT INTO untold (cause_id, actor, action, object_type, object_id, reason, result, room, at_s)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (secrets.token_hex(16), *values, self._clock().timestamp()),
        )

    def waiting(self) -> int:
        """Return how many events are not told yet."""
        return int(self._store.rows("SELECT count(*) FROM untold")[0][0])

    async def tell_once(self, audits: AuditTelling) -> None:
        """Tell what waits, in its order.

        Raises:
            ProblemError: The audit does not take it; it stays.
        """
        while (row := self._take()) is not None:
            told = {name: row[name] for name in TOLD}
            try:
                at = datetime.fromtimestamp(row["at_s"], UTC) if row["at_s"] else self._clock()
                await audits.tell(self._who(row["actor"]), **told, at=at)
            except BaseException:
                self._put_back(row["cause_id"])
                raise
            with self._store.writing() as db:
                db.execute("DELETE FROM untold WHERE cause_id = ?", (row["cause_id"],))

    async def tell_forever(self, audits: AuditTelling) -> None:
        """Tell what waits now and later, until cancelled."""
        pause_s = AGAIN_S
        while True:
            try:
                await self.tell_once(audits)
                pause_s = AGAIN_S
            except ProblemError as error:
                log.warning("the audit cannot be told: %s; %d events wait", error.code, self.waiting())
                pause_s = min(2 * pause_s, LONGEST_S)
            await asyncio.sleep(pause_s)

    def _take(self) -> sqlite3.Row | None:
        now_s = self._clock().timestamp()
        if not self._store.rows("SELECT 1 FROM untold LIMIT 1"):
            return None
        with self._store.writing() as db:
            found: sqlite3.Row | None = db.execute(
                "UPDATE untold SET taken_s = ? WHERE cause_id ="
                " (SELECT cause_id FROM untold WHERE taken_s < ? ORDER BY rowid LIMIT 1) RETURNING *",
                (now_s, now_s - TAKEN_S),
            ).fetchone()
        return found

    def _put_back(self, cause_id: str) -> None:
        with self._store.writing() as db:
            db.execute("UPDATE untold SET taken_s = 0 WHERE cause_id = ?", (cause_id,))

    def _who(self, actor: str) -> Me:
        now = self._clock()
        return Me(
            user=actor, roles=(), rights=(), rooms=(), language="nl", session_until=now, acting_until=now, login="local"
        )
