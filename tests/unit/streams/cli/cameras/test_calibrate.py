"""Tests of `cameras calibrate`: figures, faults, and the picture with the grid."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
import yaml
from typer.testing import CliRunner, Result

from detectors.opencv import cv2
from streams.cli.cameras import commands as cameras
from streams.errors import ToezichtError
from tests.support.calibrations import FLAT, TILTED, section
from tests.support.registry import closed_now, registry_camera, write_registry
from tests.support.walkers import table, walkers

NINE = tuple(((25.0 * i, 20.0 * j), (2.5 * i, -2.0 * j)) for i in range(3) for j in range(3))
ZONE = {"id": "plein", "name": "Plein", "polygon": [[33, 0], [63, 0], [63, 48], [33, 48]]}
CLOSED = closed_now()


def _run(*arguments: str) -> Result:
    app = typer.Typer()
    cameras.register(app)
    return CliRunner().invoke(app, ["cameras", "calibrate", *arguments])


def _registry(tmp_path: Path, calibration: dict[str, Any] | None = None, **legal: Any) -> Path:
    """Write a registry with one camera of 64x48 whose mask covers its left half and whose zone its right half."""
    folder = tmp_path / "stills"
    folder.mkdir(exist_ok=True)
    cv2.imwrite(str(folder / "1.png"), np.full((48, 64, 3), 200, np.uint8))
    camera = registry_camera("cam-1", {"url": "stills"}, **legal) | {"zones": [ZONE]}
    if calibration:
        camera["calibration"] = calibration
    return write_registry(tmp_path / "r.yaml", camera)


def test_the_figures_of_a_calibrated_camera(tmp_path: Path) -> None:
    """Nine points that fit, no horizon, and 3.0 m x 4.8 m of ground."""
    result = _run("--registry", str(_registry(tmp_path, section(NINE))))
    assert result.exit_code == 0
    assert "cam-1: in order" in result.stdout
    assert "rms 0.00 m, largest 0.00 m at 9 points; each left out in turn: rms 0.00 m" in result.stdout
    assert "above, above, above" in result.stdout
    assert "plein: 14.4 m² of ground, a pixel spans up to 0.10 m" in result.stdout


def test_json(tmp_path: Path) -> None:
    """For a program: numbers in metres."""
    told = json.loads(_run("--registry", str(_registry(tmp_path, section(NINE))), "--json").stdout)
    assert told["error"] == {"rms_m": 0.0, "max_m": 0.0, "left_out_rms_m": 0.0, "left_out_max_m": 0.0}
    assert told["zones"] == [{"zone_id": "plein", "area_m2": 14.4, "coarsest_m_per_px": 0.1}]
    assert (told["method"], told["version"], told["points"], told["problems"]) == ("homography", "c1", 9, [])


def test_four_points_have_no_known_error(tmp_path: Path) -> None:
    """It is not told as zero."""
    result = _run("--registry", str(_registry(tmp_path, section(FLAT))))
    assert "4 points are met exactly, survey more" in result.stdout


def test_a_camera_without_a_calibration_is_no_problem(tmp_path: Path) -> None:
    """It is told, and that is all."""
    result = _run("--registry", str(_registry(tmp_path)))
    assert (result.exit_code, result.stdout) == (0, "cam-1: not calibrated\n")


@pytest.mark.parametrize(
    ("calibration", "says"),
    [
        (section((*FLAT[:2], ((50, 0), (5, 0)), ((20, 0), (2, 0)))), "calibration.points is 'all points but number"),
        (section(TILTED), "zone plein: polygon is (33.0, 0.0), expected points on the ground"),
        (section(tuple((pixel, (y, x)) for pixel, (x, y) in FLAT)), "x_m and y_m may be exchanged"),
    ],
)
def test_a_calibration_with_a_problem(calibration: dict[str, Any], says: str, tmp_path: Path) -> None:
    """On a line, a horizon in the zone, seen from below: exit code 1, and the line names it."""
    result = _run("--registry", str(_registry(tmp_path, calibration)))
    assert result.exit_code == 1
    assert says in result.stdout


def test_points_are_tried_before_they_stand_in_the_registry(tmp_path: Path) -> None:
    """From a file in the registry's own form; the registry may have none or others."""
    points = tmp_path / "points.yaml"
    points.write_text(yaml.safe_dump(section(NINE) | {"version": "new"}))
    result = _run("--registry", str(_registry(tmp_path, section(TILTED))), "--points", str(points))
    assert result.exit_code == 0
    assert "version new" in result.stdout


