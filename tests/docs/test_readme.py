"""What the README says can be done: its commands, paths and configuration are real."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.main import get_command

from streams.cli.main import build_app
from streams.local.pipeline import Pipeline

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs" / "adr").glob("*.md")),
]
TEXT = {str(path.relative_to(ROOT)): path.read_text() for path in DOCUMENTS}


def blocks(language: str) -> list[tuple[str, str]]:
    """Return all code blocks of one language, with the document's name."""
    return [
        (name, block)
        for name, text in TEXT.items()
        for block in re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)
    ]


OURS = re.compile(r"\s*(?:\w+=\S*\s+)*(?:\S*/)?(?:toezicht|make)\b")
"""How a part of a line begins that runs a command of ours, after what it sets for it alone."""


def commands() -> list[tuple[str, list[str]]]:
    """Return every `toezicht …` and `make …` command line of the documents."""
    found = []
    for name, block in blocks("sh"):
        for line in block.splitlines():
            for part in line.split("|"):
                if OURS.match(part) is None:
                    continue  # a shell's own lines may be of any shape
                words = shlex.split(part, comments=True)
                while words and "=" in words[0]:
                    words.pop(0)
                if words and words[0].split("/")[-1] in ("toezicht", "make"):
                    found.append((name, words))
    inline = re.findall(r"`((?:\.venv/bin/)?toezicht [^`]+|make [^`]+)`", "\n".join(TEXT.values()))
    return found + [("inline", shlex.split(line)) for line in inline]


@cache
def command_line() -> Any:
    """Return the command line with all its commands, which takes a moment to build."""
    return get_command(build_app())


@pytest.mark.parametrize(
    ("document", "words"), commands(), ids=lambda value: " ".join(value) if isinstance(value, list) else value
)
def test_a_command_in_the_documents_exists(document: str, words: list[str]) -> None:
    """Make targets are in the Makefile; commands and their options are known to the command line."""
    if words[0] == "make":
        target = next(word for word in words[1:] if "=" not in word)
        assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.MULTILINE)
        return
    command = command_line()
    rest = words[1:]
    while rest and hasattr(command, "commands") and not rest[0].startswith("-"):
        assert rest[0] in command.commands, f"{document}: toezicht has no {' '.join(words[1:])}"
        command = command.commands[rest.pop(0)]
    options = {option for parameter in command.params for option in parameter.opts + parameter.secondary_opts}
    for word in rest:
        if word.startswith("--"):
            assert word.split("=")[0] in options | {"--help"}, f"{document}: {' '.join(words)} has no {word}"


@pytest.mark.parametrize("name", TEXT)
def test_a_link_in_the_documents_leads_somewhere(name: str) -> None:
    """Every relative link names a file of the project."""
    folder = (ROOT / name).parent
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT[name]):
        if "://" not in target:
            assert (folder / target).exists(), f"{name} links to {target}"


def test_the_pipeline_file_in_the_readme_is_a_valid_one() -> None:
    """It is what `toezicht up` takes."""
    (pipeline,) = [block for name, block in blocks("yaml") if name == "README.md" and "processes:" in block]
    assert Pipeline.model_validate(yaml.safe_load(pipeline)).processes


def test_the_python_in_the_readme_reads_real_alerts() -> None:
    """It compiles, and is twenty-five lines or so; `test_partners_code.py` runs it."""
    (code,) = [block for name, block in blocks("python") if name == "README.md"]
    compile(code, "README.md", "exec")
    assert len([line for line in code.splitlines() if line.strip()]) <= 26


@pytest.mark.parametrize(
    "words", [[], ["intake"], ["worker"], ["demo"], ["eval", "detector"], ["bench", "flow"]], ids=" ".join
)
def test_help_needs_no_vision_and_no_broker(words: list[str]) -> None:
    """Help comes at once, on any machine, and teaches."""
    process = subprocess.run(
        [sys.executable, "-m", "streams.cli", *words, "--help"],
        env={**os.environ, "KAFKA_BOOTSTRAP_SERVERS": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0
    assert "Usage: " in process.stdout


def test_a_wrong_setting_is_one_line_and_code_2() -> None:
    """It names the variable, its value and what was expected."""
    process = subprocess.run(
        [sys.executable, "-m", "streams.cli", "worker", "locate"],
        env={**os.environ, "TOEZICHT_METRICS_PORT": "high"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 2
    assert process.stderr.startswith("toezicht: environment: TOEZICHT_METRICS_PORT is 'high'")
    assert process.stderr.count("\n") == 1
