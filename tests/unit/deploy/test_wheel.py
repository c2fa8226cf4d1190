"""The wheel: what is installed carries the built page, and nothing that it is built from."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[3]


def test_an_installed_wheel_carries_the_page(tmp_path: Path) -> None:
    """With the catalogues and the API's document; the sources and their modules stay outside."""
    if not (ROOT / "console" / "static" / "index.html").is_file():
        pytest.skip("the page is not built: make page")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    [wheel] = tmp_path.glob("*.whl")
    names = set(ZipFile(wheel).namelist())
    assert {"console/static/index.html", "console/openapi.json", "schemas/phrases/nl.ftl"} <= names
    assert any(name.startswith("console/static/assets/") and name.endswith(".js") for name in names)
    assert not any(name.startswith("console/web/") for name in names)
