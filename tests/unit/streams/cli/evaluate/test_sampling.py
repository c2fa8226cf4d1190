"""Tests of `eval sampling`: from tracks to figures, and what it refuses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from streams.cli.evaluate import commands as evaluate
from streams.evaluation.common import EvaluationError
from streams.evaluation.scenes import TrackScene

pytestmark = pytest.mark.vision


def _run(*arguments: str) -> Result:
    app = typer.Typer()
    evaluate.register(app)
    return CliRunner().invoke(app, ["eval", "sampling", *arguments])


@pytest.fixture
def street(tmp_path: Path) -> Path:
    """Return a table of one who walks through a street."""
    path = tmp_path / "street.csv"
    path.write_text("t_s,track,x_m,y_m\n0,1,3,2\n10,1,16,2\n10,2,3,9\n")
    return path


def test_the_figures_of_a_scene(street: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Runners with true tracks and as detected, as they are measured elsewhere; of a busy scene the share alone."""
    asked = []

    def runners(scenes: Sequence[TrackScene], trials: int, seed: int, *, detected: bool) -> dict[str, int]:
        asked.append(([scene.name for scene in scenes], trials, seed, detected))
        return {"told": 1}

    monkeypatch.setattr("streams.evaluation.sampling.scenes.runners", runners)
    result = _run("--tracks", str(street), "--busy", str(street), "--trials", "3", "--seed", "5", "--json")
    told = json.loads(result.stdout)
    assert asked == [(["street"], 3, 5, False), (["street"], 3, 5, True)]
    assert (told["runners_true"], told["runners_detected"]) == ({"told": 1}, {"told": 1})
    assert told["busy_share"]["street"]["every_picture"] == 1
    assert "busy_share.street.1_per_s  0.2" in _run("--busy", str(street)).stdout


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], "nothing to measure: expected --video with --ground-truth, --tracks or --busy"),
        (["--video", "x.avi"], "--video and --ground-truth: expected both or neither"),
    ],
)
def test_what_cannot_be_measured_is_refused(arguments: list[str], expected: str) -> None:
    """Before anything is loaded."""
    result = _run(*arguments)
    assert isinstance(result.exception, EvaluationError)
    assert str(result.exception) == expected
