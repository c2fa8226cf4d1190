"""Tests of `eval alerts`: from scenarios to figures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from bench.scenarios.generating import make, write
from streams.cli.evaluate import commands as evaluate
from streams.errors import ToezichtError

KEYS = {"precision", "recall", "alerts_per_situation", "reduction", "critical_missed", "time_to_alert_s"}


def _run(*arguments: str) -> Result:
    app = typer.Typer()
    evaluate.register(app)
    return CliRunner().invoke(app, ["eval", "alerts", *arguments])


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a set of two short scenarios."""
    folder = tmp_path_factory.mktemp("set")
    for kind in ("storm", "night"):
        write(folder, make(kind, 5, 0.05))
    return folder


def _json(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_figures_stand_per_priority_and_in_total(scenarios: Path) -> None:
    """Under the names that others read, and the same again."""
    found = _json(_run("--scenarios", str(scenarios), "--json"))
    for row in ("p1", "p2", "p3", "p4", "total"):
        assert set(found[row]) >= KEYS
        assert set(found[row]["time_to_alert_s"]) == {"p50", "p95"}
    assert found["scenarios"] == 2
    assert len(found["goals"]) == 17
    assert "faults" not in found
    assert found == _json(_run("--scenarios", str(scenarios), "--json"))


def test_each_part_can_be_switched_off(scenarios: Path) -> None:
    """All of them one by one beside the whole, or one for all."""
    found = _json(_run("--scenarios", str(scenarios), "--json", "--ablations", "--faults"))
    assert set(found["without"]) == {"video", "merging", "budget"}
    assert isinstance(found["faults"], list)
    alone = _json(_run("--scenarios", str(scenarios), "--json", "--without", "video"))
    assert alone["total"] == found["without"]["video"]["total"]
    assert alone["quiet"]["observations_with_something"] == 0


def test_a_person_reads_a_table(scenarios: Path) -> None:
    """With each goal beside what was reached."""
    result = _run("--scenarios", str(scenarios), "--faults")
    assert result.exit_code == 0, result.output
    assert "critical situations missed" in result.stdout
    assert "at most 1.05" in result.stdout


def test_scenarios_are_made_where_none_are_named() -> None:
    """From the seeds that are given, as short as is asked for."""
    found = _json(_run("--seed", "4", "--hours", "0.05", "--json", "--without", "video"))
    assert found["scenarios"] == 6


def test_what_cannot_be_read_is_told_in_one_line(tmp_path: Path, scenarios: Path) -> None:
    """No scenarios, and rules that are none."""
    (tmp_path / "rules.yaml").write_text("version: 1")
    for arguments, said in (
        (("--scenarios", str(tmp_path)), "no scenario"),
        (("--scenarios", str(scenarios), "--rules", str(tmp_path / "rules.yaml")), "rules.yaml:1:"),
    ):
        result = _run(*arguments)
        assert isinstance(result.exception, ToezichtError), result.output
        assert said in str(result.exception)
        assert "\n" not in str(result.exception)
