"""Databases of rows: what all of a worker hold in memory together is bounded."""

from __future__ import annotations

from pathlib import Path

from faust.stores.rocksdb import RocksDBOptions

from streams import topics
from streams.runtime.faust.database import CACHED_BLOCKS_BYTES, ROCKSDB, SharingOptions, cached_blocks
from tests.support.tables import table_in

ROW = b"r" * 1_000
ROWS = 6_000
"""Of one database: some six files, of whose blocks those that were read are kept."""


def fill_and_read(options: RocksDBOptions, path: Path) -> None:
    """Write rows into a database until it has files, and read each again."""
    database = options.open(path)
    names = [b"row/%06d" % number for number in range(ROWS)]
    for name in names:
        database.put(name, ROW)
    database.flush()
    assert all(database.get(name) == ROW for name in names)
    database.close()


def test_the_write_buffers_of_a_worker_of_all_stages_are_small() -> None:
    """Each partition of each stage fills one before it writes a file: for hours a worker grows by what they hold together."""
    databases = sum(spec.partitions for spec in topics.CHANGELOGS)
    assert databases > 20
    buffer_bytes = ROCKSDB["write_buffer_size"]
    assert isinstance(buffer_bytes, int)
    assert databases * buffer_bytes <= 64 * 2**20


def test_all_databases_share_one_cache_that_is_full_at_its_limit(tmp_path: Path) -> None:
    """Four databases whose blocks would need a cache of 24 MB keep no more than one process may."""
    options = SharingOptions(write_buffer_size=2**20, use_rocksdict=True)
    for number in range(4):
        fill_and_read(options, tmp_path / str(number))
    assert CACHED_BLOCKS_BYTES / 4 < cached_blocks().get_usage() <= CACHED_BLOCKS_BYTES


def test_a_stages_table_uses_it(tmp_path: Path) -> None:
    """And has the framework's other settings as they were asked for."""
    _, table, _ = table_in(tmp_path)
    options = table.data.rocksdb_options
    assert isinstance(options, SharingOptions)
    assert options.write_buffer_size == ROCKSDB["write_buffer_size"]
