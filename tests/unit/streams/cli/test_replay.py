"""The commands `replay` and `verdicts` on an exported file, without a cluster."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

from schemas.actions import Action
from streams import topics
from streams.cli import replay, verdicts
from streams.cli.main import build_app
from streams.config.files import load_rules
from streams.errors import ConfigurationError, ToezichtError
from streams.kafka.record import Record
from streams.replay.file import RecordingHead, write_recording
from streams.replay.follow_log import ReplayError
from streams.replay.recording import recording_of
from streams.replay.saved_state import save_state, whole_rows
from tests.support.partition import LivePartition, live_decide
from tests.support.situations import NOON, action, in_view, position, report, seconds

RULES = load_rules()
TEXT = (Path(__file__).parents[4] / "streams" / "domain" / "rules" / "default.yaml").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _an_hour_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The day is not over."""
    for command in (replay, verdicts):
        monkeypatch.setattr(command, "utc_now", lambda: NOON + timedelta(hours=1))


def a_day() -> LivePartition:
    """Return four robberies far apart, three of them closed as false."""
    live = live_decide(RULES)
    for number in range(4):
        given = report(f"n{number}", in_view("cam-1"), position=position(900 * number))
        live.give(topics.EVIDENCE, given, NOON + seconds(number))
    alert_ids = sorted({alert_id for alert_id, _ in recording_of(live.records).alerts})
    for number, alert_id in enumerate(alert_ids[:3]):
        closing = action(alert_id, Action.FALSE_ALARM, number=number)
        live.give(topics.OPERATOR_ACTIONS, closing, NOON + seconds(100 + number))
    return live


