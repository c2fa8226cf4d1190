"""The demo's files fit together, with the real video and with the composed scene."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from streams.config.calibrations import ground_maps
from streams.config.files import load_rules
from streams.config.yaml import parse_yaml, read_yaml
from streams.demo.material import SCENE_S, prepare
from streams.demo.rules import write_rules
from streams.domain.cameras.registry import Registry

REGISTRY = parse_yaml(
    files("streams.demo").joinpath("cameras.yaml").read_text(),
    "cameras.yaml",
    Registry,
    {"TOEZICHT_DEMO_VIDEO": "video.avi", "TOEZICHT_DEMO_EMPTY": "empty"},
)


def test_every_camera_begins_within_the_composed_scene() -> None:
    """An offset behind its end would leave a camera off where there is no real video."""
    assert all(camera.source.offset_s < SCENE_S for camera in REGISTRY.cameras)


def test_real_video_comes_with_its_calibration(
    tmp_path: Path, test_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a camera model is named, every camera of the demo measures in metres."""
    monkeypatch.setenv("TOEZICHT_DEMO_VIDEO", str(test_data / "pets2009" / "S2L1-view001.avi"))
    monkeypatch.setenv("TOEZICHT_DEMO_CALIBRATION", str(test_data / "pets2009" / "View_001.xml"))
    monkeypatch.setenv("TOEZICHT_DEMO_EMPTY", "")
    material = prepare(tmp_path, lambda _: None)
    registry = read_yaml(material.folder / "cameras.yaml", Registry)
    grounds = ground_maps(registry, material.folder)
    assert set(grounds) == {camera.id for camera in registry.cameras}


def test_the_demos_rules_are_the_products_with_shorter_windows(tmp_path: Path) -> None:
    """Points, thresholds and limits are the same, so the demo shows the product's priorities."""
    written, product = write_rules(tmp_path / "rules.yaml"), load_rules()
    assert written.thresholds == product.thresholds
    assert {name: rule.points for name, rule in written.categories.items()} == {
        name: rule.points for name, rule in product.categories.items()
    }
