"""Two workers with one name would take the group's place from each other."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.errors import ConfigurationError
from streams.runtime.state_folder import exclusive


def test_a_folder_is_one_workers_until_it_ends(tmp_path: Path) -> None:
    """The second one says in one line what to do; afterwards the folder is free again."""
    folder = tmp_path / "state" / "decide"
    with (
        exclusive(folder),
        pytest.raises(ConfigurationError, match=r"--state is .*decide.*no other worker"),
        exclusive(folder),
    ):
        pass
    with exclusive(folder):
        assert folder.is_dir()
