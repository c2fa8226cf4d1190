"""Tests of `cameras check`, and of how `capture` is told what to do."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner, Result

from detectors.opencv import cv2
from detectors.privacy.masks import MaskedSource
from streams.cameras.check import Checking, check_cameras
from streams.capture.camera_config import camera_config
from streams.capture.process import SYSTEM_CLOCK, capture_options, chosen_cameras
from streams.cli import capture
from streams.cli.cameras import commands as cameras
from streams.config.registry import load_registry
from streams.config.yaml import FileError
from streams.domain.cameras.registry import Camera
from streams.errors import ConfigurationError, ToezichtError
from streams.settings import read_time_zone
from tests.support.registry import closed_now, registry_camera, write_registry


def _run(*arguments: str) -> Result:
    app = typer.Typer()
    cameras.register(app)
    capture.register(app)
    return CliRunner().invoke(app, list(arguments))


@pytest.fixture
def stills(tmp_path: Path) -> Path:
    """Return a folder beside the registry with one still image of 64x48."""
    folder = tmp_path / "stills"
    folder.mkdir()
    cv2.imwrite(str(folder / "1.jpg"), np.full((48, 64, 3), 200, np.uint8))
    return folder


def test_a_camera_in_order(tmp_path: Path, stills: Path) -> None:
    """A permitted camera whose source opens has no problem; its path is relative to the registry."""
    registry = write_registry(tmp_path / "r.yaml", registry_camera("cam-1", {"url": "stills"}))
    result = _run("cameras", "check", "--registry", str(registry), "--open", "--details")
    assert result.exit_code == 0
    for said in (
        "1 cameras: 1 in order, 0 with a problem, 1 opened",
        "cam-1: in order",
        "folder stills (opens: yes)",
        "permitted",
        "B-1",
        "plein",
        "m1",
        "inside the public area",
    ):
        assert said in result.stdout


@pytest.mark.parametrize(
    ("source", "legal", "problem"),
    [
        ({"url": "missing.avi"}, {}, "missing_file"),
        ({"url": "stills"}, {"valid_until": "2021-01-01"}, "expired"),
        ({"url": "http://bob:Zq7@host/x"}, {}, "bad_address"),
        ({"url": "rtsp://bob:Zq7@127.0.0.1:1/x"}, {}, "no_connection"),
    ],
)
def test_a_camera_with_a_problem(
    tmp_path: Path, stills: Path, source: dict[str, str], legal: dict[str, str], problem: str
) -> None:
    """Each problem is named, gives exit code 1, and shows no credentials."""
    registry = write_registry(tmp_path / "r.yaml", registry_camera("cam-1", source, **legal))
    result = _run("cameras", "check", "--registry", str(registry), "--open", "--json")
    assert result.exit_code == 1
    assert problem in json.loads(result.stdout)["problems"][0]
    assert "Zq7" not in result.output
    assert "bob" not in result.output


def test_a_wrong_size_is_a_problem(tmp_path: Path, stills: Path) -> None:
    """A source whose pictures the masks do not fit is told with both sizes."""
    registry = write_registry(tmp_path / "r.yaml", registry_camera("cam-1", {"url": "stills"}) | {"width_px": 640})
    result = _run("cameras", "check", "--registry", str(registry), "--open")
    assert result.exit_code == 1
    assert "wrong_size: the picture is 64x48, the registry says 640x48" in result.stdout


def test_a_closed_window_is_no_problem_and_is_not_opened(tmp_path: Path, stills: Path) -> None:
    """A camera outside its hours is in order, and stays closed."""
    registry = write_registry(tmp_path / "r.yaml", registry_camera("cam-1", {"url": "stills"}, **closed_now()))
    result = _run("cameras", "check", "--registry", str(registry), "--open", "--details")
    assert result.exit_code == 0
    assert "1 outside the viewing hours" in result.stdout
    assert "opens: not tried" in result.stdout


def test_of_many_the_summary_comes_first_and_then_each_problem(tmp_path: Path, stills: Path) -> None:
    """One line for each problem; nothing more of a camera that is in order."""
    cameras = [registry_camera(f"cam-{n}", {"url": "stills" if n % 10 else "gone"}) for n in range(30)]
    result = _run("cameras", "check", "--registry", str(write_registry(tmp_path / "r.yaml", *cameras)), "--open")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0] == "30 cameras: 27 in order, 3 with a problem, 27 opened"
    assert [line.split(": ")[0] for line in lines[1:4]] == ["cam-0", "cam-10", "cam-20"]
    assert all("missing_file" in line for line in lines[1:4])
    assert "cam-1:" not in result.stdout


def test_cameras_are_opened_side_by_side(tmp_path: Path, stills: Path) -> None:
    """So many, and no more: each waits here until all that may be open at once are."""
    registry = write_registry(tmp_path / "r.yaml", *[registry_camera(f"cam-{n}", {"url": "stills"}) for n in range(6)])
    together, open_now, most = threading.Barrier(3, timeout=60), 0, 0
    counting = threading.Lock()

    def look(_camera: Camera, source: MaskedSource) -> None:
        nonlocal open_now, most
        with counting:
            open_now += 1
            most = max(most, open_now)
        together.wait()
        source.read()
        with counting:
            open_now -= 1

    checking = Checking(registry, read_time_zone("Europe/Amsterdam"), SYSTEM_CLOCK, True, look=look)
    found = check_cameras(load_registry(registry).cameras, checking, 3)
    assert [each.camera_id for each in found] == [f"cam-{n}" for n in range(6)]
    assert all(each.opens == "yes" for each in found)
    assert most == 3


def test_all_mistakes_of_a_registry_are_told_at_once(tmp_path: Path) -> None:
    """Each with its line, of all cameras."""
    cameras = [registry_camera(f"cam-{n}", {"url": "a"}) for n in range(3)]
    del cameras[0]["masks"], cameras[1]["legal"]["decision_ref"]
    cameras[2]["source"]["transport"] = "http"
    error = _run("cameras", "check", "--registry", str(write_registry(tmp_path / "r.yaml", *cameras))).exception
    assert isinstance(error, FileError)
    told = str(error).splitlines()
    assert len(told) == 3
    for line, field in zip(
        told, ("cameras.0.masks", "cameras.1.legal.decision_ref", "cameras.2.source.transport"), strict=True
    ):
        assert field in line
        assert "r.yaml:" in line


def test_a_still_is_masked_and_a_mosaic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a detector all of it is: a fine pattern does not survive, and the mask is as grey as everywhere."""
    monkeypatch.delenv("TOEZICHT_MODELS", raising=False)
    monkeypatch.delenv("TOEZICHT_WEIGHTS", raising=False)
    stripes = np.zeros((48, 64, 3), np.uint8)
    stripes[:, ::2] = 255
    (tmp_path / "stills").mkdir()
    cv2.imwrite(str(tmp_path / "stills" / "1.png"), stripes)
    registry = write_registry(tmp_path / "r.yaml", registry_camera("cam-1", {"url": "stills"}))
    result = _run("cameras", "check", "--registry", str(registry), "--open", "--pictures", str(tmp_path / "out"))
    assert result.exit_code == 0, result.output
    written = cv2.imread(str(tmp_path / "out" / "cam-1.jpg"))
    assert written is not None
    assert written[10:30, 40:].std() < 12  # the stripes' is 127
    assert int(written[10, 10].mean()) < 12


