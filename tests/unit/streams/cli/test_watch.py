"""Tests of `watch`: which cluster it finds, and how a terminal shows the list."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.console import Console

from schemas.alerts import Alert, AlertState
from schemas.phrases.language import Language
from streams.cli import watch
from streams.cli.options import reachable
from streams.errors import ConfigurationError
from streams.settings import KafkaSettings, Settings
from tests.support.alerts import SUMMARY
from tests.support.messages import example


class FakeReader:
    """Gives what it was told to give, one list at a time, as `AlertReader` does."""

    def __init__(self, *changes: list[Alert]) -> None:
        self._changes = list(changes)
        self.alerts: list[Alert] = []

    def changes(self, wait_s: float) -> list[Alert]:
        assert wait_s > 0
        changed = self._changes.pop(0)
        self.alerts += changed
        return changed

    def ended(self) -> bool:
        """Return whether there is no more."""
        return not self._changes


def settings(folder: Path, address: str = "") -> tuple[Settings, KafkaSettings]:
    """Return settings with a data folder and, if given, a cluster."""
    return Settings(data=folder), KafkaSettings(bootstrap_servers=address)


def leave(folder: Path, text: str, age_s: float = 0.0) -> Path:
    """Leave the address of a broker as `up` and `demo` do."""
    path = folder / "run" / "kafka.json"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    os.utime(path, (1_000_000 - age_s, 1_000_000 - age_s))
    return path


def until(reader: Any) -> Iterator[list[Alert]]:
    """Return the changes until the fake has no more."""
    return watch._until(reader, reader.ended)


def test_the_configured_cluster_comes_first(tmp_path: Path) -> None:
    """What runs on this machine is not asked then."""
    leave(tmp_path, json.dumps({"bootstrap_servers": "127.0.0.1:1"}))
    assert reachable(*settings(tmp_path, "kafka:9092")).bootstrap_servers == "kafka:9092"


def test_the_newest_of_the_local_brokers_is_found(tmp_path: Path) -> None:
    """Of `up` and several demos, the one that started last."""
    leave(tmp_path, json.dumps({"bootstrap_servers": "127.0.0.1:1"}), age_s=9)
    leave(tmp_path / "demo-a", json.dumps({"bootstrap_servers": "127.0.0.1:2"}))
    leave(tmp_path / "demo-b", json.dumps({"bootstrap_servers": "127.0.0.1:3"}), age_s=5)
    assert reachable(*settings(tmp_path)).bootstrap_servers == "127.0.0.1:2"


def test_no_cluster_is_one_line_that_names_the_variable(tmp_path: Path) -> None:
    """Nothing configured and nothing running."""
    with pytest.raises(ConfigurationError, match="KAFKA_BOOTSTRAP_SERVERS is '', expected host:port"):
        reachable(*settings(tmp_path))


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "7"])
def test_an_address_that_cannot_be_read_is_one_line_that_names_the_file(tmp_path: Path, text: str) -> None:
    """Cut off, or of something else."""
    leave(tmp_path, text)
    with pytest.raises(ConfigurationError, match=r"kafka\.json: bootstrap_servers is"):
        reachable(*settings(tmp_path))


def test_lines_are_of_the_asked_room_and_json_has_the_whole_alert(capsys: pytest.CaptureFixture[str]) -> None:
    """One line per change, nothing of other rooms."""
    mine = example(Alert, alert_id="a", control_room_id="mine")
    other = example(Alert, alert_id="b", control_room_id="other")
    reader: Any = FakeReader([mine, other], [])
    watch._print_lines(until(reader), reader, "mine", as_json=True, everything=False, lang=Language.NL)
    assert [Alert.model_validate_json(line) for line in capsys.readouterr().out.splitlines()] == [mine]
    reader = FakeReader([mine, other])
    watch._print_lines(until(reader), reader, None, as_json=False, everything=False, lang=Language.NL)
    assert len(capsys.readouterr().out.splitlines()) == 2


@pytest.mark.parametrize(
    ("terminal", "options", "from_start"),
    [
        (True, [], True),
        (True, ["--json"], False),
        (False, [], False),
        (False, ["--json"], False),
        (False, ["--from-start"], True),
    ],
)
def test_the_list_in_a_terminal_begins_with_what_is_open(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, options: list[str], from_start: bool
) -> None:
    """Who opens the list late sees it whole; who pipes changes gets those from now on."""
    asked: list[bool] = []

    class Asked(FakeReader):
        def __init__(self, _: KafkaSettings, begins: bool) -> None:
            super().__init__([])
            asked.append(begins)

        def close(self) -> None:
            """Nothing to close."""

    monkeypatch.setattr(watch, "AlertReader", Asked)
    monkeypatch.setattr(watch, "started", lambda quiet: (Settings(), KafkaSettings()))
    monkeypatch.setattr(watch, "reachable", lambda settings, kafka, *_: kafka)
    monkeypatch.setattr(watch, "_until", lambda reader, ended: iter([[]]))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)
    app = typer.Typer()
    watch.register(app)
    app(["--lang", "en", *options], standalone_mode=False)
    assert asked == [from_start]


def test_a_terminal_shows_the_whole_list_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both alerts are on the last screen."""
    out = io.StringIO()
    monkeypatch.setattr(watch, "Console", lambda: Console(file=out, force_terminal=True, width=160, height=60))
    reader: Any = FakeReader(
        [example(Alert, alert_id="a", place="Plein")], [example(Alert, alert_id="b", place="Laan")]
    )
    watch._draw(until(reader), reader, None, everything=False, lang=Language.EN)
    last = out.getvalue().split("State")[-1]
    assert "Plein" in last
    assert "Laan" in last


