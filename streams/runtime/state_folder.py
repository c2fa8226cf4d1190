"""A worker's own folder: one process at a time, since the consumer groups know a worker by it."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Iterator
from pathlib import Path

from streams.errors import ConfigurationError


@contextlib.contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Keep the folder for this process until the block ends; the kernel gives it back where the process is killed.

    Raises:
        ConfigurationError: Another process has it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            expected = "a state folder that no other worker uses (--state NAME)"
            raise ConfigurationError("worker", "--state", str(folder), expected) from None
        yield
