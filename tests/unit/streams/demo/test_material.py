"""The demo's files fit together, with the real video and with the composed scene."""

from __future__ import annotations

import json
import os
from importlib.resources import files
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from detectors.synthetic import write_moving_scene
from streams.cli.cameras import commands as cameras
from streams.config.calibrations import ground_maps
from streams.config.files import load_rules
from streams.config.registry import load_registry
from streams.config.yaml import parse_yaml
from streams.demo.material import HEIGHT_PX, SCENE_S, WIDTH_PX, prepare
from streams.demo.rules import write_rules
from streams.domain.cameras.registry import Registry

REGISTRY = parse_yaml(files("streams.demo").joinpath("cameras.yaml").read_text(), "cameras.yaml", Registry, {})
SIZE = (WIDTH_PX, HEIGHT_PX)


def test_every_camera_begins_within_the_composed_scene() -> None:
    """An offset behind its end would leave a camera off where there is no real video."""
    assert all(camera.source.offset_s < SCENE_S for camera in REGISTRY.cameras)


def test_real_video_comes_with_its_calibration(
    tmp_path: Path, test_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a camera model is named, every camera of the demo measures in metres."""
    monkeypatch.setenv("TOEZICHT_DEMO_VIDEO", str(test_data / "pets2009" / "S2L1-view001.avi"))
    monkeypatch.setenv("TOEZICHT_DEMO_CALIBRATION", str(test_data / "pets2009" / "View_001.xml"))
    material = prepare(tmp_path, lambda _: None)
    registry = load_registry(material.folder / "cameras.yaml")
    grounds = ground_maps(registry, material.folder)
    assert set(grounds) == {camera.id for camera in registry.cameras}


@pytest.mark.parametrize("folder", ["demo", 'de "mo" \\ ${HOME} 1: {a}'])
def test_every_command_reads_the_demos_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str) -> None:
    """In another terminal too, where nothing is set that the demo knows: the registry names its video and its still itself."""
    monkeypatch.delenv("TOEZICHT_DEMO_VIDEO", raising=False)
    monkeypatch.setattr(
        "detectors.synthetic.write_moving_scene", lambda path, *_: write_moving_scene(path, 1.0, 2.0, SIZE)
    )
    before = dict(os.environ)
    path = prepare(tmp_path / folder, lambda _: None).folder / "cameras.yaml"
    assert dict(os.environ) == before
    app = typer.Typer()
    cameras.register(app)
    started = ["--camera", "stadsplein-noord", "--camera", "keizerplein"]  # the others begin behind a second's end
    for options in (["--open", *started], []):
        checked = CliRunner().invoke(app, ["cameras", "check", "--json", "--registry", str(path), *options])
        told = [json.loads(line) for line in checked.stdout.splitlines()]
        assert {each["opens"] for each in told} == ({"yes"} if options else {"not tried"})
        kinds = {each["camera_id"]: each["source_kind"] for each in told}
        assert set(kinds.values()) == {"file", "folder"}
        assert kinds["keizerplein"] == "folder"
    assert CliRunner().invoke(app, ["cameras", "calibrate", "--registry", str(path)]).exit_code == 0


def test_the_demos_rules_are_the_products_with_shorter_windows(tmp_path: Path) -> None:
    """Points, thresholds and limits are the same, so the demo shows the product's priorities."""
    written, product = write_rules(tmp_path / "rules.yaml"), load_rules()
    assert written.thresholds == product.thresholds
    assert {name: rule.points for name, rule in written.categories.items()} == {
        name: rule.points for name, rule in product.categories.items()
    }