@pytest.mark.parametrize("everything", [False, True])
def test_lines_are_of_the_operators_list(capsys: pytest.CaptureFixture[str], everything: bool) -> None:
    """As on a terminal: no case of a recipient's; what a plan holds back comes when it is on the list, and goes."""
    case = example(Alert, alert_id="case", place="Geheim", operator_list=False)
    held = example(Alert, alert_id="held", place="Kermis", state="suppressed")
    back, over = (held.model_copy(update={"state": AlertState(state)}) for state in ("new", "closed"))
    reader: Any = FakeReader([case, held], [held], [back], [case, over], [over])
    watch._print_lines(until(reader), reader, None, as_json=False, everything=everything, lang=Language.EN)
    told = [line.split("[")[1].split("]")[0] for line in capsys.readouterr().out.splitlines()]
    assert told == ["new", "closed"]


@pytest.mark.parametrize(("from_start", "told"), [(True, 0), (False, 1)])
def test_the_end_of_an_alert_that_was_there_before_is_told_once(
    capsys: pytest.CaptureFixture[str], from_start: bool, told: int
) -> None:
    """But `--from-start` begins with what is open, and not with all that ended in four weeks."""
    ended = example(Alert, alert_id="a", state="expired")
    reader: Any = FakeReader([ended], [ended])
    changes = until(reader)
    watch._print_lines(changes, reader, None, as_json=False, everything=False, lang=Language.EN, from_start=from_start)
    assert len(capsys.readouterr().out.splitlines()) == told


@pytest.mark.parametrize("everything", [False, True])
def test_each_symptom_is_a_line_and_on_the_screen_the_most_urgent(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], everything: bool
) -> None:
    """A symptom that is not told when it comes would never be: it is shown later since others ended, and changes no more."""
    told = {"priority": "P2", "caused_by": "fire", "under_cause": True}
    symptoms = [
        example(Alert, alert_id=f"s{each}", place=f"Plein {each}", score=40 - each, **told) for each in range(5)
    ]
    fire = example(Alert, alert_id="fire", priority="P1", place="Laan", symptoms=[each.alert_id for each in symptoms])
    reader: Any = FakeReader([fire], symptoms)
    watch._print_lines(until(reader), reader, None, as_json=False, everything=everything, lang=Language.EN)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("Plein ")[1][0] for line in lines[1:]] == ["0", "1", "2", "3", "4"]
    assert "↳5" in lines[0]
    out = io.StringIO()
    monkeypatch.setattr(watch, "Console", lambda: Console(file=out, force_terminal=True, width=160, height=90))
    reader = FakeReader([fire, *symptoms])
    watch._draw(until(reader), reader, None, everything=everything, lang=Language.EN)
    assert out.getvalue().split("State")[-1].count("Plein") == (5 if everything else 3)


@pytest.mark.parametrize(("everything", "state", "shown"), [(False, "new", 1), (True, "new", 2), (False, "closed", 2)])
def test_a_grouped_alert_is_behind_its_summary(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], everything: bool, state: str, shown: int
) -> None:
    """As long as that is on the list, and unless all is asked for; on the screen and as lines."""
    summary = example(Alert, alert_id="s", state=state, summary=SUMMARY)
    grouped = example(Alert, alert_id="a", place="Plein", grouped_under="s", grouping="flood")
    reader: Any = FakeReader([summary, grouped])
    watch._print_lines(until(reader), reader, None, as_json=False, everything=everything, lang=Language.EN)
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == shown
    assert "7 grouped" in lines[0]
    assert "4 P3, 3 P4" in lines[0]
    out = io.StringIO()
    monkeypatch.setattr(watch, "Console", lambda: Console(file=out, force_terminal=True, width=160, height=60))
    reader = FakeReader([summary, grouped])
    watch._draw(until(reader), reader, None, everything=everything, lang=Language.EN)
    last = out.getvalue().split("State")[-1]
    assert ("7 grouped" in last) is (state == "new")
    assert ("Plein" in last) is (shown == 2)
