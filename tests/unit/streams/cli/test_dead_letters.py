"""How `toezicht dead-letters` is called: what is wrong is one line, content only where it is asked for."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from typer.testing import CliRunner

from schemas.dead_letters import DeadLetterReason
from streams.cli import dead_letters
from streams.cli.main import build_app
from streams.dead_letters.letters import Letter, read_letter
from streams.errors import ConfigurationError
from streams.kafka.dead_letter import Fault, dead_letter
from streams.kafka.record import Record

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def letter(offset: int, value: bytes = b"Jan Jansen", topic: str = "incidents") -> Letter:
    record = Record(topic, 0, offset, b"k", value, [("ce_id", b"1"), ("frame", b"Jan")], NOW)
    aside = dead_letter("locate", record, Fault(DeadLetterReason.INVALID, "field place: too long")).record
    return read_letter((0, offset), NOW, aside.key, aside.value, aside.headers)


LETTERS = [letter(0), letter(1, topic="camera-frames"), read_letter((0, 2), NOW, None, b"Jan Jansen", [])]


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return what calls the command, on a cluster that has three letters."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "nowhere:9092")
    monkeypatch.setattr("streams.cli.options.start_logging", lambda _: None)
    monkeypatch.setattr(dead_letters, "read_letters", lambda *_: iter(LETTERS))
    runner = CliRunner()
    return lambda *words: runner.invoke(build_app(), ["dead-letters", *words])


def test_list(call: Any) -> None:
    """One line per letter and a total per reason, without content; JSON is one object per line."""
    done = call("list")
    assert done.exit_code == 0
    assert [line.split()[0] for line in done.output.splitlines()] == ["0-0", "0-1", "0-2", "2", "1", "3"]
    assert "Jan" not in done.output
    lines = call("list", "--topic", "incidents", "--json").output.splitlines()
    assert [json.loads(line)["handle"] for line in lines] == ["0-0"]


def test_show_prints_content_only_where_it_is_asked_for(call: Any) -> None:
    """By handle or by id; headers that may carry a message are told by their size."""
    assert "Jan" not in call("show", "0-0").output
    assert "header frame: 3 bytes" in call("show", LETTERS[0].letter_id).output
    assert "content: Jan … 7 bytes more" in call("show", "0-0", "--content", "--bytes", "3").output
    assert json.loads(call("show", "0-2", "--json", "--content").output)["content"] == "Jan Jansen"


def test_a_trial_says_what_would_be_done(call: Any) -> None:
    """Code 1 only where something is missing afterwards: a picture is not."""
    done = call("replay", "0-0", "0-1", "--dry-run", "--json")
    assert done.exit_code == 0
    assert json.loads(done.output)["replayed"] == ["0-0"]
    assert call("replay", "--all", "--dry-run").exit_code == 1
    assert "skipped 0-2: the letter itself cannot be read" in call("replay", "--all", "--dry-run").output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["list", "--reason", "odd"], "--reason is 'odd', expected one of not_json"),
        (["list", "--since", "noon"], "--since is 'noon', expected a time with a zone"),
        (["list", "--since", "1h", "--until", "2h"], "--until is '2h', expected a time after --since"),
        (["show", "0-9"], "HANDLE is '0-9', expected the handle or id"),
        (["replay"], "HANDLE is '', expected handles, a filter, or --all"),
        (["replay", "nonsense"], "HANDLE is 'nonsense'"),
    ],
)
def test_a_wrong_call_is_one_line(call: Any, words: list[str], said: str) -> None:
    """It names the field, the value and what was expected; the command line ends with code 2."""
    error = call(*words).exception
    assert isinstance(error, ConfigurationError)
    assert said in str(error)
