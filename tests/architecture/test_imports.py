"""The shape of the code: who imports whom, how long files and functions may be, and what may stand nowhere."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("schemas", "detectors", "streams", "bench")
LONGEST_FILE = 400
LONGEST_FUNCTION = 60

LEAVES = frozenset({"settings", "topics", "metrics", "errors", "clock"})
"""Modules of `streams` that stages may use beside decisions and messages."""

ALLOWED = {
    "schemas": frozenset({"schemas"}),
    "detectors": frozenset({"schemas", "detectors"}),
    "streams.domain": frozenset({"schemas", "streams.domain"}),
    "streams.stages": frozenset(
        {"schemas", "detectors", "streams.domain", "streams.stages"} | {f"streams.{leaf}" for leaf in LEAVES}
    ),
    "streams.intake.sources": frozenset(
        {"schemas", "streams.domain", "streams.intake.sources", "streams.errors", "streams.config.yaml"}
    ),
}
"""What each package may import of ours; packages that are not named compose the others."""

FORBIDDEN = {
    "a package registry's host": r"(pypi|npmjs|pythonhosted|maven\.apache|golang|crates)\.(org|io|com)\b|maven\.org\b",
    "a path of one machine": r"(?<![\w.{$])/(work|root|home/(?!appuser)\w+|Users)/",
}


def sources(package: str) -> list[Path]:
    """Return the Python files of a package, written as `streams.domain`."""
    found = sorted((ROOT / package.replace(".", "/")).rglob("*.py"))
    assert found, package
    return found


def tracked() -> Iterator[tuple[str, str]]:
    """Yield each text file that belongs to the project, with its text."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        pytest.skip("no git, or not a checkout: which files belong to the project is not known")
    names = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in names.split("\0"):
        path = ROOT / name
        if not path.is_file() or path == Path(__file__) or name.startswith("tests/data/"):
            continue
        try:
            yield name, path.read_text()
        except UnicodeDecodeError:
            continue


def imported(path: Path) -> set[str]:
    """Return the modules that a file imports anywhere in it, names of `from` imports included."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def strangers(modules: set[str], allowed: frozenset[str]) -> set[str]:
    """Return what is ours and not allowed."""
    ours = {module for module in modules if module.split(".")[0] in PACKAGES}
    return {module for module in ours if not any(f"{module}.".startswith(f"{name}.") for name in allowed)}


def test_the_contracts_of_the_import_linter_hold() -> None:
    """Those of pyproject.toml, which see indirect imports too."""
    program = Path(sys.executable).with_name("lint-imports")
    if not program.exists():
        pytest.skip("import-linter (extra dev) is not installed")
    process = subprocess.run([program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout + process.stderr
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", process.stdout)


@pytest.mark.parametrize("package", ALLOWED)
def test_a_package_imports_only_what_its_arrow_allows(package: str) -> None:
    """Every file, imports within functions included."""
    found = {str(path.relative_to(ROOT)): strangers(imported(path), ALLOWED[package]) for path in sources(package)}
    assert {name: modules for name, modules in found.items() if modules} == {}


def test_a_stranger_is_seen() -> None:
    """The check itself tells a package from one whose name only begins alike."""
    assert strangers({"streams.domain_x", "streams.domain.geometry.zones", "json"}, ALLOWED["streams.domain"]) == {
        "streams.domain_x"
    }


@pytest.mark.parametrize("package", PACKAGES)
def test_files_and_functions_are_short_enough_to_read(package: str) -> None:
    """One that grows has a noun in it that wants a file of its own."""
    for path in sources(package):
        text = path.read_text()
        assert text.count("\n") <= LONGEST_FILE, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name != "register":
                assert (node.end_lineno or 0) - node.lineno < LONGEST_FUNCTION, f"{path}: {node.name}"


@pytest.mark.parametrize("what", FORBIDDEN)
def test_what_may_stand_nowhere(what: str) -> None:
    """Locks and code work with any registry and on any machine."""
    pattern = re.compile(FORBIDDEN[what])
    found = {name: match[0] for name, text in tracked() if (match := pattern.search(text))}
    assert found == {}


@pytest.mark.parametrize("text", ["https://" + "pypi." + "org/simple", "repo1.maven." + "org", "open('/" + "work/x')"])
def test_a_forbidden_word_is_seen(text: str) -> None:
    """The patterns find what they are for."""
    assert any(re.search(pattern, text) for pattern in FORBIDDEN.values())
