"""Journal: what was deleted, and which holds were released, by ids, in a file beside the backups.

A backup still has what was deleted after it was made, and the cluster that knew of the deletion is the one that was lost. So
`toezicht delete` and `hold release` write it here first, and `toezicht restore` reads it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from schemas.deletion import Deletion, Hold
from streams.backup.manifest import JOURNAL, BackupError

MARGIN: Final = timedelta(days=1)
"""A deletion of so long before a backup is done again: a stage that did not run then had not obeyed yet."""
_KINDS: Final = {topic: kind for kind in (Deletion, Hold) for topic in kind.topics}

Told = tuple[str, Deletion | Hold]
"""What was said, and on which topic."""


def write_journal(folder: Path | None, told: Iterable[Told]) -> bool:
    """Add what is about to be deleted to the journal, and have it on the disk; return whether there is a journal.

    Args:
        folder: Where backups stand (`TOEZICHT_BACKUPS`); None where none are made.
        told: The deletions, or holds that are released.

    Raises:
        BackupError: It cannot be written: then nothing is to be deleted either.
    """
    if folder is None:
        return False
    path = folder / JOURNAL
    lines = "".join(json.dumps({"topic": topic} | each.model_dump(mode="json")) + "\n" for topic, each in told)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8") as file:
            file.write(lines)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise BackupError(f"{path}: cannot be written ({error.strerror}), so nothing was deleted") from None
    return True


def read_journal(path: Path, since: datetime) -> list[Told]:
    """Return what was deleted and released since a time, a day before it included.

    Raises:
        BackupError: It is not there, or a line cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise BackupError(f"{path}: cannot be read ({error.strerror}), expected the journal of deletions") from None
    told = [_read(path, number, line) for number, line in enumerate(lines, 1)]
    return [each for each in told if each[1].happened_at() >= since - MARGIN]


def _read(path: Path, number: int, line: str) -> Told:
    try:
        document = json.loads(line)
        topic = document.pop("topic")
        return topic, _KINDS[topic].model_validate_json(json.dumps(document))
    except (ValidationError, ValueError, KeyError, TypeError, AttributeError):
        raise BackupError(f"{path}: line {number} is no deletion, expected what `toezicht delete` wrote") from None
