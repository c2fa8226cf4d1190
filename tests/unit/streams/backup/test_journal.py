"""The journal of what was deleted: written before it is done, read for what came after a backup."""

from __future__ import annotations

import stat
from datetime import timedelta
from pathlib import Path

import pytest

from schemas.deletion import Deletion, Hold, HoldState
from streams import topics
from streams.backup.journal import MARGIN, Told, read_journal, write_journal
from streams.backup.manifest import JOURNAL, BackupError
from tests.support.messages import example
from tests.support.situations import NOON

BEFORE = example(Deletion, asked_at=NOON - MARGIN - timedelta(seconds=1))
AFTER = example(Deletion, asked_at=NOON + timedelta(hours=1), deletion_id="later")
RELEASED = example(Hold, state=HoldState.RELEASED, changed_at=NOON)


def test_what_came_since_is_read_and_what_was_done_before_is_not(tmp_path: Path) -> None:
    """Line by line, for its user alone; a day before counts too."""
    told: list[Told] = [(topics.ROOM_DELETIONS, BEFORE), (topics.CAMERA_DELETIONS, AFTER), (topics.HOLDS, RELEASED)]
    folder = tmp_path / "not" / "there"
    assert write_journal(folder, told[:1])
    assert write_journal(folder, told[1:])
    assert read_journal(folder / JOURNAL, NOON) == told[1:]
    assert read_journal(folder / JOURNAL, NOON - timedelta(days=1)) == told
    assert stat.S_IMODE((folder / JOURNAL).stat().st_mode) == 0o600


def test_without_a_folder_there_is_no_journal() -> None:
    """Whoever deletes is told so."""
    assert not write_journal(None, [(topics.ROOM_DELETIONS, BEFORE)])


def test_a_journal_that_cannot_be_written_stops_the_deletion(tmp_path: Path) -> None:
    """What is not noted would come back with a backup."""
    (tmp_path / "file").write_text("")
    with pytest.raises(BackupError, match="so nothing was deleted"):
        write_journal(tmp_path / "file", [(topics.ROOM_DELETIONS, BEFORE)])


@pytest.mark.parametrize("line", ["", "{}", "[]", '{"topic": "alerts"}', '{"topic": "holds"}'])
def test_a_line_that_is_none_is_named(tmp_path: Path, line: str) -> None:
    """A deletion that is passed over would come back."""
    write_journal(tmp_path, [(topics.ROOM_DELETIONS, AFTER)])
    with (tmp_path / JOURNAL).open("a") as file:
        file.write(line + "\n")
    with pytest.raises(BackupError, match="line 2 is no deletion"):
        read_journal(tmp_path / JOURNAL, NOON)
    with pytest.raises(BackupError, match="cannot be read"):
        read_journal(tmp_path / "none", NOON)
