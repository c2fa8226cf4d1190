"""Store: one file, for its owner alone, that several consoles write to."""

from __future__ import annotations

import sqlite3
import stat
import threading
import time
from pathlib import Path

import pytest

from console.access.store import TABLES, VERSION, AccessStore, hashed
from streams.errors import ConfigurationError


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    """With the files that SQLite puts beside it, and the folder that was made for it."""
    store = AccessStore(tmp_path / "console" / "access.sqlite")
    with store.writing() as db:
        db.execute("INSERT INTO tries VALUES (x'01', 'here', 1.0)")
    files = list((tmp_path / "console").iterdir())
    assert len(files) == 3
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in (*files, tmp_path / "console"))
    store.close()


def test_a_file_that_others_could_read_is_its_owners_alone_again(tmp_path: Path) -> None:
    """Such as one that was copied back."""
    AccessStore(tmp_path / "access.sqlite").close()
    (tmp_path / "access.sqlite").chmod(0o644)
    store = AccessStore(tmp_path / "access.sqlite")
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in tmp_path.iterdir())
    store.close()


def test_what_was_begun_and_failed_is_not_there(tmp_path: Path) -> None:
    """Whatever ends a transaction but its own end."""
    store = AccessStore(tmp_path / "access.sqlite")
    with pytest.raises(KeyboardInterrupt), store.writing() as db:  # noqa: PT012 - what was written before is undone
        db.execute("INSERT INTO tries VALUES (x'01', 'here', 1.0)")
        raise KeyboardInterrupt
    assert store.rows("SELECT * FROM tries") == []
    store.close()


def test_two_consoles_and_many_threads_write_at_a_time(tmp_path: Path) -> None:
    """None of them fails or loses what it wrote."""
    stores = [AccessStore(tmp_path / "access.sqlite") for _ in range(2)]

    def write(store: AccessStore) -> None:
        for _ in range(50):
            with store.writing() as db:
                count = db.execute("SELECT count(*) FROM tries").fetchone()[0]
                db.execute("INSERT INTO tries VALUES (x'01', 'here', ?)", (float(count),))

    threads = [threading.Thread(target=write, args=(stores[n % 2],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [row["at_s"] for row in stores[0].rows("SELECT at_s FROM tries ORDER BY at_s")] == list(range(200))
    for store in stores:
        store.close()


def test_who_waits_to_write_keeps_nobody_from_reading(tmp_path: Path) -> None:
    """Another console writes, and somebody logs in here: every stream looks at its session meanwhile."""
    store, other = (AccessStore(tmp_path / "access.sqlite") for _ in range(2))
    waits, read = threading.Event(), threading.Event()

    def write() -> None:
        waits.set()
        with store.writing() as db:
            db.execute("INSERT INTO tries VALUES (x'01', 'here', 1.0)")

    def look() -> None:
        store.rows("SELECT * FROM sessions")
        read.set()

    threads = [threading.Thread(target=each) for each in (write, look)]
    with other.writing():
        threads[0].start()
        waits.wait(5)
        time.sleep(0.2)  # it stands at the door; where it does not yet, this test cannot fail, and does not
        threads[1].start()
        assert read.wait(2)
    for thread in threads:
        thread.join()
    assert len(store.rows("SELECT * FROM tries")) == 1
    for each in (store, other):
        each.close()


def test_a_file_of_a_newer_release_or_of_something_else_is_refused(tmp_path: Path) -> None:
    """In one line, with the setting's name."""
    newer = sqlite3.connect(tmp_path / "newer.sqlite")
    newer.execute("PRAGMA user_version = 99")
    newer.close()
    (tmp_path / "text.sqlite").write_text("this is no database, but a text of some length " * 50)
    (tmp_path / "file").write_text("")
    for name in ("newer.sqlite", "text.sqlite", "file/access.sqlite"):
        with pytest.raises(ConfigurationError, match="TOEZICHT_CONSOLE_STORE"):
            AccessStore(tmp_path / name)


@pytest.mark.parametrize("version", [1, 2])
def test_a_file_of_the_release_before_is_taken_over(tmp_path: Path, version: int) -> None:
    """With what it holds: accounts, and what the audit was not told yet."""
    path = tmp_path / "access.sqlite"
    older = sqlite3.connect(path)
    tables = TABLES.replace(",\n    at_s REAL NOT NULL DEFAULT 0", "")
    for statement in (tables.replace(", room TEXT NOT NULL DEFAULT ''", "") if version == 1 else tables).split(";"):
        older.execute(statement)
    room = "" if version == 1 else ", ''"
    older.execute(f"INSERT INTO untold VALUES ('c', 'jan', 'login', 'session', 'jan', 'local', 'done', 0{room})")
    older.execute(f"PRAGMA user_version = {version}")
    older.commit()
    older.close()
    for _ in range(2):
        store = AccessStore(path)
        assert [(row["actor"], row["room"], row["at_s"]) for row in store.rows("SELECT * FROM untold")] == [
            ("jan", "", 0)
        ]
        assert store.rows("PRAGMA user_version")[0][0] == VERSION
        store.close()


def test_a_hash_is_of_the_whole_secret() -> None:
    """SHA-256, which is enough for what nobody can guess."""
    assert len(hashed("a")) == 32
    assert hashed("a") != hashed("b")
