"""The shape of the code: who imports whom, how long files and functions may be, and what may stand nowhere."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("schemas", "detectors", "streams", "console", "bench")
LONGEST_FILE = 400
LONGEST_FUNCTION = 60
MOST_FILES = 16

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


def test_the_contracts_of_the_import_linter_hold() -> None:
    """Those of pyproject.toml, which see indirect imports too."""
    program = Path(sys.executable).with_name("lint-imports")
    if not program.exists():
        pytest.skip("import-linter (extra dev) is not installed")
    process = subprocess.run([program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert process.returncode == 0, process.stdout + process.stderr
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", process.stdout)


def test_no_import_is_relative() -> None:
    """A module is found by its whole name."""
    for package in PACKAGES:
        for path in sources(package):
            nodes = ast.walk(ast.parse(path.read_text()))
            assert not [node for node in nodes if isinstance(node, ast.ImportFrom) and node.level], path


def test_a_test_module_imports_no_other() -> None:
    """What tests share stands in `tests/support`: a test can then be moved or deleted alone."""
    found = re.compile(r"(?m)^\s*from tests\.(?:[\w.]+\.)?(?:test_\w+|conftest) import|^\s*import tests\.")
    paths = sorted((ROOT / "tests").rglob("*.py"))
    assert [str(path.relative_to(ROOT)) for path in paths if found.search(path.read_text())] == []


def test_a_public_class_has_a_name_of_its_own() -> None:
    """One word, one meaning: who looks for a class finds one."""
    found: dict[str, list[str]] = defaultdict(list)
    for package in PACKAGES:
        for path in sources(package):
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                    found[node.name].append(str(path.relative_to(ROOT)))
    assert {name: paths for name, paths in found.items() if len(paths) > 1} == {}


def test_a_folder_holds_one_noun() -> None:
    """One with more files has another noun in it; commands, messages and codes are lists by nature."""
    counts = Counter(path.parent for package in PACKAGES for path in sources(package) if path.name != "__init__.py")
    lists = {ROOT / "streams" / "cli", ROOT / "schemas", ROOT / "schemas" / "phrases" / "codes"}
    assert {str(folder): count for folder, count in counts.items() if count > MOST_FILES and folder not in lists} == {}


@pytest.mark.parametrize("package", PACKAGES)
def test_a_docstring_begins_with_the_fields_term(package: str) -> None:
    """And not with a question word: who reads the first line learns what the thing is called."""
    asks = {"What", "Where", "How", "Why", "Which", "Whether", "From", "Everything", "When", "Who"}
    found = []
    for path in sources(package):
        tree = ast.parse(path.read_text())
        nodes: list[ast.Module | ast.ClassDef] = [
            tree,
            *(each for each in tree.body if isinstance(each, ast.ClassDef) and not each.name.startswith("_")),
        ]
        found += [
            f"{path}: {text}" for each in nodes if (text := (ast.get_docstring(each) or "").split(" ")[0]) in asks
        ]
    assert found == []


def test_a_package_says_what_it_is() -> None:
    """In its own docstring, for whoever opens it first."""
    for package in PACKAGES:
        for path in sources(package):
            if path.name == "__init__.py":
                assert len((ast.get_docstring(ast.parse(path.read_text())) or "").split()) > 4, path


@pytest.mark.parametrize("package", PACKAGES)
def test_files_and_functions_are_short_enough_to_read(package: str) -> None:
    """One that grows has a noun in it that wants a file of its own."""
    for path in sources(package):
        text = path.read_text()
        assert text.count("\n") <= LONGEST_FILE, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("register"):
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
