"""`toezicht schemas export` writes the files, and --check names each difference."""

from __future__ import annotations

import json
from pathlib import Path

import typer
from typer.testing import CliRunner

from streams.cli import schemas
from streams.errors import ConfigurationError


def _app() -> typer.Typer:
    app = typer.Typer()
    schemas.register(app)
    return app


def test_export_then_check(tmp_path: Path) -> None:
    """What was just written has no difference; a removed file is named and gives exit code 1."""
    run = CliRunner().invoke
    assert run(_app(), ["schemas", "export", "--to", str(tmp_path)]).exit_code == 0
    assert run(_app(), ["schemas", "export", "--to", str(tmp_path), "--check"]).exit_code == 0
    (tmp_path / "tick.v1.json").unlink()
    result = run(_app(), ["schemas", "export", "--to", str(tmp_path), "--check", "--json"])
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {"differences": [f"{tmp_path}/tick.v1.json: missing"]}


def test_a_folder_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    """A file where the folder should be is a wrong setting, named."""
    target = tmp_path / "file"
    target.write_text("")
    result = CliRunner().invoke(_app(), ["schemas", "export", "--to", str(target)])
    assert isinstance(result.exception, ConfigurationError)
    assert str(target) in str(result.exception)
    assert "\n" not in str(result.exception)
