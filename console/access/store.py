"""Access store: accounts, sessions and logins under way in one SQLite file, which the consoles of one host share.

Tokens, states and passwords are kept as hashes alone: who reads the file can log in as nobody.
"""

from __future__ import annotations

import hashlib
import logging
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from console.wire.problems import ProblemError
from streams.errors import ConfigurationError

log = logging.getLogger(__name__)

VERSION: Final = 3
BUSY_S: Final = 5.0
"""How long to wait for another console that writes (s): it takes milliseconds."""
TABLES: Final = """
CREATE TABLE accounts (
    user TEXT PRIMARY KEY COLLATE NOCASE, password TEXT NOT NULL, roles TEXT NOT NULL, rooms TEXT NOT NULL,
    enabled INTEGER NOT NULL, must_change INTEGER NOT NULL
) STRICT;
CREATE TABLE sessions (
    token BLOB PRIMARY KEY, user TEXT NOT NULL COLLATE NOCASE, roles TEXT NOT NULL, rooms TEXT NOT NULL, login TEXT NOT NULL,
    address TEXT NOT NULL, ends_s REAL NOT NULL, acted_s REAL NOT NULL, seen_elsewhere INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX sessions_user ON sessions (user);
CREATE TABLE tries (account BLOB NOT NULL, address TEXT NOT NULL, at_s REAL NOT NULL) STRICT;
CREATE INDEX tries_address ON tries (address, at_s);
CREATE TABLE openid_logins (
    state BLOB PRIMARY KEY, browser BLOB NOT NULL, nonce TEXT NOT NULL, verifier TEXT NOT NULL, back_to TEXT NOT NULL,
    begun_s REAL NOT NULL
) STRICT;
CREATE TABLE untold (
    cause_id TEXT PRIMARY KEY, actor TEXT NOT NULL, action TEXT NOT NULL, object_type TEXT NOT NULL, object_id TEXT NOT NULL,
    reason TEXT NOT NULL, result TEXT NOT NULL, taken_s REAL NOT NULL DEFAULT 0, room TEXT NOT NULL DEFAULT '',
    at_s REAL NOT NULL DEFAULT 0
) STRICT;
"""
STEPS: Final = {
    1: "ALTER TABLE untold ADD COLUMN room TEXT NOT NULL DEFAULT ''",
    2: "ALTER TABLE untold ADD COLUMN at_s REAL NOT NULL DEFAULT 0",
}
"""What makes a file of a version one of the next."""


def hashed(secret: str) -> bytes:
    """Return the hash under which a random secret of 256 bit is kept: it needs no salt, since nobody can guess it."""
    return hashlib.sha256(secret.encode()).digest()


class AccessStore:
    """Access store: a connection that writes and one that reads, each used by one thread at a time.

    Writers of other processes are waited for; who reads waits for no writer, since every open stream does.

    Args:
        path: The file; made with its folder, for this user alone, where it is not there.

    Raises:
        ConfigurationError: It cannot be opened, or is of a newer release.
    """

    def __init__(self, path: Path) -> None:
        self._lock, self._reading_lock = threading.Lock(), threading.Lock()
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.chmod(0o600)  # also one that was there: copied back, or made under another mask
            self._db, self._reading = (_connected(path) for _ in range(2))
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = NORMAL")  # a power cut may cost the newest logins, never the file
            self._db.execute("PRAGMA secure_delete = ON")
            self._prepare(path)
        except (OSError, sqlite3.Error, ProblemError) as error:
            raise ConfigurationError(
                "environment", "TOEZICHT_CONSOLE_STORE", str(path), f"a file to keep sessions in ({error})"
            ) from None

    def _prepare(self, path: Path) -> None:
        with self.writing() as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            if version > VERSION:
                raise ConfigurationError(
                    "environment", "TOEZICHT_CONSOLE_STORE", str(path), f"a file of version {VERSION}, not {version}"
                )
            if version == 0:
                for statement in TABLES.split(";"):
                    db.execute(statement)
            for older in range(version or VERSION, VERSION):
                db.execute(STEPS[older])
            db.execute(f"PRAGMA user_version = {VERSION}")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Yield the connection in a transaction: all that is written within it is written, or nothing.

        Raises:
            ProblemError: 503, it cannot be written: the disk is full, or another process holds it.
        """
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield self._db
                self._db.execute("COMMIT")
            except sqlite3.OperationalError as error:
                log.error("the store of sessions cannot be written: %s", error)  # noqa: TRY400 - one line says it all
                detail = "the store of sessions cannot be written now"
                raise ProblemError(503, "store_not_writable", detail, retry_after_s=5) from None
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")

    def rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        """Return what a query finds, as it is now."""
        with self._reading_lock:
            return self._reading.execute(query, values).fetchall()

    def close(self) -> None:
        """Close the file."""
        with self._lock, self._reading_lock:
            self._reading.close()
            self._db.close()


def _connected(path: Path) -> sqlite3.Connection:
    made = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    made.row_factory = sqlite3.Row
    return made
