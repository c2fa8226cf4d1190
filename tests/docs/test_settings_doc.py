"""The page of settings is what the models say."""

from __future__ import annotations

from pathlib import Path

from streams.cli.settings import settings_page


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