def write(path: Path, records: list[Record]) -> Path:
    head = RecordingHead(
        toezicht="recording", version=1, since=NOON, until=NOON + seconds(1_000), exported_at=NOON + seconds(1_000)
    )
    write_recording(path, head, records)
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a day in a file."""
    return write(tmp_path / "day.jsonl", a_day().records)


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    """Return the same day; nobody can decode its last decision and the last alert of its last two."""
    records = a_day().records
    for topic in (topics.DECISION_LOG, topics.ALERTS):
        index = max(index for index, record in enumerate(records) if record.topic == topic)
        records[index] = replace(records[index], value=b"{")
    return write(tmp_path / "damaged.jsonl", records)


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(build_app(str(arguments[0])), [str(each) for each in arguments])
    if isinstance(result.exception, ToezichtError):
        raise result.exception
    return result


def told(*arguments: object) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.output)
    return found


def other_rules(folder: Path, before: str, after: str) -> Path:
    assert before in TEXT
    path = folder / "next.yaml"
    text = TEXT.replace(f'version: "{RULES.version}"', 'version: "next"').replace(before, after)
    path.write_text(text, encoding="utf-8")
    return path


def test_the_same_rules_give_exactly_the_live_alerts(file: Path) -> None:
    """And say so in words."""
    assert told("replay", "--input", file)["differing"] == 0
    assert "exactly the live alerts" in run("replay", "--input", file).output


def test_a_saved_state_is_a_start(file: Path, tmp_path: Path) -> None:
    """What it holds is not decided again."""
    live = a_day()
    save_state(tmp_path / "state.jsonl", whole_rows(live.changelog[: len(live.changelog) // 2]), NOON)
    result = told("replay", "--input", file, "--state", tmp_path / "state.jsonl")
    assert (result["differing"], 0 < result["decisions"] < 7) == (0, True)


def test_rules_that_changed_without_a_version_are_found_out(file: Path, tmp_path: Path) -> None:
    """Exit code 1, and a hint."""
    path = tmp_path / "same-version.yaml"
    path.write_text(TEXT.replace("p1: 75", "p1: 95"), encoding="utf-8")
    result = run("replay", "--input", file, "--rules", path)
    assert result.exit_code == 1
    assert "give them a version of their own" in result.output


def test_a_log_that_cannot_be_decoded_is_not_said_to_be_the_same(damaged: Path) -> None:
    """Nothing that could be compared differs; what could not is counted by its topic, and the exit code is 1."""
    result = run("replay", "--input", damaged, "--json")
    told = json.loads(result.output)
    assert (result.exit_code, told["differing"]) == (1, 0)
    assert told["undecodable"] == {"alerts": 1, "decision-log": 1}
    text = run("replay", "--input", damaged).output
    assert "NOT COMPLETE: could not be decoded: 1 of alerts, 1 of decision-log" in text
    assert "exactly the live alerts" not in text


def test_other_rules_are_compared_with_what_could_be_decoded_and_say_so(damaged: Path, tmp_path: Path) -> None:
    """An alert that only the log knew would seem to appear; its inputs that cannot be decoded are refused."""
    path = other_rules(tmp_path, "p1: 75", "p1: 95")
    result = run("replay", "--input", damaged, "--rules", path, "--json")
    assert (result.exit_code, json.loads(result.output)["undecodable"]) == (1, {"alerts": 1, "decision-log": 1})
    assert (
        "NOT COMPLETE: could not be decoded: 1 of alerts, 1 of decision-log"
        in run("replay", "--input", damaged, "--rules", path).output
    )


def test_a_log_of_which_nothing_can_be_decoded_says_so(tmp_path: Path) -> None:
    """It is not an empty log."""
    broken = [replace(each, value=b"{") if each.topic == topics.DECISION_LOG else each for each in a_day().records]
    with pytest.raises(ReplayError, match="none of its 7 decisions can be decoded"):
        run("replay", "--input", write(tmp_path / "broken.jsonl", broken))


def test_verdicts_tell_what_could_not_be_decoded(damaged: Path) -> None:
    """The alert that was closed by it counts as open."""
    assert told("verdicts", "--input", damaged)["undecodable"] == {"alerts": 1, "decision-log": 1}
    assert "could not be decoded: 1 of alerts, 1 of decision-log" in run("verdicts", "--input", damaged).output


def test_other_rules_tell_what_differs(file: Path, tmp_path: Path) -> None:
    """With the tolerance of the comparison."""
    path = other_rules(tmp_path, "p1: 75", "p1: 95")
    result = told("replay", "--input", file, "--rules", path)
    assert (result["mode"], result["live_rules"]) == ("time", [RULES.version])
    assert [each["after"] for each in result["differences"]] == ["P2"] * 4
    assert "tolerance: order:" in run("replay", "--input", file, "--rules", path).output


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (["--input", "{file}", "--shadow"], ConfigurationError, "--shadow is 'given', expected not together"),
        (["--from", "1h", "--to", "2h", "--input", "{file}"], ConfigurationError, "a time before --to"),
        (["--from", "noon", "--input", "{file}"], ConfigurationError, "a time with a zone"),
        (["--input", "{file}", "--to", "2026-11-24T12:00:00Z"], ReplayError, "there are no decisions"),
    ],
)
def test_wrong_ways_to_call_it(file: Path, arguments: list[str], error: type[ToezichtError], says: str) -> None:
    """One line names the option or what is missing."""
    with pytest.raises(error, match=says):
        run("replay", *(each.format(file=file) for each in arguments))


def test_rules_that_ask_cameras_otherwise_need_what_cameras_saw(file: Path, tmp_path: Path) -> None:
    """The file was exported without it."""
    path = other_rules(tmp_path, "measure: persons, least: 2, hit", "measure: persons, least: 10, hit")
    with pytest.raises(ConfigurationError, match="export with --cameras"):
        run("replay", "--input", file, "--rules", path)


def test_verdicts_tell_precision_and_propose(file: Path) -> None:
    """Three of three were false: small, and said to be; the fragment is YAML, and its effect was replayed."""
    result = told("verdicts", "--input", file)
    assert (result["alerts"], result["closed"]) == (4, 3)
    assert result["precision"]["category"]["straatroof"] == {
        "true": 0, "false": 3, "test": 0, "duplicate": 0, "precision": 0.0, "interval": [0.0, 0.561], "small": True,
    }  # fmt: skip
    first = result["proposals"][0]
    assert first["false_fall"] == {"P1 -> P2": 3}
    assert first["by_replay"] == {"false: P1 -> P2": 3, "no verdict: P1 -> P2": 1}
    text = run("verdicts", "--input", file).output
    assert "never applied by itself" in text
    assert yaml.safe_load(yaml.safe_dump(first["change"])) == first["change"]


def test_a_span_without_verdicts_proposes_nothing(file: Path) -> None:
    """Nothing was closed then."""
    result = run("verdicts", "--input", file, "--from", "10m")
    assert "no proposal" in result.output
