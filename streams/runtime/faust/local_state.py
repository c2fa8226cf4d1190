"""Trust in local state: what is marked, or does not open, is thrown away and read anew."""

from __future__ import annotations

import logging
import re
import shutil
from pathlib import Path
from typing import Any, Final

from streams.metrics import STATE_REBUILT

log = logging.getLogger(__name__)

_LOCKED: Final = re.compile("lock hold by|while lock file", re.IGNORECASE)
"""What RocksDB says of a database that another process has open; a damaged block is a "block checksum mismatch"."""


def discard_distrusted(stage: str, table: Any) -> None:
    """Throw away local state that was marked, or that cannot be opened; recovery reads it anew from the changelog.

    Called before the framework opens anything, in a folder that only this worker uses.
    """
    rebuilt = STATE_REBUILT.labels(stage)  # a series from the start
    for partition in range(table.partitions or 0):
        path = table.data.partition_path(partition)
        if path.exists() and (mark_of(path).exists() or not _opens(table, path)):
            log.warning("%s: the local state in %s is thrown away and read anew", stage, path)
            shutil.rmtree(path)
            rebuilt.inc()
        mark_of(path).unlink(missing_ok=True)


def mark_of(path: Path) -> Path:
    """Return where a partition's local state is marked as not to be trusted."""
    return path.with_name(f"{path.name}.distrusted")


def _opens(table: Any, path: Path) -> bool:
    try:
        table.data.rocksdb_options.open(path).close()
    except Exception as error:  # what RocksDB raises has no type of its own
        log.warning("%s cannot be opened: %r", path, error)
        return _LOCKED.search(str(error)) is not None  # another process has it: that is for the framework to say
    return True
