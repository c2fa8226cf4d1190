"""Tests of `eval events`: from a folder of tracks to figures."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from streams.cli.evaluate import commands as evaluate
from streams.evaluation.common import EvaluationError

HEAD = "t_s,track,x_m,y_m\n"


def _run(*arguments: str) -> Result:
    app = typer.Typer()
    evaluate.register(app)
    return CliRunner().invoke(app, ["eval", "events", *arguments])


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a folder with a street, a square of which all flee, and counts."""
    for name in ("normal", "events", "counts"):
        (tmp_path / name).mkdir()
    lanes = [
        f"{at_s},{track},{3 + 13 * ((turn + track) % 2)},{2 + 3 * track}\n"
        for track in range(6)
        for turn, at_s in enumerate(range(0, 190, 10))
    ]
    (tmp_path / "normal" / "street.csv").write_text(HEAD + "".join(lanes))
    quiet = [f"{at_s},{track},{4 + track},{10 + track}\n" for track in range(9) for at_s in (0, 220)]
    (tmp_path / "events" / "sim-none-9-0.csv").write_text(HEAD + "".join(quiet))
    flee = [
        f"{at_s},{track},{4 + track},{y}\n"
        for track in range(9)
        for at_s, y in ((0, 10 + track), (160, 10 + track), (170, 40 + track))
    ]
    (tmp_path / "events" / "sim-flee-9-0.csv").write_text(HEAD + "".join(flee))
    counts = "".join(f"{at},{at % 3},1.0,0,1.2,{at % 2}\n" for at in range(2_400))
    head = "t_s,persons,longest_stay_s,staying_20_s,fastest_m_per_s,standing_together\n"
    (tmp_path / "counts" / "hall.csv").write_text(head + counts)
    return tmp_path


def test_the_figures_of_each_part(data: Path) -> None:
    """Told, when, by which measures, and how often of nothing; the same seed gives the same."""
    arguments = (
        "--data",
        str(data),
        "--part",
        "injected",
        "--part",
        "flee",
        "--part",
        "counts",
        "--trials",
        "2",
        "--json",
    )
    result = _run(*arguments)
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert set(told) == {"injected", "flee", "counts"}
    street = told["injected"]["street"]
    assert street["unusual_from"]["half"]["fastest"] == 2.2
    assert street["runner_3.5"]["half"]["told"] == 1.0
    assert street["nothing"]["fast"]["told"] == 0.0
    assert told["injected"]["all"]["come_10"]["whole"]["told"] == 1.0
    square = told["flee"]["sim-none-9-0"]
    assert (square["flee"]["told"], square["flee"]["trials"]) == (1.0, 1)
    assert 1 <= square["flee"]["median_delay_s"] <= 5
    assert "leave" not in square
    assert square["situations_of_nothing_per_hour"] == {}
    assert told["counts"]["hall"]["nothing"]["any"]["told"] == 0.0
    assert json.loads(_run(*arguments).stdout) == told


def test_lines_for_a_person(data: Path) -> None:
    """A figure each."""
    result = _run("--data", str(data), "--part", "counts")
    assert "counts.hall.unusual_from.fastest  2.2" in result.stdout.splitlines()


@pytest.mark.parametrize("part", ["injected", "flee", "clips", "counts"])
def test_a_folder_without_the_tables_is_refused(tmp_path: Path, part: str) -> None:
    """In one line that says which."""
    result = _run("--data", str(tmp_path), "--part", part)
    assert isinstance(result.exception, EvaluationError)
    assert "no table" in str(result.exception)


def test_a_scene_that_is_not_there_is_refused(data: Path) -> None:
    """And not passed over."""
    result = _run("--data", str(data), "--part", "injected", "--scene", "other")
    assert isinstance(result.exception, EvaluationError)
