"""Tests of `eval ground`, `eval recall` and `eval crowd`: from files to figures."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
import typer
import yaml
from typer.testing import CliRunner, Result

from streams.cli.evaluate import commands as evaluate
from streams.errors import ToezichtError
from tests.support.calibrations import FLAT, TILTED, section


def _run(*arguments: str) -> Result:
    app = typer.Typer()
    evaluate.register(app)
    return CliRunner().invoke(app, ["eval", *arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with an annotated sequence of 28 frames, two calibrations and a video without persons."""
    person = '<object id="{n}"><box h="20" w="4" xc="{x}" yc="{y}"/></object>'
    people = "".join(person.format(n=n, x=30 + 3 * n, y=30 + 2 * n) for n in range(6))
    frames = "".join(f'<frame number="{n}"><objectlist>{people}</objectlist></frame>' for n in range(28))
    (tmp_path / "people.xml").write_text(f"<dataset>{frames}</dataset>")
    (tmp_path / "flat.yaml").write_text(yaml.safe_dump(section(FLAT)))
    (tmp_path / "tilted.yaml").write_text(yaml.safe_dump(section(TILTED)))
    video = cv2.VideoWriter(str(tmp_path / "empty.avi"), cv2.VideoWriter.fourcc(*"MJPG"), 7, (128, 128))
    for _ in range(4):
        video.write(np.full((128, 128, 3), 90, np.uint8))
    video.release()
    return tmp_path


def _crowd(folder: Path, *arguments: str) -> dict[str, object]:
    files = ("--annotations", str(folder / "people.xml"), "--calibration", str(folder / "flat.yaml"))
    result = _run("crowd", *files, "--rounds", "3", "--json", *arguments)
    assert result.exit_code == 0, result.output
    found: dict[str, object] = json.loads(result.stdout)
    return found


def test_drawn_crowds_give_figures_per_zone(folder: Path) -> None:
    """Six persons: fewer are counted than stand there, and the same seed tells the same."""
    first = _crowd(folder)
    assert first["frames"] == 28
    zones = first["zones"]
    assert isinstance(zones, list)
    assert [zone["side_m"] for zone in zones] == [3, 6]
    assert [zone["area_m2"] for zone in zones] == pytest.approx([9, 36])
    assert zones[0]["true_max_per_m2"] == pytest.approx(6 / 9, abs=0.001)
    assert zones[0]["raw"]["bias_per_m2"] < 0
    assert zones[0]["raw"]["bias_per_m2"] < zones[0]["corrected"]["bias_per_m2"]
    assert _crowd(folder) == first
    assert _crowd(folder, "--seed", "2")["zones"] != zones
    assert _crowd(folder, "--independent")["zones"] != zones


def test_the_zones_can_be_placed(folder: Path) -> None:
    """Where nobody stands nothing can be missed."""
    zones = _crowd(folder, "--at", "50,-50")["zones"]
    assert isinstance(zones, list)
    assert [zone["raw"]["mae_per_m2"] for zone in zones] == [0, 0]


def test_a_table_for_a_person(folder: Path) -> None:
    """Without --json: a line per figure and per zone."""
    files = ("--annotations", str(folder / "people.xml"), "--calibration", str(folder / "flat.yaml"))
    result = _run("crowd", *files, "--rounds", "1")
    assert "count_mae" in result.stdout
    assert "raw.mae_per_m2" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["crowd", "--annotations", "none.xml", "--calibration", "flat.yaml"], "none.xml: cannot be read"),
        (["crowd", "--annotations", "flat.yaml", "--calibration", "flat.yaml"], "not XML"),
        (["crowd", "--annotations", "people.xml", "--calibration", "none.yaml"], "none.yaml: cannot be read"),
        (["crowd", "--annotations", "people.xml", "--calibration", "people.xml"], "root is '<dataset>'"),
        (["crowd", "--annotations", "people.xml", "--calibration", "flat.yaml", "--at", "1"], "expected X,Y in metres"),
        (
            ["crowd", "--annotations", "people.xml", "--calibration", "tilted.yaml", "--at", "5,-12"],
            "is not before the camera",
        ),
        (
            ["ground", "--video", "none.avi", "--ground-truth", "people.xml", "--calibration", "flat.yaml"],
            "none.avi: no such video",
        ),
        (
            ["ground", "--video", "empty.avi", "--ground-truth", "people.xml", "--calibration", "flat.yaml"],
            "empty.avi: no detected person of it matches",
        ),
        (["recall", "--video", "people.xml", "--ground-truth", "people.xml"], "people.xml: not a readable video"),
    ],
)
def test_what_cannot_be_measured_is_one_line(
    arguments: list[str], says: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files that are missing or another's, a place that is none, and a video in which nobody is found."""
    monkeypatch.chdir(folder)
    if arguments[0] != "crowd":
        arguments = [*arguments, "--detector", "hog"]
    result = _run(*arguments)
    assert isinstance(result.exception, ToezichtError), result.output
    assert says in str(result.exception)
    assert "\n" not in str(result.exception)


def test_recall_of_a_detector_that_finds_nobody(folder: Path) -> None:
    """All six are missed in each frame, so their luck lasts; what was found is told by step."""
    video, truth = str(folder / "empty.avi"), str(folder / "people.xml")
    result = _run("recall", "--video", video, "--ground-truth", truth, "--detector", "hog", "--json")
    told = json.loads(result.stdout.splitlines()[-1])
    assert told["frames"] == 4
    assert sum(step["annotated"] for step in told["steps"]) == 24
    assert {step["found"] for step in told["steps"]} == {0}
