"""Text files of many lines, compressed where their name ends with .gz."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import IO, Literal


def open_text(path: Path, mode: Literal["r", "w"]) -> IO[str]:
    """Open a file of UTF-8 lines for reading or writing; `-` is no name here.

    Raises:
        OSError: It cannot be opened.
    """
    if path.suffix == ".gz":
        return gzip.open(path, "rt" if mode == "r" else "wt", encoding="utf-8", compresslevel=3)
    return path.open(mode, encoding="utf-8")
