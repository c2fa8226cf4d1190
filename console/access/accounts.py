"""Accounts: local ones, for the demo and for the day that the identity provider is away."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from console.access.store import AccessStore
from console.wire.people import Account, Role
from console.wire.problems import ProblemError

LOCAL: Final = "local"


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """Account record: an account as it is kept."""

    user: str
    roles: tuple[Role, ...]
    rooms: tuple[str, ...]
    enabled: bool
    must_change: bool
    password: str = field(repr=False)

    def shown(self) -> Account:
        """Return it without its password."""
        return Account(
            user=self.user, roles=self.roles, rooms=self.rooms, enabled=self.enabled, must_change=self.must_change
        )


def why_not(accounts: Iterable[AccountRecord], changed: AccountRecord) -> str:
    """Return why an account may not become what is asked, empty where it may: somebody must be left to make accounts."""

    def administers(each: AccountRecord) -> bool:
        return each.enabled and Role.ADMINISTRATOR in each.roles

    others = [each for each in accounts if each.user.casefold() != changed.user.casefold()]
    before = [each for each in accounts if each.user.casefold() == changed.user.casefold()]
    if any(map(administers, before)) and not administers(changed) and not any(map(administers, others)):
        return "last_administrator"
    return ""


class LocalAccounts:
    """Local accounts: the rows of the store. Names that differ in capitals alone are one account."""

    def __init__(self, store: AccessStore) -> None:
        self._store = store

    def all(self) -> tuple[AccountRecord, ...]:
        """Return all accounts, by name."""
        return tuple(_record(row) for row in self._store.rows("SELECT * FROM accounts ORDER BY user"))

    def find(self, user: str) -> AccountRecord | None:
        """Return one account, None where there is none of this name."""
        rows = self._store.rows("SELECT * FROM accounts WHERE user = ?", user)
        return _record(rows[0]) if rows else None

    def read(self, db: sqlite3.Connection, user: str) -> AccountRecord | None:
        """Return one account within a transaction, None where there is none of this name."""
        row = db.execute("SELECT * FROM accounts WHERE user = ?", (user,)).fetchone()
        return None if row is None else _record(row)

    def put(self, db: sqlite3.Connection, account: AccountRecord, but: bytes = b"") -> None:
        """Keep an account, and end its sessions but one, within a transaction.

        Args:
            db: The transaction.
            account: What it becomes.
            but: The hash of the token of a session that goes on.

        Raises:
            ProblemError: 409, nobody would be left to make accounts.
        """
        known = [_record(row) for row in db.execute("SELECT * FROM accounts").fetchall()]
        if code := why_not(known, account):
            raise ProblemError(409, code, "expected another enabled administrator to be left")
        db.execute(
            "INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (user) DO UPDATE SET password = excluded.password,"
            " roles = excluded.roles, rooms = excluded.rooms, enabled = excluded.enabled, must_change = excluded.must_change",
            (
                account.user, account.password, json.dumps(account.roles), json.dumps(account.rooms), account.enabled,
                account.must_change,
            ),
        )  # fmt: skip
        db.execute("DELETE FROM sessions WHERE user = ? AND login = ? AND token != ?", (account.user, LOCAL, but))


def _record(row: sqlite3.Row) -> AccountRecord:
    return AccountRecord(
        user=row["user"], roles=tuple(Role(role) for role in json.loads(row["roles"])),
        rooms=tuple(json.loads(row["rooms"])), enabled=bool(row["enabled"]), must_change=bool(row["must_change"]),
        password=row["password"],
    )  # fmt: skip