def test_unknown_cameras_and_missing_settings_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is asked wrongly is one line that names the option and what was expected."""
    path = write_registry(tmp_path / "r.yaml", registry_camera("cam-1", {"url": "a.avi"}))
    registry = load_registry(path)
    with pytest.raises(ConfigurationError, match="--camera is 'cam-9', expected one of cam-1"):
        chosen_cameras(registry, ["cam-9"], str(path))
    assert [camera.id for camera in chosen_cameras(registry, [], str(path))] == ["cam-1"]
    with pytest.raises(ConfigurationError, match="TOEZICHT_TIME_ZONE"):
        read_time_zone("Europe/Nowhere")
    monkeypatch.delenv("TOEZICHT_REGISTRY", raising=False)
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)
    assert isinstance(_run("cameras", "check").exception, ToezichtError)
    assert "KAFKA_BOOTSTRAP_SERVERS" in str(_run("capture", "--registry", str(path)).exception)


def test_a_check_needs_passwords_only_to_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without them the rest is checked, and what cannot be opened is a problem of that camera, with the line."""
    monkeypatch.delenv("CAMERA_PASSWORD", raising=False)
    camera = registry_camera("cam-1", {"url": "rtsp://bob:${CAMERA_PASSWORD}@127.0.0.1:1/x"})
    registry = write_registry(tmp_path / "r.yaml", camera)
    result = _run("cameras", "check", "--registry", str(registry), "--details")
    assert result.exit_code == 0, result.output
    assert "rtsp rtsp://***@127.0.0.1:1/x (opens: not tried)" in result.stdout
    result = _run("cameras", "check", "--registry", str(registry), "--open", "--json")
    assert result.exit_code == 1
    [problem] = json.loads(result.stdout)["problems"]
    assert "r.yaml:" in problem
    assert "camera cam-1: the environment variable CAMERA_PASSWORD is used but not set" in problem


def test_capture_needs_the_passwords_of_the_cameras_that_it_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It says which is missing before it does anything else, and asks for no other camera's."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    monkeypatch.setenv("PASSWORD_1", "Zq7")
    cameras = [registry_camera(f"cam-{n}", {"url": f"rtsp://bob:${{PASSWORD_{n}}}@127.0.0.1:1/x"}) for n in (1, 2)]
    registry = write_registry(tmp_path / "r.yaml", *cameras)
    error = _run("capture", "--registry", str(registry)).exception
    assert isinstance(error, FileError)
    assert "camera cam-2: the environment variable PASSWORD_2 is used but not set" in str(error)
    config = camera_config(load_registry(registry).cameras[0], registry)
    assert config.source.url == "rtsp://bob:Zq7@127.0.0.1:1/x"
    assert "Zq7" not in repr(config)


def test_rates() -> None:
    """Without a rate live cameras give five pictures per second and files all; a rate holds for both."""
    default, limited = capture_options(1, None).reading, capture_options(4, 2).reading
    assert (default.live_max_fps, default.file_max_fps) == (5.0, 0.0)
    assert (limited.live_max_fps, limited.file_max_fps, limited.speed) == (2, 2, 4)
