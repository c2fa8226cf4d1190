"""Text files of many lines, compressed where their name ends with .gz."""

from __future__ import annotations

import gzip
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Final, Literal

from streams import topics
from streams.errors import ConfigurationError


def open_text(path: Path, mode: Literal["r", "w"]) -> IO[str]:
    """Open a file of UTF-8 lines for reading or writing; `-` is no name here.

    Raises:
        OSError: It cannot be opened.
    """
    if path.suffix == ".gz":
        return gzip.open(path, "rt" if mode == "r" else "wt", encoding="utf-8", compresslevel=3)
    return path.open(mode, encoding="utf-8")


KEPT: Final = timedelta(milliseconds=topics.LEGAL_MS)
"""How old what derives from images may become in a file: as long as the topics keep it."""


def refuse_old(path: Path, oldest: datetime, now: datetime) -> None:
    """Refuse a file that should have been deleted: what derives from images may not outlive four weeks.

    Raises:
        ConfigurationError: It is older than the topics' retention.
    """
    if now - oldest > KEPT:
        expected = f"nothing older than {KEPT.days} days: it derives from images; delete this file"
        raise ConfigurationError(str(path), "taken_at", oldest.isoformat(timespec="seconds"), expected)
