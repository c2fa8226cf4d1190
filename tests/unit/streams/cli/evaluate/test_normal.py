"""`toezicht eval normal` tells how often reports about nothing would be corroborated, by the functions that judge reports."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from streams.cli.main import build_app
from streams.errors import ConfigurationError

HEAD = "t_s,persons,longest_stay_s,staying_20_s,fastest_m_per_s,standing_together\n"


def counts(path: Path, hours: float, running_from_s: int | None = None, every_s: int = 1_200) -> Path:
    """Write a day on which one walks by, and somebody runs every so often from a second on."""
    lines = [HEAD]
    for second in range(int(hours * 3_600)):
        runs = running_from_s is not None and second >= running_from_s and second % every_s == 0
        lines.append(f"{second},1,12.0,0,{4.0 if runs else 1.2},0\n")
    path.write_bytes(gzip.compress("".join(lines).encode()))
    return path


def told(*arguments: object) -> dict[str, Any]:
    result = CliRunner().invoke(build_app("eval"), ["eval", "normal", *map(str, arguments), "--json"])
    assert result.exit_code == 0, result.output
    return dict(json.loads(result.output))


def figures(document: dict[str, Any]) -> dict[str, Any]:
    return {each["category"]: each for each in document["figures"]}


def test_what_was_never_seen_in_the_first_half_is_corroborated_in_the_second(tmp_path: Path) -> None:
    """Every twenty minutes somebody runs: half of the windows of ten minutes hold it."""
    found = figures(told("--counts", counts(tmp_path / "day.csv.gz", 8, 4 * 3_600)))
    assert found["straatroof"]["blocks"] == 24
    assert found["straatroof"]["corroborated"] == pytest.approx(0.5, abs=0.03)


def test_what_is_usual_is_never_corroborated(tmp_path: Path) -> None:
    """And runs that were learnt as usual are consistent at most; of too little nothing is corroborated."""
    found = figures(told("--counts", counts(tmp_path / "day.csv.gz", 8, 0)))
    assert found["straatroof"]["corroborated"] == 0
    assert found["straatroof"]["consistent"] == pytest.approx(0.5, abs=0.03)
    assert [each["hours"] for each in found["straatroof"]["learning"]] == [1, 2, 3, 4]
    assert found["straatroof"]["learning"][0]["worst"] == 0


def test_a_scene_of_minutes_teaches_nothing_by_itself(tmp_path: Path) -> None:
    """One walks through a square of 20 m, back and forth; repeated as if it were hours all of it is usual."""
    path = tmp_path / "walk.csv"
    steps = [(second, abs(second % 40 - 20)) for second in range(240)]
    path.write_text(
        "t_s,track,x_m,y_m\n" + "".join(f"{second},1,{x},5\n{second},2,3,0\n{second},3,3,9\n" for second, x in steps)
    )
    once, _, repeated, _ = told("--learn", path, "--judge", path)["figures"]
    assert (once["blocks"], once["corroborated"], once["consistent"]) == (0, 0, 1)
    assert (repeated["blocks"], repeated["corroborated"]) == (24, 0)


@pytest.mark.parametrize("given", [[], ["--learn"], ["--counts", "--learn"]])
def test_it_says_which_options_belong_together(tmp_path: Path, given: list[str]) -> None:
    path = counts(tmp_path / "day.csv.gz", 0.1)
    arguments = [each for name in given for each in (name, str(path))]
    result = CliRunner().invoke(build_app("eval"), ["eval", "normal", *arguments])
    assert isinstance(result.exception, ConfigurationError)
    assert "either --counts, or both --learn and --judge" in str(result.exception)