def test_a_camera_is_calibrated_from_walkers(tmp_path: Path) -> None:
    """What is printed stands in the registry as it is, and says everywhere that nobody surveyed it."""
    boxes = tmp_path / "boxes.csv"
    boxes.write_text(table(walkers(number=30)))
    zone = {"id": "plein", "name": "Plein", "polygon": [[200, 300], [1080, 300], [1080, 700], [200, 700]]}
    camera = registry_camera("cam-1", {"url": "stills"}) | {"zones": [zone], "width_px": 1280, "height_px": 720}
    path = write_registry(tmp_path / "r.yaml", camera)
    result = _run("--registry", str(path), "--from-walkers", str(boxes))
    assert result.exit_code == 0, result.output
    printed, _, judged = result.stdout.partition("cam-1: in order")
    assert "NOT SURVEYED  fitted to" in judged
    assert "error    not known: nobody surveyed a point" in judged
    section_of = yaml.safe_load(printed)
    assert section_of["method"] == "walkers"
    path = write_registry(tmp_path / "r.yaml", camera | {"calibration": section_of})
    again = json.loads(_run("--registry", str(path), "--json").stdout)
    assert (again["method"], again["problems"]) == ("walkers", [])
    assert again["not_surveyed"].startswith("fitted to")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--from-walkers", "none.csv"], "none.csv: FileNotFoundError, expected a table of boxes"),
        (["--from-walkers", "few.csv"], "0 whole boxes of 0 walkers"),
        (["--from-walkers", "few.csv", "--points", "few.csv"], "--from-walkers is 'few.csv', expected no --points"),
    ],
)
def test_walkers_that_say_nothing(
    arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line each."""
    registry = _registry(tmp_path)
    monkeypatch.chdir(tmp_path)
    Path("few.csv").write_text(table({}))
    result = _run("--registry", str(registry), *arguments)
    assert isinstance(result.exception, ToezichtError)
    assert says in str(result.exception)
    assert "\n" not in str(result.exception)


@pytest.mark.parametrize("given", [True, False], ids=["a file", "the camera's source"])
def test_the_grid_is_drawn_on_a_masked_picture(tmp_path: Path, given: bool) -> None:
    """Grid lines run through the zone, and what the mask hides is black."""
    registry, out = _registry(tmp_path, section(NINE)), tmp_path / "grid.png"
    arguments = ["--picture", str(tmp_path / "stills" / "1.png")] if given else []
    result = _run("--registry", str(registry), *arguments, "--out", str(out))
    assert result.exit_code == 0, result.output
    drawn = cv2.imread(str(out))
    assert drawn is not None
    assert not drawn[:32, :30].any()
    assert not (drawn[:, 40:] == 200).all()
    assert (drawn == 200).all(axis=2).any()


@pytest.mark.parametrize(
    ("arguments", "legal", "says"),
    [
        (["--out", "grid.png"], CLOSED, "may not be looked at now: outside_viewing_window"),
        (["--out", "grid.png", "--picture", "none.png"], {}, "none.png: no picture that can be read"),
        (["--out", "grid.png", "--picture", "none.avi"], {}, "missing_file"),
        (["--out", "grid.png", "--picture", "small.png"], {}, "wrong_size: the picture is 32x24"),
        (["--out", "grid.txt"], {}, "expected a picture's ending"),
        (["--picture", "small.png"], {}, "--out is None, expected a file to draw on"),
        (["--points", "none.yaml"], {}, "none.yaml: cannot be read"),
    ],
)
def test_what_cannot_be_drawn_is_one_line(
    arguments: list[str], legal: dict[str, Any], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not permitted, no picture, no video, another size, no format, nothing to draw on, no points."""
    registry = _registry(tmp_path, section(NINE), **legal)
    monkeypatch.chdir(tmp_path)
    cv2.imwrite("small.png", np.zeros((24, 32, 3), np.uint8))
    result = _run("--registry", str(registry), *arguments)
    assert isinstance(result.exception, ToezichtError)
    assert says in str(result.exception)
    assert "\n" not in str(result.exception)


def test_one_camera_at_a_time_is_drawn(tmp_path: Path) -> None:
    """Two cameras and one file do not fit."""
    camera = registry_camera("cam-1", {"url": "stills"})
    registry = write_registry(tmp_path / "r.yaml", camera, camera | {"id": "cam-2"})
    assert "expected one camera" in str(_run("--registry", str(registry), "--out", "grid.png").exception)


def test_a_camera_that_cannot_be_drawn_has_its_problem_told(tmp_path: Path) -> None:
    """No picture is written for an unusable calibration."""
    out = tmp_path / "grid.png"
    result = _run("--registry", str(_registry(tmp_path, section(TILTED))), "--out", str(out))
    assert result.exit_code == 1
    assert not out.exists()
