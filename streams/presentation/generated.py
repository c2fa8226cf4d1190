"""Generated document: a file of the repository that code makes; written by its command, and checked by `make check`."""

from __future__ import annotations

import sys
from pathlib import Path


def write_or_check(file: Path, text: str, module: str, arguments: list[str]) -> int:
    """Write a document, or with `--check` compare what is written; return the exit status.

    Args:
        file: Where it stands, in the repository.
        text: What the code makes.
        module: The module that makes it, for the line that says how.
        arguments: Of the command line.
    """
    if arguments != ["--check"]:
        file.write_text(text, encoding="utf-8")
        return 0
    if file.is_file() and file.read_text(encoding="utf-8") == text:
        return 0
    where = "/".join(file.parts[-2:])
    sys.stderr.write(f"toezicht: {where} is not of this code; run: python -m {module}\n")
    return 1
