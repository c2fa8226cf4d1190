"""Processing activities: every kind has its entry in the register, or the file is refused with what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.config.activities import load_activities
from streams.config.yaml import FileError
from streams.domain.logbook.lines import ProcessingKind

EXAMPLE = Path(__file__).parents[4] / "deploy" / "register.yaml"


def test_the_examples_file_has_each_kind() -> None:
    """Each a URI of its own."""
    found = load_activities(EXAMPLE).by_kind()
    assert set(found) == set(ProcessingKind)
    assert len(set(found.values())) == len(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("organization: x\n", "processing_activities"),
        ("processing_activities: {view: https://r.example/1, action: https://r.example/1, snapshot: https://r.example/1, "
         "dispatch: https://r.example/1}\n", "retention"),
        ("processing_activities: {view: beelden, action: https://r.example/1, snapshot: https://r.example/1, "
         "dispatch: https://r.example/1, retention: 'urn:x:12345'}\n", "view"),
    ],
)  # fmt: skip
def test_what_is_missing_or_no_uri_is_named(tmp_path: Path, text: str, expected: str) -> None:
    """With the file and the field."""
    path = tmp_path / "register.yaml"
    path.write_text(text)
    with pytest.raises(FileError, match=rf"register\.yaml.*{expected}"):
        load_activities(path)
