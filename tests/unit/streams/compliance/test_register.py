"""Register entries follow what runs: a changed rule, camera or model is a difference, and nothing secret is in them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from streams.cli.main import build_app

ROOT = Path(__file__).parents[4]
DEMO, ABOUT, CAMERAS = ROOT / "docs" / "register", ROOT / "deploy" / "register.yaml", ROOT / "deploy" / "cameras.yaml"
RULES = ROOT / "streams" / "domain" / "rules" / "default.yaml"


def export(to: Path, *words: str, cameras: Path = CAMERAS, **settings: str) -> Result:
    """Run the command on a set-up."""
    given = ["register", "export", "--about", str(ABOUT), "--registry", str(cameras), "--to", str(to), *words]
    return CliRunner().invoke(build_app("register"), given, env={"TOEZICHT_MODELS": None, **settings})


def test_the_demos_entries_are_as_what_runs() -> None:
    """What `make check` holds: whoever changes rules, registry, partners or topics exports them anew."""
    result = export(DEMO, "--check")
    assert result.exit_code == 0, result.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the entries of the demo's set-up and a model."""
    (tmp_path / "models" / "m").mkdir(parents=True)
    (tmp_path / "models" / "m" / "m.bin").write_bytes(b"weights")
    assert export(tmp_path / "out", TOEZICHT_MODELS=str(tmp_path / "models")).exit_code == 0
    return tmp_path


def differences(folder: Path, **changes: Any) -> set[str]:
    """Return the files that differ."""
    result = export(folder / "out", "--check", "--json", **{"TOEZICHT_MODELS": str(folder / "models"), **changes})
    found = {each.partition(":")[0] for each in json.loads(result.stdout)["differences"]}
    assert result.exit_code == (1 if found else 0)
    return found


def test_a_change_of_what_runs_is_a_difference(folder: Path) -> None:
    """Of a rule, a camera, a model, or somebody's edit; and nothing else is."""
    assert differences(folder) == set()
    rules = folder / "rules.yaml"
    rules.write_text(RULES.read_text().replace('version: "2026', 'version: "x2026', 1))
    assert differences(folder, TOEZICHT_RULES=str(rules)) == {"algoritme-prioriteit.json", "dpia-bijlage.md"}
    cameras = folder / "cameras.yaml"
    document = yaml.safe_load(CAMERAS.read_text())
    document["cameras"][0]["legal"]["valid_until"] = "2026-12-31"
    cameras.write_text(yaml.safe_dump(document))
    assert {"cameras.json", "cameras.md"} <= differences(folder, cameras=cameras)
    (folder / "models" / "m" / "m.bin").write_bytes(b"other weights")
    assert differences(folder) == {"algoritme-herkenning.json", "dpia-bijlage.md", "models.json"}
    assert differences(folder, TOEZICHT_MODELS=None) == set(), "no model here: that of the export is taken over"
    (folder / "out" / "notes.txt").write_text("left over")
    assert differences(folder, TOEZICHT_MODELS=None) == {"notes.txt"}


def test_nothing_secret_is_published() -> None:
    """No address of a camera, no variable of its login, no place of a mask."""
    text = "".join(path.read_text() for path in DEMO.iterdir())
    assert "stadsplein-1" in text
    for secret in ("rtsp", "CAMERA_", "polygon", "${", "[500, 0]"):
        assert secret not in text


def test_what_the_municipality_must_say_is_asked_for(tmp_path: Path) -> None:
    """A file without it is refused with the field."""
    about = tmp_path / "about.yaml"
    about.write_text("organization: Gemeente X\n")
    given = ["register", "export", "--about", str(about), "--registry", str(CAMERAS), "--to", str(tmp_path / "out")]
    result = CliRunner().invoke(build_app("register"), given)
    assert "department: Field required" in str(result.exception)


def test_each_entry_has_the_fields_of_the_standard() -> None:
    """Those of publication standard 1.0 that a published entry has; none is left with a name in braces."""
    fields = {
        "name", "organization", "description_short", "lang", "contact_email", "website", "status", "goal", "proportionality",
        "lawful_basis", "source_data", "methods_and_models", "human_intervention", "risks", "provider", "tags",
        "standard_version",
        "begin_date", "lawful_basis_link", "impacttoetsen", "publication_category", "department",
    }  # fmt: skip
    for path in sorted(DEMO.glob("algoritme-*.json")):
        document = json.loads(path.read_text())
        assert set(document) == fields
        assert not [name for name, value in document.items() if isinstance(value, str) and "{" in value]
        assert len(document["description_short"]) <= 150
