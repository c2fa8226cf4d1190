"""Access for tests: a clock that a test sets, cheap hashes, sessions over a store in a folder."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher

from console.access.accounts import LocalAccounts
from console.access.first import FirstAccount, make
from console.access.openid import OpenIdClient
from console.access.outbox import AuditOutbox
from console.access.passwords import Passwords
from console.access.server_sessions import AccessParts, ServerSessions
from console.access.store import AccessStore
from console.settings import ConsoleSettings
from console.wire.people import Caller, LoginAsked, Me, Role
from console.wire.problems import ProblemError

PASSWORD = "correct-horse-battery"
HERE = "10.0.0.7"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
ROOMS = ("amstelveen", "uithoorn")


@dataclass
class SetClock:
    """A clock that stands still until a test moves it."""

    now: datetime = datetime(2026, 11, 29, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class HeardAudits:
    """An audit that remembers what it was told, or does not take it."""

    told: list[dict[str, Any]] = field(default_factory=list)
    away: bool = False

    async def tell(
        self,
        me: Me,
        action: str,
        object_type: str,
        object_id: str,
        reason: str,
        result: str,
        cause_id: str,
        room: str = "",
        *,
        at: datetime | None = None,
    ) -> None:
        await asyncio.sleep(0)
        if self.away:
            raise ProblemError(503, "audit_unavailable")
        event = {"actor": me.user, "action": action, "object_type": object_type, "object_id": object_id}
        self.told.append(event | {"reason": reason, "result": result, "cause_id": cause_id, "room": room, "at": at})

    def brief(self) -> list[tuple[str, str, str, str]]:
        """Return who did what, why and with which result."""
        return [(each["actor"], each["action"], each["reason"], each["result"]) for each in self.told]


@dataclass
class Access:
    """Sessions with all that they are made of."""

    settings: ConsoleSettings
    store: AccessStore
    clock: SetClock
    passwords: Passwords
    outbox: AuditOutbox
    sessions: ServerSessions

    def account(
        self, user: str, *roles: Role, rooms: tuple[str, ...] = ("amstelveen",), must_change: bool = False
    ) -> None:
        """Make an account with `PASSWORD`."""
        known = {"user": user, "roles": roles, "rooms": rooms, "password": PASSWORD, "must_change": must_change}
        first = FirstAccount.model_validate(known)
        make(first, self.store, self.passwords, self.outbox)

    def login(self, user: str, password: str = PASSWORD, address: str = HERE, token: str | None = None) -> Caller:
        """Log in, and return the browser with its cookie."""
        asked = LoginAsked.model_validate({"user": user, "password": password})
        _, given = asyncio.run(self.sessions.login(asked, Caller(address, token)))
        return Caller(address, given)

    def told(self) -> list[tuple[str, str, str, str]]:
        """Return what the audit is told of since it was told last."""
        audits = HeardAudits()
        asyncio.run(self.outbox.tell_once(audits))
        return audits.brief()


def make_access(folder: Path, clock: SetClock | None = None, openid: bool = False, **settings: Any) -> Access:
    """Return sessions over the store in a folder; two of one folder are two consoles."""
    known = ConsoleSettings.model_validate(settings)
    store, clock, passwords = AccessStore(folder / "access.sqlite"), clock or SetClock(), Passwords(CHEAP)
    outbox = AuditOutbox(store, clock)
    client = OpenIdClient(known, store, clock) if openid else None
    parts = AccessParts(known, store, LocalAccounts(store), passwords, outbox, client, lambda: ROOMS, clock)
    return Access(known, store, clock, passwords, outbox, ServerSessions(parts))


def problem_code(error: Any) -> tuple[int, str]:
    """Return a problem's status and code, of what `pytest.raises` caught."""
    return error.value.status, error.value.code
