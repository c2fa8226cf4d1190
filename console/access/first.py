"""First accounts: made once, at a terminal or handed over by who starts the console, their passwords shown there alone."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError

from console.access.accounts import AccountRecord, LocalAccounts
from console.access.outbox import AccessEvent, AuditOutbox
from console.access.passwords import Passwords
from console.access.store import AccessStore
from console.wire.base import Identifier
from console.wire.people import Role
from streams.errors import ConfigurationError

TERMINAL = "terminal"
"""The actor of what is done with the machine's own commands."""


class FirstAccount(BaseModel):
    """First account: an account to make, or to give a new password."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    user: Identifier
    roles: Annotated[tuple[Role, ...], Field(min_length=1, max_length=5)]
    rooms: Annotated[tuple[Identifier, ...], Field(max_length=50)] = ()
    password: Annotated[SecretStr, Field(min_length=12, max_length=1_000)]
    must_change: bool = True
    """Whether its owner has to choose another one first; not where accounts live no longer than who shows it, as in the demo."""


_FILE: TypeAdapter[tuple[FirstAccount, ...]] = TypeAdapter(tuple[FirstAccount, ...])


def make(first: FirstAccount, store: AccessStore, passwords: Passwords, outbox: AuditOutbox) -> None:
    """Make an account, or give it these roles and this password, and end its sessions.

    Raises:
        ProblemError: 409, nobody would be left to make accounts.
    """
    accounts = LocalAccounts(store)
    known = accounts.find(first.user)
    record = AccountRecord(
        user=known.user if known else first.user, roles=first.roles, rooms=first.rooms, enabled=True,
        must_change=first.must_change, password=passwords.hashed_now(first.password.get_secret_value()),
    )  # fmt: skip
    with store.writing() as db:
        accounts.put(db, record)
        action = "change-account" if known else "make-account"
        outbox.add(db, AccessEvent(TERMINAL, action, "account", record.user, " ".join(record.roles)))


def read_and_delete(path: Path) -> tuple[FirstAccount, ...]:
    """Return the accounts of a file that is readable by its owner alone, and delete it; none where it is gone already.

    Raises:
        ConfigurationError: Others can read it, or it holds something else.
    """

    def wrong(expected: str) -> ConfigurationError:
        return ConfigurationError("environment", "TOEZICHT_CONSOLE_FIRST_ACCOUNTS", str(path), expected)

    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            text = file.read(1_000_000)
        path.unlink()
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise wrong(f"a file that can be read and deleted ({error.strerror})") from None
    if stat.S_IMODE(status.st_mode) & 0o077 or status.st_uid != os.geteuid():
        raise wrong("a file that its owner alone can read; it is deleted, since others may have read it")
    try:
        return _FILE.validate_python(json.loads(text))
    except (ValueError, ValidationError):
        raise wrong("a list of accounts, each with user, roles, rooms and a password of 12 characters") from None
