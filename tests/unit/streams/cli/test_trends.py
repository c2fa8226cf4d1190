"""`toezicht trends`: what it writes, where, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from streams.cli import trends
from streams.cli.main import build_app
from streams.errors import ConfigurationError
from streams.kafka.decoding import Decoder
from streams.settings import KafkaSettings
from tests.support.trend_year import MADE, summary, year


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Let the command read these messages, which are a made-up year at first, from a cluster that is not there."""
    messages = list(year())

    def read(kafka: KafkaSettings, _: Decoder) -> list[Any]:
        assert kafka.bootstrap_servers == "somewhere:9092"
        return messages

    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "somewhere:9092")
    monkeypatch.setattr(trends, "read_trends", read)
    monkeypatch.setattr(trends, "utc_now", lambda: MADE)
    return messages


def run(*options: str) -> Result:
    return CliRunner().invoke(build_app("trends"), ["trends", *options])


@pytest.mark.parametrize(("options", "language"), [((), "nl"), (("--language", "en"), "en")])
def test_the_report_goes_to_standard_output_or_a_file(
    told: list[Any], tmp_path: Path, options: Any, language: str
) -> None:
    """The same in both."""
    shown = run(*options)
    assert shown.exit_code == 0
    assert shown.stdout.startswith(f'<!DOCTYPE html>\n<html lang="{language}">')
    out = tmp_path / "report.html"
    assert run(*options, "--out", str(out)).stdout == ""
    assert out.read_text(encoding="utf-8") == shown.stdout
    assert told


def test_the_figures_of_an_older_week_as_json(told: list[Any]) -> None:
    """Of the room that was asked for."""
    [room] = json.loads(run("--json", "--week", "2026-W30", "--room", "amstelveen").stdout)["rooms"]
    assert (room["week"], room["complete"]) == ("2026-W30", True)
    assert told


@pytest.mark.parametrize("options", [("--room", "elsewhere"), ()])
def test_nothing_to_tell_is_exit_code_1_and_a_report_that_says_so(told: list[Any], options: tuple[str, ...]) -> None:
    """An unknown room, or nothing counted at all."""
    if not options:
        told.clear()
    ended = run(*options)
    assert ended.exit_code == 1
    assert "Er is nog niets geteld." in ended.stdout


@pytest.mark.parametrize("week", ["2026-W99", "2030-W01", "last"])
def test_a_week_that_is_none_is_one_line(told: list[Any], week: str) -> None:
    """It names the option and what was expected."""
    error = run("--week", week).exception
    assert isinstance(error, ConfigurationError)
    assert "--week" in str(error)
    assert week in str(error)
    assert "an ISO week that has begun, such as 2026-W47" in str(error)
    assert told


def test_a_file_that_cannot_be_written_is_one_line(told: list[Any], tmp_path: Path) -> None:
    """It says why."""
    error = run("--out", str(tmp_path / "nowhere" / "report.html")).exception
    assert isinstance(error, ConfigurationError)
    assert "No such file or directory" in str(error)
    assert told


def test_the_figures_are_json_with_every_number_of_the_report() -> None:
    """Dates and categories as text; what is not known is null."""
    [room] = json.loads(trends.figures([summary()], {}))["rooms"]
    assert (room["week"], room["first_day"], room["complete"]) == ("2026-W48", "2026-11-23", True)
    assert room["targets"][0]["below_per_year"] == 350
    [[area, line]] = room["surges"]
    assert (area["name"], line["category"], line["count"]) == ("Uilenstede/Kronenburg", "jeugdoverlast", 8)
    assert (area["count"], line["small"], line["change_percent"]) == (13, False, 982)
    assert None in room["total"]["lines"][0]["last"]
    assert json.loads(trends.figures([], {"trends": 2})) == {"rooms": [], "undecodable": {"trends": 2}}
