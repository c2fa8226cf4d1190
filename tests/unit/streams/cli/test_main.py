"""The command line loads what it needs."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, Final

import pytest
from kafka.errors import KafkaTimeoutError
from typer.main import get_command
from typer.testing import CliRunner

from streams.cli import main
from streams.cli.main import COMMANDS, MODULES, build_app


def test_every_command_is_there_under_its_name() -> None:
    """The list of modules and what they register agree."""
    assert set(get_command(build_app()).commands) == set(COMMANDS)  # type: ignore[attr-defined]
    assert set(MODULES) <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_alone_keeps_its_name(name: str) -> None:
    """It is called in the same way as among the others."""
    assert list(get_command(build_app(name)).commands) == [name]  # type: ignore[attr-defined]


def _helps(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Yield the help of a command and of all below it, each with its name."""
    runner = CliRunner()
    for name, below in getattr(command, "commands", {}).items():
        shown = runner.invoke(build_app(words[0] if words else name), [*words, name, "--help"], env={"COLUMNS": "80"})
        assert shown.exit_code == 0, (*words, name)
        yield " ".join((*words, name)), shown.stdout
        yield from _helps(below, (*words, name))


MARKUP: Final = re.compile(r"[\\\x00-\x09\x0b-\x1f]|``|::|\[/?bold|(?:Args|Returns|Raises):")
"""What means something to a program that shows text, and nothing to a person who reads it."""


@pytest.mark.parametrize("name", COMMANDS)
def test_help_shows_no_markup(name: str) -> None:
    """A person reads it as it is written; a list that stands below a colon keeps its lines."""
    command = get_command(build_app(name))
    shown = dict(_helps(command, ()))
    assert shown
    assert {each: MARKUP.findall(text) for each, text in shown.items() if MARKUP.search(text)} == {}


def test_a_list_in_a_help_keeps_its_lines() -> None:
    """One setting a line."""
    shown = CliRunner().invoke(build_app("intake"), ["intake", "http", "--help"], env={"COLUMNS": "80"}).stdout
    lines = [line.strip() for line in shown.splitlines()]
    assert any(line.startswith("TOEZICHT_INTAKE_HTTP_PORT=8095 ") for line in lines)


def test_a_cluster_that_went_away_in_the_middle_is_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whichever command it was: the line names the address, and no traceback reaches a person."""

    def gone() -> None:
        raise KafkaTimeoutError("Failed to update metadata after 60.0 secs.")

    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka-1:9092")
    monkeypatch.setattr(main, "build_app", lambda *_: gone)
    with pytest.raises(SystemExit) as ended:
        main.main()
    assert ended.value.code == 2
    assert capsys.readouterr().err == "toezicht: no answer from Kafka at kafka-1:9092: KafkaTimeoutError\n"


def test_a_defect_of_ours_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever mends it needs the place."""

    def broken() -> None:
        raise KeyError("alert")

    monkeypatch.setattr(main, "build_app", lambda *_: broken)
    with pytest.raises(KeyError):
        main.main()


def test_a_worker_does_not_load_what_it_does_not_use() -> None:
    """Its start is what everybody waits for when one died."""
    program = """
import sys
sys.argv = ["toezicht", "worker", "--help"]
from streams.cli.main import main
try:
    main()
except SystemExit as ended:
    assert not ended.code
print({"kafka", "cv2", "ultralytics", "numpy.testing"} & set(sys.modules), file=sys.stderr)
"""
    process = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert process.stderr.splitlines()[-1] == "set()", process.stderr
    assert "Run stages of the pipeline" in process.stdout
