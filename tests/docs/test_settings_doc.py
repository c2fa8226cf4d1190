"""The page of settings is what the models say."""

from __future__ import annotations

import re
from pathlib import Path

from streams.cli.settings import settings_page
from streams.environment import GROUPS, OTHERS, variables


def test_the_page_is_up_to_date() -> None:
    """`toezicht settings --page > docs/settings.md` writes it anew."""
    assert Path("docs/settings.md").read_text(encoding="utf-8") == settings_page()


def test_every_setting_has_a_sentence_and_what_it_can_be() -> None:
    """Nothing that a reader would have to guess."""
    rows = [
        line.split(" | ") for line in settings_page().splitlines() if line.startswith(("| `TOEZICHT_", "| `KAFKA_"))
    ]
    assert len(rows) > 80
    for row in rows:
        assert all(cell.strip("| ") for cell in row), row


def test_every_variable_that_is_told_of_is_one() -> None:
    """In the documentation, what is deployed and the scripts: a name that no command takes would be refused by all."""
    known = {variable for group in GROUPS for variable in variables(group.kind())} | set(OTHERS)
    pages = [path for folder in ("docs", "deploy", "scripts") for path in Path(folder).rglob("*") if path.is_file()]
    told = {
        (str(path), name)
        for path in [*pages, Path("README.md"), Path("CONTRIBUTING.md"), Path("Makefile")]
        if path.suffix not in (".png", ".jpg") and "node_modules" not in path.parts
        for name in re.findall(
            r"\bTOEZICHT_[A-Z0-9_]*[A-Z0-9]\b(?![*_])", path.read_text(encoding="utf-8", errors="replace")
        )
    }
    assert len(told) > 50
    prefixes = {group.prefix.rstrip("_") for group in GROUPS}
    assert {each for each in told if each[1] not in known | prefixes} == set()
