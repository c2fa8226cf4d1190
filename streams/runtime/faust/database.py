"""Databases of rows: a RocksDB for each partition of each stage, and one cache of blocks for all of a process.

A worker of all stages has some twenty of them. What each may hold in memory counts as often, and is taken within hours and not
at once: with a limit for each a process grows for as long as one looks.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import rocksdict
from faust.stores.rocksdb import RocksDBOptions

STORE: Final = "rocksdb://?driver=rocksdict"
ROCKSDB: Final = {
    "write_buffer_size": 2**20,
    "max_write_buffer_number": 2,
    "driver": "rocksdict",
}
"""Each database fills its write buffer before it writes a file: with 8 MiB a worker grew for hours, by 150 MB in the end, with
1 MiB by 40. A row costs 7 µs instead of 6."""
CACHED_BLOCKS_BYTES: Final = 16 * 2**20
"""What a process keeps of its files in memory, indexes and filters included. With 8 MiB for each of 24 databases they held 155 MB
after 600,000 rows and still grew, with this for all together 42 MB and no more; a row cost the same."""


@cache
def cached_blocks() -> Any:
    """Return the cache of blocks that all databases of this process share."""
    return rocksdict.Cache(CACHED_BLOCKS_BYTES)


class SharingOptions(RocksDBOptions):  # type: ignore[misc]
    """The framework's options of a database, but for its cache of blocks: that of the process."""

    def as_options(self) -> Any:
        """Return RocksDB's own options."""
        options = super().as_options()
        blocks = rocksdict.BlockBasedOptions()
        blocks.set_bloom_filter(self.bloom_filter_size, block_based=True)
        blocks.set_block_cache(cached_blocks())
        blocks.set_cache_index_and_filter_blocks(True)
        options.set_block_based_table_factory(blocks)
        return options
