"""What `docs/architecture.md`, `docs/glossary.md` and `CONTRIBUTING.md` say of the tree is so."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ("docs/architecture.md", "docs/glossary.md", "CONTRIBUTING.md", "docs/design.md")
TEXT = {name: (ROOT / name).read_text() for name in PAGES}
TOPS = ("schemas", "detectors", "streams", "console", "bench", "tests", "deploy", "docs", "locks", "scripts")
WALKS = ("A report's way to an alert", "A frame's way to an observation", "An action's way to the list")


def paths(text: str) -> set[str]:
    """Return the paths of the project that a text names in code marks; one with a placeholder names none."""
    found = re.findall(r"`((?:" + "|".join(TOPS) + r")/[\w./<>…*-]*)`", text)
    return {path for path in found if not re.search(r"[<>…*]|/x\.|test_x", path)}


def walk(title: str) -> str:
    """Return the lines of one walk."""
    return TEXT["docs/architecture.md"].split(f"## {title}\n")[1].split("\n## ")[0]


def defined(path: Path) -> set[str]:
    """Return the names that a module defines."""
    return {getattr(node, "name", "") for node in ast.walk(ast.parse(path.read_text()))}


@pytest.mark.parametrize("page", PAGES)
def test_a_path_on_the_page_exists(page: str) -> None:
    """A page that names a file which has moved leads nowhere."""
    assert paths(TEXT[page])
    assert [path for path in sorted(paths(TEXT[page])) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("title", WALKS)
def test_a_walk_has_ten_steps_and_its_names_stand_where_it_says(title: str) -> None:
    """A name in brackets after a module, or after the module and a comma, is defined in it."""
    text = walk(title)
    assert re.findall(r"(?m)^(\d+)\. ", text) == [str(step) for step in range(1, 11)]
    named = re.findall(r"`([\w/]+\.py)`(?:,| \()\s?`(\w+)`", text)
    assert [(path, name) for path, name in named if name not in defined(ROOT / path)] == []


def test_every_package_has_its_line() -> None:
    """A new package is described where a newcomer looks."""
    told = set(re.findall(r"(?m)^\| `([\w/]+)/` \|", TEXT["docs/architecture.md"]))
    found = {
        str(path.parent.relative_to(ROOT))
        for top in ("schemas", "detectors", "streams")
        for path in (ROOT / top).rglob("__init__.py")
    }
    within = {"streams", "detectors", "streams/domain", "schemas/json"}
    untold = {
        package
        for package in found - within
        if not any(package == line or package.startswith(f"{line}/") for line in told)
    }
    assert untold == set()
    assert {line for line in told if not (ROOT / line).is_dir()} == set()
    direct = {f"streams/{path.name}" for path in (ROOT / "streams").iterdir() if (path / "__init__.py").exists()}
    assert direct - told - within == set()


def test_the_drawing_names_every_package_of_streams() -> None:
    """And none that is not there."""
    drawn = TEXT["docs/architecture.md"].split("```")[1].split("\nstreams\n")[1].split("\ndetectors")[0]
    names = {
        word
        for line in drawn.splitlines()
        for word in re.findall(r"[a-z_]+", re.split(r"(?<=\w)\s{4,}", line.strip())[0])
    }
    there = {
        path.stem for path in (ROOT / "streams").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert names == there - {"__init__", "__pycache__"}
