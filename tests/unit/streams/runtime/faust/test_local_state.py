"""Local state that cannot be trusted is thrown away and read anew; it is never a message's fault, and never used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from schemas.base import Part
from streams.runtime.faust.local_state import discard_distrusted
from streams.runtime.faust.table import StateTable
from streams.runtime.state import KEPT_AT_KEY, StateError, StateRows
from tests.support.tables import table_in


class Row(Part):
    """A row."""

    number: int


def write(table: StateTable, rows: int) -> None:
    """Keep confirmed rows, enough of them to reach a file when the database is closed."""
    table.keep(0, {f"row/{number:05d}".encode(): b'{"number": 1}' + b" " * 500 for number in range(rows)}, rows)
    database = table.data._dbs.pop(0)
    database.flush()
    database.close()


def test_state_that_opens_is_kept(tmp_path: Path) -> None:
    """A look does not change it, and the offset up to which it reaches is still known."""
    _, table, _ = table_in(tmp_path)
    write(table, 10)
    discard_distrusted("decide", table)
    assert len(table.partition_state(0).keys(b"row/")) == 10
    assert table.persisted_offset(table.changelog_tp(0)) == 10


def test_a_database_that_does_not_open_is_thrown_away(tmp_path: Path) -> None:
    """Garbage in each of its files, as after a disk's fault."""
    _, table, _ = table_in(tmp_path)
    write(table, 10)
    for path in table.data.partition_path(0).iterdir():
        if path.is_file() and path.name != "LOCK":
            path.write_bytes(b"garbage" * 40)
    _, table, _ = table_in(tmp_path)
    discard_distrusted("decide", table)
    assert not table.data.partition_path(0).exists()
    assert table.persisted_offset(table.changelog_tp(0)) is None


def test_a_block_that_is_damaged_ends_the_worker_and_the_next_one_throws_the_state_away(tmp_path: Path) -> None:
    """RocksDB opens such a database; its checksums tell only when the block is read."""
    _, table, failures = table_in(tmp_path)
    write(table, 4_000)
    files = list(table.data.partition_path(0).glob("*.sst"))
    assert files
    for path in files:
        content = path.read_bytes()
        path.write_bytes(bytes(len(content) // 2) + content[len(content) // 2 :])
    _, table, failures = table_in(tmp_path)
    discard_distrusted("decide", table)
    with pytest.raises(StateError, match="cannot be read"):
        list(StateRows(table.partition_state(0)).scan("row/", Row))
    assert isinstance(failures[0], StateError)
    table.data._dbs.clear()
    _, table, _ = table_in(tmp_path)
    discard_distrusted("decide", table)
    assert not table.data.partition_path(0).exists()


def test_rows_that_cannot_be_stored_in_recovery_end_the_worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The framework would log a line and go on without them."""
    _, table, failures = table_in(tmp_path)

    def full(*_: Any, **__: Any) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(table.data, "apply_changelog_batch", full)
    with pytest.raises(OSError, match="No space"):
        table.apply_changelog_batch([])
    assert isinstance(failures[0], StateError)


@pytest.mark.parametrize(("age_h", "kept"), [(11.9, True), (12.1, False)])
def test_state_that_may_have_missed_deletions_is_thrown_away(tmp_path: Path, age_h: float, kept: bool) -> None:
    """The changelog forgets a deletion after a day, so state that was away for half of one is read anew."""
    _, table, _ = table_in(tmp_path)
    write(table, 10)
    written_s = float(table.data._db_for_partition(0).get(KEPT_AT_KEY))
    discard_distrusted("decide", table)  # a look does not make it younger
    assert table.discard_if_old(0, written_s + age_h * 3_600) is not kept
    assert (table.persisted_offset(table.changelog_tp(0)) == 10) is kept
    assert bool(table.partition_state(0).keys(b"row/")) is kept


def test_a_new_partition_is_not_old(tmp_path: Path) -> None:
    """There is nothing in it yet."""
    _, table, _ = table_in(tmp_path)
    assert not table.discard_if_old(0, 1e12)


def test_a_damaged_block_is_no_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """RocksDB calls it a "block checksum mismatch"; one that another process has open is left alone."""
    _, table, _ = table_in(tmp_path)
    for said, kept in (
        ("IO error: lock hold by current process", True),
        ("Corruption: block checksum mismatch", False),
    ):
        write(table, 1)

        def refuse(*_: Any, said: str = said) -> None:
            raise OSError(said)

        with monkeypatch.context() as patch:
            patch.setattr(type(table.data.rocksdb_options), "open", refuse)
            discard_distrusted("decide", table)
        assert table.data.partition_path(0).exists() is kept


def test_a_mark_is_enough(tmp_path: Path) -> None:
    """Local state ahead of its changelog opens well, and is still not to be used."""
    _, table, failures = table_in(tmp_path)
    write(table, 10)
    table.distrust(0)
    assert isinstance(failures[0], StateError)
    discard_distrusted("decide", table)
    assert not table.data.partition_path(0).exists()
    discard_distrusted("decide", table)
